"""Levels and choices with a density: constants from paper and pencil."""

import math

import pytest
import torch

from sparring.core import WrongUse
from sparring.losses.spaces import Dequantised, DequantisedRows, Plain

torch.set_num_threads(1)


def pictures(levels, n=500, shape=(1, 2, 2)):
    torch.manual_seed(0)
    return 2 * torch.randint(levels, (n, *shape)) / (levels - 1) - 1


@pytest.mark.parametrize("logit", [None, 0.05, 1e-6])
@pytest.mark.parametrize("levels", [2, 17, 256])
def test_every_level_comes_back(levels, logit):
    x = pictures(levels)
    space = Dequantised(x.shape[1:], levels, logit)
    vectors, _ = space.spread(x)
    level = (space.gather(vectors) + 1) * (levels - 1) / 2
    # Within half a level of the one it was.
    assert float((level - (x + 1) * (levels - 1) / 2).abs().max()) <= 0.5 + 1e-3


@pytest.mark.parametrize("logit", [None, 0.05, 0.2])
@pytest.mark.parametrize("levels", [2, 5, 256])
def test_the_volume_is_the_change_of_it_that_autograd_finds(levels, logit):
    """From units of levels, in which a level has volume 1."""
    space = Dequantised((3,), levels, logit)
    vectors, volume = space.spread(pictures(levels, 20, (3,)))
    place = vectors.double().requires_grad_()
    units = (space.gather(place) + 1) * (levels - 1) / 2
    slopes = torch.autograd.grad(units.sum(), place)[0]
    torch.testing.assert_close(volume.double(), -slopes.log().sum(1), atol=1e-3, rtol=0)


def test_a_uniform_law_costs_log_256_a_pixel():
    space = Dequantised((1, 8, 8), logit=None)
    _, volume = space.spread(pictures(256, 10, (1, 8, 8)))
    uniform = -64 * math.log(2)  # of vectors in [-1, 1)
    torch.testing.assert_close(uniform + volume, torch.full((10,), -64 * math.log(256)))


def test_a_uniform_law_costs_as_much_through_logits():
    """The logit of a uniform number is logistic."""
    space = Dequantised((1, 8, 8), logit=1e-6)
    vectors, volume = space.spread(pictures(256, 10, (1, 8, 8)))
    logistic = -(vectors + 2 * torch.nn.functional.softplus(-vectors)).sum(1)
    torch.testing.assert_close(
        logistic + volume, torch.full((10,), -64 * math.log(256)), atol=0.01, rtol=0
    )


def test_noise_fills_a_level_evenly():
    torch.manual_seed(0)
    space = Dequantised((1,), 4, logit=None)
    v = (space.spread(torch.full((20_000, 1), 1 / 3))[0] + 1) / 2  # the third of four levels
    assert float(v.min()) >= 0.5
    assert float(v.max()) < 0.75
    assert float(v.mean()) == pytest.approx(0.625, abs=0.002)
    assert float(v.var()) == pytest.approx(0.25**2 / 12, rel=0.03)


def test_choices_of_rows_are_on_their_side_and_numbers_stay():
    space = DequantisedRows([("category", 2), ("bounded", 1), ("mode", 3)])
    x = torch.tensor([[0.0, 1, 0.25, 1, 0, 0]]).repeat(200, 1)
    vectors, volume = space.spread(x)
    choices = [0, 1, 3, 4, 5]
    assert torch.equal(vectors[:, choices] >= 0, x[:, choices] == 1)
    assert float(vectors[:, choices].abs().max()) <= 1
    assert torch.equal(vectors[:, 2], x[:, 2])
    assert torch.equal(volume, torch.zeros(200))
    back = space.gather(vectors)
    assert float((back - x).abs().max()) <= 0.5 + 1e-6
    assert torch.equal(back[:, 3:].argmax(1), x[:, 3:].argmax(1))


def test_numbers_are_left_alone():
    x = torch.randn(4, 3)
    vectors, volume = Plain((3,)).spread(x)
    assert torch.equal(vectors, x)
    assert torch.equal(Plain((3,)).gather(vectors), x)
    assert not volume.any()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"levels": 1}, "levels of Dequantised must be at least 2, got 1"),
        ({"logit": 0.0}, "logit of Dequantised must be between 0 and .5, got 0.0"),
        ({"logit": 0.5}, "logit of Dequantised must be between 0 and .5"),
    ],
)
def test_numbers_out_of_range_are_refused(options, said):
    with pytest.raises(WrongUse, match=said):
        Dequantised((2,), **options)
