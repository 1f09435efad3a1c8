"""Columns that are a part of a date: its year, its month, ..."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from sparring.data.forms import Dates, moments
from sparring.data.rules.names import Name, number_text, quoted
from sparring.data.rules.rule import Definition

PARTS: dict[str, Callable[[pd.Series], pd.Series]] = {
    "year": lambda dates: dates.dt.year,
    "quarter": lambda dates: dates.dt.quarter,
    "month": lambda dates: dates.dt.month,
    "week": lambda dates: dates.dt.isocalendar().week,
    "day of year": lambda dates: dates.dt.day_of_year,
    "day": lambda dates: dates.dt.day,
    "weekday": lambda dates: dates.dt.isocalendar().day,
    "hour": lambda dates: dates.dt.hour,
    "minute": lambda dates: dates.dt.minute,
}
"""What a date has; weeks are ISO's, and weekdays count from Monday, which is 1."""


def part_of(series: pd.Series, form: Dates, part: str) -> np.ndarray:
    """(n,) float64 one of `PARTS` of each date, NaN where it is missing.

    Example:
        >>> days = pd.Series(["2024-02-29"])
        >>> part_of(days, Dates("str", "us", 86_400_000_000, 0, "%Y-%m-%d"), "weekday").tolist()
        [4.0]
    """
    places, distinct = pd.factorize(series)
    if form.zone is None:
        stamps = moments(pd.Series(distinct), form.text)
    else:
        # Parts are those of the clock on the wall.
        stamps = pd.Series(distinct).dt.tz_localize(None)
    found = PARTS[part](stamps).to_numpy(dtype=np.float64, na_value=np.nan)
    out: np.ndarray = np.append(found, np.nan)[places]
    return out


@dataclass(frozen=True, kw_only=True)
class DatePart(Definition):
    """A number that is a part of a date, plus a number.

    Attributes:
        date: the column of dates.
        read: how the dates are written.
        part: one of `PARTS`.
        offset: what is added.
    """

    name: ClassVar[str] = "date part"
    date: Name
    read: Dates
    part: str
    offset: float = 0

    @property
    def inputs(self) -> tuple[Name, ...]:
        return (self.date,)

    def __str__(self) -> str:
        text = f"{quoted(self.writes)} = {self.part}({quoted(self.date)})"
        if self.offset:
            text += f" {'-' if self.offset < 0 else '+'} {number_text(abs(self.offset))}"
        return text

    def compute(self, frame: pd.DataFrame) -> np.ndarray:
        return part_of(frame[self.date], self.read, self.part) + self.offset
