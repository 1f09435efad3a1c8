"""Which form a column has, and which columns cannot be learnt from."""

import re
import shlex
from collections.abc import Iterable

import numpy as np
import pandas as pd
from pandas.api import types

from sparring.core.errors import WrongUse
from sparring.data.forms import Categories, Dates, Form, Numbers, Scalar, date_ticks, moments

MOST_CATEGORIES = 1000
FEWEST_ROWS = 10
_LARGEST_EXACT = 2**53
_MOST_DECIMALS = 6

_DAY, _CLOCK = r"\d{4}-\d{2}-\d{2}", r"\d{2}:\d{2}"
_DATE_TEXTS = {
    _DAY: "%Y-%m-%d",
    rf"{_DAY} {_CLOCK}": "%Y-%m-%d %H:%M",
    rf"{_DAY} {_CLOCK}:\d{{2}}": "%Y-%m-%d %H:%M:%S",
    rf"{_DAY} {_CLOCK}:\d{{2}}\.\d{{6}}": "%Y-%m-%d %H:%M:%S.%f",
    rf"{_DAY}T{_CLOCK}": "%Y-%m-%dT%H:%M",
    rf"{_DAY}T{_CLOCK}:\d{{2}}": "%Y-%m-%dT%H:%M:%S",
    rf"{_DAY}T{_CLOCK}:\d{{2}}Z": "%Y-%m-%dT%H:%M:%SZ",
    rf"{_DAY}T{_CLOCK}:\d{{2}}\.\d{{6}}": "%Y-%m-%dT%H:%M:%S.%f",
    r"\d{8}T\d{6}": "%Y%m%dT%H%M%S",
}
_NUMERIC = {"integer", "floating", "mixed-integer-float", "decimal"}
_STEPS_OF_US = (86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000, 1_000, 1)


def rows_text(rows: Iterable[int], most: int = 3) -> str:
    """ "row 3", "rows 3 and 7", "rows 3, 7, 9, ..."; the first row is 1."""
    numbers = [int(row) + 1 for row in rows]
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    listed = ", ".join(str(number) for number in numbers[:most])
    return f"rows {listed}{', ...' if len(numbers) > most else ''} (the first is 1)"


def check_frame(frame: pd.DataFrame) -> None:
    """Refuse a table that cannot be learnt from, naming the column and the rows.

    Raises:
        WrongUse: no columns, fewer than 10 rows, two columns of one name, names that are neither
            text nor whole numbers, and what `form_of` refuses in any column.

    Example:
        >>> check_frame(pd.DataFrame({"a": [1.0] * 5}))
        Traceback (most recent call last):
        ...
        sparring.core.errors.WrongUse: A table must have at least 10 rows, got 5: collect more.
    """
    if len(frame) < FEWEST_ROWS:
        raise WrongUse(
            f"A table must have at least {FEWEST_ROWS} rows, got {len(frame)}: collect more."
        )
    check_names(frame)
    for name in frame.columns:
        form_of(frame[name])


def check_names(frame: pd.DataFrame) -> None:
    """Refuse a table without columns, or with names that are doubled or no names."""
    if frame.shape[1] == 0:
        raise WrongUse("A table must have at least one column, got none.")
    for name in frame.columns:
        if isinstance(name, bool) or not isinstance(name, str | int | np.integer):
            raise WrongUse(f"Names of columns must be text or whole numbers, got {name!r}.")
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise WrongUse(f"Two columns are named {twice[0]!r}: rename one of them.")


def form_of(series: pd.Series) -> Form:
    """The form of a column.

    Args:
        series: a named column.

    Raises:
        WrongUse: only missing values, infinite numbers, whole numbers beyond 2^53, numbers and
            text mixed, more than 1,000 categories, or a type that is not supported.

    Example:
        >>> form_of(pd.Series(["2024-01-01", "2024-01-03"], name="day")).kind
        'date'
        >>> form_of(pd.Series([1, 2, 3], name="n")).kind
        'integer'
    """
    values = series.dropna()
    if len(values) == 0:
        raise WrongUse(f"Column {series.name!r} holds only missing values: {_drop(series)}.")
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _categorical(series)
    if types.is_bool_dtype(dtype):
        return Categories(str(dtype), (False, True))
    if types.is_datetime64_any_dtype(dtype):
        return _dates(series, None)
    if types.is_numeric_dtype(dtype) and not types.is_complex_dtype(dtype):
        return _numbers(series)
    if types.is_object_dtype(dtype) or types.is_string_dtype(dtype):
        return _objects(series, values)
    raise _unsupported(series, str(dtype))


def _unsupported(series: pd.Series, what: str) -> WrongUse:
    return WrongUse(
        f"Column {series.name!r} holds {what}, which is not supported: make it numbers, text, "
        f"booleans or dates, or drop it."
    )


