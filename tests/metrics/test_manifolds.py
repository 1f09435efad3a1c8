"""Precision, recall, density, coverage: brute force, expectations, controls."""

import math

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from sparring.metrics.density import density_coverage
from sparring.metrics.precision import precision_recall


def radii(points, k):
    return NearestNeighbors(n_neighbors=k, algorithm="brute").fit(points).kneighbors(None)[0][:, -1]


def distances(queries, points):
    return np.linalg.norm(queries[:, None] - points[None], axis=2)


@pytest.fixture
def sets():
    random = np.random.default_rng(0)
    return random.normal(size=(200, 6)), random.normal(size=(150, 6)) * 0.8 + 0.4


def test_precision_and_recall_agree_with_brute_force(sets):
    real, made = sets
    found = precision_recall(real, made, k=3)
    gap = distances(real, made)  # (real, made)
    assert found.precision == (gap <= radii(real, 3)[:, None]).any(axis=0).mean()
    assert found.recall == (gap <= radii(made, 3)[None]).any(axis=1).mean()
    assert 0.2 < found.recall < found.precision < 1


def test_density_and_coverage_agree_with_brute_force(sets):
    real, made = sets
    found = density_coverage(real, made, k=5)
    inside = distances(real, made) <= radii(real, 5)[:, None]  # (real, made)
    assert found.density == pytest.approx(inside.sum() / (5 * len(made)), rel=1e-12)
    assert found.coverage == inside.any(axis=1).mean()


def test_density_and_coverage_of_a_perfect_generator():
    random = np.random.default_rng(1)
    n, k = 2000, 5
    found = density_coverage(random.normal(size=(n, 2)), random.normal(size=(n, 2)), k)
    # Lemma 2 of Naeem et al. 2020.
    coverage = 1 - math.prod((n - i) / (2 * n - i) for i in range(1, k + 1))
    assert found.coverage == pytest.approx(coverage, abs=0.02)
    assert found.density == pytest.approx(1, abs=0.05)


def test_an_outlier_deceives_precision_and_not_density():
    random = np.random.default_rng(2)
    real = np.concatenate([random.normal(size=(500, 2)), [[30.0, 0.0]]])
    made = random.normal(size=(500, 2)) + np.array([15.0, 0.0])
    assert precision_recall(real, made).precision > 0.9
    assert density_coverage(real, made).density < 0.25


class TestControls:
    random = np.random.default_rng(3)
    classes = random.integers(0, 4, 2000)
    real = random.normal(size=(2000, 2)) + 20 * np.eye(4, 2)[classes]
    train, heldout = real[:1000], real[1000:]

    def test_real_against_real(self):
        both = precision_recall(self.train, self.heldout)
        assert min(both) > 0.9
        assert density_coverage(self.train, self.heldout).coverage > 0.9

    def test_a_copy_of_the_training_data(self):
        assert precision_recall(self.train, self.train) == (1, 1)
        density, coverage = density_coverage(self.train, self.train, k=5)
        assert coverage == 1
        # Balls are closed: the item itself and its 5 neighbours.
        assert density == pytest.approx(6 / 5)

    def test_noise(self):
        noise = self.random.uniform(-500, 500, size=(1000, 2))
        assert precision_recall(self.train, noise).precision < 0.05
        assert density_coverage(self.train, noise).density < 0.05

    def test_one_class(self):
        one = self.heldout[self.classes[1000:] == 0]
        share = (self.classes[:1000] == 0).mean()
        both = precision_recall(self.train, one)
        assert both.precision > 0.9
        assert both.recall < share + 0.05
        assert density_coverage(self.train, one).coverage < share + 0.05


def test_items_that_occur_many_times_are_found_again():
    real = np.repeat(np.arange(5.0)[:, None] + 0.1, 20, axis=0)
    assert precision_recall(real, real) == (1, 1)
    assert density_coverage(real, real).coverage == 1
    assert precision_recall(real, real + 0.5) == (0, 0)
