"""Mode-specific normalisation: against pencil, scipy and scikit-learn's mixtures."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.mixture import BayesianGaussianMixture

import sparring.data.modes as module
from sparring.data.modes import ModeSpecific, fit_mixture, fit_modes

FAR = ModeSpecific((-100.0, 50.0), (2.0, 5.0), (0.75, 0.25), -110.0, 80.0, False)


def random(seed=0):
    return np.random.default_rng(seed)


def test_a_value_is_its_place_within_its_mode_and_which_mode_it_is():
    """alpha = (v - mean) / (4 deviation); modes so far apart leave no doubt."""
    x = FAR.encode(np.array([-100.0, -104.0, 50.0, 60.0]))
    np.testing.assert_allclose(x, [[0, 1, 0], [-0.5, 1, 0], [0, 0, 1], [0.5, 0, 1]])


def test_a_place_within_a_mode_is_decoded_to_its_value():
    block = np.array([[0.25, 0.9, 0.1], [-0.5, 0.2, 0.3]])
    assert FAR.decode(block).tolist() == [-98.0, 40.0]


def test_a_mode_is_drawn_by_its_probability_of_having_made_the_value():
    encoder = ModeSpecific((0.0, 2.0, 3.0), (1.0, 2.0, 0.5), (0.5, 0.3, 0.2), -9.0, 9.0, False)
    for value in (0.5, 2.2):
        densities = [0.5, 0.3, 0.2] * stats.norm.pdf(value, [0, 2, 3], [1, 2, 0.5])
        counts = encoder.encode(np.full(20_000, value))[:, 1:].sum(axis=0)
        expected = 20_000 * densities / densities.sum()
        assert stats.chisquare(counts, expected).pvalue > 1e-3


def test_what_is_encoded_comes_back():
    values = np.append(random().normal(-10, 1, 3000), random(1).normal(20, 3, 1000))
    encoder = fit_modes(values, False, random())
    x = encoder.encode(values)
    within = np.abs(x[:, 0]) < 1
    assert within.mean() > 0.999
    assert np.abs(encoder.decode(x) - values)[within].max() < 1e-4


def test_the_same_column_is_encoded_alike_and_another_seed_draws_other_modes():
    values = random().normal(size=500)
    first, other = fit_modes(values, False, random(1)), fit_modes(values, False, random(2))
    assert np.array_equal(first.encode(values), first.encode(values))
    assert not np.array_equal(first.encode(values), other.encode(values))


def test_a_hand_made_mixture_is_found():
    sizes, places, widths = [3000, 5000, 2000], [-10.0, 0.0, 20.0], [1.0, 0.5, 3.0]
    made = zip(sizes, places, widths, strict=True)
    values = np.concatenate([random(n).normal(m, s, n) for n, m, s in made])
    weights, means, deviations = fit_mixture(values, random())
    grid = np.linspace(-15, 35, 500)
    true = sum(n / 1e4 * stats.norm.cdf(grid, m, s) for n, m, s in zip(sizes, places, widths))  # noqa: B905
    found = (weights * stats.norm.cdf(grid[:, None], means, deviations)).sum(axis=1)
    assert np.abs(found - true).max() < 0.02
    assert len(weights) <= 5
    np.testing.assert_allclose(means[:2], [0, -10], atol=0.1)
    np.testing.assert_allclose(deviations[:2], [0.5, 1], atol=0.15)


def test_the_posterior_is_that_of_an_independent_implementation(monkeypatch):
    """scikit-learn's variational mixture, with the same prior, on the same standardised points."""
    monkeypatch.setattr(module, "MODES", 2)
    values = np.append(random().normal(-3, 1, 700), random(1).normal(4, 0.5, 300))
    weights, means, deviations = fit_mixture(values, random())
    theirs = BayesianGaussianMixture(
        n_components=2, weight_concentration_prior_type="dirichlet_distribution",
        weight_concentration_prior=1e-3, tol=1e-9, max_iter=500, random_state=0,
        degrees_of_freedom_prior=1, mean_precision_prior=1,
    ).fit((values - values.mean())[:, None] / values.std())  # fmt: skip
    order = np.argsort(-theirs.weights_)
    np.testing.assert_allclose(weights, theirs.weights_[order], atol=1e-3)
    expected = values.mean() + values.std() * theirs.means_[order, 0]
    np.testing.assert_allclose(means, expected, atol=1e-2)
    spread = values.std() * np.sqrt(theirs.covariances_[order, 0, 0])
    np.testing.assert_allclose(deviations, spread, rtol=1e-2)


