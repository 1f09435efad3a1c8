"""Pair trends: do the columns of a synthetic table hang together as the real ones do?"""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sparring.core.errors import WrongUse
from sparring.metrics.columns import Column, paired_columns

_BINS = 10


@dataclass(frozen=True)
class PairTrends:
    """Likeness of relations between columns, each from 0 to 1.

    Attributes:
        mean: over the pairs that are related in the real table; NaN if none is.
        pairs: by the names of the two columns.
        unrelated: pairs that were left out, as they are not related in the real table.
    """

    mean: float
    pairs: dict[tuple[str, str], float]
    unrelated: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Relation:
    """How two columns hang together in a real table, and in a synthetic one.

    Attributes:
        first, second: names of the columns.
        numeric: whether both are numbers or dates.
        real, synthetic: Pearson's correlation in [-1, 1] where both are, else Cramér's V in [0, 1].
        likeness: of the two relations, from 0 to 1, see `pair_trends`.
    """

    first: str
    second: str
    numeric: bool
    real: float
    synthetic: float
    likeness: float


def relations(real: pd.DataFrame, synthetic: pd.DataFrame) -> list[Relation]:
    """The relation of each two columns, strong or weak, as `pair_trends` measures it.

    Args:
        real: a table.
        synthetic: a table with the same columns; any number of rows.

    Returns:
        One a pair, in the order of the columns.

    Raises:
        WrongUse: if the tables don't have the same columns, or a numeric column isn't in both.

    Example:
        >>> real = pd.DataFrame({"a": [1, 2, 3, 4], "b": [1, 2, 3, 4]})
        >>> relations(real, real.assign(b=[4, 3, 2, 1]))
        [Relation(first='a', second='b', numeric=True, real=1.0, synthetic=-1.0, likeness=0.0)]
    """
    columns = paired_columns(real, synthetic)
    numeric = _correlations([c for c in columns if c.numeric])
    tables = {column.name: _Codes.of(column) for column in columns}
    found = []
    for first, second in itertools.combinations(columns, 2):
        if first.numeric and second.numeric:
            found.append(numeric[first.name, second.name])
        else:
            codes = tables[first.name], tables[second.name]
            found.append(Relation(first.name, second.name, False, *_contingency(*codes)))
    return found


def pair_trends(
    real: pd.DataFrame,
    synthetic: pd.DataFrame,
    *,
    correlation: float = 0.5,
    association: float = 0.3,
) -> PairTrends:
    r"""Likeness of the relation of each two columns, as SDMetrics' Column Pair Trends defines it.

    For two numbers or dates $1 - |\rho_r - \rho_s| / 2$, with Pearson's correlation; for two
    categories $1 - \frac12 \sum_{a,b} |p_r(a, b) - p_s(a, b)|$; for one of each the same, with the
    number cut into 10 bins of one width between its real extremes. As in the report of SDMetrics
    0.32, only pairs count that are related in the real table: two numbers by a correlation
    beyond 0.5, others by a Cramér's V above 0.3. Pairs that aren't are alike in every table, and
    would lift a table of shuffled columns to the mark of a good one.

    Differs from SDMetrics in that both tables are cut at the real table's bins (its report cuts
    each at its own), and that rows in which one of two numbers is missing are left out of their
    correlation.

    Args:
        real: a table.
        synthetic: a table with the same columns; any number of rows.
        correlation: only pairs of numbers beyond this absolute correlation count, in [0, 1).
        association: only other pairs above this Cramér's V count, in [0, 1).

    Returns:
        The mean and each related pair's likeness, from 0 to 1, and which pairs are unrelated.

    Raises:
        WrongUse: if the tables don't have the same columns, a numeric column isn't in both, or a
            threshold isn't in [0, 1).

    Example:
        >>> real = pd.DataFrame({"a": [1, 2, 3, 4], "b": [1, 2, 3, 4]})
        >>> pair_trends(real, real.assign(b=[4, 3, 2, 1]))
        PairTrends(mean=0.0, pairs={('a', 'b'): 0.0}, unrelated=())
    """
    for name, value in (("correlation", correlation), ("association", association)):
        if not 0 <= value < 1:
            raise WrongUse(f"{name} must be at least 0 and below 1, got {value}.")
    scores, unrelated = {}, []
    for relation in relations(real, synthetic):
        pair = relation.first, relation.second
        if abs(relation.real) > (correlation if relation.numeric else association):
            scores[pair] = relation.likeness
        else:
            unrelated.append(pair)
    mean = float(np.mean(list(scores.values()))) if scores else math.nan
    return PairTrends(mean, scores, tuple(unrelated))


@dataclass(frozen=True)
class _Codes:
    """A column as small integers in both tables, numbers by their bin."""

    real: NDArray[np.intp]
    synthetic: NDArray[np.intp]
    count: int

    @staticmethod
    def of(column: Column) -> "_Codes":
        if not column.numeric:
            real, synthetic = column.real.astype(np.intp), column.synthetic.astype(np.intp)
            return _Codes(real, synthetic, column.categories)
        known = column.real[~np.isnan(column.real)]
        lowest, highest = (known.min(), known.max()) if len(known) else (0.0, 0.0)
        edges = np.linspace(lowest, highest, _BINS + 1)
        # Below the first edge, the bins, above the last one, and missing.
        return _Codes(_binned(column.real, edges), _binned(column.synthetic, edges), len(edges) + 2)


