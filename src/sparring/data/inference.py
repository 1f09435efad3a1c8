"""Which form a column has, and which columns cannot be learnt from."""

import datetime
import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from numbers import Real

import numpy as np
import pandas as pd
from pandas.api import types

from sparring.core.errors import WrongUse
from sparring.data.amounts import amounts_of
from sparring.data.dates import DATES, TIMES
from sparring.data.datetexts import date_format, time_format
from sparring.data.fitting import (
    MOST_CATEGORIES,
    are_serials,
    beyond_exact,
    categories_of,
    constant_of,
    dates_of,
    listed_categories,
    numbers_of,
    times_of,
)
from sparring.data.forms import Booleans, Categories, Constant, Form, Numbers, Serials, Texts
from sparring.data.grammar import FreeText
from sparring.data.grammars.learning import SUPPORT
from sparring.data.kinds import form_as
from sparring.data.refusing import mixed, no_unicode, rows_text, unsupported
from sparring.data.texts import IDENTIFIER, TEXT

FEWEST_ROWS = 10
FEW_TEXTS = 20
"""So few different texts are categories, even if most rows have one of their own; but
not numbers or addresses, one a row."""
_NUMERIC = {"integer", "floating", "mixed-integer-float", "decimal"}


def check_frame(frame: pd.DataFrame, kinds: Mapping[str | int, str] | None = None) -> None:
    """Refuse a table that cannot be learnt from, naming the column and the rows.

    Raises:
        WrongUse: no columns, fewer than 10 rows, two columns of one name, names that are neither
            text nor whole numbers, nothing but missing values, and what `form_of` refuses in any
            column.

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
    if frame.isna().to_numpy().all():
        raise WrongUse(
            "Every column of the table holds only missing values: look whether it was read with "
            "the right separator and the right signs for missing values."
        )
    asked = kinds or {}
    for name in asked:
        if name not in frame.columns:
            raise WrongUse(
                f"kinds names a column {name!r} that the table doesn't have: there are "
                f"{', '.join(map(str, frame.columns))}."
            )
    for name in frame.columns:
        form_of(frame[name], asked.get(name))


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


def form_of(series: pd.Series, kind: str | None = None) -> Form:
    """The form of a column.

    Text is dates, times of a day or amounts ("$1,234.50") where each value comes back as it was,
    categories where values repeat (half as many as rows at most), else identifiers when it has a
    pattern, and free text when it has none. Whole numbers that name rows are identifiers.

    Args:
        series: a named column.
        kind: overrules what is inferred: number, integer, category, boolean, date, time,
            identifier, text or constant.

    Raises:
        WrongUse: infinite numbers, numbers and text mixed, more than 100,000 categories, a type
            that is not supported, or values that can't be of the kind that is asked for.

    Example:
        >>> form_of(pd.Series(["2024-01-01", "2024-01-03"], name="day")).kind
        'date'
        >>> form_of(pd.Series([1, 2, 3], name="n")).kind
        'integer'
        >>> form_of(pd.Series([1, 2, 3], name="n"), "category").kind
        'category'
    """
    if kind is not None:
        return form_as(series, kind)
    values = series.dropna()
    dtype = series.dtype
    if len(values) == 0:
        return Constant(str(dtype), None)
    if isinstance(dtype, pd.CategoricalDtype):
        return listed_categories(series)
    if types.is_bool_dtype(dtype):
        return Booleans(str(dtype), (False, True))
    if types.is_datetime64_any_dtype(dtype):
        return dates_of(series, None)
    if types.is_numeric_dtype(dtype) and not types.is_complex_dtype(dtype):
        return _numbers(series, values)
    if types.is_object_dtype(dtype) or types.is_string_dtype(dtype):
        return _objects(series, values)
    raise unsupported(series, str(dtype))


def _objects(series: pd.Series, values: pd.Series) -> Form:
    content = types.infer_dtype(values, skipna=True)
    if content == "string":
        return constant_of(series) or _texts(series, values)
    if content == "boolean":
        return Booleans(str(series.dtype), (False, True))
    if content in _NUMERIC:
        return _numbers(series, values)
    if content == "date":
        return dates_of(series, DATES)
    if content == "time":
        return times_of(series, TIMES)
    if content in ("datetime64", "datetime"):
        return dates_of(series, None)
    if content in ("mixed", "mixed-integer"):
        texts = values.map(lambda value: isinstance(value, str)).to_numpy()
        if texts.any() and not texts.all():
            return _codes(series, values, texts)
    raise _of_no_form(series, values)


# What forms hold, though not all in one column.
_PLAIN = (str, Real, Decimal, datetime.date, datetime.time)


def _of_no_form(series: pd.Series, values: pd.Series) -> WrongUse:
    strange = [value for value in values if not isinstance(value, _PLAIN)]
    names = [type(value).__name__ for value in strange or values]
    if strange or len(set(names)) == 1:
        return unsupported(series, f"values of type {names[0]}")
    rows = np.flatnonzero(series.notna())[[name != names[0] for name in names]]
    other = next(name for name in names if name != names[0])
    return mixed(series, f"{other} in {rows_text(rows)} and {names[0]} elsewhere")


def _codes(series: pd.Series, values: pd.Series, texts: np.ndarray) -> Form:
    """Numbers and texts in one column: codes if they are like codes, else a slip."""
    scalars = values.map(lambda value: isinstance(value, str | int | float)).all()
    if scalars and _are_codes(values, texts):
        return categories_of(series, values.unique())
    fewer = texts if texts.sum() * 2 <= len(texts) else ~texts
    rows = np.flatnonzero(series.notna())[fewer]
    what = ("text", "other values") if fewer is texts else ("other values", "text")
    raise mixed(series, f"{what[0]} in {rows_text(rows)} and {what[1]} elsewhere")


def _are_codes(values: pd.Series, texts: np.ndarray) -> bool:
    """Whether the values repeat, and most texts among them hold a digit, as in V57."""
    if values.nunique() * 2 > len(values) or texts.sum() < SUPPORT:
        return False
    digits = [any(mark.isdigit() for mark in text) for text in values[texts]]
    return sum(digits) * 2 > len(digits)


def _texts(series: pd.Series, values: pd.Series) -> Form:
    dtype = str(series.dtype)
    places, found = pd.factorize(values)
    distinct: list[str] = np.asarray(found, dtype=object).tolist()
    broken = [not _is_unicode(text) for text in distinct]
    if any(broken):
        rows = np.zeros(len(series), dtype=bool)
        rows[np.flatnonzero(series.notna())] = np.array(broken)[places]
        raise no_unicode(series, rows)
    if (day := date_format(distinct)) is not None:
        return dates_of(series, day)
    if (clock := time_format(distinct)) is not None:
        return times_of(series, clock)
    if (amounts := amounts_of(distinct, dtype)) is not None:
        return amounts
    _check_slips(series, values, places, distinct)
    few = len(distinct) <= FEW_TEXTS and not _number_rows(distinct, len(values))
    repeated = len(distinct) * 2 <= len(values) or few
    if repeated and len(distinct) <= MOST_CATEGORIES:
        return Categories(dtype, tuple(sorted(distinct)))
    form = Texts.learn(series, IDENTIFIER)
    # Where hardly any string of the pattern is left, there is nothing to make up.
    if not form.roomy and len(distinct) <= MOST_CATEGORIES:
        return Categories(dtype, tuple(sorted(distinct)))
    if isinstance(form.language, FreeText):
        return Texts(dtype, TEXT, form.unique, form.language)
    return form


def _number_rows(distinct: Collection[str], values: int) -> bool:
    """Whether texts that all differ look like numbers or addresses: each has a digit or an @."""
    return len(distinct) == values >= FEWEST_ROWS and all(
        re.search(r"[\d@]", text) for text in distinct
    )


def _is_unicode(text: str) -> bool:
    """Whether a text has no halves of characters, as bytes of another encoding become."""
    return text.isascii() or not re.search("[\ud800-\udfff]", text)


def _check_slips(
    series: pd.Series, values: pd.Series, places: np.ndarray, distinct: list[str]
) -> None:
    """Refuse a few texts among numbers, unless they are codes."""
    numeric = pd.to_numeric(pd.Series(distinct, dtype="str"), errors="coerce").notna().to_numpy()
    numbers = numeric[places]
    # A few texts among numbers are a slip; where texts are common, "numbers" are codes.
    if 0.9 <= numbers.mean() < 1 and not _are_codes(values, ~numbers):
        rows = np.flatnonzero(series.notna())[~numbers]
        example = values[~numbers].iloc[0]
        raise mixed(
            series, f"text such as {example[:40]!r} in {rows_text(rows)} and numbers elsewhere"
        )


def _numbers(series: pd.Series, values: pd.Series) -> Form:
    if beyond_exact(values).any():
        serials = None if values.nunique() * 2 <= len(values) else Serials.learn(series, IDENTIFIER)
        return serials if serials and serials.roomy else categories_of(series, values.unique())
    form = numbers_of(series)
    constant = constant_of(series)
    if constant is not None:
        return constant
    plain = Numbers(str(series.dtype), None).plain(series)
    if form.decimals == 0 and are_serials(series, plain[~np.isnan(plain)]):
        serials = Serials.learn(series, IDENTIFIER)
        if serials.roomy:
            return serials
    return form
