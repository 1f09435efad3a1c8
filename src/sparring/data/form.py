"""What a form of a column is: a way between a pandas Series and plain numbers."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

Scalar = str | int | float | bool


def as_python(value: Any) -> Any:
    """A scalar of numpy's as Python's own; all else as it is.

    Example:
        >>> as_python(np.int64(3)), as_python("a")
        (3, 'a')
    """
    return value.item() if isinstance(value, np.generic) else value


UNSEEN = -1.0
"""The plain number of a value that was not there when the form was chosen."""


@dataclass(frozen=True)
class Form(ABC):
    """How a column is written; a frozen dataclass of JSON's types."""

    name: ClassVar[str]
    dtype: str

    @property
    @abstractmethod
    def kind(self) -> str:
        """One of `kinds.KINDS`: number, integer, category, boolean, date, time, ..."""

    @property
    def grain(self) -> float:
        """How far apart plain numbers are as they are written; 0 where any can be written."""
        return 0.0

    @abstractmethod
    def plain(self, series: pd.Series) -> np.ndarray:
        """(n,) float64, NaN where missing."""

    @abstractmethod
    def series(self, plain: np.ndarray) -> pd.Series:
        """The column that has these plain numbers."""

    def describe(self) -> dict[str, Any]:
        """The form's name and fields, in JSON's types."""
        return {"form": self.name, **asdict(self)}

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """The form that has these fields, read from JSON."""
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()
        }
        return cls(**values)


def cast(series: pd.Series, dtype: Any) -> pd.Series:
    """`Series.astype`, with one type for checkers."""
    result: pd.Series = series.astype(dtype)
    return result


def numbers_as(numbers: np.ndarray, dtype: str, whole: bool) -> pd.Series:
    """(n,) float64 with NaN where missing -> a column of this dtype."""
    if dtype == "object":
        items: list[Any] = numbers.tolist()
        if whole:
            items = [item if item != item else int(item) for item in items]
        return pd.Series(items, dtype=object)
    column = pd.Series(numbers)
    if column.isna().any() and not dtype.startswith("float"):
        # Nullable dtypes read NaN as a number; through object it is a missing value.
        return cast(column.astype(object).where(column.notna(), None), dtype)
    return cast(column, dtype)


def array_of(values: np.ndarray, dtype: str) -> Any:
    """(n,) values as pandas' array of a dtype, to take from."""
    made: Any = pd.api.types.pandas_dtype(dtype)
    return pd.array(values.astype(object), dtype=made)


def texts_as(texts: np.ndarray, places: np.ndarray, dtype: str) -> pd.Series:
    """The column that holds `texts[place]` in each row, missing where the place is -1."""
    return pd.Series(array_of(texts, dtype).take(places, allow_fill=True), dtype=dtype)


def distinct_texts(series: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The texts of a column, each once, and (n,) which of them a row holds, -1 where missing."""
    places, texts = pd.factorize(series)
    return np.asarray(texts, dtype=object), places


def taken(numbers: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(n,) `numbers[place]` in each row, NaN where the place is -1."""
    out: np.ndarray = np.append(numbers, np.nan)[places]
    return out