def _binned(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.intp]:
    codes = np.digitize(values, edges)
    # The last bin is closed, else the largest real value would have a bin of its own.
    codes[values == edges[-1]] = len(edges) - 1
    codes[np.isnan(values)] = len(edges) + 1
    return codes.astype(np.intp)


def _contingency(first: _Codes, second: _Codes) -> tuple[float, float, float]:
    """Cramér's V in both tables, and the likeness of the two contingency tables."""
    size = first.count * second.count
    if size > 4 * (len(first.real) + len(first.synthetic)):
        return _sparse_contingency(first, second)
    real = np.bincount(first.real * second.count + second.real, minlength=size)
    synthetic = np.bincount(first.synthetic * second.count + second.synthetic, minlength=size)
    apart = np.abs(real / real.sum() - synthetic / synthetic.sum()).sum() / 2
    cells, others = np.flatnonzero(real), np.flatnonzero(synthetic)
    return (
        _cramer(first.real, second.real, second.count, cells, real[cells]),
        _cramer(first.synthetic, second.synthetic, second.count, others, synthetic[others]),
        float(1 - apart),
    )


def _sparse_contingency(first: _Codes, second: _Codes) -> tuple[float, float, float]:
    """The same where most combinations of categories never occur."""
    cells, counts = np.unique(first.real * second.count + second.real, return_counts=True)
    others, other_counts = np.unique(
        first.synthetic * second.count + second.synthetic, return_counts=True
    )
    shares, other_shares = counts / counts.sum(), other_counts / other_counts.sum()
    _, here, there = np.intersect1d(cells, others, assume_unique=True, return_indices=True)
    # One minus half the sum of differences is the mass that two distributions share.
    common = np.minimum(shares[here], other_shares[there]).sum()
    return (
        _cramer(first.real, second.real, second.count, cells, counts),
        _cramer(first.synthetic, second.synthetic, second.count, others, other_counts),
        float(common),
    )


def _cramer(
    first: NDArray[np.intp],
    second: NDArray[np.intp],
    width: int,
    cells: NDArray[np.intp],
    counts: NDArray[np.intp],
) -> float:
    """Cramér's V of a contingency table by its occupied cells, without correction for bias."""
    rows, columns = np.bincount(first), np.bincount(second)
    smaller = min(np.count_nonzero(rows), np.count_nonzero(columns))
    if smaller < 2:
        return 0.0
    expected = rows[cells // width] * columns[cells % width]
    chi_squared_per_row = (counts**2 / expected).sum() - 1
    return math.sqrt(max(float(chi_squared_per_row), 0.0) / (smaller - 1))


def _correlations(columns: list[Column]) -> dict[tuple[str, str], Relation]:
    """By pair: the correlations in both tables, and how alike they are."""
    if len(columns) < 2:
        return {}
    real = _correlation_matrix(np.stack([c.real for c in columns], axis=1))
    synthetic = _correlation_matrix(np.stack([c.synthetic for c in columns], axis=1))
    likeness = 1 - np.abs(real - synthetic) / 2
    return {
        (columns[i].name, columns[j].name): Relation(
            columns[i].name,
            columns[j].name,
            True,
            float(real[i, j]),
            float(synthetic[i, j]),
            float(likeness[i, j]),
        )
        for i, j in itertools.combinations(range(len(columns)), 2)
    }


def _correlation_matrix(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pearson's correlations over the rows where both are known; 0 with a constant, (d, d)."""
    known = (~np.isnan(values)).astype(np.float64)
    counts = np.maximum(known.sum(axis=0), 1)
    # Centred and scaled first: large offsets (dates) would eat the digits of the products.
    centred = np.where(known > 0, values - np.nansum(values, axis=0) / counts, 0.0)
    scale = np.sqrt((centred**2).sum(axis=0) / counts)
    # What is left of a constant column after centring is rounding, not variation.
    constant = scale <= 1e-12 * np.abs(np.nan_to_num(values)).max(axis=0, initial=0.0)
    centred /= np.where(scale > 0, scale, 1.0)
    pairs = known.T @ known
    safe = np.maximum(pairs, 1)
    sums = centred.T @ known  # sum of column i over the rows where j is known
    squares = (centred**2).T @ known
    products = centred.T @ centred
    covariance = products - sums * sums.T / safe
    variance = np.maximum(squares - sums**2 / safe, 0.0)
    spread = np.sqrt(variance * variance.T)
    valid = (spread > 1e-12 * safe) & ~constant[:, None] & ~constant[None, :]
    matrix: NDArray[np.float64] = np.where(valid, covariance / np.where(valid, spread, 1.0), 0.0)
    return np.clip(matrix, -1.0, 1.0)
