"""Numbers that say how long it is from one date to another: `nights = days(leaves - comes)`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sparring.data.forms import Dates, Form
from sparring.data.rules.arithmetic import Formula
from sparring.data.rules.names import number_text, quoted

_SECOND = 1e6

UNITS: dict[str, float] = {
    "weeks": 604_800 * _SECOND,
    "days": 86_400 * _SECOND,
    "hours": 3_600 * _SECOND,
    "minutes": 60 * _SECOND,
    "seconds": _SECOND,
}
"""Units of time, in microseconds."""

YEARS = "years"
"""Years of the calendar that are over: ages."""


def microseconds(plain: np.ndarray, form: Form) -> np.ndarray:
    """(n,) float64 from plain numbers of dates to microseconds since 1970."""
    if not isinstance(form, Dates):
        raise TypeError(f"plain numbers of dates are needed, got those of {form.kind}")
    ticks = (plain + form.origin) * form.step
    out: np.ndarray = ticks / 1000 if form.ticks == "ns" else ticks
    return out


def whole_years(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """(n,) birthdays between two moments in microseconds since 1970; NaN where one is missing.

    Example:
        >>> day = 86_400e6
        >>> whole_years(np.array([0.0, 0.0]), np.array([364 * day, 365 * day])).tolist()
        [0.0, 1.0]
    """
    known = ~np.isnan(start) & ~np.isnan(end)
    years, into = _calendar(np.where(known, start, 0.0))
    last, ends = _calendar(np.where(known, end, 0.0))
    return np.where(known, last - years - (ends < into), np.nan)


def _calendar(moments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n,) the year, and a number that grows within it as month, day and clock do."""
    stamps = np.rint(moments).astype(np.int64).astype("datetime64[us]")
    year, month, day = (stamps.astype(f"datetime64[{unit}]") for unit in "YMD")
    months = (month - year).astype(np.int64)
    days = (day - month).astype(np.int64)
    clock = (stamps - day).astype(np.int64) / UNITS["days"]
    return year.astype(np.int64).astype(np.float64), months * 31 + days + clock


@dataclass(frozen=True, kw_only=True)
class Elapsed(Formula):
    """The time from the second of two dates to the first, in a unit, and a number.

    Attributes:
        unit: a key of `UNITS`, or `YEARS`.
        offset: what is added, such as 1 where both days count.

    Example:
        >>> import pandas as pd
        >>> from sparring.data.rules import parse
        >>> stays = pd.DataFrame(
        ...     {
        ...         "comes": pd.to_datetime(["2024-02-28", "2024-03-01"]),
        ...         "leaves": pd.to_datetime(["2024-03-01", "2024-03-08"]),
        ...         "nights": [2, 7],
        ...     }
        ... )
        >>> print(parse("nights = days(leaves - comes)", stays))
        nights = days(leaves - comes)
    """

    name: ClassVar[str] = "elapsed"
    unit: str
    offset: float = 0

    def value(self, numbers: Sequence[np.ndarray]) -> np.ndarray:
        end, start = (microseconds(x, form) for x, form in zip(numbers, self.read, strict=True))
        return elapsed(self.unit)(start, end) + self.offset

    def inverse(self, numbers: Sequence[np.ndarray], place: int, result: np.ndarray) -> np.ndarray:
        form = self.read[place]
        if self.unit == YEARS or not isinstance(form, Dates):
            # A number of years leaves a year of dates to choose from.
            return np.full(len(result), np.nan)
        gap = (result - self.offset) * UNITS[self.unit]
        other = microseconds(numbers[1 - place], self.read[1 - place])
        moments = other + gap if place == 0 else other - gap
        ticks = moments * 1000 if form.ticks == "ns" else moments
        out: np.ndarray = ticks / form.step - form.origin
        return out

    def formula(self) -> str:
        text = f"{self.unit}({quoted(self.of[0])} - {quoted(self.of[1])})"
        if self.offset:
            text += f" {'-' if self.offset < 0 else '+'} {number_text(abs(self.offset))}"
        return text


def elapsed(unit: str) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """From two (n,) arrays of microseconds, start and end, to the time between them."""
    if unit == YEARS:
        return whole_years
    return lambda start, end: (end - start) / UNITS[unit]
