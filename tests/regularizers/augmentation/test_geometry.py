"""Moves of the picture, against torch's own flips and turns and maps by paper and pencil."""

import math

import pytest
import torch
import torch.nn.functional as F

from sparring.regularizers.augmentation import (
    Chance,
    Flip,
    QuarterTurn,
    Rotate,
    Scale,
    Shift,
    Slide,
    Stretch,
    change_all,
)
from sparring.regularizers.augmentation.geometry import ZEROS, translation, warp

MOVES = [Flip(), QuarterTurn(), Shift(), Scale(), Rotate(), Stretch(), Slide()]


@pytest.fixture(autouse=True)
def _float64():
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def always(n):
    return Chance(n, torch.tensor(1.0))


def pictures(n=40, channels=2, size=7):
    return torch.randn(n, channels, size, size)


def close(first, second):
    return bool(torch.isclose(first, second, atol=1e-9).all())


def kinds(changed, candidates):
    """For each item, which of the candidates it equals; each must equal exactly one."""
    found = []
    for index, item in enumerate(changed):
        equal = [i for i, candidate in enumerate(candidates) if close(item, candidate[index])]
        assert len(equal) == 1
        found.append(equal[0])
    return found


@pytest.mark.parametrize("move", MOVES, ids=lambda move: type(move).__name__)
def test_without_probability_nothing_moves_to_the_bit(move):
    x = pictures()
    assert torch.equal(move(x, Chance(len(x), torch.tensor(0.0))), x)


@pytest.mark.parametrize("move", MOVES, ids=lambda move: type(move).__name__)
def test_half_the_pictures_move_with_half_the_probability(move):
    x = pictures(400, 1, 9)
    moved = (move(x, Chance(len(x), torch.tensor(0.5))) != x).flatten(1).any(1)
    # Some moves may be by nothing: one of two flips, four turns, nine shifts of a pixel or none.
    still = {Flip: 1 / 2, QuarterTurn: 1 / 4, Shift: (1 / 2.25) ** 2}.get(type(move), 0.0)
    assert abs(float(moved.double().mean()) - (1 - still) / 2) < 0.09


def test_a_flip_is_torchs_in_one_of_two_pictures():
    x = pictures()
    found = kinds(Flip()(x, always(40)), [x, x.flip(3)])
    assert 10 < sum(found) < 30


def test_a_quarter_turn_is_one_of_torchs_four():
    x = pictures(80)
    found = kinds(QuarterTurn()(x, always(80)), [x.rot90(k, (2, 3)) for k in range(4)])
    assert min(found.count(k) for k in range(4)) > 8


def test_a_shift_moves_by_whole_pixels_and_mirrors_what_comes_in():
    x = pictures(30, 1, 8)
    wide = F.pad(x, (1, 1, 1, 1), mode="replicate")  # one pixel beyond is the border's mirror
    shifted = Shift(0.125)(x, always(30))
    places = [(down, across) for down in range(3) for across in range(3)]
    found = kinds(shifted, [wide[:, :, d : d + 8, a : a + 8] for d, a in places])
    assert len(set(found)) > 5


def test_a_scale_of_two_takes_the_middle_of_the_picture():
    class Double(Scale):
        def matrix(self, chance, size):
            return torch.diag(torch.tensor([0.5, 0.5, 1.0])).expand(chance.n, 3, 3)

    across = torch.linspace(-1 + 1 / 8, 1 - 1 / 8, 8).expand(1, 1, 8, 8)
    assert close(Double()(across, always(1)), across / 2)


def test_a_turn_keeps_what_is_round():
    places = torch.linspace(-1 + 1 / 32, 1 - 1 / 32, 32)
    distance = (places[:, None].square() + places.square()).sqrt()
    x = (-4 * distance.square()).exp().expand(20, 1, 32, 32)
    changed = (Rotate()(x, always(20)) - x).abs()
    assert float((changed * (distance < 1)).max()) < 0.02  # what comes from beyond is mirrored


