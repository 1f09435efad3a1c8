"""Column shapes: does each column of a synthetic table look like the real one's?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sparring.metrics.columns import Column, paired_columns


@dataclass(frozen=True)
class ColumnShapes:
    """Likeness of columns, each from 0 to 1.

    Attributes:
        mean: over all columns.
        columns: by name.
    """

    mean: float
    columns: dict[str, float]


def column_shapes(real: pd.DataFrame, synthetic: pd.DataFrame) -> ColumnShapes:
    r"""Likeness of each column's distribution, as SDMetrics' Column Shapes defines it.

    For numbers and dates $1 - \sup_x |F_r(x) - F_s(x)|$ (the Kolmogorov-Smirnov statistic,
    missing values left out); for categories and booleans $1 - \frac12 \sum_c |p_r(c) - p_s(c)|$
    (total variation, missing is a category). It says nothing about how columns hang together: a
    table with every column shuffled scores 1.

    Differs from SDMetrics in that a numeric column that is missing throughout in one table scores
    1 if it is in the other, else 0, where SDMetrics has no score.

    Args:
        real: a table.
        synthetic: a table with the same columns; any number of rows.

    Returns:
        The mean and each column's likeness, from 0 to 1.

    Raises:
        WrongUse: if the tables don't have the same columns, or a numeric column isn't in both.

    Example:
        >>> real = pd.DataFrame({"age": [1, 2, 3, 4], "job": ["a", "a", "b", None]})
        >>> fake = pd.DataFrame({"age": [3, 4, 5, 6], "job": ["a", "a", "b", "b"]})
        >>> column_shapes(real, fake)
        ColumnShapes(mean=0.625, columns={'age': 0.5, 'job': 0.75})
    """
    scores = {column.name: shape(column) for column in paired_columns(real, synthetic)}
    return ColumnShapes(float(np.mean(list(scores.values()))), scores)


def shape(column: Column) -> float:
    """Likeness of one column, from 0 to 1.

    Example:
        >>> shape(Column("a", True, np.array([1.0, 2.0]), np.array([1.0, 2.0]), 0))
        1.0
    """
    if not column.numeric:
        real = np.bincount(column.real.astype(np.intp), minlength=column.categories)
        synthetic = np.bincount(column.synthetic.astype(np.intp), minlength=column.categories)
        apart = np.abs(real / real.sum() - synthetic / synthetic.sum()).sum() / 2
        return float(1 - apart)
    return _likeness(column.real, column.synthetic)


def _likeness(real: NDArray[np.float64], synthetic: NDArray[np.float64]) -> float:
    real, synthetic = np.sort(real[~np.isnan(real)]), np.sort(synthetic[~np.isnan(synthetic)])
    if not len(real) or not len(synthetic):
        return float(len(real) == len(synthetic))
    places = np.concatenate([real, synthetic])
    below_real = np.searchsorted(real, places, side="right") / len(real)
    below_synthetic = np.searchsorted(synthetic, places, side="right") / len(synthetic)
    return float(1 - np.abs(below_real - below_synthetic).max())
