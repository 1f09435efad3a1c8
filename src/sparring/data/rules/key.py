"""Columns that tell rows apart."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from sparring.data.forms import Form, Numbers
from sparring.data.rules.columns import written
from sparring.data.rules.names import Name, quoted
from sparring.data.rules.rule import Rule, with_column


@dataclass(frozen=True, kw_only=True)
class Key(Rule):
    """No two rows have the same values in these columns.

    Of several such rows the first obeys; rows that lack a value obey. Where the last column holds
    whole numbers, restoring moves a repeated one to the next that is free. Texts are left as
    they are: it is for those who draw them to draw no text twice.

    Attributes:
        of: the columns.
        form: how the last of them is written.
    """

    name: ClassVar[str] = "key"
    of: tuple[Name, ...]
    form: Form

    @property
    def moves(self) -> bool:
        """Whether restoring can free the rows of duplicates."""
        return isinstance(self.form, Numbers) and self.form.decimals == 0

    @property
    def inputs(self) -> tuple[Name, ...]:
        return self.of[:-1] if self.moves else self.of

    @property
    def target(self) -> Name | None:
        return self.of[-1] if self.moves else None

    @property
    def columns(self) -> tuple[Name, ...]:
        return self.of

    def __str__(self) -> str:
        listed = ", ".join(map(quoted, self.of))
        return f"{listed} is a key" if len(self.of) == 1 else f"{{{listed}}} is a key"

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        part = frame[list(self.of)]
        again = part.duplicated().to_numpy() & part.notna().all(axis=1).to_numpy()
        return ~again

    def reduce(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame

    def restore(self, frame: pd.DataFrame) -> pd.DataFrame:
        wrong = np.flatnonzero(~self.holds(frame))
        if not self.moves or not len(wrong):
            return frame
        plain = self.form.plain(frame[self.of[-1]])
        if len(self.of) > 1:
            groups = frame.groupby(list(self.of[:-1]), dropna=False, sort=False).ngroup().to_numpy()
        else:
            groups = np.zeros(len(frame), dtype=np.int64)
        return with_column(
            frame, self.of[-1], written(self.form, _spread(plain, groups, wrong), frame.index)
        )


def _spread(numbers: np.ndarray, groups: np.ndarray, wrong: np.ndarray) -> np.ndarray:
    """(n,) the numbers, of which those in wrong rows are moved to the next free of their group."""
    taken: dict[int, set[float]] = {}
    concerned = np.isin(groups, groups[wrong])
    for group, number in zip(groups[concerned].tolist(), numbers[concerned].tolist(), strict=True):
        taken.setdefault(group, set()).add(number)
    # Where the search for a free number ended last time, so that no stretch is walked twice.
    ends: dict[tuple[int, float], float] = {}
    out = numbers.copy()
    for row in wrong.tolist():
        group, number = int(groups[row]), float(numbers[row])
        path, free = [], number
        while free in taken[group]:
            path.append(free)
            free = ends.get((group, free), free + 1)
        ends.update({(group, passed): free + 1 for passed in path})
        taken[group].add(free)
        out[row] = free
    return out
