"""Totals that are asked for: one of the numbers they are made of is changed until they come out."""

from typing import Self

import numpy as np
import pandas as pd
import torch

from sparring.core import Completes
from sparring.data.rules.arithmetic import Formula
from sparring.data.rules.columns import written
from sparring.data.rules.rule import with_column
from sparring.data.table import Column, Table
from sparring.data.tokens import LineTokens
from sparring.tasks.conditions import Conditions, Name, Wish
from sparring.tasks.mending import mended

_TINY = 1e-30
# Of a number that any decimals can be written of, the share of its range that counts as the same.
_FINE = 1e-6


class Aim:
    """Changes drawn rows so that what formulas make is as asked, and keeps them by how likely.

    A row in which one learnt number is solved for stands for all rows with the same other columns.
    It is kept in proportion to how probable it is among rows of the game beside how probable it is
    to come about here, by any of the numbers that could have been solved for (the balance
    heuristic, Veach and Guibas 1995): so rows come as often as among those drawn until they fit.

    Args:
        table, game: that draw the rows.
        conditions: all that is asked.
        totals: the wishes that formulas write, by column.
    """

    def __init__(
        self, table: Table, game: Completes, conditions: Conditions, totals: dict[Name, Wish]
    ) -> None:
        self.table, self.game, self.conditions, self.totals = table, game, conditions, totals
        made = set(totals)
        for rule in reversed(table.rules):
            if isinstance(rule, Formula) and rule.writes in made:
                made |= set(rule.of)
        self.numbers = [
            (column, column.encoder, start)
            for column, start, stop in table.places()
            if column.name in made - set(conditions.wishes)
            and isinstance(column.encoder, LineTokens)
            and stop > start
        ]

    @classmethod
    def at(cls, table: Table, game: object, conditions: Conditions) -> Self | None:
        """The aim at what is asked, or None where no formula makes it or the game can't tell."""
        made = {rule.writes for rule in table.rules if isinstance(rule, Formula)}
        made -= {column.name for column in table.columns}
        totals = {
            name: wish
            for name, wish in conditions.wishes.items()
            if name in made and not wish.missing
        }
        if not totals or not isinstance(game, Completes):
            return None
        aim = cls(table, game, conditions, totals)
        return aim if aim.numbers else None

    def hit(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
        """The rows with one learnt number changed, and (n,) which of them to keep."""
        parts = [
            self._solved(frame.iloc[place :: len(self.numbers)], column.name)
            for place, (column, _, _) in enumerate(self.numbers)
        ]
        made = pd.concat(parts, ignore_index=True)
        weight = np.zeros(len(made))
        good = self.conditions.met(made) & self.table.rules.holds(made).all(axis=1)
        if good.any():
            weight[good] = self._weights(made[good])
        return made, by_chance(weight)

    def _solved(self, frame: pd.DataFrame, through: Name) -> pd.DataFrame:
        """The rows with what is asked, and one column solved for."""
        asked = frame
        for name, wish in self.totals.items():
            column = written(wish.form, _drawn(wish, len(frame)), frame.index)
            asked = with_column(asked, name, column)
        kept = {column.name for column in self.table.columns} | set(self.conditions.wishes)
        free = pd.DataFrame(True, index=frame.index, columns=frame.columns)
        free[[name for name in frame.columns if name in kept - {through}]] = False
        return mended(self.table, asked, free)

    def _weights(self, frame: pd.DataFrame) -> np.ndarray:
        """(n,) the harmonic mean of each number's chance given all other columns."""
        reduced = self.table.rules.reduce(frame)
        x = self.table.encode_learnt(reduced)
        against = np.zeros(len(x))
        for column, encoder, start in self.numbers:
            reach = encoder.reach(*_ends(column, column.form.plain(reduced[column.name])))
            chance = self.game.chance(x, start, torch.from_numpy(reach)).numpy()
            against += 1 / np.maximum(chance, _TINY)
        weights: np.ndarray = len(self.numbers) / against
        return weights


def by_chance(weights: np.ndarray) -> np.ndarray:
    """(n,) which rows are kept, in proportion to weights of at least 0.

    Example:
        >>> by_chance(np.array([0.0, 2.0, 0.0]))
        array([False,  True, False])
    """
    if not weights.any():
        return np.zeros(len(weights), dtype=bool)
    picks = torch.rand(len(weights), dtype=torch.float64).numpy()
    kept: np.ndarray = picks * weights.max() < weights
    return kept


def _drawn(wish: Wish, n: int) -> np.ndarray:
    """(n,) plain numbers of those that are asked for, all alike probable."""
    intervals = np.array(wish.intervals)
    low, high = intervals.T
    grain = wish.form.grain
    sizes = high - low + (grain or (low == high))
    which = torch.multinomial(torch.from_numpy(sizes / sizes.sum()), n, replacement=True).numpy()
    plain = low[which] + torch.rand(n, dtype=torch.float64).numpy() * (high - low)[which]
    plain = np.round(plain / grain) * grain if grain else plain
    found: np.ndarray = plain.clip(low[which], high[which])
    return found


def _ends(column: Column, plain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Between which numbers others are written like these, each (n,)."""
    half = column.form.grain / 2 or _FINE * float(np.nanmax(np.abs(plain), initial=1.0))
    return plain - half, plain + half
