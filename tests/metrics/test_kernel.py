"""The kernel distance: pencil, torchmetrics, and no bias."""

import numpy as np
import pytest
import torch
from torchmetrics.image.kid import poly_mmd

from sparring.core.errors import WrongUse
from sparring.metrics.kernel import kernel_distance, squared_mmd


def by_loops(x, y):
    def kernel(a, b):
        return (a @ b / len(a) + 1) ** 3

    within_x = np.mean([kernel(x[i], x[j]) for i in range(len(x)) for j in range(len(x)) if i != j])
    within_y = np.mean([kernel(y[i], y[j]) for i in range(len(y)) for j in range(len(y)) if i != j])
    return within_x + within_y - 2 * np.mean([kernel(a, b) for a in x for b in y])


def test_agrees_with_the_sums_written_out():
    random = np.random.default_rng(0)
    x, y = random.normal(size=(9, 4)), random.normal(size=(7, 4)) + 1
    assert squared_mmd(x, y) == pytest.approx(by_loops(x, y), rel=1e-12)


def test_agrees_with_torchmetrics():
    # theirs takes sets of one size
    random = np.random.default_rng(1)
    x, y = random.normal(size=(200, 32)), random.normal(size=(200, 32)) * 1.2 + 0.3
    theirs = float(poly_mmd(torch.from_numpy(x), torch.from_numpy(y)))
    assert squared_mmd(x, y) == pytest.approx(theirs, rel=1e-6)


def test_its_mean_is_zero_when_nothing_differs():
    random = np.random.default_rng(2)
    values = [squared_mmd(*random.normal(size=(2, 50, 3))) for _ in range(400)]
    z = np.mean(values) / (np.std(values) / np.sqrt(len(values)))
    assert abs(z) < 3


def test_subsets_are_clipped_to_the_smaller_set():
    random = np.random.default_rng(3)
    x, y = random.normal(size=(60, 3)), random.normal(size=(40, 3))
    assert kernel_distance(x, y) == kernel_distance(x, y, subset_size=40)
    assert kernel_distance(x[:40], y) == squared_mmd(x[:40], y)


def test_same_seed_same_value():
    random = np.random.default_rng(4)
    x, y = random.normal(size=(2, 100, 3))
    one, again, other = (kernel_distance(x, y, subset_size=20, seed=s) for s in (0, 0, 1))
    assert one == again != other


def test_controls_are_in_order():
    random = np.random.default_rng(5)
    classes = random.integers(0, 4, 2000)
    real = random.normal(size=(2000, 8)) + 3 * np.eye(4, 8)[classes]
    train, heldout = real[:1000], real[1000:]
    assert abs(kernel_distance(train, heldout)) < 0.05
    one_class = kernel_distance(train, heldout[classes[1000:] == 0])
    assert one_class > 0.2
    assert kernel_distance(train, random.uniform(-5, 5, size=(1000, 8))) > one_class


def test_refusals():
    x = np.zeros((4, 2))
    with pytest.raises(WrongUse, match="subset_size must be at least 2, got 1"):
        kernel_distance(x, x, subset_size=1)
    with pytest.raises(WrongUse, match="subsets must be at least 1, got 0"):
        kernel_distance(x, x, subsets=0)
