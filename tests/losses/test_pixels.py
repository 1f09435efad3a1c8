"""Distributions of pixels: they sum to one, and samples come as often as they should."""

import itertools
import math

import pytest
import torch
from scipy import stats

from sparring.core import WrongUse
from sparring.data.image import normalise
from sparring.losses.logistics import DiscretisedLogistic, LogisticMixture, log_mass
from sparring.losses.pixels import (
    Bernoulli,
    Gaussian,
    Levels,
    to_levels,
)

DISCRETE = [
    (Bernoulli(), 2, 1),
    (Bernoulli(3), 2, 3),
    (Levels(levels=5), 5, 1),
    (Levels(3, levels=3), 3, 3),
    (DiscretisedLogistic(levels=6), 6, 1),
    (DiscretisedLogistic(3, levels=3), 3, 3),
    (LogisticMixture(1, components=3, levels=7), 7, 1),
    (LogisticMixture(3, components=3, levels=4), 4, 3),
]
ids = [f"{type(p).__name__}-{c}" for p, _, c in DISCRETE]


def every(levels, channels):
    """All colours of one pixel, (levels^channels, channels, 1, 1)."""
    places = torch.linspace(-1, 1, levels, dtype=torch.float64).tolist()
    colours = itertools.product(places, repeat=channels)
    return torch.tensor(list(colours), dtype=torch.float64)[:, :, None, None]


def outputs_of(pixels, n, seed=0):
    torch.manual_seed(seed)
    one = 1.5 * torch.randn(1, pixels.outputs, 1, 1, dtype=torch.float64)
    return one.expand(n, -1, -1, -1)


@pytest.mark.parametrize(("pixels", "levels", "channels"), DISCRETE, ids=ids)
@pytest.mark.parametrize("seed", range(3))
def test_probabilities_of_all_colours_sum_to_one(pixels, levels, channels, seed):
    x = every(levels, channels)
    chances = (-pixels.surprise(x, outputs_of(pixels, len(x), seed))).exp()
    assert float(chances.sum()) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(("pixels", "levels", "channels"), DISCRETE, ids=ids)
@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_samples_come_as_often_as_is_probable(pixels, levels, channels, temperature):
    n, x = 40_000, every(levels, channels)
    drawn = pixels.sample(outputs_of(pixels, n), temperature)
    assert drawn.shape == (n, channels, 1, 1)
    nearest = torch.cdist(drawn.flatten(1), x.flatten(1))
    assert float(nearest.min(1).values.max()) < 1e-6
    found = nearest.argmin(1).bincount(minlength=len(x)) / n
    expected = (-pixels.surprise(x, outputs_of(pixels, len(x)))).exp()
    if temperature == 1:
        assert float((found - expected).abs().max()) < 0.012
    else:  # what is most probable comes more often
        assert float((found * expected).sum()) > float((expected * expected).sum())


@pytest.mark.parametrize(("pixels", "levels", "channels"), DISCRETE[:4], ids=ids[:4])
def test_the_mean_is_that_of_the_samples(pixels, levels, channels):
    drawn = pixels.sample(outputs_of(pixels, 40_000)).mean(0)
    assert torch.allclose(drawn, pixels.mean(outputs_of(pixels, 1))[0], atol=0.02)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_mean_of_narrow_logistics_is_that_of_the_samples(channels):
    """Wide ones are cut at the ends, which their mean doesn't see."""
    torch.manual_seed(0)
    pixels = LogisticMixture(channels, components=2)
    outputs = 0.3 * torch.randn(1, pixels.outputs, 1, 1)
    places = outputs[:, 2:].unflatten(1, (2, -1))
    places[:, :, channels : 2 * channels] = -4.0
    drawn = pixels.sample(outputs.expand(40_000, -1, -1, -1)).mean(0)
    assert torch.allclose(drawn, pixels.mean(outputs)[0], atol=0.02)


@pytest.mark.parametrize(("pixels", "levels", "channels"), DISCRETE, ids=ids)
def test_pixels_are_independent_of_each_other(pixels, levels, channels):
    torch.manual_seed(0)
    outputs = torch.randn(2, pixels.outputs, 2, 3, dtype=torch.float64)
    x = to_levels(torch.rand(2, channels, 2, 3, dtype=torch.float64) * 2 - 1, levels)
    whole = pixels.surprise(x, outputs)
    parts = sum(
        pixels.surprise(x[..., i : i + 1, j : j + 1], outputs[..., i : i + 1, j : j + 1])
        for i in range(2)
        for j in range(3)
    )
    assert torch.allclose(whole, parts)


