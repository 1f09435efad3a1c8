"""Modes under PacGAN's protocol: ring and grid, counted by hand."""

import math

import numpy as np
import pytest

from sparring.core.errors import WrongUse
from sparring.metrics.modes import mode_coverage, reverse_kl

ANGLES = 2 * np.pi * np.arange(8) / 8
RING = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)


def ring(n, modes, std=0.01, seed=0):
    random = np.random.default_rng(seed)
    return RING[random.integers(0, modes, n)] + std * random.normal(size=(n, 2))


def test_the_data_themselves():
    found = mode_coverage(ring(2500, 8), RING, 0.01)
    assert found.modes == 8
    # Within 3 deviations of a planar Gaussian: 1 - exp(-9/2).
    assert found.high_quality == pytest.approx(1 - math.exp(-4.5), abs=0.005)
    assert found.reverse_kl < 0.005


def test_one_mode():
    found = mode_coverage(ring(2500, 1), RING, 0.01)
    assert found.modes == 1
    assert found.reverse_kl == pytest.approx(math.log(8))
    assert found.counts[1:] == (0,) * 7


def test_half_of_the_modes():
    assert mode_coverage(ring(2500, 4), RING, 0.01).reverse_kl == pytest.approx(
        math.log(2), abs=0.01
    )


def test_noise_covers_nothing_well():
    noise = np.random.default_rng(1).uniform(-1.5, 1.5, size=(2500, 2))
    found = mode_coverage(noise, RING, 0.01)
    # Eight discs of radius 0.03 in a square of 9.
    assert found.high_quality == pytest.approx(8 * math.pi * 0.03**2 / 9, abs=0.003)


def test_three_deviations_are_outside():
    found = mode_coverage([[3.0], [2.999], [-3.001]], [[0.0], [100.0]], 1.0)
    assert found.counts == (1, 0)
    assert found.high_quality == pytest.approx(1 / 3)


def test_low_quality_samples_stay_out_of_the_divergence():
    # 2 and 2 of high quality; three more lie nearest to the first mode, but far from it.
    samples = [[0.0], [0.1], [10.0], [10.1], [4.0], [-4.0], [-5.0]]
    found = mode_coverage(samples, [[0.0], [10.0]], 1.0)
    assert found.counts == (2, 2)
    assert found.reverse_kl == 0


def test_no_sample_of_high_quality():
    found = mode_coverage([[50.0]], [[0.0], [1.0]], 1.0)
    assert (found.modes, found.high_quality, found.reverse_kl) == (0, 0, math.log(2))


def test_each_mode_may_have_its_own_spread():
    # In deviations 2 is nearer to the wide mode at 10 than to the narrow one at 0.
    found = mode_coverage([[2.0]], [[0.0], [10.0]], [[0.1], [5.0]])
    assert found.counts == (0, 1)


def test_reverse_kl_on_paper():
    wanted = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert reverse_kl([3, 1]) == pytest.approx(wanted)


def test_refusals():
    with pytest.raises(WrongUse, match=r"std must be one number.*got shape \(3,\)"):
        mode_coverage([[0.0, 0.0]], RING, [1.0, 2.0, 3.0])
    with pytest.raises(WrongUse, match="std must be above 0, got 0"):
        mode_coverage([[0.0, 0.0]], RING, 0.0)
    with pytest.raises(WrongUse, match="not all 0"):
        reverse_kl([0, 0])
