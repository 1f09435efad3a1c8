"""Dates as what lies between them and another date, of the same row or one that it hangs on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sparring.data.dates import Dates
from sparring.data.forms import Form

BEFORE = "the row before"
"""The anchor of a date that is counted on from the row before."""

_NARROWER = 0.8


@dataclass(frozen=True)
class Gap:
    """A date that is learnt as the time since another.

    Attributes:
        column: what is replaced by whole steps of its form.
        anchor: the name of the date that it is counted from.
        form: how the date is written.
    """

    column: str
    anchor: str
    form: Dates

    def away(self, dates: np.ndarray, anchor: np.ndarray) -> np.ndarray:
        """(n,) steps of the form between two columns of microseconds since 1970."""
        return dates / _step(self.form) - np.floor(anchor / _step(self.form))

    def back(self, steps: np.ndarray, anchor: np.ndarray) -> np.ndarray:
        """(n,) microseconds since 1970 from steps and the anchor's microseconds."""
        away = np.round(steps) + np.floor(anchor / _step(self.form))
        moments: np.ndarray = away * _step(self.form)
        return moments


def microseconds(form: Form, series: pd.Series) -> np.ndarray:
    """(n,) float64 microseconds since 1970, NaN where missing; of a column of dates.

    Example:
        >>> days = pd.Series(pd.to_datetime(["1970-01-02", None]))
        >>> from sparring.data.inference import form_of
        >>> microseconds(form_of(days), days)
        array([8.64e+10,      nan])
    """
    dates = _dates(form)
    moments: np.ndarray = (dates.plain(series) + dates.origin) * _step(dates)
    return moments


def dated(form: Form, moments: np.ndarray) -> pd.Series:
    """The column of dates that has these microseconds since 1970."""
    dates = _dates(form)
    return dates.series(moments / _step(dates) - dates.origin)


def _dates(form: Form) -> Dates:
    if not isinstance(form, Dates):
        raise TypeError(f"a form of dates is needed, got {form.kind}")
    return form


def _step(form: Dates) -> float:
    """Microseconds of one step."""
    return form.step / (1000 if form.ticks == "ns" else 1)


def find_gaps(
    forms: Mapping[str, Form],
    own: Mapping[str, np.ndarray],
    known: Mapping[str, np.ndarray],
    far: Collection[str] = (),
) -> list[Gap]:
    """From which date each date is best counted.

    A tree of shortest edges (Prim 1957): the date that varies least around one that is known
    already becomes a gap, until none varies less so than by itself.

    Args:
        forms: of the dates in `own`.
        own: name -> (n,) microseconds of the dates that are learnt.
        known: the same of the dates that are there before.
        far: those of them that are taken only if a date varies half as much around them as around
            others.

    Returns:
        Gaps in the order in which they can be undone.

    Example:
        >>> from sparring.data.inference import form_of
        >>> start = pd.Series(pd.date_range("2024-01-01", periods=40, freq="7D"))
        >>> end = start + pd.to_timedelta([1, 2] * 20, unit="D")
        >>> forms = {"start": form_of(start), "end": form_of(end)}
        >>> own = {"start": microseconds(forms["start"], start)}
        >>> own["end"] = microseconds(forms["end"], end)
        >>> [(gap.column, gap.anchor) for gap in find_gaps(forms, own, {})]
        [('end', 'start')]
    """
    known, left, found = dict(known), dict(own), []
    while left:
        edges = [
            (_share(dates, anchor) * (2 if name in far else 1), column, name)
            for column, dates in left.items()
            for name, anchor in known.items()
            if not np.isnan(anchor[~np.isnan(dates)]).any()
        ]
        share, column, name = min(edges, default=(np.inf, "", ""))
        if share <= _NARROWER:
            found.append(Gap(column, name, _dates(forms[column])))
            known[column] = left.pop(column)
        else:
            # The date around which the others vary least stays as it is.
            column = min(left, key=lambda one: _apart(left[one], left))
            known[column] = left.pop(column)
    return found


def _share(dates: np.ndarray, anchor: np.ndarray) -> float:
    """How much dates vary around others, in how much they vary themselves."""
    return _spread(dates - anchor) / max(_spread(dates), 1.0)


def _apart(anchor: np.ndarray, others: Mapping[str, np.ndarray]) -> tuple[int, float]:
    """In how many rows a date is missing, and how far the others vary around it."""
    away = [_share(dates, anchor) for dates in others.values()]
    return int(np.isnan(anchor).sum()), sum(min(1.0, share) for share in away)


def in_order(
    dates: Mapping[str, np.ndarray], orders: Sequence[tuple[str, str]], still: Collection[str]
) -> dict[str, np.ndarray]:
    """Dates of which none is before one that it must not precede.

    Args:
        dates: name -> (n,) microseconds since 1970, NaN where missing.
        orders: (earlier, later) names; the later one is put off where it comes too early.
        still: names of dates that don't move; what must precede them is put forward.

    Example:
        >>> dates = {"start": np.array([5.0, 1.0]), "end": np.array([3.0, 2.0])}
        >>> in_order(dates, [("start", "end")], ())["end"]
        array([5., 2.])
    """
    moved = dict(dates)
    for _ in range(len(orders)):
        for low, high in orders:
            if high not in still:
                late = moved[low] > moved[high]
                moved[high] = np.where(late, moved[low], moved[high])
        for low, high in reversed(orders):
            if high in still and low not in still:
                late = moved[low] > moved[high]
                moved[low] = np.where(late, moved[high], moved[low])
    return moved


def _spread(values: np.ndarray) -> float:
    seen = values[~np.isnan(values)]
    if not len(seen):
        return 0.0
    low, high = np.quantile(seen, [0.1, 0.9])
    return float(high - low)
