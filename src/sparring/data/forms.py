"""The forms that a column of a table can have, and the plain numbers behind each.

A form turns a pandas Series into float64 numbers, missing ones NaN, and such numbers back into a
Series of the same dtype. What a network sees is made from the numbers (`encoders.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from sparring.data.amounts import Amounts
from sparring.data.dates import Dates, Times, date_ticks, moments
from sparring.data.form import UNSEEN, Form, Scalar, array_of, numbers_as, taken
from sparring.data.texts import Serials, Texts

__all__ = [
    "UNSEEN",
    "Amounts",
    "Booleans",
    "Categories",
    "Constant",
    "Dates",
    "Form",
    "Numbers",
    "Scalar",
    "Serials",
    "Texts",
    "Times",
    "date_ticks",
    "form_from_description",
    "moments",
]


@dataclass(frozen=True)
class Numbers(Form):
    """Numbers that are rounded to so many decimals, or not at all when `decimals` is None."""

    name: ClassVar[str] = "numbers"
    decimals: int | None

    @property
    def kind(self) -> str:
        return "integer" if self.decimals == 0 else "number"

    @property
    def grain(self) -> float:
        return 0.0 if self.decimals is None else 10.0**-self.decimals

    def plain(self, series: pd.Series) -> np.ndarray:
        return pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)

    def series(self, plain: np.ndarray) -> pd.Series:
        if self.decimals is not None:
            plain = np.round(plain, self.decimals)
        return numbers_as(plain, self.dtype, whole=self.decimals == 0)


@dataclass(frozen=True)
class Categories(Form):
    """Texts, booleans or codes of which there are few; a plain number is an index into `values`."""

    name: ClassVar[str] = "categories"
    values: tuple[Scalar, ...]
    ordered: bool = False
    inner: str = "object"
    """The dtype of the categories themselves, when the column's dtype is category."""

    @property
    def kind(self) -> str:
        return "category"

    @cached_property
    def _index(self) -> pd.Index:
        return pd.Index(self.values, dtype=object)

    @cached_property
    def _written(self) -> Any:
        """The values as an array of the column's dtype, to take from."""
        if self.dtype == "category":
            return pd.CategoricalDtype(pd.Index(self.values, dtype=self.inner), self.ordered)
        return array_of(self._index.to_numpy(), self.dtype)

    def plain(self, series: pd.Series) -> np.ndarray:
        # Each value is looked up once, however many rows hold it.
        if isinstance(series.dtype, pd.CategoricalDtype):
            places, values = series.cat.codes.to_numpy(), series.cat.categories
        else:
            places, values = pd.factorize(series)
        codes = self._index.get_indexer(pd.Index(values).astype(object))
        return taken(np.where(codes < 0, UNSEEN, codes), places)

    def series(self, plain: np.ndarray) -> pd.Series:
        codes = np.where(np.isnan(plain), -1, plain).astype(np.int64)
        if self.dtype == "category":
            return pd.Series(pd.Categorical.from_codes(codes, dtype=self._written))
        missing = bool((codes < 0).any())
        return pd.Series(self._written.take(codes, allow_fill=missing), dtype=self.dtype)


@dataclass(frozen=True)
class Booleans(Categories):
    """Two values that stand for no and yes."""

    name: ClassVar[str] = "booleans"

    @property
    def kind(self) -> str:
        return "boolean"


@dataclass(frozen=True)
class Constant(Form):
    """The same value in every row, or a missing one when `value` is None; its plain number is 0."""

    name: ClassVar[str] = "constant"
    value: Scalar | None

    @property
    def kind(self) -> str:
        return "constant"

    def plain(self, series: pd.Series) -> np.ndarray:
        missing = series.isna().to_numpy()
        if self.value is None:
            return np.where(missing, 0.0, UNSEEN)
        same = (series == self.value).to_numpy(dtype=bool, na_value=False)
        return np.where(missing, np.nan, np.where(same, 0.0, UNSEEN))

    def series(self, plain: np.ndarray) -> pd.Series:
        items: list[Any] = [self.value] * len(plain)
        if self.value is not None and np.isnan(plain).any():
            items = [None if missing else self.value for missing in np.isnan(plain)]
        return pd.Series(items, dtype=self.dtype)


_FORMS: dict[str, type[Form]] = {
    form.name: form
    for form in (Numbers, Amounts, Categories, Booleans, Constant, Dates, Times, Texts, Serials)
}


def form_from_description(description: Mapping[str, Any]) -> Form:
    """The form that `Form.describe` described."""
    fields = dict(description)
    return _FORMS[fields.pop("form")].from_fields(fields)
