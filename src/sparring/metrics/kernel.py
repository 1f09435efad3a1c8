"""Kernel distance between two sets of features (KID in Inception's)."""

import numpy as np
from numpy.typing import ArrayLike

from sparring.core.errors import WrongUse
from sparring.metrics.vectors import Vectors, two_sets


def squared_mmd(real: ArrayLike, generated: ArrayLike) -> float:
    r"""Unbiased squared maximum mean discrepancy under the cubic kernel.

    $\frac{1}{m(m-1)}\sum_{i \ne j} k(x_i, x_j) + \frac{1}{n(n-1)}\sum_{i \ne j} k(y_i, y_j)
    - \frac{2}{mn}\sum_{i,j} k(x_i, y_j)$ with $k(x, y) = (x \cdot y / d + 1)^3$: eq. 4 and
    section 4 of Binkowski et al. 2018 (arXiv 1801.01401).

    Args:
        real: features (m, d), m at least 2.
        generated: features (n, d), n at least 2.

    Returns:
        The estimate; 0 in the mean when both come from one distribution, so it may be negative.

    Raises:
        WrongUse: if features aren't (n, d), are too few or not finite, or differ in width.

    Example:
        >>> squared_mmd([[0.0], [0.0]], [[1.0], [1.0]])  # 1 + 8 - 2
        7.0
    """
    x, y = two_sets(real, generated, least=2)
    cross = _kernel(x, y).mean()
    return float(_mean_of_pairs(x) + _mean_of_pairs(y) - 2 * cross)


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


def _kernel(x: Vectors, y: Vectors) -> Vectors:
    values: Vectors = (x @ y.T / x.shape[1] + 1) ** 3
    return values


def _mean_of_pairs(x: Vectors) -> float:
    values = _kernel(x, x)
    return float((values.sum() - np.trace(values)) / (len(x) * (len(x) - 1)))
