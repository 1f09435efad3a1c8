"""Kinds of stacked digits, as a classifier sees them."""

import math

import numpy as np
import pytest

from sparring.core.errors import WrongUse
from sparring.metrics.matching import matched_accuracy
from sparring.metrics.stacked_modes import stacked_modes


def level(x):
    """A classifier for which the level of a flat picture is its digit, without a doubt."""
    return np.eye(10)[np.asarray(x)[:, 0, 0]]


def flat(*kinds):
    digits = np.array([[kind // 100, kind // 10 % 10, kind % 10] for kind in kinds])
    return np.broadcast_to(digits[:, None, None].astype(np.uint8), (len(kinds), 8, 8, 3))


def test_every_kind_once_is_even():
    found = stacked_modes(flat(*range(1000)), level)
    assert (found.modes, found.reverse_kl, found.sureness) == (1000, 0.0, pytest.approx(1.0))


def test_one_kind_alone_has_the_largest_divergence():
    found = stacked_modes(flat(123, 123, 123), level)
    assert found.modes == 1
    assert found.reverse_kl == pytest.approx(math.log(1000))


def test_the_order_of_the_colours_counts():
    assert stacked_modes(flat(123, 321, 213), level).modes == 3


def test_uneven_kinds():
    """p = 3/4, 1/4: the sum of p log 1000 p."""
    expected = 0.75 * math.log(750) + 0.25 * math.log(250)
    assert stacked_modes(flat(1, 1, 1, 2), level).reverse_kl == pytest.approx(expected)


def test_doubt_is_seen_in_the_sureness():
    def doubtful(x):
        return np.full((len(x), 10), 0.1)

    assert stacked_modes(flat(1, 2), doubtful).sureness == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("items", "classifier", "sentence"),
    [
        (np.zeros((2, 8, 8), np.uint8), level, r"must be of shape \(n, h, w, 3\), got \(2, 8, 8\)"),
        (flat(1, 2), lambda x: np.ones((len(x), 3)), r"ten digits, \(2, 10\), got \(2, 3\)"),
    ],
)
def test_what_is_not_stacked_is_refused(items, classifier, sentence):
    with pytest.raises(WrongUse, match=sentence):
        stacked_modes(items, classifier)


def test_matching_finds_the_best_pairing():
    """Group 0 is mostly a, and with it 3 of 9 would agree; the best leaves a to group 1: 6."""
    groups = [0, 0, 0, 0, 0, 1, 1, 1, 1]
    classes = ["a", "a", "a", "b", "b", "a", "a", "a", "a"]
    assert matched_accuracy(groups, classes) == pytest.approx(6 / 9)


def test_names_of_groups_do_not_matter():
    random = np.random.default_rng(0)
    classes = random.integers(0, 5, 100)
    renamed = np.array([7, 1, 9, 3, 0])[classes]
    assert matched_accuracy(renamed, classes) == 1.0


def test_more_groups_than_classes_are_left_over():
    assert matched_accuracy([0, 1, 2, 3], [0, 0, 1, 1]) == 0.5


def test_chance_gets_little():
    random = np.random.default_rng(0)
    assert matched_accuracy(random.integers(0, 10, 5000), random.integers(0, 10, 5000)) < 0.15


def test_groups_and_classes_must_be_one_an_item():
    with pytest.raises(WrongUse, match="must be one an item"):
        matched_accuracy([0, 1], [0, 1, 2])
