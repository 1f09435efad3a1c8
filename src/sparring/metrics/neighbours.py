"""Distances between many items in bounded memory, and who is nearest to whom."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sparring.core.errors import WrongUse
from sparring.metrics.vectors import Vectors

# 8 MiB of float64: large enough for fast products, small enough for a processor's cache.
_NUMBERS = 2**20
# The product form of a squared distance is wrong by a few units in the last place of the squared
# norms; what lies below that is the distance of an item to its own copy.
_ROUNDING = 1e-13


def squared_distances(queries: Vectors, points: Vectors) -> Iterator[tuple[slice, Vectors]]:
    """Squared Euclidean distances |q - p|^2, some rows of queries at a time.

    Taken as |q|^2 - 2 q.p + |p|^2 after moving the origin into the points; what is smaller than
    the rounding error of that form is exactly 0, so copies have distance 0.

    Args:
        queries: (m, d).
        points: (n, d).

    Yields:
        Which queries, and their squared distances to all points, (rows, n).

    Example:
        >>> for rows, squares in squared_distances(np.array([[0.0]]), np.array([[3.0], [4.0]])):
        ...     print(rows, squares)
        slice(0, 1, None) [[ 9. 16.]]
    """
    centre = points.mean(axis=0)
    queries, points = queries - centre, points - centre
    points_squared = np.einsum("ij,ij->i", points, points)  # (n,)
    queries_squared = np.einsum("ij,ij->i", queries, queries)  # (m,)
    step = max(1, _NUMBERS // max(len(points), 1))
    for start in range(0, len(queries), step):
        rows = slice(start, min(start + step, len(queries)))
        squares = queries[rows] @ points.T  # (rows, n)
        squares *= -2
        norms = queries_squared[rows, None] + points_squared
        squares += norms
        norms *= _ROUNDING
        squares[squares < norms] = 0.0
        yield rows, squares


def nearest(queries: Vectors, points: Vectors) -> tuple[Vectors, NDArray[np.intp]]:
    """Distance of each query to its nearest point, and which point that is.

    Args:
        queries: (m, d).
        points: (n, d), n at least 1.

    Returns:
        Distances (m,) and indices of points (m,).

    Example:
        >>> nearest(np.array([[0.9]]), np.array([[0.0], [1.0], [5.0]]))
        (array([0.1]), array([1]))
    """
    indices = np.empty(len(queries), dtype=np.intp)
    for rows, squares in squared_distances(queries, points):
        indices[rows] = squares.argmin(axis=1)
    # Taken anew from the difference, which loses no digits where items are close.
    return np.linalg.norm(queries - points[indices], axis=1), indices


def nearest_other(points: Vectors) -> Vectors:
    """Distance of each point to the nearest of the others, (n,); n at least 2.

    Example:
        >>> nearest_other(np.array([[0.0], [1.0], [5.0]]))
        array([1., 1., 4.])
    """
    indices = np.empty(len(points), dtype=np.intp)
    for rows, squares in squared_distances(points, points):
        _forget_self(rows, squares)
        indices[rows] = squares.argmin(axis=1)
    distances: Vectors = np.linalg.norm(points - points[indices], axis=1)
    return distances


def squared_radii(points: Vectors, k: int, name: str) -> Vectors:
    """Squared distance of each point to its k-th nearest among the others, (n,).

    Args:
        points: (n, d).
        k: which neighbour, at least 1 and below n.
        name: how to call the points in an error.

    Raises:
        WrongUse: if there are too few points for k, or k is below 1.

    Example:
        >>> squared_radii(np.array([[0.0], [1.0], [5.0]]), 2, "real")
        array([25., 16., 25.])
    """
    if k < 1:
        raise WrongUse(f"k, which neighbour sets the radius, must be at least 1, got {k}.")
    if len(points) <= k:
        raise WrongUse(
            f"{name} must have more than k = {k} items, got {len(points)}; give more, or lower k."
        )
    radii = np.empty(len(points))
    for rows, squares in squared_distances(points, points):
        _forget_self(rows, squares)
        radii[rows] = np.partition(squares, k - 1, axis=1)[:, k - 1]
    return radii


def reach(squared: Vectors) -> Vectors:
    """Squared radii a hair wider, so that a point on the rim of a closed ball is inside it.

    One distance taken in two products may differ in its last digits.

    Example:
        >>> bool(reach(np.array([4.0]))[0] > 4.0)
        True
    """
    return squared * (1 + 1e-10)


def _forget_self(rows: slice, squares: Vectors) -> None:
    squares[np.arange(len(squares)), np.arange(rows.start, rows.stop)] = np.inf
