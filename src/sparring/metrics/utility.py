"""Utility of a synthetic table: train on synthetic, test on real."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import f1_score, r2_score

from sparring.core.errors import WrongUse
from sparring.metrics.columns import check_tables, for_trees, is_number, numbers, teachable

# A number with so few values is a class that was written as one.
_MOST_CLASSES_OF_INTEGERS = 10


@dataclass(frozen=True)
class Utility:
    """How well a model that saw only synthetic rows predicts real ones.

    Attributes:
        auc: area under the ROC curve, mean over one against the rest where there are more than
            two classes; 0.5 is chance. None for a number.
        f1: macro-F1, mean over the classes of the real data. None for a number.
        r2: share of a number's variance that is explained; 0 is the mean of the test rows, and
            it may be negative. None for classes.
        note: what stood in the way of a fair score, or empty.
    """

    auc: float | None = None
    f1: float | None = None
    r2: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Boosting:
    """How trees are boosted, as scikit-learn's histogram gradient boosting takes it by default.

    Attributes:
        trees: how many, for each class.
        rate: what each counts.
        leaves: of each tree, at most.
        smallest: rows of a leaf, at least.
    """

    trees: int = 100
    rate: float = 0.1
    leaves: int = 31
    smallest: int = 20

    def options(self, categorical: list[bool], seed: int) -> dict[str, Any]:
        """As arguments of scikit-learn's estimators."""
        return {
            "max_iter": self.trees,
            "learning_rate": self.rate,
            "max_leaf_nodes": self.leaves,
            "min_samples_leaf": self.smallest,
            "categorical_features": categorical,
            "random_state": seed,
        }


def utility(
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    test: pd.DataFrame,
    target: str,
    *,
    seed: int = 0,
    boosting: Boosting = Boosting(),
) -> Utility:
    """Score on real test rows of boosted trees that were trained on synthetic ones.

    "Train on synthetic, test on real" (Esteban et al. 2017, arXiv 1706.02633), with histogram
    gradient boosting. Its ceiling is `utility(train, train, test, target)`. A class that synthetic
    rows lack gets probability 0; where they have one class alone, nothing is learnt: the AUC is
    one half, every row is called that class, and the note says so.

    Args:
        train: the real rows that the generator saw; they say what the classes are.
        synthetic: its rows, with the same columns.
        test: real rows that it didn't see, with the same columns.
        target: the column to predict: classes if it is a category, a boolean or an integer of at
            most 10 values, else a number. Rows where it is missing are left out.
        seed: of the trees.
        boosting: how many trees there are, and of what size.

    Returns:
        AUC and macro-F1 for classes, R2 for a number.

    Raises:
        WrongUse: if the tables don't have the same columns, `target` is none of them or the only
            one, or it has fewer than two classes in `test`.

    Example:
        >>> rows = pd.DataFrame({"x": range(200), "y": ["no"] * 100 + ["yes"] * 100})
        >>> utility(rows, rows, rows, "y")
        Utility(auc=1.0, f1=1.0, r2=None, note='')
    """
    check_tables(train, synthetic, "synthetic")
    check_tables(train, test, "test")
    if target not in train.columns or len(train.columns) < 2:
        raise WrongUse(
            f"target must be one of two or more columns, got {target!r} for the columns "
            f"{', '.join(map(str, train.columns[:10]))}."
        )
    train, synthetic, test = (
        table.loc[table[target].notna(), list(train.columns)] for table in (train, synthetic, test)
    )
    for name, table in (("train", train), ("test", test)):
        if len(table) == 0:
            raise WrongUse(f"{name} has no row in which {target!r} is known; give some.")
    if _is_continuous(train[target]):
        return _number(train, synthetic, test, target, seed, boosting)
    return _classes(train, synthetic, test, target, seed, boosting)


