"""What every metric takes: items as rows of finite numbers."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparring.core.errors import WrongUse

Vectors = NDArray[np.float64]


def vectors(values: ArrayLike, name: str, least: int = 1) -> Vectors:
    """Items as an array of shape (n, d) in float64.

    Args:
        values: (n, d), anything that NumPy turns into numbers.
        name: how to call them in an error.
        least: how many items there must be.

    Returns:
        The same numbers, (n, d), float64.

    Raises:
        WrongUse: if they aren't (n, d), are too few, or aren't finite.

    Example:
        >>> vectors([[1, 2], [3, 4]], "real").dtype
        dtype('float64')
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] == 0:
        raise WrongUse(
            f"{name} must be of shape (n, d), one row an item, got shape {array.shape}; "
            f"flatten items, or make them into features first."
        )
    if len(array) < least:
        raise WrongUse(f"{name} must have at least {least} items, got {len(array)}; give more.")
    if not np.isfinite(array).all():
        bad = int((~np.isfinite(array).all(axis=1)).sum())
        raise WrongUse(
            f"{name} must be finite numbers, got {bad} rows with infinities or missing values; "
            f"leave them out or look at what made them."
        )
    return array


def two_sets(real: ArrayLike, generated: ArrayLike, least: int = 1) -> tuple[Vectors, Vectors]:
    """Real and generated items, (n, d) and (m, d) in float64, checked against each other.

    Raises:
        WrongUse: as `vectors` does, and if their widths differ.

    Example:
        >>> [x.shape for x in two_sets([[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0]])]
        [(1, 2), (2, 2)]
    """
    first, second = vectors(real, "real", least), vectors(generated, "generated", least)
    same_width(first, second, "real", "generated")
    return first, second


def same_width(first: Vectors, second: Vectors, one: str, other: str) -> None:
    """Refuse two sets whose items are not of one length.

    Example:
        >>> same_width(np.zeros((3, 2)), np.zeros((1, 2)), "train", "generated")
    """
    if first.shape[1] != second.shape[1]:
        raise WrongUse(
            f"{one} and {other} must have items of one length, got {first.shape[1]} and "
            f"{second.shape[1]}; make both with the same features."
        )
