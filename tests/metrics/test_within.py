"""Distances within classes, against scipy's and on paper."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from sparring.core import WrongUse
from sparring.metrics.within import within_class_distance


def test_it_is_the_mean_over_classes_of_scipys_pairwise_distances():
    random = np.random.default_rng(0)
    items, labels = random.normal(size=(60, 5)) + 100, random.integers(4, size=60)
    expected = np.mean([pdist(items[labels == name]).mean() for name in range(4)])
    assert within_class_distance(items, labels) == pytest.approx(expected)


@given(st.floats(0.1, 10), st.floats(-50, 50))
def test_it_grows_with_the_items_and_not_with_their_place(scale, shift):
    items = np.random.default_rng(1).normal(size=(12, 3))
    labels = np.arange(12) % 3
    found = within_class_distance(scale * items + shift, labels)
    assert found == pytest.approx(scale * within_class_distance(items, labels), rel=1e-6)


def test_how_far_classes_are_from_each_other_does_not_count():
    items, labels = np.array([[0.0], [1.0], [0.0], [3.0]]), [0, 0, 1, 1]
    assert within_class_distance(items, labels) == 2
    items[2:] += 1000
    assert within_class_distance(items, labels) == pytest.approx(2)


def test_classes_of_one_item_do_not_count():
    assert within_class_distance([[0.0], [4.0], [9.0]], ["a", "a", "b"]) == 4


def test_wrong_labels_get_their_sentence():
    with pytest.raises(WrongUse, match="a class must have at least 2 items, and none has"):
        within_class_distance([[0.0], [1.0]], [0, 1])
    with pytest.raises(WrongUse, match=r"labels must be 2, one an item, got shape \(3,\)"):
        within_class_distance([[0.0], [1.0]], [0, 1, 1])