def test_masses_are_those_of_scipys_logistic():
    x = torch.linspace(-1, 1, 256, dtype=torch.float64)
    mean, scale = torch.tensor(0.3, dtype=torch.float64), 0.05
    mine = log_mass(x, mean, torch.tensor(math.log(scale)), 256).exp().numpy()
    law = stats.logistic(0.3, scale)
    edges = (x[:-1] + 1 / 255).numpy()
    theirs = law.cdf([*edges, math.inf]) - law.cdf([-math.inf, *edges])
    assert mine == pytest.approx(theirs, rel=1e-9, abs=1e-15)


def test_far_away_the_surprise_is_finite_and_has_a_slope():
    outputs = torch.tensor([-30.0, -6.9])[None, :, None, None].requires_grad_()
    surprise = DiscretisedLogistic().surprise(torch.full((1, 1, 1, 1), 0.5), outputs)
    (slope,) = torch.autograd.grad(surprise.sum(), outputs)
    assert surprise.isfinite().all()
    assert slope.isfinite().all()
    assert float(slope[0, 0]) < 0  # the mean wants up


def test_a_normal_is_torchs():
    torch.manual_seed(0)
    x, outputs = torch.randn(3, 2, 4, 4), torch.randn(3, 4, 4, 4)
    law = torch.distributions.Normal(outputs[:, :2], outputs[:, 2:].exp())
    expected = -law.log_prob(x).flatten(1).sum(1)
    assert torch.allclose(Gaussian(2, least=1e-3).surprise(x, outputs), expected, rtol=1e-5)


def test_deviations_have_a_least():
    outputs = torch.tensor([0.0, -50.0])[None, :, None, None]
    assert Gaussian(least=0.1).surprise(torch.zeros(1, 1, 1, 1), outputs).item() == pytest.approx(
        math.log(0.1) + math.log(2 * math.pi) / 2
    )


@pytest.mark.parametrize(("pixels", "levels", "channels"), DISCRETE, ids=ids)
def test_the_nearest_pictures_are_of_its_levels(pixels, levels, channels):
    x = torch.rand(5, channels, 2, 2, dtype=torch.float64) * 2 - 1
    near = pixels.nearest(x)
    assert float((near - x).abs().max()) <= 1 / (levels - 1) + 1e-9
    assert torch.equal(pixels.nearest(near), near)


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.nan, math.inf])
@pytest.mark.parametrize(
    "pixels", [Bernoulli(), Levels(levels=3), DiscretisedLogistic(), Gaussian()]
)
def test_a_temperature_must_be_above_zero(pixels, temperature):
    with pytest.raises(WrongUse, match="temperature must be a number above 0"):
        pixels.sample(torch.zeros(1, pixels.outputs, 1, 1), temperature)


def test_levels_between_are_refused_where_pixels_are_on_or_off():
    with pytest.raises(WrongUse, match="binarise='dynamic', 'static' or 'half', or take pixels"):
        Bernoulli().surprise(torch.zeros(1, 1, 2, 2), torch.zeros(1, 1, 2, 2))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Levels(levels=1),
        lambda: LogisticMixture(2),
        lambda: LogisticMixture(3, components=0),
        lambda: Gaussian(least=0.0),
    ],
)
def test_numbers_out_of_range_are_refused(make):
    with pytest.raises(WrongUse, match=r"at least|above 0"):
        make()


@pytest.mark.parametrize(("pixels", "levels", "channels"), DISCRETE, ids=ids)
def test_the_same_numbers_draw_the_same_pictures(pixels, levels, channels):
    outputs = torch.randn(2, pixels.outputs, 3, 3)
    uniform = torch.rand(2, pixels.noises, 3, 3)
    one, other = (pixels.sample(outputs, uniform=uniform) for _ in range(2))
    assert torch.equal(one, other)
    assert one.shape == (2, channels, 3, 3)


@pytest.mark.parametrize("law", [Levels, DiscretisedLogistic, LogisticMixture])
def test_pictures_of_seventeen_tones_in_bytes_have_probabilities(law):
    x = normalise(torch.arange(17).mul(255 / 16).round().to(torch.uint8))[:, None, None, None]
    pixels = law(1, levels=17)
    chances = (-pixels.surprise(x, outputs_of(pixels, 17).float())).exp()
    assert float(chances.sum()) == pytest.approx(1, abs=1e-5)