def test_light_modes_are_dropped_where_others_reach_their_values():
    values = random().uniform(size=5000)
    weights, _, _ = fit_mixture(values, random())
    assert 2 <= len(weights) <= 10
    assert weights.min() > 0.005
    assert weights.sum() == pytest.approx(1)
    assert (np.diff(weights) <= 0).all()


def test_a_rare_value_that_no_other_mode_reaches_keeps_its_own():
    """As the largest capital gain of Adult, which 159 of 32561 rows have."""
    values = np.append(random().normal(0, 1, 10_000).round(2), np.full(20, 1000.0))
    encoder = fit_modes(values, False, random())
    back = encoder.decode(encoder.encode(values))
    np.testing.assert_allclose(back[-20:], 1000, rtol=1e-3)


def test_decoding_never_leaves_the_range_that_was_seen():
    x = np.array([[-1.0, 1, 0], [1.0, 0, 1], [-7.0, 1, 0], [7.0, 0, 1]])
    encoder = ModeSpecific((0.0, 10.0), (1.0, 2.0), (0.5, 0.5), -2.0, 11.0, False)
    assert encoder.decode(x).tolist() == [-2, 11, -2, 11]


def test_a_value_beyond_the_range_is_encoded_as_its_end():
    ends, beyond = (FAR.encode(np.array(v)) for v in ([-110.0, 80.0], [-1e9, 1e9]))
    assert np.array_equal(ends, beyond)


def test_missing_numbers_have_a_mask_of_their_own():
    values = np.append(random().normal(size=300), [math.nan, math.nan])
    encoder = fit_modes(values, False, random())
    kinds = [kind for kind, _ in encoder.spans]
    x = encoder.encode(values)
    assert kinds == ["bounded", "mode", "category"]
    assert x[-1, :2].tolist() == [0, 1]
    assert x[-1, -2:].tolist() == [0, 1]
    assert x[0, -2:].tolist() == [1, 0]
    assert np.isnan(encoder.decode(x)).tolist() == np.isnan(values).tolist()


def test_categories_constants_and_few_whole_numbers_are_one_hot():
    assert fit_modes(np.arange(50.0), True, random()).spans == (("category", 50),)
    assert fit_modes(np.full(9, 7.5), False, random()).spans == ()
    assert fit_modes(np.array([1.0, 2, 5, 5]), False, random()).spans == (("category", 3),)
    assert fit_modes(np.arange(50.0), False, random()).spans[0] == ("bounded", 1)


def test_a_description_gives_the_same_encoder():
    encoder = fit_modes(np.append(random().normal(size=300), math.nan), False, random())
    described = json.loads(json.dumps(encoder.describe()))
    assert described.pop("encoder") == ModeSpecific.name
    fields = {k: tuple(v) if isinstance(v, list) else v for k, v in described.items()}
    assert ModeSpecific(**fields) == encoder


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=40).filter(lambda v: np.ptp(v) > 1e-6)
)
def test_any_column_becomes_places_and_modes_and_stays_in_its_range(values):
    column = np.array(values) + 0.5
    if np.ptp(column) == 0:
        return
    encoder = fit_modes(column, False, random())
    x = encoder.encode(column)
    assert np.isfinite(x).all()
    assert (np.abs(x) <= 1).all()
    if isinstance(encoder, ModeSpecific):
        assert (x[:, 1:].sum(axis=1) == 1).all()
    back = encoder.decode(x)
    assert (back >= column.min()).all()
    assert (back <= column.max()).all()
