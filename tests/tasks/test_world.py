"""Worlds without end."""

import numpy as np
import pytest
import torch

from sparring.core.errors import WrongUse
from sparring.networks import FieldGenerator
from sparring.tasks.world import World, cells

TINY = {"size": 16, "steps": 2, "batch_size": 4, "width": 2, "latent": 3, "alarms": False}


@pytest.fixture(scope="module")
def hills():
    return 300 + 50 * np.add.outer(np.sin(np.arange(90) / 9), np.cos(np.arange(90) / 7))


@pytest.fixture(scope="module")
def world(hills):
    return World(**TINY).fit(hills)


@pytest.mark.parametrize("levels", [1, 3, 4])
def test_a_part_of_the_field_makes_a_part_of_the_picture(levels):
    """However it is cut: the picture of a large window holds that of any small one."""
    torch.manual_seed(0)
    generator = FieldGenerator(2, 1, 16, width=2, levels=levels).double()
    top, left, height, width = -37, 12, 70, 55
    whole = _rendered(generator, top, left, height, width)
    for down, right, rows, columns in ((0, 0, 1, 1), (5, 3, 20, 40), (33, 17, 37, 38)):
        part = _rendered(generator, top + down, left + right, rows, columns)
        expected = whole[..., down : down + rows, right : right + columns]
        torch.testing.assert_close(part, expected)


def _rendered(generator, top, left, height, width):
    (row, rows), (column, columns) = generator.cells(top, height), generator.cells(left, width)
    z = torch.from_numpy(cells(2, row, column, rows, columns)).double()[None]
    with torch.no_grad():
        return generator.render(z, (row, column), (top, left, height, width))


def test_no_cell_that_isnt_asked_for_matters(world):
    """The cells that `cells` names are all that a window sees, and not one more than needed."""
    generator = FieldGenerator(2, 1, 16, width=2, levels=3).double()
    (row, rows) = generator.cells(3, 9)
    z = torch.from_numpy(cells(2, row, row, rows, rows)).double()[None].requires_grad_()
    generator.render(z, (row, row), (3, 3, 9, 9)).sum().backward()
    seen = z.grad.abs().sum((0, 1)) > 0
    assert bool(seen.any(0).all())
    assert bool(seen.any(1).all())


def test_windows_agree_where_they_overlap(world):
    large = world.window(-40, 100, 64, 64)
    for down, right in ((0, 0), (13, 7), (31, 30)):
        small = world.window(-40 + down, 100 + right, 30, 33)
        np.testing.assert_allclose(small, large[down : down + 30, right : right + 33], rtol=1e-4)


def test_what_was_seen_is_there_again_and_elsewhere_is_another_place(world):
    far = world.window(10**10, -(10**10), 24, 24)
    np.testing.assert_array_equal(far, world.window(10**10, -(10**10), 24, 24))
    assert np.abs(far - world.window(10**10 + 64, -(10**10), 24, 24)).max() > 0
    assert np.abs(far - world.window(10**10, -(10**10), 24, 24, seed=1)).max() > 0


def test_heights_come_back_in_their_unit(world, hills):
    found = world.window(0, 0, 40, 40)
    assert found.min() >= hills.min()
    assert found.max() <= hills.max()


def test_textures_are_pictures(hills):
    texture = np.random.default_rng(0).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    part = World(**TINY).fit(texture).window(5, 5, 12, 18)
    assert part.shape == (12, 18, 3)
    assert part.dtype == np.uint8


def test_a_world_is_kept(world, tmp_path):
    world.save(tmp_path / "world")
    again = World.load(tmp_path / "world")
    np.testing.assert_array_equal(again.window(7, 8, 9, 10), world.window(7, 8, 9, 10))


def test_cells_are_normal_and_of_their_own():
    z = cells(4, -50, 1000, 100, 100, seed=3)
    assert abs(z.mean()) < 0.02
    assert abs(z.std() - 1) < 0.02
    neighbours = np.corrcoef(z[:, :-1].ravel(), z[:, 1:].ravel())[0, 1]
    channels = np.corrcoef(z[0].ravel(), z[1].ravel())[0, 1]
    assert abs(neighbours) < 0.03
    assert abs(channels) < 0.03
    assert len(np.unique(z)) > 0.99 * z.size


WRONG = {
    "not fitted": (lambda: World().window(0, 0, 8, 8), "isn't fitted yet"),
    "voids": (lambda: World().fit(np.full((200, 200), np.nan)), "must be finite numbers"),
    "flat": (lambda: World().fit(np.zeros((200, 200))), "heights must differ"),
    "small": (lambda: World(size=64).fit(np.random.rand(100, 300)), "at least twice as large"),
    "four channels": (lambda: World().fit(np.zeros((200, 200, 4))), "heights \\(h, w\\)"),
    "no world": (lambda: World.load("/nowhere"), "there is no world"),
}


@pytest.mark.parametrize("case", WRONG)
def test_each_wrong_use_gets_its_sentence(case):
    provoke, words = WRONG[case]
    with pytest.raises(WrongUse, match=words):
        provoke()


def test_windows_that_cant_be_made_are_refused(world):
    with pytest.raises(WrongUse, match="height must be a whole number"):
        world.window(0, 0, 0, 5)
    with pytest.raises(WrongUse, match="top must lie between"):
        world.window(1 << 41, 0, 5, 5)
    with pytest.raises(WrongUse, match="at most 16,777,216 pixels"):
        world.window(0, 0, 5000, 5000)
