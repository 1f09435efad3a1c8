"""The small pair for stacked digits."""

import pytest
import torch

from sparring.core import WrongUse
from sparring.networks import StackedDiscriminator, StackedGenerator


@pytest.mark.parametrize("size", [8, 17, 28, 32, 64])
def test_it_makes_and_judges_squares_of_any_size(size):
    x = StackedGenerator(5, 3, size)(torch.randn(2, 5))
    assert x.shape == (2, 3, size, size)
    assert StackedDiscriminator(3, size)(x).shape == (2,)


def test_it_is_as_small_as_published():
    """Of 28 pixels: 64 maps of 4 x 4, then 32, 16 and 8; judged by 2, 4 and 8."""
    maps = [p.shape[:2] for p in StackedGenerator(256, 3, 28).parameters() if p.dim() == 4]
    assert maps == [(64, 32), (32, 16), (16, 8), (3, 8)]
    judge = StackedDiscriminator(6, 28)
    assert [p.shape[:2] for p in judge.parameters() if p.dim() == 4] == [(2, 6), (4, 2), (8, 4)]
    assert judge.features_width == 8 * 4 * 4


def test_no_score_depends_on_the_rest_of_the_batch():
    judge, x = StackedDiscriminator(3, 28), torch.randn(4, 3, 28, 28)
    torch.testing.assert_close(judge(x)[1:2], judge(x[1:2]))


def test_conditions_enter_both():
    generator, judge = StackedGenerator(5, 1, 8, condition=3), StackedDiscriminator(1, 8, 8, 3)
    z, y = torch.randn(2, 5), torch.tensor([0, 2])
    assert not torch.equal(generator(z, y), generator(z, 2 - y))
    x = torch.randn(2, 1, 8, 8)
    assert not torch.equal(judge(x, y), judge(x, 2 - y))


def test_it_can_be_too_small():
    with pytest.raises(WrongUse, match="width of StackedDiscriminator must be at least 4, got 2"):
        StackedDiscriminator(3, 28, width=2)
