"""Which of the rules that were found can stand together."""

from functools import cached_property

import numpy as np
import pandas as pd

from sparring.data.rules.collection import Rules
from sparring.data.rules.columns import Columns
from sparring.data.rules.implication import IfThen, MissingWhen
from sparring.data.rules.key import Key
from sparring.data.rules.names import Name
from sparring.data.rules.order import Order
from sparring.data.rules.rule import Rule

WORLD_ROWS = 2000


class Selection:
    """Rules that are taken one by one, as long as each column has one definition and no circle.

    Args:
        columns: the rows on which the rules were found.
        rng: for the world in which only the rules hold.
    """

    def __init__(self, columns: Columns, rng: np.random.Generator) -> None:
        self.columns = columns
        self.rng = rng
        self.rules: list[Rule] = []

    @property
    def derived(self) -> set[Name]:
        """The columns that have a definition."""
        return {name for rule in self.rules for name in rule.derived}

    def writers(self, name: Name) -> list[Rule]:
        """The rules that write a column."""
        return [rule for rule in self.rules if name in rule.targets]

    def fits(self, rule: Rule) -> bool:
        """Whether a rule can be taken beside those that were."""
        for target in rule.targets:
            if any(not _together(rule, other) for other in self.writers(target)):
                return False
            if self._reaches(target, set(rule.inputs)):
                return False
        return True

    def _reaches(self, start: Name, goals: set[Name]) -> bool:
        """Whether any of the goals depends on the start."""
        waiting, seen = [start], set()
        while waiting:
            name = waiting.pop()
            if name in goals:
                return True
            seen.add(name)
            read_by = [n for rule in self.rules if name in rule.inputs for n in rule.targets]
            waiting += [other for other in read_by if other not in seen]
        return False

    def take(self, rule: Rule) -> bool:
        """Take a rule if it fits."""
        if not self.fits(rule):
            return False
        self.rules.append(rule)
        self.__dict__.pop("world", None)
        return True

    def ordered(self, unsearched: tuple[str, ...] = ()) -> Rules:
        """The rules, each after those that write what it reads."""
        levels: dict[Name, int] = {}

        def level(name: Name) -> int:
            if name not in levels:
                read = [column for rule in self.writers(name) for column in rule.inputs]
                levels[name] = 1 + max(map(level, read), default=-1)
            return levels[name]

        # Holes are made last of all that happens to a column.
        places = {
            id(rule): (max(map(level, rule.targets)), isinstance(rule, MissingWhen))
            if rule.targets
            else (len(self.rules) + 1, False)
            for rule in self.rules
        }
        ordered = sorted(self.rules, key=lambda rule: places[id(rule)])
        return Rules(tuple(ordered), tuple(self.columns.frame.columns), unsearched)

    @cached_property
    def world(self) -> pd.DataFrame:
        """Rows in which nothing holds but the rules: all that is free is drawn independently."""
        rules, frame = self.ordered(), self.columns.frame
        rows = self.rng.permutation(len(frame))[:WORLD_ROWS]
        reduced = rules.reduce(frame.iloc[rows].reset_index(drop=True))
        drawn = {
            name: reduced[name].array.take(self.rng.permutation(len(reduced)))
            for name in reduced.columns
        }
        return rules.restore(pd.DataFrame(drawn))

    def broken(self, rule: Rule) -> float:
        """How often a rule is broken where only the others hold, from 0 to 1."""
        return float(1 - rule.holds(self.world).mean())


def _together(rule: Rule, other: Rule) -> bool:
    """Whether two rules may write the same column."""
    if {type(rule), type(other)} == {Order, MissingWhen}:
        return True
    if isinstance(rule, IfThen) and isinstance(other, IfThen):
        # Conditions on one column exclude each other, as their values do.
        return rule.condition.column == other.condition.column
    return False


def is_free(selection: Selection, name: Name) -> bool:
    """Whether no rule but a key's writes a column."""
    return all(isinstance(rule, Key) for rule in selection.writers(name))