def _is_continuous(column: pd.Series) -> bool:
    if not is_number(column):
        return False
    integers = pd.api.types.is_integer_dtype(column.dtype)
    return not (integers and column.nunique() <= _MOST_CLASSES_OF_INTEGERS)


def _number(
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    test: pd.DataFrame,
    target: str,
    seed: int,
    boosting: Boosting,
) -> Utility:
    answers = numbers(test[target])
    if np.unique(answers).size < 2:
        raise WrongUse(f"{target!r} must vary in test, got a constant; give more test rows.")
    if len(synthetic) == 0:
        return Utility(r2=0.0, note=f"synthetic has no row in which {target!r} is known")
    (_, made, judge), categorical = for_trees(*_without(target, train, synthetic, test))
    trees = HistGradientBoostingRegressor(**boosting.options(categorical, seed))
    trees.fit(teachable(made), numbers(synthetic[target]))
    return Utility(r2=float(r2_score(answers, trees.predict(judge))))


def _classes(
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    test: pd.DataFrame,
    target: str,
    seed: int,
    boosting: Boosting,
) -> Utility:
    numeric = is_number(train[target])
    names = sorted(set(_values(train[target], numeric)) | set(_values(test[target], numeric)))
    place = {name: index for index, name in enumerate(names)}
    answers = np.array([place[name] for name in _values(test[target], numeric)])
    if np.unique(answers).size < 2:
        raise WrongUse(
            f"{target!r} must have two classes in test, got {test[target].iloc[0]!r} alone; give "
            f"more test rows, or another target."
        )
    labels = np.array(
        [place.get(name, -1) for name in _values(synthetic[target], numeric)], dtype=np.intp
    )
    known = synthetic[labels >= 0]
    labels = labels[labels >= 0]
    seen = np.unique(labels)
    chances = np.zeros((len(test), len(names)))  # (rows, classes)
    note = ""
    if len(seen) < 2:
        only = f"{names[seen[0]]!r} alone" if len(seen) else "no known class"
        note = f"synthetic has {only} in {target!r}, so nothing could be learnt"
        chances[:, seen] = 1.0
        if not len(seen):
            return Utility(auc=0.5, f1=0.0, note=note)
    else:
        (_, made, judge), categorical = for_trees(*_without(target, train, known, test))
        trees = HistGradientBoostingClassifier(**boosting.options(categorical, seed))
        trees.fit(teachable(made), labels)
        chances[:, trees.classes_] = trees.predict_proba(judge)
        if len(seen) < len(names):
            note = f"synthetic lacks {len(names) - len(seen)} of {len(names)} classes of {target!r}"
    called = chances.argmax(axis=1)
    present = np.unique(answers)
    f1 = f1_score(answers, called, labels=present, average="macro", zero_division=0.0)
    return Utility(auc=_auc(answers, chances, present), f1=float(f1), note=note)


def _auc(answers: NDArray[np.intp], chances: NDArray[np.float64], present: NDArray) -> float:
    """One class against the rest, mean over the classes that the test rows have."""
    if len(present) == 2 and chances.shape[1] == 2:
        return _area(answers == 1, chances[:, 1])
    scores = [_area(answers == index, chances[:, index]) for index in present]
    return math.fsum(scores) / len(scores)


def _area(positive: NDArray[np.bool_], chances: NDArray[np.float64]) -> float:
    """Area under the ROC curve by the sum of ranks, equal chances counted half."""
    most, others = np.count_nonzero(positive), np.count_nonzero(~positive)
    above = rankdata(chances)[positive].sum() - most * (most + 1) / 2
    return float(above / (most * others))


def _values(column: pd.Series, numeric: bool) -> list[Any]:
    """Classes as they compare: 1 and 1.0 are one number, True and "True" one word."""
    return list(numbers(column)) if numeric else [str(value) for value in column]


def _without(target: str, *tables: pd.DataFrame) -> list[pd.DataFrame]:
    return [table.drop(columns=target) for table in tables]
