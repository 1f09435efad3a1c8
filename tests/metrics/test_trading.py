"""When a sweep of widths counts as monotone."""

import numpy as np
import pytest

from sparring.core import WrongUse
from sparring.metrics.trading import Width, monotone_share, share_in_any_order, trades


def width(confidence, diversity, spread=0.0, n=400, seed=0):
    noise = np.random.default_rng(seed).normal(size=n)
    return Width(confidence + spread * (noise - noise.mean()) / noise.std(ddof=1), diversity)


def test_surer_and_more_alike_is_a_trade_and_one_without_the_other_is_none():
    start = width(0.8, 5.0)
    assert trades(start, width(0.9, 4.0))
    assert not trades(start, width(0.9, 6.0))
    assert not trades(start, width(0.7, 4.0))


@pytest.mark.parametrize("n", [400, 399], ids=["as many", "not as many"])
def test_a_fall_of_two_standard_errors_is_chance_and_a_larger_one_is_not(n):
    # Independent means of 400 with deviation .1: the difference has an error of .00707.
    start = width(0.8, 5.0, 0.1)
    assert trades(start, width(0.8 - 0.012, 4.0, 0.1, n, seed=1))
    assert not trades(start, width(0.8 - 0.018, 4.0, 0.1, n, seed=1))


def test_items_of_the_same_latents_are_compared_one_by_one():
    start = width(0.8, 5.0, 0.1)
    assert not trades(start, Width(start.sureness - 0.001, 4.0))


def test_the_share_counts_neighbouring_steps():
    falling = [width(sure, apart) for sure, apart in ((0.6, 9), (0.7, 8), (0.8, 7), (0.9, 6))]
    assert monotone_share(falling) == 1
    assert monotone_share(falling[::-1]) == 0
    assert monotone_share([falling[0], falling[2], falling[1]]) == 0.5


def test_without_an_order_half_of_a_monotone_sweep_is_in_order_and_nothing_of_a_still_one():
    falling = [width(sure, apart) for sure, apart in ((0.6, 9), (0.7, 8), (0.8, 7), (0.9, 6))]
    assert share_in_any_order(falling) == share_in_any_order(falling[::-1]) == 0.5
    assert share_in_any_order([width(0.8, 5.0)] * 3) == 0


def test_one_width_is_refused():
    for share in (monotone_share, share_in_any_order):
        with pytest.raises(WrongUse, match="at least 2 widths to compare, got 1"):
            share([width(0.8, 5.0)])


def test_confidence_is_the_mean_of_the_largest_probability():
    found = Width.of([[0.2, 0.8], [0.6, 0.4]], [[0.0, 0.0], [3.0, 4.0]], [1, 1])
    assert found.confidence == pytest.approx(0.7)
    assert found.diversity == 5
