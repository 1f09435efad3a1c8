"""What a rule is, and how it is written down."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from sparring.data.forms import Form, form_from_description
from sparring.data.rules.columns import written
from sparring.data.rules.names import Name

RULES: dict[str, type["Part"]] = {}
"""The classes of which rules are made, by name."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A rule or a part of one: a frozen dataclass of JSON's types, forms and other parts."""

    name: ClassVar[str]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "name" in cls.__dict__:
            RULES[cls.name] = cls

    def describe(self) -> dict[str, Any]:
        """Name and fields, in JSON's types."""
        return {"rule": self.name} | {
            f.name: _described(getattr(self, f.name)) for f in fields(self)
        }

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """The part that `describe` described."""
        values = {key: _restored(value) for key, value in description.items() if key != "rule"}
        made: Any = RULES[description["rule"]](**values)
        return made


def _described(value: Any) -> Any:
    if isinstance(value, Part | Form):
        return value.describe()
    return [_described(item) for item in value] if isinstance(value, tuple) else value


def _restored(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_restored(item) for item in value)
    if isinstance(value, Mapping):
        return Part.from_description(value) if "rule" in value else form_from_description(value)
    return value


@dataclass(frozen=True, kw_only=True)
class Rule(Part, ABC):
    """An exact relation between columns of a table.

    Attributes:
        support: how many rows of the data it was checked on, all that it reads being present.
    """

    support: int

    @property
    @abstractmethod
    def inputs(self) -> tuple[Name, ...]:
        """The columns that it reads."""

    @property
    @abstractmethod
    def target(self) -> Name | None:
        """The column that it writes, if any."""

    @property
    def targets(self) -> tuple[Name, ...]:
        """All columns that it writes, of rules that write several."""
        return () if self.target is None else (self.target,)

    @property
    def derived(self) -> tuple[Name, ...]:
        """The columns that a model needn't learn, since `restore` makes them."""
        return ()

    @property
    def columns(self) -> tuple[Name, ...]:
        """All columns that it speaks of."""
        return tuple(dict.fromkeys((*self.targets, *self.inputs)))

    @abstractmethod
    def __str__(self) -> str: ...

    @abstractmethod
    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        """(n,) whether each row obeys."""

    @abstractmethod
    def reduce(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame without what `restore` makes of the rest."""

    @abstractmethod
    def restore(self, frame: pd.DataFrame) -> pd.DataFrame:
        """A reduced frame as one in which every row obeys."""


@dataclass(frozen=True, kw_only=True)
class Definition(Rule):
    """One column is a function of others.

    Attributes:
        writes: the column.
        form: how it is written.
    """

    writes: Name
    form: Form

    @property
    def target(self) -> Name:
        return self.writes

    @property
    def derived(self) -> tuple[Name, ...]:
        return (self.writes,)

    @abstractmethod
    def compute(self, frame: pd.DataFrame) -> np.ndarray:
        """(n,) the plain numbers that the column must have, NaN where it is missing."""

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        actual, due = self.form.plain(frame[self.writes]), self.compute(frame)
        return same(actual, due)

    def reduce(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame.drop(columns=[self.writes])

    def restore(self, frame: pd.DataFrame) -> pd.DataFrame:
        column = written(self.form, self.compute(frame), frame.index)
        return with_column(frame, self.writes, column)


def same(actual: np.ndarray, due: np.ndarray) -> np.ndarray:
    """(n,) where two columns of plain numbers are equal, missing equal to missing."""
    out: np.ndarray = (actual == due) | (np.isnan(actual) & np.isnan(due))
    return out


def with_column(frame: pd.DataFrame, name: Name, column: pd.Series) -> pd.DataFrame:
    """A copy of the frame in which the column of this name is another, or is new."""
    out = frame.copy(deep=False)
    out[name] = column
    return out
