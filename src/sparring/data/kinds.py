"""The kinds of a column, and taking one as the kind that a user says it is."""

import datetime
from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types

from sparring.core.errors import WrongUse
from sparring.data.amounts import amounts_of
from sparring.data.dates import DATES, TIMES
from sparring.data.datetexts import date_format, time_format
from sparring.data.fitting import (
    beyond_exact,
    categories_of,
    constant_of,
    dates_of,
    listed_categories,
    numbers_of,
    times_of,
)
from sparring.data.forms import Booleans, Form, Numbers, Serials, Texts
from sparring.data.grammar import learn_text
from sparring.data.refusing import no_such_kind
from sparring.data.texts import IDENTIFIER, TEXT

_ANSWERS = (("false", "true"), ("no", "yes"), ("f", "t"), ("n", "y"), ("off", "on"), ("0", "1"))


def form_as(series: pd.Series, kind: str) -> Form:
    """The form of a column as a kind (see `inference.form_of`).

    Args:
        series: a named column.
        kind: one of `KINDS`.

    Raises:
        WrongUse: no such kind, or values that can't be of it; the first is named.

    Example:
        >>> form_as(pd.Series(["007", "008"] * 9, name="agent"), "category").kind
        'category'
        >>> form_as(pd.Series(["7", "x"] * 9, name="agent"), "number")
        Traceback (most recent call last):
        ...
        sparring.core.errors.WrongUse: Column 'agent' can't be taken as number because of 'x' in
        row 2: correct such values, leave them empty, or choose another kind.
    """
    if kind not in KINDS:
        raise WrongUse(
            f"The kind of column {series.name!r} must be one of {', '.join(KINDS)}, got {kind!r}."
        )
    if kind != "constant" and series.isna().all():
        raise WrongUse(
            f"Column {series.name!r} holds only missing values, so that its kind can't be {kind}: "
            f"make it constant."
        )
    return KINDS[kind](series)


def _is(series: pd.Series, *accepted: type) -> np.ndarray:
    """(n,) which rows hold one of these types; missing ones count as well."""
    missing = series.isna().to_numpy()
    if types.is_bool_dtype(series.dtype):
        return missing | (bool in accepted)
    if types.is_integer_dtype(series.dtype):
        return missing | (int in accepted)
    if types.is_float_dtype(series.dtype):
        return missing | (float in accepted)
    kept = [type(value) in accepted for value in series.array]
    return missing | np.array(kept, dtype=bool)


def _check(series: pd.Series, kind: str, fine: np.ndarray) -> None:
    if not fine.all():
        raise no_such_kind(series, kind, ~fine)


def _is_text(series: pd.Series) -> bool:
    """Whether the first value is text: then all must be."""
    return isinstance(series.dropna().iloc[0], str)


def _refuse_format(
    series: pd.Series, kind: str, texts: Sequence[str], fits: Callable[[Sequence[str]], Any]
) -> WrongUse:
    """The refusal of the first of these texts that is not written as those before it are."""
    first = bisect_left(range(len(texts)), True, key=lambda n: fits(texts[: n + 1]) is None)
    return no_such_kind(series, kind, (series == texts[first]).to_numpy(bool, na_value=False))


def _number(series: pd.Series) -> Form:
    dtype = str(series.dtype)
    if _is_text(series):
        _check(series, "number", _is(series, str))
        texts = series.dropna().unique().tolist()
        amounts = amounts_of(texts, dtype, bare=True)
        if amounts is None:
            fits = partial(amounts_of, dtype=dtype, bare=True)
            raise _refuse_format(series, "number", texts, fits)
        return amounts
    _check(series, "number", _is(series, int, float, np.int64, np.float64))
    beyond = np.zeros(len(series), dtype=bool)
    beyond[np.flatnonzero(series.notna())] = beyond_exact(series.dropna())
    _check(series, "number", ~beyond)
    return numbers_of(series)


def _integer(series: pd.Series) -> Form:
    form = _number(series)
    plain = form.plain(series)
    _check(series, "integer", np.isnan(plain) | (plain == np.round(plain)))
    return form


def _category(series: pd.Series) -> Form:
    if isinstance(series.dtype, pd.CategoricalDtype):
        return listed_categories(series)
    _check(series, "category", _is(series, str, int, float, bool))
    return categories_of(series, series.dropna().unique())


def _boolean(series: pd.Series) -> Form:
    values = list(series.dropna().unique())
    written = [str(value).removesuffix(".0").lower() for value in values]
    # Of answers that are written twice, such as yes and Yes, the second is refused.
    answers = next((pair for pair in _ANSWERS if written[0] in pair), ())
    bad = [
        v for n, v in enumerate(values) if written[n] not in answers or written[n] in written[:n]
    ]
    if bad:
        raise no_such_kind(series, "boolean", series.isin(bad).to_numpy())
    if isinstance(series.dtype, pd.CategoricalDtype):
        form = listed_categories(series)
        return Booleans(form.dtype, form.values, form.ordered, form.inner)
    if types.is_bool_dtype(series.dtype) or {type(value) for value in values} == {bool}:
        return Booleans(str(series.dtype), (False, True))
    form = categories_of(series, values)
    return Booleans(form.dtype, form.values)


def _date(series: pd.Series) -> Form:
    if types.is_datetime64_any_dtype(series.dtype):
        return dates_of(series, None)
    if _is_text(series):
        _check(series, "date", _is(series, str))
        texts = series.dropna().unique().tolist()
        text = date_format(texts)
        if text is None:
            raise _refuse_format(series, "date", texts, date_format)
        return dates_of(series, text)
    fine = _is(series, datetime.date, datetime.datetime, pd.Timestamp)
    _check(series, "date", fine)
    days = _is(series, datetime.date).all()
    return dates_of(series, DATES if days else None)


def _time(series: pd.Series) -> Form:
    if not _is_text(series):
        _check(series, "time", _is(series, datetime.time))
        return times_of(series, TIMES)
    _check(series, "time", _is(series, str))
    texts = series.dropna().unique().tolist()
    text = time_format(texts)
    if text is None:
        raise _refuse_format(series, "time", texts, time_format)
    return times_of(series, text)


def _identifier(series: pd.Series) -> Form:
    if _is_text(series):
        _check(series, "identifier", _is(series, str))
        return Texts.learn(series, IDENTIFIER)
    _check(series, "identifier", _is(series, int, float))
    plain = Numbers(str(series.dtype), None).plain(series)
    _check(series, "identifier", np.isnan(plain) | (plain == np.round(plain)))
    return Serials.learn(series, IDENTIFIER)


def _text(series: pd.Series) -> Form:
    _check(series, "text", _is(series, str))
    values = series.dropna()
    language = learn_text(values.to_numpy(dtype=object))
    return Texts(str(series.dtype), TEXT, bool(values.is_unique), language)


def _constant(series: pd.Series) -> Form:
    form = constant_of(series)
    if form is None:
        first = series.dropna().iloc[0]
        _check(series, "constant", (series == first).to_numpy(dtype=bool, na_value=False))
        raise no_such_kind(series, "constant", series.notna().to_numpy())
    return form


KINDS: dict[str, Callable[[pd.Series], Form]] = {
    "number": _number,
    "integer": _integer,
    "category": _category,
    "boolean": _boolean,
    "date": _date,
    "time": _time,
    "identifier": _identifier,
    "text": _text,
    "constant": _constant,
}
"""What a column can be."""
