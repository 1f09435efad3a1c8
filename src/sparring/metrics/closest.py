"""How far rows are from the closest training record, and how many are copies of one."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sparring.core.errors import WrongUse
from sparring.metrics.columns import check_tables, is_number
from sparring.metrics.neighbours import squared_distances
from sparring.metrics.vectors import Vectors, same_width, vectors

# Categories that become coordinates of one product, over all columns: beyond, the products cost
# more than it does to compare the codes.
_WIDEST = 256
_ROUND_ONE_HOT = np.sqrt(0.5)


class Mixed(NamedTuple):
    """Rows of numbers and categories.

    Attributes:
        numbers: (n, d) finite, on scales that are compared with one another.
        codes: (n, k) whole numbers from 0, the same code for the same category.
    """

    numbers: Vectors
    codes: NDArray[np.intp]


def closest_record(train: Mixed, rows: Mixed) -> Vectors:
    r"""Distance of each row to its closest training record.

    The distance of two rows is $\sqrt{\sum_j (u_j - v_j)^2 + \#\{j : c_j \ne e_j\}}$: Euclidean in
    the numbers, and 1 for each category that differs. The distance to the closest record (DCR) is
    that of Park et al. 2018 (arXiv 1806.03384), who take it after scaling.

    No matrix of all distances is made: some rows are compared at a time, in some 8 MiB,
    whatever their number.

    Args:
        train: the records, n at least 1.
        rows: with as many numbers and categories each.

    Returns:
        (m,) distances, exactly 0 for copies.

    Raises:
        WrongUse: if numbers aren't (n, d) and finite, or the two sets don't fit together.

    Example:
        >>> train = Mixed(np.array([[0.0], [3.0]]), np.array([[0], [1]]))
        >>> closest_record(train, Mixed(np.array([[0.0], [3.0]]), np.array([[0], [0]])))
        array([0., 1.])
    """
    known, made = _checked(train, "train"), _checked(rows, "rows")
    same_width(known.numbers, made.numbers, "train", "rows")
    if known.codes.shape[1] != made.codes.shape[1]:
        raise WrongUse(
            f"train and rows must have as many categories, got {known.codes.shape[1]} and "
            f"{made.codes.shape[1]}; give the same columns of both."
        )
    points, queries, compared = _coordinates(known, made)
    indices = np.empty(len(queries), dtype=np.intp)
    for chunk, squares in squared_distances(queries, points):
        for column in compared:
            squares += made.codes[chunk, column, None] != known.codes[None, :, column]
        indices[chunk] = squares.argmin(axis=1)
    # Taken anew from the difference, which loses no digits where rows are close.
    squares = ((made.numbers - known.numbers[indices]) ** 2).sum(axis=1)
    squares += (made.codes != known.codes[indices]).sum(axis=1)
    distances: Vectors = np.sqrt(squares)
    return distances


def _checked(rows: Mixed, name: str) -> Mixed:
    codes = np.asarray(rows.codes)
    if codes.ndim != 2 or not np.issubdtype(codes.dtype, np.integer):
        raise WrongUse(
            f"codes of {name} must be whole numbers of shape (n, k), got {codes.dtype} of shape "
            f"{codes.shape}; factorize the categories first."
        )
    if rows.numbers.shape[1] == 0:
        return Mixed(np.zeros((len(codes), 1)), codes)
    numbers = vectors(rows.numbers, f"numbers of {name}")
    if len(numbers) != len(codes):
        raise WrongUse(
            f"numbers and codes of {name} must have as many rows, got {len(numbers)} and "
            f"{len(codes)}."
        )
    return Mixed(numbers, codes)


def _coordinates(known: Mixed, made: Mixed) -> tuple[Vectors, Vectors, list[int]]:
    """Both sets in coordinates, and the columns of codes that have none."""
    blocks = [(known.numbers, made.numbers)]
    width, compared = 0, []
    sizes = [
        int(max(known.codes[:, column].max(), made.codes[:, column].max(initial=0))) + 1
        for column in range(known.codes.shape[1])
    ]
    for column in np.argsort(sizes, kind="stable").tolist():
        width += sizes[column]
        if width > _WIDEST:
            compared.append(column)
            continue
        # One-hot vectors of length sqrt(1/2) are 1 apart.
        one_hot = np.eye(sizes[column]) * _ROUND_ONE_HOT
        blocks.append((one_hot[known.codes[:, column]], one_hot[made.codes[:, column]]))
    points, queries = (np.concatenate(parts, axis=1) for parts in zip(*blocks, strict=True))
    return points, queries, compared


def exact_copies(train: pd.DataFrame, rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows are equal to a training row in every column.

    Numbers and dates are compared as numbers, all else as what is written; a missing value is
    equal to a missing value.

    Args:
        train: the real rows.
        rows: with the same columns.

    Returns:
        (m,) whether each row is a copy.

    Raises:
        WrongUse: if the tables don't have the same columns.

    Example:
        >>> train = pd.DataFrame({"a": [1, 2], "b": ["x", None]})
        >>> exact_copies(train, pd.DataFrame({"a": [2.0, 2.0], "b": [None, "x"]})).tolist()
        [True, False]
    """
    check_tables(train, rows, "rows")
    place = np.zeros(len(train) + len(rows), dtype=np.intp)
    for name in train.columns:
        column = pd.concat([_comparable(t[name]) for t in (train, rows)], ignore_index=True)
        codes, values = pd.factorize(column)
        # By ranks after each column, so that the product of many never overflows.
        place = pd.factorize(place * (len(values) + 1) + codes + 1)[0]
    return np.isin(place[len(train) :], place[: len(train)])


def _comparable(column: pd.Series) -> pd.Series:
    if is_number(column):
        return column
    known = column.astype("object")
    return known.where(known.isna(), known.astype(str))
