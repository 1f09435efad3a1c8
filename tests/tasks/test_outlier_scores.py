"""Scores of normality, held against laws that are known on paper."""

import math
import zlib

import numpy as np
import pytest

from sparring.core.errors import WrongUse
from sparring.tasks.outlier_scores import (
    CodeLength,
    Likelihood,
    LikelihoodRatio,
    Score,
    Typicality,
    deflated,
    perturbed,
    png,
)

DIMENSIONS = 100


class Normal:
    """Independent normals of one deviation around 0."""

    def __init__(self, deviation=1.0):
        self.deviation = deviation

    def log_prob(self, X):
        scaled = (np.asarray(X) / self.deviation) ** 2
        return -(scaled / 2 + math.log(self.deviation * math.sqrt(2 * math.pi))).sum(1)


@pytest.fixture
def heldout():
    return np.random.default_rng(0).normal(size=(4000, DIMENSIONS))


def test_likelihood_is_the_models_own():
    x = np.array([[0.0], [1.0]])
    expected = [-0.5 * math.log(2 * math.pi), -0.5 * math.log(2 * math.pi) - 0.5]
    assert Likelihood().fit(Normal(), x).score(x) == pytest.approx(expected)


def test_the_mean_surprise_of_held_out_items_is_the_entropy(heldout):
    # Of a normal law log sqrt(2 pi e) a dimension; its deviation is sqrt(d / 2) an item.
    entropy = DIMENSIONS * 0.5 * math.log(2 * math.pi * math.e)
    found = Typicality().fit(Normal(), heldout).mean_
    assert found == pytest.approx(entropy, abs=4 * math.sqrt(DIMENSIONS / 2 / 4000))


def test_the_most_probable_point_is_not_typical(heldout):
    # At 0 the surprise is d / 2 nats below the entropy, seven deviations of an item's.
    score = Typicality().fit(Normal(), heldout)
    assert score.score(np.zeros((1, DIMENSIONS)))[0] == pytest.approx(-DIMENSIONS / 2, abs=0.5)
    most_probable = Likelihood().fit(Normal(), heldout).score(np.zeros((1, DIMENSIONS)))
    assert most_probable > Likelihood().fit(Normal(), heldout).score(heldout).max()
    assert score.score(np.zeros((1, DIMENSIONS))) < np.quantile(score.score(heldout), 0.001)


def test_typicality_falls_alike_on_both_sides(heldout):
    score = Typicality().fit(Normal(), heldout)
    score.mean_ = 100.0

    class Said:
        def log_prob(self, X):
            return np.asarray(X, dtype=float)

    score.model_ = Said()
    assert score.score([-90.0, -110.0, -100.0]) == pytest.approx([-10, -10, 0])


def test_the_ratio_of_two_normals_is_a_parabola():
    # log N(x; 0, 1) - log N(x; 0, s) = log s - x^2 / 2 (1 - 1 / s^2).
    x = np.array([[0.0], [1.0], [3.0]])
    found = LikelihoodRatio(Normal(2.0)).fit(Normal(), x).score(x)
    assert found == pytest.approx(math.log(2) - x[:, 0] ** 2 / 2 * 0.75)


def test_a_code_of_b_bits_has_a_likelihood_of_two_to_the_minus_b():
    x = np.arange(200, dtype=np.uint8).reshape(2, 10, 10)
    bits = [8 * len(zlib.compress(item.tobytes(), 9)) for item in x]
    assert CodeLength(deflated).log_prob(x) == pytest.approx(-np.array(bits) * math.log(2))
    assert CodeLength().log_prob(x)[1] == pytest.approx(-8 * len(png(x[1])) * math.log(2))


def test_perturbing_draws_a_share_of_the_levels_evenly():
    grey = np.full((50, 40, 40), 7, np.uint8)
    changed = perturbed(grey, share=0.2, seed=1) != grey
    # One in 256 is drawn as it was; four deviations of a binomial's share.
    assert changed.mean() == pytest.approx(0.2 * 255 / 256, abs=4 * math.sqrt(0.16 / grey.size))
    drawn = perturbed(grey, share=0.2, seed=1)[changed]
    assert drawn.mean() == pytest.approx(127.5, abs=4 * 74 / math.sqrt(len(drawn)))
    assert (perturbed(grey, share=0.0) == grey).all()
    assert (grey == 7).all()


def test_a_score_of_ones_own_needs_one_method(heldout):
    class Nearest(Score):
        def score(self, X):
            return -np.abs(np.asarray(X)).max(1)

    assert Nearest().fit(Normal(), heldout).score([[1.0, -3.0]]) == pytest.approx([-3])


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: LikelihoodRatio("png"), "background of LikelihoodRatio must have a log_prob"),
        (lambda: perturbed(np.zeros((2, 3))), "must be uint8 pictures, got float64"),
        (lambda: perturbed(np.zeros((2, 3), np.uint8), 1.5), r"within \[0, 1\], got 1.5"),
    ],
)
def test_what_cannot_be_scored_is_refused(act, said):
    with pytest.raises(WrongUse, match=said):
        act()


def test_a_table_has_no_code_length(frame):
    with pytest.raises(WrongUse, match="CodeLength is of arrays, item by item, got a table"):
        CodeLength().log_prob(frame)
