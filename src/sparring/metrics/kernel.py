"""Kernel distance between two sets of features (KID in Inception's)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sparring.core.errors import WrongUse
from sparring.metrics.vectors import Vectors, two_sets

Kernel = Callable[[Vectors, Vectors], Vectors]
"""From vectors (m, d) and (n, d) to how alike they are in pairs, (m, n)."""


def cubic(x: Vectors, y: Vectors) -> Vectors:
    """(x.y / d + 1)^3, (m, n): Binkowski et al. 2018 (arXiv 1801.01401), section 4.

    Example:
        >>> cubic(np.ones((1, 2)), np.ones((1, 2)))
        array([[8.]])
    """
    values: Vectors = (x @ y.T / x.shape[1] + 1) ** 3
    return values


@dataclass(frozen=True)
class InverseMultiquadric:
    """scale / (scale + |x - y|^2), (m, n): between 0 and 1, and seldom near 0.

    Tolstikhin et al. 2018 (arXiv 1711.01558), section 4, for latents, with twice the sum of the
    prior's variances for the scale. It tells any two laws apart, and no pair weighs more than 1.

    Args:
        scale: above 0.

    Raises:
        WrongUse: for another.

    Example:
        >>> InverseMultiquadric(2.0)(np.zeros((1, 2)), np.ones((1, 2)))
        array([[0.5]])
    """

    scale: float

    def __post_init__(self) -> None:
        if not self.scale > 0:
            raise WrongUse(f"scale of InverseMultiquadric must be above 0, got {self.scale}.")

    def __call__(self, x: Vectors, y: Vectors) -> Vectors:
        lengths = np.square(x).sum(1)[:, None] + np.square(y).sum(1)
        squares = np.maximum(lengths - 2 * x @ y.T, 0)
        values: Vectors = self.scale / (self.scale + squares)
        return values


def squared_mmd(real: ArrayLike, generated: ArrayLike, kernel: Kernel = cubic) -> float:
    r"""Unbiased squared maximum mean discrepancy, under the cubic kernel unless another is given.

    $\frac{1}{m(m-1)}\sum_{i \ne j} k(x_i, x_j) + \frac{1}{n(n-1)}\sum_{i \ne j} k(y_i, y_j)
    - \frac{2}{mn}\sum_{i,j} k(x_i, y_j)$ with $k(x, y) = (x \cdot y / d + 1)^3$: eq. 4 and
    section 4 of Binkowski et al. 2018 (arXiv 1801.01401).

    Args:
        real: features (m, d), m at least 2.
        generated: features (n, d), n at least 2.
        kernel: how alike two vectors are.

    Returns:
        The estimate; 0 in the mean when both come from one distribution, so it may be negative.

    Raises:
        WrongUse: if features aren't (n, d), are too few or not finite, or differ in width.

    Example:
        >>> squared_mmd([[0.0], [0.0]], [[1.0], [1.0]])  # 1 + 8 - 2
        7.0
    """
    x, y = two_sets(real, generated, least=2)
    cross = kernel(x, y).mean()
    return float(_mean_of_pairs(kernel(x, x)) + _mean_of_pairs(kernel(y, y)) - 2 * cross)


def kernel_distance(
    real: ArrayLike,
    generated: ArrayLike,
    *,
    subset_size: int = 1000,
    subsets: int = 10,
    seed: int = 0,
) -> float:
    """Kernel distance: the mean of `squared_mmd` over random subsets.

    Binkowski et al. 2018 (arXiv 1801.01401), section 4, where it is taken in Inception features
    and called KID. Unlike the Fréchet distance it has no bias from the number of items.

    Differs from the paper in the number of subsets (10 for their 100) and in that subsets are as
    large as the smaller set where that has fewer items than `subset_size`.

    Args:
        real: features (m, d), m at least 2.
        generated: features (n, d), n at least 2.
        subset_size: items of each set in a subset, at least 2.
        subsets: how many, at least 1.
        seed: of the subsets.

    Returns:
        The distance; about 0, of either sign, when both come from one distribution.

    Raises:
        WrongUse: if features aren't (n, d), are too few or not finite, or differ in width; if
            `subset_size` is below 2 or `subsets` below 1.

    Example:
        >>> points = np.random.default_rng(0).normal(size=(500, 2))
        >>> abs(kernel_distance(points[:250], points[250:])) < 0.1
        True
        >>> kernel_distance(points[:250], points[250:] + 1) > 1
        True
    """
    if subset_size < 2:
        raise WrongUse(f"subset_size must be at least 2, got {subset_size}.")
    if subsets < 1:
        raise WrongUse(f"subsets must be at least 1, got {subsets}.")
    x, y = two_sets(real, generated, least=2)
    size = min(subset_size, len(x), len(y))
    if size == len(x) == len(y):
        return squared_mmd(x, y)
    random = np.random.default_rng(seed)
    values = [
        squared_mmd(
            x[random.choice(len(x), size, replace=False)],
            y[random.choice(len(y), size, replace=False)],
        )
        for _ in range(subsets)
    ]
    return float(np.mean(values))


def _mean_of_pairs(values: Vectors) -> float:
    n = len(values)
    return float((values.sum() - np.trace(values)) / (n * (n - 1)))
