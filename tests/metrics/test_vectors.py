"""Metrics take finite rows of one width, and say so in one sentence."""

import numpy as np
import pytest

from sparring.core.errors import WrongUse
from sparring.metrics.copying import authenticity, data_copying
from sparring.metrics.density import density_coverage
from sparring.metrics.frechet import frechet_distance
from sparring.metrics.kernel import kernel_distance
from sparring.metrics.modes import mode_coverage
from sparring.metrics.precision import precision_recall
from sparring.metrics.two_sample import two_sample_auc

GOOD = np.random.default_rng(0).normal(size=(40, 3))
PAIRED = {
    "frechet": frechet_distance,
    "kernel": kernel_distance,
    "precision": precision_recall,
    "density": density_coverage,
    "two_sample": two_sample_auc,
    "authenticity": authenticity,
    "data_copying": lambda real, made: data_copying(real, real, made),
    "modes": lambda real, made: mode_coverage(made, real, 1.0),
}


@pytest.mark.parametrize("metric", PAIRED.values(), ids=PAIRED)
class TestEveryMetricRefuses:
    def test_images_that_were_not_flattened(self, metric):
        with pytest.raises(WrongUse, match=r"must be of shape \(n, d\).*got shape \(40, 3, 1\)"):
            metric(GOOD, GOOD[..., None])

    def test_missing_values(self, metric):
        broken = GOOD.copy()
        broken[7, 1] = np.nan
        with pytest.raises(WrongUse, match="finite numbers, got 1 rows"):
            metric(GOOD, broken)

    def test_other_widths(self, metric):
        with pytest.raises(WrongUse, match=r"one length, got"):
            metric(GOOD, GOOD[:, :2])

    def test_no_items(self, metric):
        with pytest.raises(WrongUse, match=r"at least \d+ items?"):
            metric(GOOD, GOOD[:0])


@pytest.mark.parametrize("metric", PAIRED.values(), ids=PAIRED)
def test_the_arguments_are_left_as_they_were(metric):
    real, made = GOOD.copy(), GOOD.copy()[::-1] + 1
    kept = made.copy()
    metric(real, made)
    np.testing.assert_array_equal(real, GOOD)
    np.testing.assert_array_equal(made, kept)


@pytest.mark.parametrize("metric", PAIRED.values(), ids=PAIRED)
def test_a_generator_that_collapsed_to_a_point_gets_a_number(metric):
    found = metric(GOOD, np.full((40, 3), 0.25))
    numbers = vars(found).values() if hasattr(found, "__dict__") else np.atleast_1d(found)
    assert all(np.isfinite(number).all() for number in numbers)
