"""Dates and times of a day as numbers of steps."""

import datetime
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from sparring.data.datetexts import read, write
from sparring.data.form import Form, cast, distinct_texts, taken, texts_as

DATES, TIMES = "date", "time"
"""What stands for a format where a column holds `datetime.date` or `datetime.time`."""

DAY = 86_400_000_000
STEPS = (DAY, 3_600_000_000, 60_000_000, 1_000_000, 1_000, 1)
"""Microseconds of a day, an hour, a minute, ..."""


@dataclass(frozen=True)
class Dates(Form):
    """Dates and times; a plain number counts steps from an origin.

    Attributes:
        dtype: of the column.
        ticks: "us" or "ns", the unit in which `step` and `origin` are given.
        step: ticks of one plain number: the coarsest of day, hour, ... that loses nothing.
        origin: steps from 1970 to the first date.
        text: the format, when the column holds text; "date" when it holds `datetime.date`.
        zone: the time zone, or None.
    """

    name: ClassVar[str] = "dates"
    ticks: str
    step: int
    origin: int
    text: str | None = None
    zone: str | None = None

    @property
    def kind(self) -> str:
        return "date"

    @property
    def grain(self) -> float:
        return 1.0

    def plain(self, series: pd.Series) -> np.ndarray:
        if self.text is not None and self.text != DATES:
            texts, places = distinct_texts(series)
            return taken(self._steps(read(pd.Series(texts, dtype="str"), self.text)), places)
        return self._steps(moments(series, self.text, self.zone))

    def _steps(self, stamps: pd.Series) -> np.ndarray:
        ticks, missing = date_ticks(stamps, self.ticks)
        # Whole numbers first: nanoseconds since 1970 are too many for a float.
        steps = (ticks - self.origin * self.step) / self.step
        return np.where(missing, np.nan, steps)

    def series(self, plain: np.ndarray) -> pd.Series:
        if self.text is not None and self.text != DATES:
            places, steps = pd.factorize(np.round(plain))
            return texts_as(write(self._stamps(steps), self.text), places, self.dtype)
        missing = np.isnan(plain)
        stamps = self._stamps(np.where(missing, 0, plain))
        stamps[missing] = np.datetime64("NaT")
        column = pd.Series(stamps)
        if self.text == DATES:
            return column.dt.date.astype(object)
        if self.zone is not None:
            column = column.dt.tz_localize("UTC").dt.tz_convert(self.zone)
        return column.astype(object) if self.dtype == "object" else cast(column, self.dtype)

    def _stamps(self, plain: np.ndarray) -> np.ndarray:
        steps = np.round(plain).astype(np.int64) + self.origin
        return (steps * self.step).astype(f"datetime64[{self.ticks}]")


@dataclass(frozen=True)
class Times(Form):
    """Times of a day; a plain number counts steps since midnight.

    Attributes:
        dtype: of the column.
        step: microseconds of one plain number.
        text: the format, or "time" when the column holds `datetime.time`.
    """

    name: ClassVar[str] = "times"
    step: int
    text: str

    @property
    def kind(self) -> str:
        return "time"

    @property
    def grain(self) -> float:
        return 1.0

    def plain(self, series: pd.Series) -> np.ndarray:
        values, places = distinct_texts(series)
        return taken(clock_ticks(values, self.text) / self.step, places)

    def series(self, plain: np.ndarray) -> pd.Series:
        places, steps = pd.factorize(np.round(plain).clip(0, DAY // self.step - 1))
        stamps = (steps.astype(np.int64) * self.step).astype("datetime64[us]")
        if self.text == TIMES:
            times = pd.Series(stamps).dt.time.to_numpy(dtype=object)
            return texts_as(times, places, self.dtype)
        return texts_as(write(stamps, self.text), places, self.dtype)


def clock_ticks(values: np.ndarray, text: str) -> np.ndarray:
    """(n,) microseconds since midnight of `datetime.time`s or texts, NaN where they are none."""
    if text == TIMES:
        return np.array([_since_midnight(value) for value in values], dtype=np.float64)
    ticks, missing = date_ticks(read(pd.Series(values, dtype="str"), text), "us")
    return np.where(missing, np.nan, ticks % DAY)


def _since_midnight(value: object) -> float:
    if not isinstance(value, datetime.time) or value.tzinfo is not None:
        return np.nan
    minutes = value.hour * 60 + value.minute
    return (minutes * 60 + value.second) * 1_000_000 + value.microsecond


def coarsest(ticks: np.ndarray) -> int:
    """The largest of day, hour, ..., microsecond of which all of these are multiples."""
    return next(step for step in STEPS if not (ticks % step).any())


def moments(series: pd.Series, text: str | None, zone: str | None = None) -> pd.Series:
    """A column of dates, of whatever form, as pandas' datetimes without a zone (in UTC).

    Those that name no zone are of the given one; of an hour that comes twice, the first.
    """
    if text == DATES:
        series = series.map(
            lambda day: (
                np.datetime64(day, "us") if isinstance(day, datetime.date) else np.datetime64("NaT")
            )
        ).astype("datetime64[us]")
    elif text is not None:
        series = read(series, text)
    elif not pd.api.types.is_datetime64_any_dtype(series.dtype):
        series = pd.to_datetime(series)
    if zone is not None and not isinstance(series.dtype, pd.DatetimeTZDtype):
        first = np.ones(len(series), dtype=bool)
        series = series.dt.tz_localize(zone, ambiguous=first, nonexistent="shift_forward")
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        series = series.dt.tz_convert("UTC").dt.tz_localize(None)
    return series


def date_ticks(series: pd.Series, ticks: str) -> tuple[np.ndarray, np.ndarray]:
    """(n,) int64 ticks since 1970 (0 where missing), and where they are missing."""
    missing = series.isna().to_numpy()
    stamps = series.to_numpy().astype(f"datetime64[{ticks}]").astype(np.int64)
    return np.where(missing, 0, stamps), missing
