"""Rules that speak of some rows only: `if payment = cash then tip = 0`."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from sparring.data.form import as_python
from sparring.data.forms import Form
from sparring.data.rules.columns import written
from sparring.data.rules.conditions import Condition
from sparring.data.rules.names import Name, quoted, shown
from sparring.data.rules.rule import Definition, Rule, same, with_column


@dataclass(frozen=True, kw_only=True)
class Always(Definition):
    """A column that has one value, or none; the second half of an if-then rule.

    Attributes:
        value: a plain number of the form, None where the column is missing.
    """

    name: ClassVar[str] = "always"
    value: float | None

    @property
    def inputs(self) -> tuple[Name, ...]:
        return ()

    def __str__(self) -> str:
        if self.value is None:
            return f"{quoted(self.writes)} is missing"
        value = as_python(self.form.series(np.array([self.value])).iloc[0])
        is_scalar = isinstance(value, str | int | float | bool)
        return f"{quoted(self.writes)} = {shown(value if is_scalar else str(value))}"

    def compute(self, frame: pd.DataFrame) -> np.ndarray:
        return np.full(len(frame), np.nan if self.value is None else self.value)


@dataclass(frozen=True, kw_only=True)
class IfThen(Rule):
    """In rows that fulfil a condition, a definition holds; restoring overwrites what it defines.

    Attributes:
        condition: on one column.
        then: what holds in those rows.
    """

    name: ClassVar[str] = "if"
    condition: Condition
    then: Definition

    @property
    def inputs(self) -> tuple[Name, ...]:
        return tuple(dict.fromkeys((self.condition.column, *self.then.inputs)))

    @property
    def target(self) -> Name:
        return self.then.writes

    def __str__(self) -> str:
        return f"if {self.condition} then {self.then}"

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        out: np.ndarray = ~self.condition.true(frame) | self.then.holds(frame)
        return out

    def reduce(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame

    def restore(self, frame: pd.DataFrame) -> pd.DataFrame:
        due = self.then.compute(frame)
        rows = self.condition.true(frame) & ~same(self.then.form.plain(frame[self.target]), due)
        if not rows.any():
            return frame
        if np.isnan(due[rows]).all():
            return _without(frame, self.target, rows)
        # Rows outside the condition have nothing to say, so they needn't be writable.
        due = due.copy()
        due[~rows] = due[rows][0]
        new = written(self.then.form, due, frame.index)
        return with_column(frame, self.target, _chosen(rows, new, frame[self.target]))


@dataclass(frozen=True, kw_only=True)
class MissingWhen(Rule):
    """A column is missing exactly when a condition is fulfilled.

    Reducing fills the holes, so that a model has none to learn; restoring makes them again.

    Attributes:
        condition: on another column.
        writes: the column.
        form: how it is written.
        fill: the plain number that fills holes: the most frequent.
    """

    name: ClassVar[str] = "missing when"
    condition: Condition
    writes: Name
    form: Form
    fill: float

    @property
    def inputs(self) -> tuple[Name, ...]:
        return (self.condition.column,)

    @property
    def target(self) -> Name:
        return self.writes

    def __str__(self) -> str:
        return f"{quoted(self.writes)} is missing exactly when {self.condition}"

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        out: np.ndarray = frame[self.writes].isna().to_numpy() == self.condition.true(frame)
        return out

    def reduce(self, frame: pd.DataFrame) -> pd.DataFrame:
        return self._filled(frame, frame[self.writes].isna().to_numpy())

    def restore(self, frame: pd.DataFrame) -> pd.DataFrame:
        due, holes = self.condition.true(frame), frame[self.writes].isna().to_numpy()
        return _without(self._filled(frame, holes & ~due), self.writes, due)

    def _filled(self, frame: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
        if not rows.any():
            return frame
        new = written(self.form, np.full(len(frame), self.fill), frame.index)
        return with_column(frame, self.writes, _chosen(rows, new, frame[self.writes]))


def _without(frame: pd.DataFrame, name: Name, rows: np.ndarray) -> pd.DataFrame:
    """The frame with holes in these rows of a column."""
    column = frame[name]
    if column.isna().to_numpy()[rows].all():
        return frame
    return with_column(frame, name, column.where(~rows))


def _chosen(rows: np.ndarray, new: pd.Series, old: pd.Series) -> pd.Series:
    """The new values in these rows, the old ones elsewhere, in one dtype if both have it."""
    out: pd.Series = new.where(rows, old)
    return out.astype(old.dtype) if new.dtype == old.dtype and out.dtype != old.dtype else out
