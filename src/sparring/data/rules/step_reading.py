"""Labels of ranges of a number, as users write them."""

import math
import re
from dataclasses import replace

import numpy as np
import pandas as pd

from sparring.core.errors import WrongUse
from sparring.data.forms import Categories, Form
from sparring.data.rules.columns import Columns, is_number
from sparring.data.rules.names import Name, value_of
from sparring.data.rules.reading import Reader
from sparring.data.rules.steps import Steps, steps

_SIGNS = re.compile(r'\s*(<=|<)\s*(?=(?:[^"]*"[^"]*")*[^"]*$)')
"""Between labels and limits, outside double quotes."""


def read_steps(reader: Reader, columns: Columns, writes: Name, number: Name) -> Steps:
    """The rule whose text is read up to its two columns: "size by price: small < 10 <= large".

    Without what follows the colon the limits are read from the table.

    Raises:
        WrongUse: no ranges can be read from the text, or from the table where it names none.
    """
    if not is_number(columns.forms[number]) or number == writes:
        raise WrongUse(
            f"The rule {reader.text!r} must take ranges of another column of numbers, got "
            f"{number!r}."
        )
    text = reader.rest().removeprefix(":").strip()
    if text:
        return _written_out(reader, columns, (writes, number), text)
    rule = steps(columns, number, writes)
    if rule is None:
        raise WrongUse(
            f"The rule {reader.text!r} must hold in every row, got ranges of {number!r} with "
            f"several {writes!r}: leave it out, or write the limits as "
            f"'{writes} by {number}: a < 10 <= b'."
        )
    return rule


def _written_out(reader: Reader, columns: Columns, names: tuple[Name, Name], text: str) -> Steps:
    writes, number = names
    pieces = _SIGNS.split(text)
    labels = pieces[::4]
    limits = [_number(piece) for piece in pieces[2::4]]
    alternate = pieces[1::2] == ["<", "<="] * (len(labels) - 1)
    if not limits or not alternate or sorted(set(limits)) != limits:
        raise WrongUse(
            f"The rule {reader.text!r} must name ascending limits, such as "
            f"'{writes} by {number}: a < 10 <= b', got {text!r}."
        )
    form = columns.forms[writes]
    values = [_plain(form, label) for label in labels]
    if any(math.isnan(value) for value in values):
        wrong = labels[[math.isnan(value) for value in values].index(True)]
        raise WrongUse(
            f"The rule {reader.text!r} must give {writes!r} values that it has, got {wrong!r}."
        )
    rule = Steps(
        writes=writes,
        form=form,
        number=number,
        read=columns.forms[number],
        limits=tuple(limits),
        values=tuple(values),
        ends=tuple(float(np.nextafter(limit, -math.inf)) for limit in limits),
        starts=tuple(limits),
        support=int((~columns.missing(number)).sum()),
    )
    # The same as is seen in the table: then what is not known of its limits isn't either.
    seen = steps(columns, number, writes)
    same = seen is not None and replace(seen, ends=rule.ends, starts=rule.starts) == rule
    return seen if seen is not None and same else rule


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _plain(form: Form, text: str) -> float:
    """The plain number of a value of a column, NaN where it has no such value."""
    value = value_of(text)
    if isinstance(form, Categories):
        known = [v for v in form.values if v == value or str(v) == str(value)]
        value = known[0] if known else value
    elif is_number(form) and isinstance(value, str):
        return math.nan
    plain = float(form.plain(pd.Series([value], dtype=object))[0])
    return math.nan if isinstance(form, Categories) and plain < 0 else plain
