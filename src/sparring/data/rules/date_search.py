"""The search for parts of dates."""

import numpy as np

from sparring.data.forms import Dates, Form
from sparring.data.rules.columns import Columns, decimals_of
from sparring.data.rules.names import Name
from sparring.data.rules.parts import PARTS, DatePart, part_of
from sparring.data.rules.selection import Selection

LEAST_ROWS = 20


def date_parts(forms: dict[Name, Form]) -> list[tuple[Name, Dates, str]]:
    """Every part that a date of the table has: column, form, part."""
    found = []
    for name, form in forms.items():
        if isinstance(form, Dates):
            clock = form.ticks == "ns" or form.step < 86_400_000_000
            found += [
                (name, form, part) for part in PARTS if clock or part not in ("hour", "minute")
            ]
    return found


def take_date_parts(selection: Selection) -> None:
    """Take numbers that are a part of a date, plus a number, into the selection."""
    columns = selection.columns
    for date, form, part in date_parts(columns.forms):
        series = columns.frame[date]
        few = part_of(series.iloc[:200], form, part)
        whole: np.ndarray | None = None
        for name in columns.numbers():
            if (
                decimals_of(columns.forms[name]) != 0
                or _offset(few, columns.plain(name)[:200]) is None
            ):
                continue
            whole = part_of(series, form, part) if whole is None else whole
            offset = _offset(whole, columns.plain(name))
            known = whole[~np.isnan(whole)]
            if offset is None or len(known) < LEAST_ROWS or len(np.unique(known)) == 1:
                continue
            selection.take(date_part(columns, name, (date, form, part), offset))


def date_part(
    columns: Columns, writes: Name, of: tuple[Name, Dates, str], offset: float
) -> DatePart:
    """The rule that a number is a part of a date (column, form, part), plus an offset."""
    date, read, part = of
    known = ~columns.missing(date)
    return DatePart(
        writes=writes,
        form=columns.forms[writes],
        date=date,
        read=read,
        part=part,
        offset=offset,
        support=int(known.sum()),
    )


def _offset(part: np.ndarray, numbers: np.ndarray) -> float | None:
    """What is to be added to the part to get the numbers, or None."""
    difference = numbers - part
    known = difference[~np.isnan(difference)]
    same_holes = (np.isnan(part) == np.isnan(numbers)).all()
    if not same_holes or not len(known) or (known != known[0]).any():
        return None
    return float(known[0])
