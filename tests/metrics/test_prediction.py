"""Simple laws of sounds: counted and fitted as on paper, and their chances sum to one."""

import itertools

import numpy as np
import pytest
from scipy.special import ndtr

from sparring.metrics.prediction import Bag, LinearPrediction

PLACES = np.array([-1.0, -0.2, 0.1, 1.0])
EDGES = np.array([-0.6, 0.0, 0.5])
EVERY = np.array(list(itertools.product(PLACES, repeat=3)))
NOISE = np.random.default_rng(0).normal(scale=0.4, size=(50, 40)).cumsum(1).clip(-1, 1)


@pytest.mark.parametrize(
    "law",
    [
        Bag(NOISE, EDGES),
        LinearPrediction(NOISE, PLACES, EDGES, order=1),
        LinearPrediction(NOISE, PLACES, EDGES, order=5),
        LinearPrediction(NOISE, PLACES, EDGES, order=2, adapting=4),
    ],
)
def test_the_chances_of_all_sounds_sum_to_one(law):
    assert np.exp(-law(EVERY)).sum() == pytest.approx(1, abs=1e-9)


def test_a_bag_counts():
    law = Bag(np.array([[-1.0, 0.1, 0.2, 0.9]]), EDGES)
    expected = -np.log(np.array([3 / 8 * 2 / 8, 1 / 8 * 2 / 8]))
    np.testing.assert_allclose(law(np.array([[0.3, 1.0], [-0.5, -1.0]])), expected)


def test_a_sample_has_the_mass_of_a_normal_between_the_edges_of_its_level():
    law = LinearPrediction(NOISE, PLACES, EDGES, order=1)
    (a,), s = law.coefficients, law.deviation
    first, second = ndtr(0.0) - ndtr(-0.6 / s), ndtr((0.5 + 0.2 * a) / s) - ndtr(0.2 * a / s)
    found = law(np.array([[-0.2, 0.1]]))
    assert found[0] == pytest.approx(-np.log(first) - np.log(second))


def test_coefficients_are_those_that_made_the_sound():
    random = np.random.default_rng(1)
    x = np.zeros((20, 3000))
    for t in range(2, x.shape[1]):
        x[:, t] = 1.2 * x[:, t - 1] - 0.5 * x[:, t - 2] + 0.02 * random.normal(size=20)
    places = np.linspace(-1, 1, 2001)
    law = LinearPrediction(x, places, (places[1:] + places[:-1]) / 2, order=2)
    np.testing.assert_allclose(law.coefficients, [1.2, -0.5], atol=0.01)
    assert law.deviation == pytest.approx(0.02, rel=0.02)


def test_a_spread_that_adapts_is_that_of_the_residuals_before():
    law = LinearPrediction(NOISE, PLACES, EDGES, order=1, adapting=4)
    residuals = np.array([[0.3, -0.1, 0.2]])
    start = law.deviation**2
    second = 0.75 * start + 0.25 * 0.09
    expected = [start, second, 0.75 * second + 0.25 * 0.01]
    np.testing.assert_allclose(law._deviations(residuals)[0] ** 2, expected, atol=2e-8)


def test_what_lies_far_out_is_finite():
    law = LinearPrediction(np.full((3, 50), 0.1), PLACES, EDGES, order=1)
    assert np.isfinite(law(np.array([[1.0, -1.0, 1.0]]))).all()
