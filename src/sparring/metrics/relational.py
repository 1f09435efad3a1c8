"""Tables that name each other's rows: do they hang together as the real ones do?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sparring.core.errors import WrongUse
from sparring.metrics.pairs import relations

_DIFFERENT = 50
_STRONGER = 0.1
_SHUFFLES = 3


def children(key: pd.Series, column: pd.Series) -> NDArray[np.int64]:
    """How many rows of a child table name each row of its parent.

    Args:
        key: (m,) of the parent, all different.
        column: (n,) of the child, missing where it names none.

    Returns:
        (m,).

    Example:
        >>> children(pd.Series([7, 8, 9]), pd.Series([9, 7, 9, None]))
        array([1, 0, 2])
    """
    named = column.dropna().value_counts()
    counts: NDArray[np.int64] = key.map(named).fillna(0).to_numpy().astype(np.int64)
    return counts


def dangling(key: pd.Series, column: pd.Series) -> int:
    """How many values of a child's column name no row of the parent; missing ones name none.

    Example:
        >>> dangling(pd.Series([7, 8]), pd.Series([7, 9, None]))
        1
    """
    return int((column.notna() & ~column.isin(key)).sum())


@dataclass(frozen=True)
class Cardinality:
    """How far two tables are apart in how many children a row has.

    Attributes:
        kolmogorov: the greatest distance of the distribution functions, in [0, 1].
        wasserstein: the mean distance of the quantiles, in the real mean number of children.
    """

    kolmogorov: float
    wasserstein: float


def cardinality(real: NDArray[np.int64], synthetic: NDArray[np.int64]) -> Cardinality:
    r"""Distance of two distributions of numbers of children.

    $\sup_x |F_r(x) - F_s(x)|$ and $\int |F_r(x) - F_s(x)| dx / \bar x_r$.

    Args:
        real, synthetic: numbers of children, of any number of rows, as from `children`.

    Raises:
        WrongUse: if either is empty.

    Example:
        >>> cardinality(np.array([0, 2]), np.array([2, 2]))
        Cardinality(kolmogorov=0.5, wasserstein=1.0)
    """
    if not len(real) or not len(synthetic):
        raise WrongUse("numbers of children must be of at least one row each.")
    places = np.arange(max(real.max(), synthetic.max()) + 1)
    below = np.searchsorted(np.sort(real), places, side="right") / len(real)
    others = np.searchsorted(np.sort(synthetic), places, side="right") / len(synthetic)
    apart = np.abs(below - others)
    return Cardinality(float(apart.max()), float(apart.sum() / max(real.mean(), 1e-12)))


@dataclass(frozen=True)
class Dependence:
    """How far tables are apart in how children depend on their parents.

    Attributes:
        mean: difference of the strengths over related pairs; NaN if none is.
        pairs: (parent's column, child's column) -> (real strength, synthetic strength).
    """

    mean: float
    pairs: dict[tuple[str, str], tuple[float, float]]


def parent_child(
    real: tuple[pd.DataFrame, pd.DataFrame],
    synthetic: tuple[pd.DataFrame, pd.DataFrame],
    *,
    seed: int = 0,
) -> Dependence:
    """Difference of the dependence of child columns on parent columns.

    The strength is Pearson's correlation of two numbers or dates, else Cramér's V, numbers being
    cut into 10 bins (see `pairs.relations`). Of each table only columns count that are numbers,
    dates, or of at most 50 different values. Pairs are related when they are stronger by 0.1 in the
    real tables than when children are shuffled among parents (mean of 3 shuffles): with few rows
    Cramér's V is high for unrelated columns too.

    Args:
        real: two frames of n rows: the parent's row of each child, and the child.
        synthetic: the same of other tables, any number of rows.
        seed: of the shuffles.

    Raises:
        WrongUse: if two frames differ in length, or real and synthetic ones in columns.

    Example:
        >>> age, size = pd.DataFrame({"age": [1, 2, 3, 4] * 9}), [1, 2, 3, 4] * 9
        >>> real = age, pd.DataFrame({"size": size})
        >>> parent_child(real, (age, pd.DataFrame({"size": size[::-1]}))).pairs
        {('age', 'size'): (1.0, -1.0)}
    """
    for parent, child in (real, synthetic):
        if len(parent) != len(child):
            raise WrongUse(
                f"there must be one parent's row a child, got {len(parent)} for {len(child)}."
            )
    above, below = _telling(real[0]), _telling(real[1])
    strengths = _strengths(_joined(real, above, below), _joined(synthetic, above, below))
    rng = np.random.default_rng(seed)
    chance = dict.fromkeys(strengths, 0.0)
    for _ in range(_SHUFFLES):
        mixed = real[0].iloc[rng.permutation(len(real[0]))].reset_index(drop=True)
        shuffled = _joined((mixed, real[1]), above, below)
        for pair, (_, made) in _strengths(_joined(real, above, below), shuffled).items():
            chance[pair] += abs(made) / _SHUFFLES
    pairs = {p: two for p, two in strengths.items() if abs(two[0]) - chance[p] >= _STRONGER}
    apart = [abs(one - other) for one, other in pairs.values()]
    return Dependence(float(np.mean(apart)) if apart else float("nan"), pairs)


def _telling(frame: pd.DataFrame) -> list[str]:
    names = []
    for name in frame.columns:
        numeric = pd.api.types.is_numeric_dtype(frame[name].dtype)
        dates = pd.api.types.is_datetime64_any_dtype(frame[name].dtype)
        if frame[name].nunique() > 1 and (numeric or dates or frame[name].nunique() <= _DIFFERENT):
            names.append(name)
    return names


def _joined(
    tables: tuple[pd.DataFrame, pd.DataFrame], above: Sequence[str], below: Sequence[str]
) -> pd.DataFrame:
    parent = tables[0][list(above)].add_prefix("parent ").reset_index(drop=True)
    child = tables[1][list(below)].add_prefix("child ").reset_index(drop=True)
    return pd.concat([parent, child], axis=1)


def _strengths(
    real: pd.DataFrame, synthetic: pd.DataFrame
) -> dict[tuple[str, str], tuple[float, float]]:
    if not real.shape[1] or not len(synthetic):
        return {}
    found = {}
    for one in relations(real, synthetic):
        first, second = one.first.partition(" "), one.second.partition(" ")
        if first[0] == "parent" and second[0] == "child":
            found[first[2], second[2]] = (one.real, one.synthetic)
    return found
