"""Which tokens a column becomes, by its values."""

import math

import numpy as np

from sparring.data.tokens import BinTokens, GroupTokens, LevelTokens, TokenEncoder

BINS = 128
"""The most bins of a quantity; fewer where there are few rows."""
FEWEST_BINS = 16
ROWS_A_BIN = 200
ROWS_A_LEVEL = 50
TOKENS = 256
"""More numbers than this are put into bins; twice as many categories take two columns of tokens."""
_KNOTS_A_BIN = 17
_FEW = 8


def fit_tokens(
    plain: np.ndarray, categorical: bool, generator: np.random.Generator
) -> TokenEncoder:
    """The token encoder of a column.

    Args:
        plain: (n,) float64, NaN where missing.
        categorical: whether the numbers are indices of categories.
        generator: not needed.

    Returns:
        Levels where there are few values, groups for many categories, bins for all else.

    Example:
        >>> random = np.random.default_rng(0)
        >>> fit_tokens(random.normal(size=5000), False, random).spans
        (('ordinal', 25),)
        >>> fit_tokens(np.array([0.0, 1.0, np.nan]), True, random).spans
        (('token', 3),)
    """
    absent = np.isnan(plain)
    missing = bool(absent.any())
    distinct, counts = np.unique(plain[~absent], return_counts=True)
    rows = int(counts.sum())
    if categorical:
        # Two columns of tokens would have as many together.
        if len(distinct) <= 2 * TOKENS:
            return LevelTokens(tuple(distinct.tolist()), missing)
        return _groups(distinct, counts, missing)
    bins = min(BINS, max(FEWEST_BINS, rows // ROWS_A_BIN))
    if len(distinct) <= max(_FEW, bins) or len(distinct) <= min(TOKENS, rows // ROWS_A_LEVEL):
        return LevelTokens(tuple(distinct.tolist()), missing, len(distinct) > _FEW)
    positions, values = _bins(distinct, counts, bins)
    return BinTokens(tuple(positions.tolist()), tuple(values.tolist()), missing)


def _groups(distinct: np.ndarray, counts: np.ndarray, missing: bool) -> GroupTokens:
    levels = distinct[np.argsort(-counts, kind="stable")]
    size = max(TOKENS - 1, math.ceil(1.2 * math.sqrt(len(levels))))
    groups = math.ceil((len(levels) - size) / (size - 1)) + 1
    heads = size - groups
    return GroupTokens(tuple(levels.tolist()), heads, size, missing)


def _bins(distinct: np.ndarray, counts: np.ndarray, bins: int) -> tuple[np.ndarray, np.ndarray]:
    """Knots of about so many bins of equally many rows, frequent values in bins of their own."""
    share = counts.sum() / bins
    edges, start, filled = [], 0, 0
    for i, count in enumerate(counts.tolist()):
        if count >= share:
            edges += [start] if start < i else []
            edges.append(i)
            start, filled = i + 1, 0
            continue
        filled += count
        if filled >= share:
            edges.append(start)
            start, filled = i + 1, 0
    edges += [start] if start < len(distinct) else []
    positions, values = [], []
    for token, (begin, end) in enumerate(zip(edges, [*edges[1:], len(distinct)], strict=True)):
        rows = int(counts[begin:end].sum())
        ranks = np.linspace(0, 1, min(rows, _KNOTS_A_BIN)) if end - begin > 1 else np.array([0, 1])
        below = counts[begin:end].cumsum() - counts[begin:end]
        picked = np.searchsorted(below, ranks * (rows - 1), side="right") - 1
        positions.append(token + ranks)
        values.append(distinct[begin:end][picked])
    return np.concatenate(positions), np.concatenate(values)
