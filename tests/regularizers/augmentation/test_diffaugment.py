"""DiffAugment, by sums that its changes keep."""

import pytest
import torch

from sparring.regularizers import DiffAugment
from sparring.regularizers.augmentation import Chance, Cutout, Jitter, Translation


@pytest.fixture(autouse=True)
def _float64():
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def always(n):
    return Chance(n, torch.tensor(1.0))


def never(n):
    return Chance(n, torch.tensor(0.0))


def close(first, second):
    return bool(torch.isclose(first, second, atol=1e-9).all())


def test_a_translation_keeps_the_sum_of_a_blob_in_the_middle():
    x = torch.zeros(60, 1, 16, 16)
    x[:, :, 6:10, 6:10] = torch.rand(60, 1, 4, 4)
    moved = Translation(0.25)(x, always(60))
    assert close(moved.sum((1, 2, 3)), x.sum((1, 2, 3)))
    rows = moved.sum((1, 3))
    first = (rows.abs() > 1e-9).to(torch.int8).argmax(1)  # the blob's first row
    assert int(first.min()) == 2
    assert int(first.max()) == 10


def test_a_translation_lets_zeros_in():
    moved = Translation(0.25)(torch.ones(60, 1, 8, 8), always(60))
    assert bool(
        (torch.isclose(moved, torch.tensor(0.0)) | torch.isclose(moved, torch.tensor(1.0))).all()
    )
    assert 0.7 < float(moved.mean()) < 0.95


def test_a_cutout_is_one_square_of_the_given_share():
    left = 1 - Cutout(0.5)(torch.ones(300, 2, 8, 8), always(300))
    cut = left.sum((2, 3))
    assert torch.equal(cut[:, 0], cut[:, 1])  # all channels alike
    assert float(cut.max()) == 16
    assert float(cut.min()) >= 4  # of a square in the corner a quarter is left
    sides = left[:, 0].amax(2).sum(1) * left[:, 0].amax(1).sum(1)
    assert torch.equal(sides, cut[:, 0])


def test_a_jitter_moves_the_mean_by_the_brightness_alone():
    x = torch.randn(400, 3, 4, 4)
    moved = (Jitter()(x, always(400)) - x).mean((1, 2, 3))
    assert float(moved.abs().max()) <= 0.5
    assert float(moved.std()) == pytest.approx(1 / 12**0.5, rel=0.1)


def test_a_jitter_of_contrast_spreads_around_the_mean():
    x = torch.randn(400, 1, 4, 4)
    changed = Jitter(0.0, 1.0, 0.5)(x, always(400))
    middle = x.mean((1, 2, 3), keepdim=True)
    factor = ((changed - middle) / (x - middle)).flatten(1)
    assert close(factor, factor[:, :1].expand_as(factor))
    assert 0.5 <= float(factor.min()) < 0.6
    assert 1.4 < float(factor.max()) <= 1.5


def test_a_jitter_of_saturation_keeps_every_pixels_grey():
    x = torch.randn(50, 3, 4, 4)
    changed = Jitter(0.0, 1.0, 0.0)(x, always(50))
    assert close(changed.mean(1), x.mean(1))
    assert not close(changed, x)


@pytest.mark.parametrize("change", [Jitter(), Translation(), Cutout()], ids=["j", "t", "c"])
def test_without_probability_nothing_changes_to_the_bit(change):
    x = torch.randn(20, 3, 8, 8)
    assert torch.equal(change(x, never(20)), x)


def test_all_items_are_changed_and_slopes_come_through():
    x = torch.randn(20, 3, 8, 8, requires_grad=True)
    changed = DiffAugment()(x)
    assert bool((changed != x).flatten(1).any(1).all())
    (slope,) = torch.autograd.grad(changed.square().sum(), x, create_graph=True)
    assert bool((slope != 0).flatten(1).any(1).all())
    (second,) = torch.autograd.grad(slope.square().sum(), x)
    assert bool(second.isfinite().all())


def test_observing_changes_nothing():
    augmentation = DiffAugment()
    augmentation.observe(torch.ones(4), 1.0)
    assert float(augmentation.probability) == 1.0


@pytest.mark.parametrize(
    "make", [lambda: Jitter(-0.1), lambda: Translation(-0.1), lambda: Cutout(-0.1)]
)
def test_negative_amounts_are_refused(make):
    with pytest.raises(ValueError, match="must be at least 0"):
        make()
