"""The search for numbers that say how long it is between two dates."""

from itertools import permutations

import numpy as np

from sparring.data.forms import Dates
from sparring.data.rules.columns import Columns, decimals_of
from sparring.data.rules.elapsed import UNITS, YEARS, Elapsed, elapsed, microseconds
from sparring.data.rules.formula_search import enough_breaks
from sparring.data.rules.names import Name
from sparring.data.rules.order import comparable
from sparring.data.rules.selection import Selection

MOST_DATES, LEAST_DISTINCT = 20, 4
_GLANCE, _FEW = 200, 20


def take_elapsed(selection: Selection, rng: np.random.Generator) -> None:
    """Take numbers that are the time between two dates, plus a whole number, into the selection."""
    columns = selection.columns
    dates = [n for n in columns.names if isinstance(columns.forms[n], Dates)][:MOST_DATES]
    numbers = [
        name
        for name in columns.numbers()
        if name not in selection.derived
        and decimals_of(columns.forms[name]) is not None
        and columns.distinct(name) >= LEAST_DISTINCT
    ]
    if len(dates) < 2 or not numbers:
        return
    for end, start in permutations(dates, 2):
        if not comparable(columns.forms[end], columns.forms[start]):
            continue
        both = ~columns.missing(end) & ~columns.missing(start)
        few = np.flatnonzero(both)
        few = few[:: max(1, len(few) // _GLANCE)][:_GLANCE]
        if len(few) < _FEW:
            continue
        moments = [microseconds(columns.plain(n)[few], columns.forms[n]) for n in (start, end)]
        for unit in (YEARS, *UNITS):
            due = elapsed(unit)(*moments)
            for name in numbers:
                offset = _offset(columns.plain(name)[few] - due, columns, name)
                if offset is not None and _take(selection, name, (end, start), unit, offset, rng):
                    numbers = [other for other in numbers if other != name]


def _offset(differences: np.ndarray, columns: Columns, name: Name) -> float | None:
    """The number that is to be added, or None where no way of rounding leaves one.

    Whole units only; numbers may have been rounded to their decimals up or down.
    """
    if np.isnan(differences).any():
        return None
    step = 10.0 ** -(decimals_of(columns.forms[name]) or 0)
    least, most = float(differences.min()), float(differences.max())
    if most - least > step * 1.001:
        return None
    offset = float(np.round((least + most) / 2 / step) * step)
    return offset if offset == np.round(offset) and abs(offset) <= 1 else None


def _take(
    selection: Selection,
    name: Name,
    of: tuple[Name, Name],
    unit: str,
    offset: float,
    rng: np.random.Generator,
) -> bool:
    columns = selection.columns
    for added in dict.fromkeys((0.0, offset, 1.0, -1.0)):
        rule = Elapsed(
            writes=name,
            form=columns.forms[name],
            of=of,
            read=tuple(columns.forms[n] for n in of),
            unit=unit,
            offset=added,
            support=0,
        )
        if abs(added - offset) > 1 or not selection.fits(rule):
            continue
        fitted = rule.fitted(columns)
        if fitted is not None and enough_breaks(columns, fitted, rng):
            return selection.take(fitted)
    return False
