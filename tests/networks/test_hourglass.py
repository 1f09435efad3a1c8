"""The hourglass of the deep image prior."""

import pytest
import torch

from sparring.core import WrongUse
from sparring.networks import Hourglass
from sparring.networks.hourglass import repeated

torch.set_num_threads(1)


def hourglass(**options):
    torch.manual_seed(0)
    return Hourglass(**{"inputs": 3, "channels": 2, "width": 4, "scales": 2, **options})


@pytest.mark.parametrize("size", [(5, 5), (9, 14), (21, 8), (16, 33)])
@pytest.mark.parametrize("skip", [0, 2])
def test_pictures_have_the_size_of_what_comes_in(size, skip):
    made = hourglass(skip=skip)(torch.rand(1, 3, *size))
    assert made.shape == (1, 2, *size)
    assert made.abs().max() <= 1


def test_the_default_has_the_papers_weights():
    # The authors print 2,217,831 for 32 channels of input; theirs have a bias before each
    # normalisation, which takes it away again: 128 after four convolutions a scale, 4 in the skip.
    weights = sum(p.numel() for p in Hourglass(32, 3).parameters())
    assert weights + 5 * (4 * 128 + 4) == 2_217_831


def test_what_is_made_is_the_same_in_evaluation():
    made, x = hourglass(), torch.rand(1, 3, 8, 8)
    assert torch.equal(made(x), made.eval()(x))


def test_sides_are_doubled_as_asked():
    called = []

    def doubling(x):
        called.append(tuple(x.shape[-2:]))
        return repeated(x)

    made = hourglass(doubling=doubling)
    made(torch.rand(1, 3, 9, 14))
    # Halved and rounded up: 9 x 14, 5 x 7, 3 x 4.
    assert called == [(3, 4), (5, 7)]


@pytest.mark.parametrize("skip", [0, 2])
def test_only_a_skip_lets_detail_of_single_pixels_past_the_smaller_maps(skip):
    """With the smaller maps cut off, what is left to be seen of the input is the skip's."""
    made = hourglass(skip=skip)
    made.body.doubling = lambda x: torch.zeros(1, x.shape[1], 2 * x.shape[2], 2 * x.shape[3])
    one, other = (made(torch.rand(1, 3, 8, 8)) for _ in range(2))
    assert torch.equal(one, other) is (skip == 0)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"inputs": 0}, "inputs"),
        ({"channels": 0}, "channels"),
        ({"width": 0}, "width"),
        ({"scales": 0}, "scales"),
        ({"skip": -1}, "skip"),
    ],
)
def test_numbers_out_of_range_are_refused(wrong, says):
    with pytest.raises(WrongUse, match=says):
        hourglass(**wrong)


def test_maps_too_small_to_be_halved_so_often_are_refused():
    with pytest.raises(WrongUse, match="more than 4 pixels a side, got 4"):
        hourglass()(torch.rand(1, 3, 9, 4))
