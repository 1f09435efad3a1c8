"""Improved precision and recall: is what is made real, and is what is real made?"""

from typing import NamedTuple

from numpy.typing import ArrayLike

from sparring.metrics.neighbours import reach, squared_distances, squared_radii
from sparring.metrics.vectors import Vectors, two_sets


class PrecisionRecall(NamedTuple):
    """Shares of generated items on the real manifold, and of real items on the generated one."""

    precision: float
    recall: float


def precision_recall(real: ArrayLike, generated: ArrayLike, k: int = 3) -> PrecisionRecall:
    """Improved precision and recall.

    A set's manifold is the union of closed balls around its items, each reaching to the item's k-th
    nearest neighbour in the set (eq. 1 of Kynkäänniemi et al. 2019, arXiv 1904.06991); precision is
    the share of generated items on the real manifold, recall the share of real items on the
    generated manifold (eq. 2). Both fall with the number of items and, by outliers, the manifolds
    overreach: see `density_coverage`.

    Args:
        real: features (n, d), n above k.
        generated: features (m, d), m above k; the paper takes m = n.
        k: which neighbour sets the radius, at least 1; the paper's 3.

    Returns:
        Precision and recall, each in [0, 1].

    Raises:
        WrongUse: if features aren't (n, d), are too few for k or not finite, or differ in width.

    Example:
        >>> real = [[float(place)] for place in range(10)]
        >>> precision_recall(real, real[:5])
        PrecisionRecall(precision=1.0, recall=0.8)
    """
    x, y = two_sets(real, generated)
    real_radii = reach(squared_radii(x, k, "real"))  # (n,)
    generated_radii = reach(squared_radii(y, k, "generated"))  # (m,)
    return PrecisionRecall(_share_inside(y, x, real_radii), _share_inside(x, y, generated_radii))


def _share_inside(queries: Vectors, points: Vectors, radii: Vectors) -> float:
    inside = 0
    for _, squares in squared_distances(queries, points):
        inside += int((squares <= radii).any(axis=1).sum())
    return float(inside / len(queries))
