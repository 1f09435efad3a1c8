"""The forms that a column of a table can have, and the plain numbers behind each.

A form turns a pandas Series into float64 numbers, missing ones NaN, and such numbers back into a
Series of the same dtype. What a network sees is made from the numbers (`encoders.py`).
"""

import datetime
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

Scalar = str | int | float | bool

UNSEEN = -1.0
"""The plain number of a category that was not there when the form was chosen."""


class Form(ABC):
    """How a column is written; a frozen dataclass of JSON's types."""

    name: ClassVar[str]

    @property
    @abstractmethod
    def kind(self) -> str:
        """One of number, integer, category, boolean, date."""

    @abstractmethod
    def plain(self, series: pd.Series) -> np.ndarray:
        """(n,) float64, NaN where missing."""

    @abstractmethod
    def series(self, plain: np.ndarray) -> pd.Series:
        """The column that has these plain numbers."""

    def describe(self) -> dict[str, Any]:
        """The form's name and fields, in JSON's types."""
        return {"form": self.name, **asdict(self)}  # type: ignore[call-overload]


@dataclass(frozen=True)
class Numbers(Form):
    """Numbers that are rounded to so many decimals, or not at all when `decimals` is None."""

    name: ClassVar[str] = "numbers"
    dtype: str
    decimals: int | None

    @property
    def kind(self) -> str:
        return "integer" if self.decimals == 0 else "number"

    def plain(self, series: pd.Series) -> np.ndarray:
        return pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)

    def series(self, plain: np.ndarray) -> pd.Series:
        if self.decimals is not None:
            plain = np.round(plain, self.decimals)
        if self.dtype == "object":
            numbers: list[Any] = plain.tolist()
            if self.decimals == 0:
                numbers = [n if n != n else int(n) for n in numbers]
            return pd.Series(numbers, dtype=object)
        column = pd.Series(plain)
        if column.isna().any() and not self.dtype.startswith("float"):
            # Nullable dtypes read NaN as a number; through object it is a missing value.
            return _cast(column.astype(object).where(column.notna(), None), self.dtype)
        return _cast(column, self.dtype)


@dataclass(frozen=True)
class Categories(Form):
    """Texts, booleans or codes of which there are few; a plain number is an index into `values`."""

    name: ClassVar[str] = "categories"
    dtype: str
    values: tuple[Scalar, ...]
    ordered: bool = False
    inner: str = "object"
    """The dtype of the categories themselves, when the column's dtype is category."""

    @property
    def kind(self) -> str:
        return "boolean" if set(self.values) == {False, True} and self._booleans else "category"

    @property
    def _booleans(self) -> bool:
        return all(isinstance(value, bool) for value in self.values)

    def plain(self, series: pd.Series) -> np.ndarray:
        codes = {value: float(code) for code, value in enumerate(self.values)}
        if isinstance(series.dtype, pd.CategoricalDtype):
            series = series.astype(object)
        found = series.map(codes).to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(np.isnan(found) & series.notna().to_numpy(), UNSEEN, found)

    def series(self, plain: np.ndarray) -> pd.Series:
        missing = np.isnan(plain)
        codes = np.where(missing, -1, plain).astype(np.int64)
        if self.dtype == "category":
            dtype = pd.CategoricalDtype(pd.Index(self.values, dtype=self.inner), self.ordered)
            return pd.Series(pd.Categorical.from_codes(codes, dtype=dtype))
        values = np.empty(len(self.values), dtype=object)
        values[:] = self.values
        items = values[codes]
        items[missing] = np.nan if self.dtype in ("object", "str") else None
        return pd.Series(items, dtype=self.dtype)


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
    dtype: str
    ticks: str
    step: int
    origin: int
    text: str | None = None
    zone: str | None = None

    @property
    def kind(self) -> str:
        return "date"

    def plain(self, series: pd.Series) -> np.ndarray:
        ticks, missing = date_ticks(moments(series, self.text), self.ticks)
        # Whole numbers first: nanoseconds since 1970 are too many for a float.
        steps = (ticks - self.origin * self.step) / self.step
        return np.where(missing, np.nan, steps)

    def series(self, plain: np.ndarray) -> pd.Series:
        missing = np.isnan(plain)
        steps = np.where(missing, 0, np.round(plain)).astype(np.int64) + self.origin
        stamps = (steps * self.step).astype(f"datetime64[{self.ticks}]")
        stamps[missing] = np.datetime64("NaT")
        column = pd.Series(stamps)
        if self.text == "date":
            return column.dt.date.astype(object)
        if self.text is not None:
            return _cast(column.dt.strftime(self.text), self.dtype)
        if self.zone is not None:
            column = column.dt.tz_localize("UTC").dt.tz_convert(self.zone)
        if self.dtype == "object":
            return column.astype(object)
        return _cast(column, self.dtype)


def _cast(series: pd.Series, dtype: Any) -> pd.Series:
    result: pd.Series = series.astype(dtype)
    return result


def moments(series: pd.Series, text: str | None) -> pd.Series:
    """A column of dates, of whatever form, as pandas' datetimes without a zone (in UTC)."""
    if text == "date":
        series = series.map(
            lambda day: (
                np.datetime64(day, "us") if isinstance(day, datetime.date) else np.datetime64("NaT")
            )
        ).astype("datetime64[us]")
    elif text is not None:
        series = pd.to_datetime(series, format=text, errors="coerce")
    elif not pd.api.types.is_datetime64_any_dtype(series.dtype):
        series = pd.to_datetime(series)
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        series = series.dt.tz_convert("UTC").dt.tz_localize(None)
    return series


def date_ticks(series: pd.Series, ticks: str) -> tuple[np.ndarray, np.ndarray]:
    """(n,) int64 ticks since 1970 (0 where missing), and where they are missing."""
    missing = series.isna().to_numpy()
    stamps = series.to_numpy().astype(f"datetime64[{ticks}]").astype(np.int64)
    return np.where(missing, 0, stamps), missing


_FORMS: dict[str, type[Form]] = {form.name: form for form in (Numbers, Categories, Dates)}


def form_from_description(description: Mapping[str, Any]) -> Form:
    """The form that `Form.describe` described."""
    fields = dict(description)
    made = _FORMS[fields.pop("form")]
    if "values" in fields:
        fields["values"] = tuple(fields["values"])
    return made(**fields)