def _objects(series: pd.Series, values: pd.Series) -> Form:
    content = types.infer_dtype(values, skipna=True)
    if content == "string":
        return _texts(series, values)
    if content == "boolean":
        return Categories(str(series.dtype), (False, True))
    if content in _NUMERIC:
        return _numbers(series)
    if content == "date":
        return _dates(series, "date")
    if content in ("datetime64", "datetime"):
        return _dates(series, None)
    if content in ("mixed", "mixed-integer"):
        texts = values.map(lambda value: isinstance(value, str)).to_numpy()
        fewer = texts if texts.sum() * 2 <= len(texts) else ~texts
        if texts.any() and not texts.all():
            rows = np.flatnonzero(series.notna())[fewer]
            what = ("text", "other values") if fewer is texts else ("other values", "text")
            raise _mixed(series, f"{what[0]} in {rows_text(rows)} and {what[1]} elsewhere")
    raise _unsupported(series, f"values of type {type(values.iloc[0]).__name__}")


def _drop(series: pd.Series) -> str:
    if not isinstance(series.name, str):
        return "leave it out of the array"
    return f"drop it with `--set {shlex.quote(f'drop={series.name}')}`"


def _mixed(series: pd.Series, what: str) -> WrongUse:
    return WrongUse(
        f"Column {series.name!r} mixes types, {what}: correct these values, leave them empty "
        f"or name them with `--set missing=...` if they are missing, or take the column as text "
        f"with `--set {shlex.quote(f'categories={series.name}')}`."
    )


def _texts(series: pd.Series, values: pd.Series) -> Form:
    distinct = pd.Series(values.unique(), dtype=object)
    text = _date_text(distinct)
    if text is not None:
        return _dates(series, text)
    numbers = pd.to_numeric(values, errors="coerce").notna().to_numpy()
    # A few texts among numbers are a slip; where texts are common, "numbers" are codes.
    if 0.9 <= numbers.mean() < 1:
        rows = np.flatnonzero(series.notna())[~numbers]
        example = values[~numbers].iloc[0]
        raise _mixed(series, f"text such as {example!r} in {rows_text(rows)} and numbers elsewhere")
    return Categories(str(series.dtype), _few(series, sorted(distinct)))


def _categorical(series: pd.Series) -> Form:
    categories = series.cat.categories
    listed = categories.tolist()
    if not all(isinstance(value, str | int | float | bool) for value in listed):
        raise _unsupported(series, f"categories of type {type(listed[0]).__name__}")
    _few(series, series.dropna().unique().tolist())
    return Categories("category", tuple(listed), bool(series.cat.ordered), str(categories.dtype))


def _few(series: pd.Series, distinct: list[Scalar]) -> tuple[Scalar, ...]:
    if len(distinct) > MOST_CATEGORIES:
        raise WrongUse(
            f"Column {series.name!r} has {len(distinct):,} categories, at most "
            f"{MOST_CATEGORIES:,} can be learnt: {_drop(series)} if it is an identifier or free "
            f"text, else merge its rare values."
        )
    return tuple(distinct)


def _numbers(series: pd.Series) -> Form:
    dtype = str(series.dtype)
    plain = Numbers(dtype, None).plain(series)
    infinite = np.flatnonzero(np.isinf(plain))
    if len(infinite):
        raise WrongUse(
            f"Column {series.name!r} holds infinite numbers in {rows_text(infinite)}: "
            f"replace them or leave them empty."
        )
    seen = plain[~np.isnan(plain)]
    whole = bool((seen == np.round(seen)).all())
    if types.is_integer_dtype(series.dtype) and np.abs(seen).max() > _LARGEST_EXACT:
        raise WrongUse(
            f"Column {series.name!r} holds whole numbers beyond 2^53, which are no quantities: "
            f"drop it if it is an identifier."
        )
    if whole:
        return Numbers(dtype, 0)
    return Numbers(dtype, _decimals(seen, dtype))


def _decimals(seen: np.ndarray, dtype: str) -> int | None:
    """The fewest decimals that lose nothing, or None when there are many."""
    single = np.float32 if dtype.lower() == "float32" else np.float64
    for decimals in range(1, _MOST_DECIMALS + 1):
        if (np.round(seen, decimals).astype(single) == seen.astype(single)).all():
            return decimals
    return None


def _date_text(distinct: pd.Series) -> str | None:
    """The one format that all of these texts have, or None."""
    for pattern, text in _DATE_TEXTS.items():
        if re.fullmatch(pattern, distinct.iloc[0]):
            fits = distinct.map(lambda value, p=pattern: re.fullmatch(p, value) is not None).all()
            if fits and pd.to_datetime(distinct, format=text, errors="coerce").notna().all():
                return text
    return None


def _dates(series: pd.Series, text: str | None) -> Form:
    try:
        stamps = moments(series, text)
    except (ValueError, TypeError, OverflowError) as error:
        raise _unsupported(series, "dates of several time zones or out of range") from error
    ns, missing = date_ticks(stamps, "us"), stamps.isna().to_numpy()
    ticks, unit = ns[0], "us"
    if str(stamps.dtype) == "datetime64[ns]":
        fine, _ = date_ticks(stamps, "ns")
        if (fine % 1000).any():
            ticks, unit = fine, "ns"
    seen = ticks[~missing]
    steps = _STEPS_OF_US if unit == "us" else (1,)
    step = next(step for step in steps if not (seen % step).any())
    zone = str(series.dt.tz) if isinstance(series.dtype, pd.DatetimeTZDtype) else None
    return Dates(str(series.dtype), unit, step, int(seen.min() // step), text, zone)
