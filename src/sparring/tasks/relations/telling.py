"""Which columns tell most about others, and rows grouped by what they say."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from pandas.api import types

_LEVELS = 8
_FEW = 20
_ROWS = 5_000


def coarse(series: pd.Series, like: pd.Series | None = None, levels: int = _LEVELS) -> np.ndarray:
    """(n,) small whole numbers: quantities by their quantile, frequent values by themselves.

    Args:
        series: to be coarsened.
        like: the column by which to do it; itself by default.
        levels: at most so many, and one for what is missing; few values each have their own.

    Example:
        >>> coarse(pd.Series(["a", "b", "a", None]))
        array([ 0,  1,  0, -1])
    """
    like = series if like is None else like
    numeric = types.is_numeric_dtype(like.dtype) and not types.is_bool_dtype(like.dtype)
    if numeric and like.nunique() > max(levels, _FEW):
        seen = like.dropna().to_numpy(np.float64)
        edges = np.unique(np.quantile(seen, np.linspace(0, 1, levels + 1)[1:-1]))
        values = series.to_numpy(np.float64, na_value=np.nan)
        return np.where(np.isnan(values), -1, np.searchsorted(edges, values, side="right"))
    frequent = like.astype(object).value_counts().index
    if numeric:
        most = frequent
    else:
        most = frequent[: max(levels, _FEW) - 1]
    codes = pd.Index(most).get_indexer(pd.Index(series.astype(object)))
    return np.where(series.isna().to_numpy(), -1, np.where(codes < 0, len(most), codes))


def most_telling(candidates: pd.DataFrame, about: pd.DataFrame, most: int) -> list[str]:
    """The names of the columns that tell most about another frame, the best first.

    How much is mutual information of coarse values in 5,000 rows, less what chance gives (Miller
    1955), summed over the columns of `about`. What follows from a column that is taken is left out.
    """
    rows = np.linspace(0, len(about) - 1, min(_ROWS, len(about))).astype(int)
    first = [coarse(candidates.iloc[rows, i]) + 1 for i in range(candidates.shape[1])]
    second = [coarse(about.iloc[rows, i]) + 1 for i in range(about.shape[1])]
    nats = [sum(_shared(one, two) for two in second) for one in first]
    taken: list[int] = []
    for i in sorted(range(len(nats)), key=lambda i: -nats[i]):
        if len(taken) == most or nats[i] <= 0:
            break
        if not any(_follows(first[i], first[j]) for j in taken):
            taken.append(i)
    return [candidates.columns[i] for i in taken]


def _follows(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether each value of the other column comes with a single one of the first."""
    pairs = buckets([one, other], len(one))
    return len(np.unique(pairs)) == len(np.unique(other))


def _shared(one: np.ndarray, two: np.ndarray) -> float:
    joint = np.zeros((one.max(initial=0) + 1, two.max(initial=0) + 1))
    np.add.at(joint, (one, two), 1.0)
    joint = joint[joint.any(1)][:, joint.any(0)] / len(one)
    alone = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
    nats = (joint * np.log(np.where(joint > 0, joint / alone, 1.0))).sum()
    chance = (joint.shape[0] - 1) * (joint.shape[1] - 1) / (2 * len(one))
    return float(max(0.0, nats - chance))


def buckets(columns: Sequence[np.ndarray], n: int) -> np.ndarray:
    """(n,) the number of the group of rows that agree in all columns of small numbers."""
    codes = np.zeros(n, dtype=np.int64)
    for column in columns:
        _, dense = np.unique(column, return_inverse=True)
        codes = codes * (int(dense.max(initial=0)) + 1) + dense
        codes = np.unique(codes, return_inverse=True)[1]
    return codes
