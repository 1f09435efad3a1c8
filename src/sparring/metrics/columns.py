"""What the columns of two tables are, and how they are compared or given to trees."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sparring.core.errors import WrongUse

# Boosted trees take at most 255 categories a column; one is kept for the rest.
_MOST_CATEGORIES = 254


@dataclass(frozen=True)
class Column:
    """One column of two tables, as numbers or as codes of categories.

    Attributes:
        name: of the column.
        numeric: whether it is a number or a date, not a category or a boolean.
        real: (n,), numbers with NaN where missing, or codes from 0 where missing is a category.
        synthetic: (m,), in the same codes.
        categories: how many codes there are; 0 where numeric.
    """

    name: str
    numeric: bool
    real: NDArray[np.float64]
    synthetic: NDArray[np.float64]
    categories: int


def is_number(column: pd.Series) -> bool:
    """Whether a column is compared as a number: numbers, dates and durations, not booleans.

    Example:
        >>> is_number(pd.Series([1, 2])), is_number(pd.Series([True, False]))
        (True, False)
    """
    kind = column.dtype
    if pd.api.types.is_bool_dtype(kind):
        return False
    return bool(
        pd.api.types.is_numeric_dtype(kind)
        or pd.api.types.is_datetime64_any_dtype(kind)
        or pd.api.types.is_timedelta64_dtype(kind)
    )


def numbers(column: pd.Series) -> NDArray[np.float64]:
    """A numeric column in float64, dates in seconds since 1970, NaN where missing.

    Example:
        >>> numbers(pd.Series(pd.to_datetime(["1970-01-02", None])))
        array([86400.,     nan])
    """
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        if getattr(column.dt, "tz", None) is not None:
            column = column.dt.tz_convert("UTC").dt.tz_localize(None)
        column = column - pd.Timestamp(0)
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        column = column.dt.total_seconds()
    values: NDArray[np.float64] = column.to_numpy(dtype=np.float64, na_value=np.nan)
    # An infinity is no place on a scale; it is as good as missing.
    return np.where(np.isfinite(values), values, np.nan)


def check_tables(real: pd.DataFrame, synthetic: pd.DataFrame, other: str = "synthetic") -> None:
    """Refuse two tables that don't have the same columns, or no rows.

    Raises:
        WrongUse: if a column is missing in one of them, stands twice, or a table is empty.

    Example:
        >>> check_tables(pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [2]}))
    """
    for name, table in (("real", real), (other, synthetic)):
        if not isinstance(table, pd.DataFrame) or len(table) == 0:
            raise WrongUse(f"{name} must be a DataFrame with rows, got {_say(table)}.")
        if not table.columns.is_unique:
            twice = table.columns[table.columns.duplicated()][0]
            raise WrongUse(f"{name} has two columns called {twice!r}; rename one.")
    missing = [c for c in real.columns if c not in set(synthetic.columns)]
    extra = [c for c in synthetic.columns if c not in set(real.columns)]
    if missing or extra:
        raise WrongUse(
            f"real and {other} must have the same columns, got {(missing or extra)[0]!r} in "
            f"{'real' if missing else other} alone; drop it, or add it to the other."
        )


def _say(table: object) -> str:
    if isinstance(table, pd.DataFrame):
        return "one without"
    return f"a {type(table).__name__}"


def paired_columns(real: pd.DataFrame, synthetic: pd.DataFrame) -> list[Column]:
    """Each column of two tables, in the order of the real one.

    A column is numeric if it is in the real table, and then must be in the synthetic one.

    Raises:
        WrongUse: if the tables don't have the same columns, or a numeric column isn't in both.

    Example:
        >>> (column,) = paired_columns(pd.DataFrame({"a": ["x", None]}), pd.DataFrame({"a": ["x"]}))
        >>> column.real, column.synthetic, column.categories
        (array([1., 0.]), array([1.]), 2)
    """
    check_tables(real, synthetic)
    return [_pair(str(name), real[name], synthetic[name]) for name in real.columns]


def _pair(name: str, real: pd.Series, synthetic: pd.Series) -> Column:
    if is_number(real):
        if not is_number(synthetic) and not synthetic.isna().all():
            raise WrongUse(
                f"column {name!r} is numeric in real and must be in synthetic, got "
                f"{synthetic.dtype}; convert it."
            )
        values = synthetic if is_number(synthetic) else synthetic.astype("float64")
        return Column(name, True, numbers(real), numbers(values), 0)
    # Codes by what is written, so that 1 and "1", True and "True" from a file are one category.
    codes, values_seen = pd.factorize(np.concatenate([_texts(real), _texts(synthetic)]))
    shifted = (codes + 1).astype(np.float64)  # factorize gives -1 to what is missing
    return Column(name, False, shifted[: len(real)], shifted[len(real) :], len(values_seen) + 1)


def for_trees(
    *tables: pd.DataFrame,
) -> tuple[list[NDArray[np.float64]], list[bool]]:
    """Tables with the same columns as arrays that boosted trees take.

    Numbers and dates become floats, categories and booleans become codes; missing is NaN. Where a
    column has more than 254 categories, the rarest share one code.

    Args:
        tables: the first decides which columns are numeric.

    Returns:
        One array (rows, columns) a table, and which columns are categories.

    Raises:
        WrongUse: if a column that is numeric in the first table isn't in another.

    Example:
        >>> arrays, categorical = for_trees(pd.DataFrame({"a": [1.5], "b": ["x"]}))
        >>> arrays, categorical
        ([array([[1.5, 0. ]])], [False, True])
    """
    lengths = np.cumsum([len(table) for table in tables])[:-1]
    columns, categorical = [], []
    for name in tables[0].columns:
        series = [table[name] for table in tables]
        numeric = is_number(series[0])
        categorical.append(not numeric)
        if numeric:
            parts = [
                _pair(str(name), series[0], other).synthetic if index else numbers(other)
                for index, other in enumerate(series)
            ]
            columns.append(np.concatenate(parts))
        else:
            columns.append(_codes(series))
    stacked = np.stack(columns, axis=1)  # (all rows, columns)
    return np.split(stacked, lengths), categorical


def teachable(items: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows that trees can be grown on: 0 in each column that has no value in any of them.

    Scikit-learn's trees can't cut a column without values; a column of zeros teaches as little.

    Args:
        items: (n, d), NaN where missing.

    Example:
        >>> teachable(np.array([[np.nan, 1.0], [np.nan, np.nan]]))
        array([[ 0.,  1.],
               [ 0., nan]])
    """
    return np.where(np.isnan(items).all(axis=0), 0.0, items)


def _codes(series: list[pd.Series]) -> NDArray[np.float64]:
    places, names = pd.factorize(np.concatenate([_texts(one) for one in series]))
    # By frequency, so that the codes that are merged are the rarest.
    counts = np.bincount(places[places >= 0], minlength=len(names))
    ranks = np.empty(len(names))
    ranks[np.argsort(-counts, kind="stable")] = np.arange(len(names))
    codes: NDArray[np.float64] = np.append(ranks.clip(max=_MOST_CATEGORIES), np.nan)[places]
    return codes


def _texts(column: pd.Series) -> NDArray[np.object_]:
    """What is written in each row, None where it is missing."""
    if column.dtype == object:
        # Told apart by what is written alone: 1 and True are equal, and lists can't be looked up.
        texts = np.array([str(value) for value in column], dtype=object)
        texts[column.isna().to_numpy()] = None
        return texts
    places, values = pd.factorize(column)
    return np.array([*map(str, values), None], dtype=object)[places]
