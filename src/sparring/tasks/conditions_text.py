"""Conditions on rows of a table, as they are written on the command line."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sparring.core.errors import WrongUse
from sparring.data.amounts import Amounts
from sparring.data.dates import DATES, TIMES, Dates, Times
from sparring.data.forms import Categories, Constant, Form, Numbers
from sparring.data.modality import Modality
from sparring.data.table import Table

_RANGE, _OR = "..", "|"


def read_conditions(modality: Modality, pairs: Sequence[str]) -> dict[Any, Any]:
    """Texts such as "age=30..40" as what `Synthesizer.sample` takes as a condition.

    `NAME=VALUE` asks for a value, `NAME=A|B` for any of some, `NAME=LOW..HIGH` for a range of
    numbers or dates with both its ends (either may be left away for numbers), and `NAME=` for a
    missing value. Values are read as the column's kind; a category is taken as it stands, marks
    included, where there is one.

    Args:
        modality: of the fitted items; all but tables are asked for a class, for attributes or for
            a text, text="a red circle".
        pairs: the texts.

    Raises:
        WrongUse: a text of another form, or two for one column. Whether values can be met is told
            by `tasks.conditions`.

    Example:
        >>> frame = pd.DataFrame({"age": range(20, 60), "sex": ["f", "m"] * 20})
        >>> read_conditions(Table.fit(frame), ["age=30..39", "sex=f|m"])
        {'age': (30.0, 39.0), 'sex': ['f', 'm']}
    """
    forms: Mapping[str | int, Form] = modality.forms if isinstance(modality, Table) else {}
    names = {str(name): name for name in forms}
    asked: dict[Any, Any] = {}
    for pair in pairs:
        written = _name(pair, names)
        name = names.get(written, written)
        if name in asked:
            raise WrongUse(
                f"--condition names {written!r} twice; write {written}=A|B for any of several."
            )
        text = pair[len(written) + 1 :]
        known = name in forms
        asked[name] = _value(written, forms[name], text) if known else _any_of(written, text)
    return asked


def _any_of(name: str, text: str) -> str | list[str]:
    """Attributes may be asked to be one of several; a class or a text is what it is."""
    several = _OR in text and name not in ("class", "text")
    return text.split(_OR) if several else text


def _name(pair: str, names: Mapping[str, Any]) -> str:
    """What stands before the "=": names of columns may hold one themselves."""
    fitting = [name for name in names if pair.startswith(f"{name}=")]
    name, equals, _ = pair.partition("=")
    if not equals or not pair.partition("=")[0]:
        raise WrongUse(f"--condition takes key=value, such as age=30..40, got {pair!r}.")
    return max(fitting, key=len, default=name)


def _value(name: str, form: Form, text: str) -> Any:
    if not text:
        return None
    if isinstance(form, Categories | Constant):
        known = {str(value): value for value in _values(form)}
        if text in known:
            return known[text]
        found = [_category(known, part) for part in text.split(_OR)]
        return found[0] if len(found) == 1 else found
    parts = text.split(_OR)
    if len(parts) > 1:
        if any(_RANGE in part for part in parts):
            raise WrongUse(
                f"--condition takes one range or several values of {name!r}, not both, got "
                f"{text!r}; sample each range by itself."
            )
        return [_scalar(form, part) if part else None for part in parts]
    low, dots, high = text.partition(_RANGE)
    if not dots:
        return _scalar(form, text)
    if not (low and high) and not isinstance(form, Numbers):
        raise WrongUse(f"--condition takes a range of {name!r} with both its ends, got {text!r}.")
    return (
        _scalar(form, low) if low else -np.inf,
        _scalar(form, high) if high else np.inf,
    )


def _values(form: Categories | Constant) -> tuple[Any, ...]:
    return form.values if isinstance(form, Categories) else (form.value,)


def _category(known: Mapping[str, Any], text: str) -> Any:
    """The value that is written so; small and large letters and ".0" matter only between values."""
    if not text:
        return None
    if text in known:
        return known[text]
    near = [value for key, value in known.items() if _plainly(key) == _plainly(text)]
    return near[0] if len(near) == 1 else text


def _plainly(text: str) -> str:
    return text.lower().removesuffix(".0")


def _scalar(form: Form, text: str) -> Any:
    """A value of the form's kind; the text itself where it is none, to be refused by name."""
    try:
        if isinstance(form, Numbers):
            return float(text)
        if isinstance(form, Amounts):
            return text if np.isfinite(form.read(text)) else form.write(float(text))
        if isinstance(form, Dates):
            return _date(form, text)
        if isinstance(form, Times):
            return _time(form, text)
    except (ValueError, OverflowError):
        return text
    return text


def _date(form: Dates, text: str) -> Any:
    """A date in the column's own format, or else in that of ISO 8601."""
    if form.text not in (None, DATES) and not np.isnan(form.plain(pd.Series([text]))[0]):
        return text
    moment = pd.Timestamp(text)
    if form.text == DATES:
        return moment.date()
    if form.text is not None:
        return moment.strftime(form.text)
    if form.zone is not None and moment.tzinfo is None:
        return moment.tz_localize(form.zone)
    return moment


def _time(form: Times, text: str) -> Any:
    if form.text != TIMES and not np.isnan(form.plain(pd.Series([text]))[0]):
        return text
    time = datetime.time.fromisoformat(text)
    return time if form.text == TIMES else time.strftime(form.text)
