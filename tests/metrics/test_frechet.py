"""The Fréchet distance: closed forms, scipy's root, torchmetrics."""

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from torch import nn
from torchmetrics.image.fid import FrechetInceptionDistance

from sparring.metrics.frechet import Gaussian, frechet_distance


def normal(n, d, seed, scale=1.0, shift=0.0):
    random = np.random.default_rng(seed)
    return random.normal(size=(n, d)) @ (scale * random.normal(size=(d, d))) + shift


def by_scipy(x, y):
    a, b = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = sqrtm(a @ b).real
    return ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(a + b - 2 * root)


def test_between_two_known_gaussians():
    # Commuting covariances: sum of (s - t)^2 over the axes, plus the squared shift.
    first = Gaussian(np.zeros(3), np.diag([1.0, 4.0, 9.0]), 10)
    second = Gaussian(np.array([1.0, 2.0, 2.0]), np.diag([4.0, 4.0, 1.0]), 10)
    assert frechet_distance(first, second) == pytest.approx(9 + 1 + 0 + 4, rel=1e-12)


def test_of_covariances_that_do_not_commute():
    # For 2 x 2 matrices tr (AB)^(1/2) = sqrt(tr AB + 2 sqrt(det AB)).
    a, b = np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([[3.0, 0.0], [0.0, 1.0]])
    root = np.sqrt(np.trace(a @ b) + 2 * np.sqrt(np.linalg.det(a @ b)))
    wanted = 4 + 4 - 2 * root
    zero = np.zeros(2)
    found = frechet_distance(Gaussian(zero, a, 9), Gaussian(zero, b, 9))
    assert found == pytest.approx(wanted, rel=1e-12)


def test_agrees_with_scipy_when_items_are_many():
    x, y = normal(500, 20, 0), normal(400, 20, 1, shift=0.5)
    assert frechet_distance(x, y) == pytest.approx(by_scipy(x, y), rel=1e-8)


def test_agrees_with_torchmetrics():
    x, y = normal(300, 16, 2), normal(200, 16, 3, shift=1.0)
    theirs = FrechetInceptionDistance(feature=_Flat(), normalize=True, input_img_size=(1, 4, 4))
    theirs.set_dtype(torch.float64)
    theirs.update(torch.from_numpy(x).reshape(-1, 1, 4, 4), real=True)
    theirs.update(torch.from_numpy(y).reshape(-1, 1, 4, 4), real=False)
    assert frechet_distance(x, y) == pytest.approx(float(theirs.compute()), rel=1e-4)


class _Flat(nn.Module):
    """Features that are the pixels; torchmetrics scales and casts images on the way."""

    num_features = 16

    def forward(self, x):
        return x.flatten(1)


class TestWithFewerItemsThanDimensions:
    def test_a_set_is_at_zero_from_itself(self):
        x = normal(30, 200, 4)
        assert frechet_distance(x, x) < 1e-9 * np.trace(np.cov(x, rowvar=False))

    def test_the_shared_trace_is_that_of_the_small_gram_matrix(self):
        # tr (C_x C_y)^(1/2) is the nuclear norm of X Y^T / sqrt((n - 1)(m - 1)), centred.
        x, y = normal(30, 200, 5), normal(40, 200, 6, shift=0.1)
        a, b = x - x.mean(0), y - y.mean(0)
        shared = np.linalg.svd(a @ b.T, compute_uv=False).sum() / np.sqrt(29 * 39)
        spread = (a**2).sum() / 29 + (b**2).sum() / 39
        wanted = ((x.mean(0) - y.mean(0)) ** 2).sum() + spread - 2 * shared
        assert frechet_distance(x, y) == pytest.approx(wanted, rel=1e-9)


def test_kept_statistics_give_the_same():
    x, y = normal(100, 5, 7), normal(100, 5, 8)
    assert frechet_distance(Gaussian.of(x), y) == frechet_distance(x, y)


def test_controls_are_in_order():
    random = np.random.default_rng(9)
    classes = random.integers(0, 4, 4000)
    real = random.normal(size=(4000, 8)) + 3 * np.eye(4, 8)[classes]
    heldout, train = real[:2000], real[2000:]
    ceiling = frechet_distance(train, heldout)
    copy = frechet_distance(train, train[random.integers(0, 2000, 2000)])
    one_class = frechet_distance(train, heldout[classes[:2000] == 0])
    noise = frechet_distance(train, random.uniform(-5, 5, size=(2000, 8)))
    assert ceiling < 0.1
    assert copy < 0.1  # blind to copying: that is what C_T is for
    assert 1 < one_class < noise
