"""Density and coverage: precision and recall that outliers don't deceive."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sparring.metrics.neighbours import reach, squared_distances, squared_radii
from sparring.metrics.vectors import two_sets


class DensityCoverage(NamedTuple):
    """How densely real items are surrounded by generated ones, and the share that is at all."""

    density: float
    coverage: float


def density_coverage(real: ArrayLike, generated: ArrayLike, k: int = 5) -> DensityCoverage:
    r"""Density and coverage (Naeem et al. 2020, arXiv 2002.09797).

    Around each real item stands a ball that reaches to its k-th nearest real neighbour. Density
    is $\frac{1}{km} \sum_j \sum_i 1[y_j \in B(x_i)]$, how many balls a generated item lies in;
    coverage is the share of real balls with a generated item in them. For a perfect generator
    the mean of density is 1, that of coverage $1 - \frac{(n-1)\cdots(n-k)}{(2n-1)\cdots(2n-k)}$
    when m = n (a lemma of theirs), about $1 - 2^{-k}$.

    Differs from the authors' code in that balls are closed, so that items which occur many times
    are inside balls of radius 0; a copy of the real items then has a density of (k + 1) / k.

    Args:
        real: features (n, d), n above k.
        generated: features (m, d).
        k: which neighbour sets the radius, at least 1; the paper's 5.

    Returns:
        Density, 0 or more and not bounded by 1, and coverage in [0, 1].

    Raises:
        WrongUse: if features aren't (n, d), are too few for k or not finite, or differ in width.

    Example:
        >>> real = np.arange(10.0)[:, None]
        >>> density_coverage(real, [[0.0], [100.0]], k=1)
        DensityCoverage(density=1.0, coverage=0.2)
    """
    x, y = two_sets(real, generated)
    radii = reach(squared_radii(x, k, "real"))  # (n,)
    pairs = 0
    covered = np.zeros(len(x), dtype=np.bool_)
    for _, squares in squared_distances(y, x):  # (rows of y, n)
        inside = squares <= radii
        pairs += int(inside.sum())
        covered |= inside.any(axis=0)
    return DensityCoverage(float(pairs / (k * len(y))), float(covered.mean()))
