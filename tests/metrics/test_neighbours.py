"""Distances in bounded memory agree with scikit-learn's brute force."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from sparring.core.errors import WrongUse
from sparring.metrics import neighbours


@pytest.fixture
def points():
    return np.random.default_rng(1).normal(size=(300, 17)) + 1000.0


def test_nearest_agrees_with_brute_force(points):
    queries = points[:50] + np.random.default_rng(2).normal(size=(50, 17))
    wanted, who = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(points).kneighbors(queries)
    distances, indices = neighbours.nearest(queries, points)
    np.testing.assert_array_equal(indices, who[:, 0])
    np.testing.assert_allclose(distances, np.linalg.norm(queries - points[who[:, 0]], axis=1))
    np.testing.assert_allclose(distances, wanted[:, 0], rtol=1e-6)


def test_radii_agree_with_brute_force(points):
    tree = NearestNeighbors(n_neighbors=5, algorithm="kd_tree").fit(points)
    wanted = tree.kneighbors(None)[0]  # self left out
    for k in (1, 3, 5):
        radii = neighbours.squared_radii(points, k, "real")
        np.testing.assert_allclose(np.sqrt(radii), wanted[:, k - 1], rtol=1e-9)
    np.testing.assert_allclose(neighbours.nearest_other(points), wanted[:, 0], rtol=1e-12)


def test_a_copy_has_distance_zero_however_far_from_the_origin(points):
    far = points * 1e6
    for rows, squares in neighbours.squared_distances(far, far.copy()):
        np.testing.assert_array_equal(squares[:, rows].diagonal(), 0.0)


def test_small_chunks_give_the_same(points, monkeypatch):
    whole = neighbours.squared_radii(points, 3, "real"), neighbours.nearest_other(points)
    monkeypatch.setattr(neighbours, "_NUMBERS", 7 * len(points))
    parts = neighbours.squared_radii(points, 3, "real"), neighbours.nearest_other(points)
    np.testing.assert_allclose(parts, whole, rtol=1e-12)


def test_too_few_points_for_k():
    with pytest.raises(WrongUse, match="real must have more than k = 3 items, got 3"):
        neighbours.squared_radii(np.zeros((3, 1)), 3, "real")
    with pytest.raises(WrongUse, match="at least 1, got 0"):
        neighbours.squared_radii(np.zeros((3, 1)), 0, "real")
