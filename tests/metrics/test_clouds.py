"""A mixture around pictures, against scipy's and paper and pencil."""

import numpy as np
import pytest
from scipy.stats import norm

from sparring.core import WrongUse
from sparring.metrics.clouds import Clouds


def pictures(n=300, levels=256, seed=0):
    """Around two pictures, 20 levels wide."""
    random = np.random.default_rng(seed)
    middle = np.where(random.integers(2, size=(n, 1, 1)), 80, 170)
    made = (middle + 20 * random.normal(size=(n, 2, 2))).clip(0, 255)
    step = 255 / (levels - 1)
    return (np.rint(made / step) * step).round().astype(np.uint8)


def test_it_is_the_mean_of_normal_densities():
    items, new = pictures(), pictures(20, seed=1)
    clouds = Clouds(items)
    spread = new.reshape(20, -1) + np.random.default_rng(0).random((20, 4))
    centres = items.reshape(300, -1) + 0.5
    density = norm.pdf(spread[:, None], centres[None], clouds.width).prod(2).mean(1)
    assert clouds(new) == pytest.approx(-np.log(density))


def test_the_width_is_the_best_for_others():
    items, new = pictures(), pictures(2000, seed=1)
    clouds = Clouds(items)
    assert clouds.width in (4.0, 8.0, 16.0)
    best = clouds(new).mean()
    for width in (clouds.width / 4, clouds.width * 4):
        other = Clouds(items)
        other.width = width
        assert other(new).mean() > best


def test_of_fewer_levels_chances_are_larger():
    """What is 15 levels apart of 256 is one of 18 levels: log 15 less for each of 4 pixels."""
    items, new = pictures(levels=18), pictures(500, 18, seed=1)
    gap = Clouds(items)(new).mean() - Clouds(items, levels=18)(new).mean()
    assert gap == pytest.approx(4 * np.log(15), abs=0.5)


def test_chances_sum_to_one_at_most():
    items = pictures(40, levels=4)
    clouds = Clouds(items, levels=4)
    every = np.stack(np.meshgrid(*[np.arange(4) * 85] * 4), -1).reshape(-1, 2, 2).astype(np.uint8)
    total = np.exp(-clouds(np.repeat(every, 50, 0))).sum() / 50
    assert 0.3 < total < 1.1


def test_one_picture_is_too_few():
    with pytest.raises(WrongUse, match="at least 2 pictures, got 1"):
        Clouds(pictures(1))
