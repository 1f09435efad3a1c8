"""Utility over every plausible target: what can be predicted, and from synthetic rows?"""

import math
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sparring.metrics.columns import check_tables, is_number, numbers
from sparring.metrics.pairs import relations
from sparring.metrics.utility import Boosting, utility

# As good as scikit-learn's hundred trees where rows are some thousands, and five times as fast.
_QUICK = Boosting(trees=20, rate=0.2, leaves=8, smallest=10)
_MOST_CLASSES = 20
_LEAST_SUPPORT = 0.01
_FEWEST_OF_A_CLASS = 5
# A number with no more values than these is a class.
_MOST_VALUES_OF_CLASSES = 10
_MOST_TRIED = 24
_BETTER_THAN_CHANCE = 0.1
_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")


@dataclass(frozen=True)
class Target:
    """A column that can be predicted from the others.

    Attributes:
        name: of the column.
        classes: those of at least 1 % of the rows, from 2 to 20; () for a number.
        real: its `target_score` by real training rows.
    """

    name: str | int
    classes: tuple[str, ...]
    real: float

    @property
    def telling(self) -> bool:
        """Whether real rows predict it better than chance."""
        return self.real >= _BETTER_THAN_CHANCE


def plausible_targets(
    train: pd.DataFrame,
    test: pd.DataFrame,
    *,
    first: str | int | None = None,
    most: int = 8,
    seed: int = 0,
) -> list[Target]:
    r"""The columns that real rows predict best, each by trees that learn it from all the others.

    A column is tried if 2 to 20 classes of it have at least 1 % of the rows each, or if it is a
    number with more than 10 values; where there are more than 24 such columns, those with the
    strongest relation to another. It is kept if its score on test rows is better than chance: at
    least 0.1, and beyond $3/\sqrt{n}$ for n test rows.

    Args:
        train: the real rows that a generator saw.
        test: real rows that it didn't see, with the same columns.
        first: a column that stands first, however well it is predicted, if it can be tried.
        most: how many are returned at most, at least 1.
        seed: of the trees.

    Returns:
        The targets, `first` and then the best predicted first; none of a single column.

    Raises:
        WrongUse: if the tables don't have the same columns.

    Example:
        >>> x = np.random.default_rng(0).normal(size=(4, 500))
        >>> rows = pd.DataFrame({"x": x[0], "sign": x[0] > 0, "noise": x[1]})
        >>> [target.name for target in plausible_targets(rows[:300], rows[300:])]
        ['sign', 'x']
    """
    check_tables(train, test, "test")
    if len(train.columns) < 2:
        return []
    tried = {name: _classes(train[name], test[name]) for name in _names(train)}
    names: list[str | int] = [name for name, classes in tried.items() if classes is not None]
    names = _related(train, names, first)
    least = max(_BETTER_THAN_CHANCE, 3 / math.sqrt(len(test)))
    found = []
    for name in names:
        target = Target(name, tried[name] or (), 0.0)
        score = target_score(target, train, train, test, seed=seed)
        if score >= least or name == first:
            found.append(Target(name, target.classes, score))
    found.sort(key=lambda target: (target.name != first, -target.real))
    return found[:most]


def target_score(
    target: Target,
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    test: pd.DataFrame,
    *,
    seed: int = 0,
) -> float:
    """How well trees that learn a target from synthetic rows predict real ones: 0 is chance.

    For classes $2 AUC - 1$, mean over one against the rest; for numbers the share of the variance
    of their ranks that is explained, as a few outliers would decide that of the numbers. A perfect
    prediction scores 1, one that is worse than chance less than 0.

    Args:
        target: the column and its classes; rows of others are left out.
        train: the real rows that the generator saw.
        synthetic: its rows, or other real ones, with the same columns.
        test: real rows that it didn't see, with the same columns.
        seed: of the trees.

    Raises:
        WrongUse: if the tables don't have the same columns, or test rows hold a single class.

    Example:
        >>> rows = pd.DataFrame({"x": np.arange(400), "big": np.arange(400) >= 200})
        >>> round(target_score(Target("big", ("False", "True"), 1.0), rows, rows, rows), 3)
        1.0
    """
    known = np.sort(numbers(train[target.name])) if not target.classes else np.empty(0)
    known = known[~np.isnan(known)]

    def asked(table: pd.DataFrame) -> pd.DataFrame:
        column, out = table[target.name], table.copy(deep=False)
        named = _named(column, target.classes) if target.classes else _rank(column, known)
        out[target.name] = named
        return out

    tables = asked(train), asked(synthetic), asked(test)
    name = cast(str, target.name)
    found = utility(*tables, name, seed=seed, boosting=_QUICK)
    return 2 * found.auc - 1 if found.auc is not None else cast(float, found.r2)


def _names(table: pd.DataFrame) -> list[str | int]:
    return list(table.columns)


def _words(column: pd.Series) -> pd.Series:
    known = column.astype("object")
    return known.where(known.isna(), known.astype(str))


def _named(column: pd.Series, classes: tuple[str, ...]) -> pd.Series:
    words = _words(column)
    return words.where(words.isin(classes), None)


def _rank(column: pd.Series, known: NDArray[np.float64]) -> NDArray[np.float64]:
    """Which share of the known numbers is smaller, equal ones counted half; NaN where missing."""
    values = numbers(column)
    below, upto = (np.searchsorted(known, values, side=side) for side in _SIDES)
    return np.where(np.isnan(values), np.nan, (below + upto) / (2 * max(len(known), 1)))


def _classes(train: pd.Series, test: pd.Series) -> tuple[str, ...] | None:
    """The classes of a column that can be tried, () if it is a number; None if it can't be."""
    numeric = is_number(train)
    if numeric and train.nunique() > _MOST_VALUES_OF_CLASSES:
        varies = min(train.nunique(), test.nunique()) > 1
        return () if varies else None
    shares = _words(train).value_counts(normalize=True)
    classes = tuple(sorted(map(str, shares[shares >= _LEAST_SUPPORT].index)))
    tested = _words(test).value_counts().reindex(classes).fillna(0) >= _FEWEST_OF_A_CLASS
    return classes if 2 <= len(classes) <= _MOST_CLASSES and tested.sum() >= 2 else None


def _related(
    train: pd.DataFrame, names: list[str | int], first: str | int | None
) -> list[str | int]:
    """Those that are worth a try: all, or the 24 with the strongest relation to another."""
    if len(names) <= _MOST_TRIED:
        return names
    strongest: dict[str, float] = {}
    for relation in relations(train, train):
        for name in (relation.first, relation.second):
            strongest[name] = max(strongest.get(name, 0.0), abs(relation.real))
    order = sorted(names, key=lambda name: (name != first, -strongest[str(name)]))
    return order[:_MOST_TRIED]
