"""Rows of one table whose parents are drawn: what is not known of them is drawn by its model."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from sparring.core import Completes
from sparring.data.table import Column, Table
from sparring.data.tokens import UNKNOWN
from sparring.tasks.relations.queues import Waiting
from sparring.tasks.relations.seeing import Learnt, at, before
from sparring.tasks.relations.structure import positions

_TRIES = 20


def completed(
    model: tuple[Table, Completes],
    mine: Learnt,
    known: pd.DataFrame,
    parent: np.ndarray,
    waiting: Sequence[Waiting],
) -> pd.DataFrame:
    """The learnt columns of rows of which some are known; siblings one after the other.

    Args:
        model: how the rows are encoded, and the game that completes them.
        mine: what is made from them.
        known: (n rows) the columns that are known.
        parent: (n,) the main parent's row of each, ascending.
        waiting: links that are named in line; which rows were named stands there afterwards.
    """
    table, game = model
    n = len(parent)
    if not n:
        return table.decode(torch.full((2, *table.shape), 0.5)).iloc[:0]
    x = torch.full((n, *table.shape), UNKNOWN)
    spans = dict(_spans(table))
    for column, part in spans.items():
        if column.name in known:
            plain = column.form.plain(known[column.name])
            x[:, part] = torch.from_numpy(column.encoder.encode(plain))
    if mine.before or waiting:
        _one_by_one(game, mine, x, spans, parent, waiting)
    else:
        x = game.complete(x)
    whole: pd.DataFrame = table.decode(x)
    return whole


def _spans(table: Table) -> list[tuple[Column, slice]]:
    found, start = [], 0
    for column in table.columns:
        stop = start + column.encoder.width
        found.append((column, slice(start, stop)))
        start = stop
    return found


def _one_by_one(
    game: Completes,
    mine: Learnt,
    x: Tensor,
    spans: Mapping[Column, slice],
    parent: np.ndarray,
    waiting: Sequence[Waiting],
) -> None:
    """Draw first the first rows of all parents, then the second ones beside those, and so on."""
    by_name = {column.name: (column, part) for column, part in spans.items()}
    behind = [(by_name[c], by_name[before(c)]) for c in mine.before if before(c) in by_name]
    fresh = _Fresh(mine, by_name)
    place = positions(parent)
    order = np.argsort(place, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(place[order])) + 1):
        first = place[rows[0]] == 0
        for (column, part), (past, there) in behind:
            if first:
                plain = np.full(len(rows), np.nan)
            else:
                drawn = column.encoder.decode(x[rows - 1, part].numpy())
                plain = past.form.plain(at(column.form.series(drawn), np.arange(len(rows))))
            x[rows, there] = torch.from_numpy(past.encoder.encode(plain))
        for one in waiting:
            one.tell(x, rows, parent, by_name)
        asked = x[rows]
        x[rows] = game.complete(asked)
        for _ in range(_TRIES):
            again = fresh.repeated(x, rows, parent)
            if not len(again):
                break
            x[rows[again]] = game.complete(asked[again])
        fresh.note(x, rows, parent)
        for one in waiting:
            one.note(x, rows, parent, by_name)


class _Fresh:
    """Which of a parent's rows repeat what only one of them may say."""

    def __init__(self, mine: Learnt, by_name: Mapping[str | int, tuple[Column, slice]]) -> None:
        place = mine.place
        main = None if place.main is None else place.main.column
        rest = [column for column in place.key if column != main]
        whole = main in place.key and rest and all(column in by_name for column in rest)
        self.parts = [by_name[column][1] for column in rest] if whole else []
        self.seen: set[tuple[int, ...]] = set()

    def _said(self, x: Tensor, rows: np.ndarray, parent: np.ndarray) -> list[tuple[int, ...]]:
        tokens = torch.cat([x[rows, part] for part in self.parts], 1).long().tolist()
        return [(int(p), *t) for p, t in zip(parent[rows], tokens, strict=True)]

    def repeated(self, x: Tensor, rows: np.ndarray, parent: np.ndarray) -> np.ndarray:
        """Which of some rows, no two of one parent, repeat an earlier one."""
        said = self._said(x, rows, parent) if self.parts else []
        return np.flatnonzero(np.array([one in self.seen for one in said], dtype=bool))

    def note(self, x: Tensor, rows: np.ndarray, parent: np.ndarray) -> None:
        """Remember what rows say."""
        self.seen.update(self._said(x, rows, parent) if self.parts else [])