def test_stretching_keeps_areas_and_scaling_does_not():
    stretched = Stretch(0.5).matrix(always(50), 8)
    scaled = Scale(0.5).matrix(always(50), 8)
    assert close(torch.det(stretched), torch.ones(50))
    assert float((torch.det(scaled).log2() / 2).std()) == pytest.approx(0.5, rel=0.3)


def test_a_slide_of_a_known_length_moves_by_that_many_pixels():
    x = pictures(1, 1, 8)
    moved = warp(x, translation(torch.tensor([2 * 3 / 8]), torch.tensor([0.0])), ZEROS)
    assert close(moved[..., :5], x[..., 3:])
    assert close(moved[..., 5:], torch.zeros(1, 1, 8, 3))
    assert float(Slide(0.1).matrix(always(2000), 8)[:, 0, 2].std()) == pytest.approx(0.2, rel=0.1)


def test_a_warp_is_torchs_sampling():
    x, matrix = pictures(5), Rotate().matrix(always(5), 7) @ Slide().matrix(always(5), 7)
    grid = F.affine_grid(matrix[:, :2], list(x.shape), align_corners=False)
    expected = F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
    assert close(warp(x, matrix), expected)


def test_the_identitys_grid_samples_the_picture_itself():
    x = pictures()
    nearly = torch.eye(3).repeat(len(x), 1, 1)
    nearly[:, 2, 0] = 1e-300  # no identity by its numbers, so that the sampling is what is tested
    assert close(warp(x, nearly), x)


def test_a_warp_has_slopes_of_every_order():
    matrix = Rotate().matrix(always(2), 4)
    x = torch.randn(2, 1, 4, 4, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: warp(x, matrix), x)
    assert torch.autograd.gradgradcheck(lambda x: warp(x, matrix).square(), x)


def test_several_moves_are_one_after_another():
    """First the flip, then the turn: a corner goes where both bring it."""
    x = torch.zeros(64, 1, 4, 4)
    x[:, :, 0, 0] = 1.0
    x[:, :, 0, 1] = 0.5
    flips = [x, x.flip(3)]
    results = [flip.rot90(k, (2, 3)) for flip in flips for k in range(4)]
    found = kinds(change_all([Flip(), QuarterTurn()], x, always(64)), results)
    assert len(set(found)) == 8


def test_several_moves_are_one_sampling(monkeypatch):
    calls = []
    sampler = torch.grid_sampler
    monkeypatch.setattr(torch, "grid_sampler", lambda *a: calls.append(1) or sampler(*a))
    change_all(MOVES, pictures(), always(40))
    assert calls == [1]


def test_the_order_of_moves_is_theirs():
    """A shift after a turn by 90 degrees moves along the other side than one before it."""

    class Turn(QuarterTurn):
        def matrix(self, chance, size):
            cosine, sine = math.cos(math.pi / 2), math.sin(math.pi / 2)
            turn = torch.tensor([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
            return turn.expand(chance.n, 3, 3)

    class Right(Shift):
        def matrix(self, chance, size):
            return translation(torch.full((chance.n,), -2 / size), torch.zeros(chance.n))

    x = torch.zeros(1, 1, 4, 4)
    x[..., 1, 1] = 1.0
    turned = Turn()(x, always(1))
    assert close(change_all([Turn(), Right()], x, always(1)), turned.roll(1, 3))
    assert close(change_all([Right(), Turn()], x, always(1)), Turn()(x.roll(1, 3), always(1)))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Shift(-0.1),
        lambda: Scale(-0.1),
        lambda: Rotate(-1.0),
        lambda: Stretch(-0.1),
        lambda: Slide(-0.1),
    ],
)
def test_negative_amounts_are_refused(make):
    with pytest.raises(ValueError, match="must be at least 0"):
        make()
