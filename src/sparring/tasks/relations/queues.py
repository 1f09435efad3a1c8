"""Rows of a second parent that wait in line for the rows of a first one they share.

An admission has a stay in intensive care, and transfers some of which belong to it. Where transfers
name the stays of their admission in the stays' own order, each as often as it is to be named, the
next one in line is known before a transfer is drawn: what it is like, and how many are left.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from torch import Tensor, from_numpy

from sparring.data.table import Column
from sparring.tasks.relations.seeing import absent, at, room_name, said_by
from sparring.tasks.relations.structure import Link

_IN_LINE = 0.9

Parts = Mapping[str | int, tuple[Column, slice]]


@dataclass(frozen=True)
class Line:
    """For each row of a main parent the rows of another parent that its children name, in order.

    Attributes:
        rows: (k,) of the other parent, each as often as it is named, by main parent.
        begin: (m + 1,) where those of each main parent begin.

    Example:
        >>> line = Line.of(np.array([1, 0, 1]), np.array([2, 1, 1]), 2)
        >>> line.rows, line.begin
        (array([1, 0, 0, 2]), array([0, 1, 4]))
        >>> line.next(np.array([1, 1, 0]), np.array([0, 2, 1]))
        array([ 0,  2, -1])
    """

    rows: np.ndarray
    begin: np.ndarray

    @classmethod
    def of(cls, above: np.ndarray, places: np.ndarray, n: int) -> "Line":
        """From the other parent's rows.

        Args:
            above: (p,) the main parent's row on which each hangs, -1 for none.
            places: (p,) how often each is named.
            n: rows of the main parent.
        """
        order = np.argsort(above, kind="stable")
        order = order[above[order] >= 0]
        rows = np.repeat(order, places[order])
        return cls(rows, np.r_[0, np.bincount(above[rows], minlength=n).cumsum()])

    def left(self, parent: np.ndarray, taken: np.ndarray) -> np.ndarray:
        """(n,) how many are in line, of so many main parents' rows and so many taken."""
        some: np.ndarray = np.maximum(self.begin[parent + 1] - self.begin[parent] - taken, 0)
        return some

    def next(self, parent: np.ndarray, taken: np.ndarray) -> np.ndarray:
        """(n,) the row that is next in line, -1 for none."""
        if not len(self.rows):
            return np.full(len(parent), -1)
        place = np.minimum(self.begin[parent] + taken, len(self.rows) - 1)
        return np.where(self.left(parent, taken) > 0, self.rows[place], -1)


def taken_before(parent: np.ndarray, named: np.ndarray) -> np.ndarray:
    """(n,) how many rows of the same parent before each name one, where rows stand by parent.

    Example:
        >>> taken_before(np.array([0, 0, 0, 1]), np.array([True, False, True, True]))
        array([0, 1, 1, 0])
    """
    so_far = named.cumsum() - named
    first = np.r_[True, parent[1:] != parent[:-1]][: len(parent)]
    begin = np.maximum.accumulate(np.where(first, np.arange(len(parent)), 0))
    taken: np.ndarray = so_far - so_far[begin]
    return taken


def in_line(line: Line, parent: np.ndarray, rows: np.ndarray) -> np.ndarray | None:
    """(n,) who was next in line for each child, or None where children don't keep to it.

    Args:
        line: of the parents.
        parent: (n,) the main parent's row of each child, in order.
        rows: (n,) the row that each names, -1 for none.
    """
    named = rows >= 0
    due = line.next(parent, taken_before(parent, named))
    if not named.any() or (due[named] == rows[named]).mean() < _IN_LINE:
        return None
    return due


class Waiting:
    """One link whose rows are named in line, while children are drawn.

    Args:
        link: of the children.
        line: who waits.
        there: what is told of the rows that wait, by column.
        siblings: (m,) how many children each main parent's row has.
        n: children in all.
    """

    def __init__(
        self, link: Link, line: Line, there: pd.DataFrame, siblings: np.ndarray, n: int
    ) -> None:
        self.link, self.line, self.there, self.siblings = link, line, there, siblings
        self.taken = np.zeros(len(siblings), dtype=np.int64)
        self.due = np.full(n, -1)
        self.named = np.full(n, -1)

    def tell(self, x: Tensor, rows: np.ndarray, parent: np.ndarray, parts: Parts) -> None:
        """Write into x what is known of children, no two of one parent, before they are drawn.

        A child names none where nobody waits, and one where as many wait as children are to come.
        """
        above = parent[rows]
        left = self.line.left(above, self.taken[above])
        self.due[rows] = self.line.next(above, self.taken[above])
        known = {room_name(self.link.column): pd.Series(left)}
        for name in self.there.columns:
            told = at(self.there[name], self.due[rows])
            known[said_by(self.link.column, str(name))] = told
        for name, series in known.items():
            _write(x, rows, parts[name], series)
        if self.link.missing:
            flag = parts[absent(self.link.column)]
            to_come = self.siblings[above]
            for which, none in ((left == 0, True), ((left > 0) & (left >= to_come), False)):
                if which.any():
                    _write(x, rows[which], flag, pd.Series(np.full(int(which.sum()), none)))
        self.siblings[above] -= 1

    def note(self, x: Tensor, rows: np.ndarray, parent: np.ndarray, parts: Parts) -> None:
        """Remember which children named the row that was next."""
        some = self.due[rows] >= 0
        if self.link.missing:
            column, part = parts[absent(self.link.column)]
            drawn = column.form.series(column.encoder.decode(x[rows, part].numpy()))
            some &= ~drawn.to_numpy(dtype=bool)
        self.named[rows] = np.where(some, self.due[rows], -1)
        self.taken[parent[rows]] += some


def _write(x: Tensor, rows: np.ndarray, place: tuple[Column, slice], series: pd.Series) -> None:
    column, part = place
    x[rows, part] = from_numpy(column.encoder.encode(column.form.plain(series)))
