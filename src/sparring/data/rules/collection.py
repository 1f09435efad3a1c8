"""All rules of a table."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self, overload

import numpy as np
import pandas as pd

from sparring.data.rules.contradiction import Asked, contradicted
from sparring.data.rules.key import Key
from sparring.data.rules.names import Name
from sparring.data.rules.rule import Rule


@dataclass(frozen=True)
class Rules(Sequence[Rule]):
    """Rules that can hold together, each after those that write what it reads.

    Args:
        rules: made by `discover` or `choose`.
        order: the table's columns.
        unsearched: what `discover` did not look for, and why: sentences.

    Example:
        >>> from sparring.data.rules import discover
        >>> net = np.random.default_rng(0).integers(1, 1000, 60) / 4
        >>> rules = discover(pd.DataFrame({"net": net, "tax": net / 5, "total": net * 1.2}))
        >>> [str(rule) for rule in rules]
        ['tax = 0.2 * net', 'total = net + tax']
        >>> rules.restore(pd.DataFrame({"net": [50.0]}))
            net   tax  total
        0  50.0  10.0   60.0
    """

    rules: tuple[Rule, ...]
    order: tuple[Name, ...]
    unsearched: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rules)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    @overload
    def __getitem__(self, index: int) -> Rule: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Rule, ...]: ...
    def __getitem__(self, index: int | slice) -> Rule | tuple[Rule, ...]:
        return self.rules[index]

    @property
    def derived(self) -> tuple[Name, ...]:
        """The columns that a model needn't learn, since `restore` makes them."""
        return tuple(name for rule in self.rules for name in rule.derived)

    def inputs_of(self, name: Name) -> tuple[Name, ...]:
        """The columns that are read by the rules that write this one."""
        read = [column for rule in self.rules if name in rule.targets for column in rule.inputs]
        return tuple(dict.fromkeys(read))

    def reduce(self, frame: pd.DataFrame) -> pd.DataFrame:
        """(n rows) What a model learns: columns that follow from others leave or are replaced."""
        for rule in reversed(self.rules):
            frame = rule.reduce(frame)
        return frame

    def restore(self, frame: pd.DataFrame) -> pd.DataFrame:
        """A reduced frame as a whole one, in which every row obeys every rule."""
        for rule in self.rules:
            frame = rule.restore(frame)
        return frame[list(self.order)]

    def contradicted_by(self, asked: Mapping[Name, Asked], rows: pd.DataFrame) -> Rule | None:
        """The rule that forbids what is asked of a row, as far as that is sure, or None.

        Args:
            asked: column -> what is asked of it: its form, intervals of plain numbers, and which
                values do (see `contradiction.Asked`).
            rows: what columns may be that no rule writes and nothing is asked of.
        """
        return contradicted(self.rules, asked, rows)

    def without(self, names: Collection[Name]) -> Self:
        """The rules but for those that speak of what these columns hold; keys stay."""
        drawn = set(names)
        kept = [r for r in self.rules if isinstance(r, Key) or not drawn & set(r.columns)]
        return replace(self, rules=tuple(kept))

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        """(n, number of rules) which row obeys which rule."""
        obeyed = [rule.holds(frame) for rule in self.rules]
        return np.stack(obeyed, axis=1) if obeyed else np.ones((len(frame), 0), dtype=bool)

    def describe(self) -> dict[str, Any]:
        """All that `from_description` needs, in JSON's types."""
        return {
            "order": list(self.order),
            "rules": [rule.describe() for rule in self.rules],
            "unsearched": list(self.unsearched),
        }

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """The rules that `describe` described."""
        rules = tuple(Rule.from_description(rule) for rule in description["rules"])
        return cls(rules, tuple(description["order"]), tuple(description["unsearched"]))
