"""Columns that two others determine together, value by value: `{product, year} -> price`."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd

from sparring.data.forms import Form
from sparring.data.rules.columns import Columns
from sparring.data.rules.names import Name, quoted
from sparring.data.rules.rule import Definition, same


@dataclass(frozen=True, kw_only=True)
class PairLookup(Definition):
    """Each pair of values of two columns goes with one value of another, as far as it was seen.

    A missing value counts as a value. Nothing is said about a pair that was not seen: such rows
    obey whatever they hold. Restored from it they get the most frequent value of their first
    column's value, or of all rows.

    Attributes:
        of: the two columns.
        read: how they are written.
        firsts, seconds, values: the table: plain numbers, None where missing.
        usual: the most frequent of all values.

    Example:
        >>> frame = pd.DataFrame({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1], "c": [0, 1, 1, 0]})
        >>> rule = fit_pair_lookup(Columns(frame), ("a", "b"), "c")
        >>> print(rule)
        {a, b} -> c
        >>> rule.restore(pd.DataFrame({"a": [1], "b": [0]}))["c"].tolist()
        [1]
    """

    name: ClassVar[str] = "pair lookup"
    of: tuple[Name, Name]
    read: tuple[Form, Form]
    firsts: tuple[float | None, ...]
    seconds: tuple[float | None, ...]
    values: tuple[float | None, ...]
    usual: float | None

    @property
    def inputs(self) -> tuple[Name, ...]:
        return self.of

    def __str__(self) -> str:
        return f"{{{', '.join(map(quoted, self.of))}}} -> {quoted(self.writes)}"

    @cached_property
    def _table(self) -> tuple[pd.Index, pd.Index, np.ndarray, np.ndarray, np.ndarray]:
        """Values of both columns, (pairs,) keys ascending and what they go with, the usual ones."""
        columns = [np.array(x, np.float64) for x in (self.firsts, self.seconds, self.values)]
        first, second = pd.Index(columns[0]).unique(), pd.Index(columns[1]).unique()
        keys = _places(first, columns[0]) * len(second) + _places(second, columns[1])
        order = np.argsort(keys)
        table = pd.DataFrame({"key": columns[0], "value": columns[2]})
        counts = table.groupby(["key", "value"], dropna=False).size().reset_index(name="n")
        best = counts.sort_values("n", ascending=False, kind="stable").drop_duplicates("key")
        usual = best.set_index("key")["value"].reindex(first).to_numpy()
        return first, second, keys[order], columns[2][order], usual

    def _found(self, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """(n,) what each row must have, and whether its pair was seen."""
        first, second, keys, values, usual = self._table
        plain = [form.plain(frame[name]) for name, form in zip(self.of, self.read, strict=True)]
        one, two = _places(first, plain[0]), _places(second, plain[1])
        mine = one * len(second) + two
        places = np.searchsorted(keys, mine).clip(0, len(keys) - 1)
        seen = (one >= 0) & (two >= 0) & (keys[places] == mine)
        everywhere = np.nan if self.usual is None else self.usual
        return np.where(seen, values[places], np.where(one >= 0, usual[one], everywhere)), seen

    def compute(self, frame: pd.DataFrame) -> np.ndarray:
        return self._found(frame)[0]

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        due, seen = self._found(frame)
        out: np.ndarray = ~seen | same(self.form.plain(frame[self.writes]), due)
        return out


def fit_pair_lookup(columns: Columns, of: tuple[Name, Name], writes: Name) -> PairLookup:
    """The table of which pairs go with which value; where rows disagree, the most frequent."""
    rows = pd.DataFrame(
        {"one": columns.plain(of[0]), "two": columns.plain(of[1]), "value": columns.plain(writes)}
    )
    counts = rows.groupby(["one", "two", "value"], dropna=False).size().reset_index(name="n")
    best = counts.sort_values("n", ascending=False, kind="stable").drop_duplicates(["one", "two"])
    best = best.sort_values(["one", "two"])
    totals = counts.groupby("value", dropna=False)["n"].sum()
    return PairLookup(
        writes=writes,
        form=columns.forms[writes],
        of=of,
        read=(columns.forms[of[0]], columns.forms[of[1]]),
        firsts=tuple(map(_or_none, best["one"])),
        seconds=tuple(map(_or_none, best["two"])),
        values=tuple(map(_or_none, best["value"])),
        usual=_or_none(float(totals.index.to_numpy()[totals.to_numpy().argmax()])),
        support=len(columns),
    )


def _places(known: pd.Index, numbers: np.ndarray) -> np.ndarray:
    """(n,) int64 where each number stands among the known ones, -1 where it doesn't."""
    return known.get_indexer(pd.Index(numbers)).astype(np.int64)


def _or_none(number: float) -> float | None:
    return None if number != number else float(number)
