"""Conditions on one column: the first half of an if-then rule."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from sparring.data.forms import Form, Scalar
from sparring.data.rules.names import Name, number_text, quoted, shown
from sparring.data.rules.rule import Part


@dataclass(frozen=True, kw_only=True)
class Condition(Part, ABC):
    """What a row may fulfil.

    Attributes:
        column: the one that it looks at.
    """

    column: Name

    @abstractmethod
    def __str__(self) -> str: ...

    @abstractmethod
    def true(self, frame: pd.DataFrame) -> np.ndarray:
        """(n,) which rows fulfil it."""


@dataclass(frozen=True, kw_only=True)
class Among(Condition):
    """The column has one of these values.

    Attributes:
        values: none of them missing.
    """

    name: ClassVar[str] = "among"
    values: tuple[Scalar, ...]

    def __str__(self) -> str:
        if len(self.values) == 1:
            return f"{quoted(self.column)} = {shown(self.values[0])}"
        return f"{quoted(self.column)} in {{{', '.join(map(shown, self.values))}}}"

    def true(self, frame: pd.DataFrame) -> np.ndarray:
        return frame[self.column].isin(list(self.values)).to_numpy(dtype=bool)


@dataclass(frozen=True, kw_only=True)
class Missing(Condition):
    """The column has no value."""

    name: ClassVar[str] = "missing"

    def __str__(self) -> str:
        return f"{quoted(self.column)} is missing"

    def true(self, frame: pd.DataFrame) -> np.ndarray:
        return frame[self.column].isna().to_numpy()


@dataclass(frozen=True, kw_only=True)
class Below(Condition):
    """The column's number is below a limit."""

    name: ClassVar[str] = "below"
    form: Form
    limit: float

    def __str__(self) -> str:
        return f"{quoted(self.column)} < {number_text(self.limit)}"

    def true(self, frame: pd.DataFrame) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            return self.form.plain(frame[self.column]) < self.limit


@dataclass(frozen=True, kw_only=True)
class Above(Condition):
    """The column's number is above a limit."""

    name: ClassVar[str] = "above"
    form: Form
    limit: float

    def __str__(self) -> str:
        return f"{quoted(self.column)} > {number_text(self.limit)}"

    def true(self, frame: pd.DataFrame) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            return self.form.plain(frame[self.column]) > self.limit
