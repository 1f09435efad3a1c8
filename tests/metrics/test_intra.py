"""Distances within classes."""

import numpy as np
import pytest

from sparring.core.errors import WrongUse
from sparring.metrics.frechet import frechet_distance
from sparring.metrics.intra import intra_class_distance


@pytest.fixture
def items():
    random = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], 200)
    return random.normal(size=(600, 4)) + 5 * labels[:, None], labels


def test_it_is_the_mean_of_the_classes_distances(items):
    x, y = items
    made = x * 1.5 + 0.2
    expected = np.mean([frechet_distance(x[y == k], made[y == k]) for k in range(3)])
    assert intra_class_distance(x, y, made, y) == pytest.approx(expected)


def test_the_right_pictures_of_the_wrong_classes_are_seen_here_alone(items):
    x, y = items
    wrong = (y + 1) % 3
    assert frechet_distance(x, x) < 1e-9
    assert intra_class_distance(x, y, x, wrong) > 50


def test_one_picture_a_class_is_seen(items):
    x, y = items
    collapsed = np.stack([x[y == k].mean(0) for k in y]) + 1e-3 * x
    assert intra_class_distance(x, y, collapsed, y) > 3


def test_a_class_that_nobody_made_is_refused(items):
    x, y = items
    with pytest.raises(WrongUse, match="class 2 has 200 and 0"):
        intra_class_distance(x, y, x[y < 2], y[y < 2])
