"""Columns that are determined by another, value by value."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd

from sparring.core.errors import WrongUse
from sparring.data.forms import UNSEEN, Categories, Dates, Form
from sparring.data.rules.columns import Columns
from sparring.data.rules.names import Name, quoted
from sparring.data.rules.parts import part_of
from sparring.data.rules.rule import Definition, same


@dataclass(frozen=True, kw_only=True)
class Lookup(Definition):
    """Each value of one column goes with one value of another, by a table of what was seen.

    A missing value counts as a value. Nothing is said about a value that was not seen: such rows
    obey whatever they hold. Restored from it, a number or date takes the entry of the nearest one
    that was seen, and a text is refused.

    Attributes:
        key: the column that determines.
        read: how it is written.
        part: one of `PARTS`, when a part of its dates determines; else None.
        keys, values: the table: plain numbers, ascending keys, None where missing (at the end).
        both: whether the values determine the keys, too.
    """

    name: ClassVar[str] = "lookup"
    key: Name
    read: Form
    part: str | None = None
    keys: tuple[float | None, ...]
    values: tuple[float | None, ...]
    both: bool

    @property
    def inputs(self) -> tuple[Name, ...]:
        return (self.key,)

    def __str__(self) -> str:
        key = quoted(self.key) if self.part is None else f"{self.part}({quoted(self.key)})"
        return f"{key} {'<->' if self.both else '->'} {quoted(self.writes)}"

    @cached_property
    def _table(self) -> tuple[np.ndarray, np.ndarray, float | None]:
        """Keys and values without the entry for a missing key, and that entry."""
        keys, values = np.array(self.keys, np.float64), np.array(self.values, np.float64)
        if np.isnan(keys).any():
            return keys[:-1], values[:-1], values[-1]
        return keys, values, None

    def _keys(self, frame: pd.DataFrame) -> np.ndarray:
        if self.part is not None and isinstance(self.read, Dates):
            return part_of(frame[self.key], self.read, self.part)
        return self.read.plain(frame[self.key])

    def _places(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(n,) the entry nearest to each key, and whether that key was seen."""
        known, _, missing = self._table
        if len(known) == 0:
            return np.zeros(len(keys), np.int64), np.isnan(keys)
        right = np.searchsorted(known, keys).clip(0, len(known) - 1)
        left = (right - 1).clip(0)
        with np.errstate(invalid="ignore"):
            places = np.where(np.abs(known[left] - keys) < np.abs(known[right] - keys), left, right)
        seen = np.where(np.isnan(keys), missing is not None, known[places] == keys)
        return places, seen

    def _found(self, keys: np.ndarray, places: np.ndarray) -> np.ndarray:
        _, values, missing = self._table
        empty = np.nan if missing is None else missing
        return np.where(np.isnan(keys), empty, values[places] if len(values) else empty)

    def compute(self, frame: pd.DataFrame) -> np.ndarray:
        keys = self._keys(frame)
        places, seen = self._places(keys)
        if isinstance(self.read, Categories) and not seen.all():
            row = int(np.argmin(seen))
            raise WrongUse(
                f"The rule {str(self)!r} must know every value of {self.key!r}, got "
                f"{frame[self.key].iloc[row]!r} in row {row + 1}: use values of the training data."
            )
        return self._found(keys, places)

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        keys = self._keys(frame)
        places, seen = self._places(keys)
        out: np.ndarray = ~seen | same(
            self.form.plain(frame[self.writes]), self._found(keys, places)
        )
        return out


def fit_lookup(columns: Columns, key: Name, writes: Name, part: str | None = None) -> Lookup:
    """The table of which values go together; where rows disagree, the most frequent.

    Args:
        columns: the rows.
        key: the column that determines.
        writes: the column that is determined.
        part: of the dates of `key`.
    """
    read = columns.forms[key]
    if part is not None and isinstance(read, Dates):
        keys = part_of(columns.frame[key], read, part)
    else:
        keys = columns.plain(key)
    pairs = pd.DataFrame({"key": keys, "value": columns.plain(writes)})
    counts = pairs.groupby(["key", "value"], dropna=False, sort=True).size().reset_index(name="n")
    best = counts.sort_values("n", ascending=False, kind="stable").drop_duplicates("key")
    best = best[best["key"] != UNSEEN].sort_values("key", na_position="last")
    return Lookup(
        writes=writes,
        form=columns.forms[writes],
        key=key,
        read=read,
        part=part,
        keys=tuple(map(_or_none, best["key"])),
        values=tuple(map(_or_none, best["value"])),
        both=part is None and not best["value"].duplicated().any(),
        support=len(columns),
    )


def _or_none(number: float) -> float | None:
    return None if number != number else float(number)
