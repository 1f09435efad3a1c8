"""One attribute of items: what values it can have, and which of them an item has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from sparring.core.errors import WrongUse
from sparring.core.names import closest

MOST_VALUES = 100
"""Values of an attribute that is a category."""
_FEW = 12
_YES = {"true": "yes", "1": "yes", "1.0": "yes", "false": "no", "0": "no", "0.0": "no"}


@dataclass(frozen=True)
class Attribute:
    """One attribute: yes or no, one of several values, or a number cut into named groups.

    Attributes:
        name: of the attribute.
        values: that it can have; ("no", "yes") takes one number of y, others one each.
        edges: of a number: group i holds what is at least edges[i - 1] and below edges[i]; one
            fewer than the values, ascending.

    Raises:
        WrongUse: fewer than two values, one twice, or edges that don't cut them.

    Example:
        >>> age = Attribute("age", ("child", "teen", "adult"), edges=(13, 20))
        >>> age.number("teen"), age.number(35), age.width
        (1, 2, 3)
        >>> age.number("tene")
        Traceback (most recent call last):
        ...
        sparring.core.errors.WrongUse: Attribute 'age' can't be 'tene'; did you mean teen?
    """

    name: str
    values: tuple[str, ...]
    edges: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if len(set(self.values)) < max(2, len(self.values)):
            raise WrongUse(
                f"Attribute {self.name!r} must have at least 2 values that differ, got "
                f"{', '.join(self.values) or 'none'}: leave it out."
            )
        if self.edges and (
            len(self.edges) != len(self.values) - 1 or list(self.edges) != sorted(set(self.edges))
        ):
            raise WrongUse(
                f"Attribute {self.name!r} with {len(self.values)} groups must have "
                f"{len(self.values) - 1} ascending edges, got {list(self.edges)}."
            )

    @property
    def binary(self) -> bool:
        """Whether it is yes or no."""
        return self.values == ("no", "yes")

    @property
    def width(self) -> int:
        """How many numbers of y it takes."""
        return 1 if self.binary else len(self.values)

    def number(self, value: Any) -> int:
        """Which of the values this is: its name, or a number that lies in its group."""
        text = str(value)
        if text in self.values:
            return self.values.index(text)
        if self.binary and text.lower() in _YES:
            return self.values.index(_YES[text.lower()])
        if self.edges:
            amount = _amount(value)
            if amount is not None:
                return int(np.searchsorted(self.edges, amount, side="right"))
        if text.endswith(".0") and text[:-2] in self.values:
            return self.values.index(text[:-2])
        raise WrongUse(f"Attribute {self.name!r} can't be {value!r}{closest(text, self.values)}")

    def numbers(self, series: pd.Series) -> np.ndarray:
        """Values of n items -> (n,) int64, which of the values each is."""
        _refuse_missing(series)
        codes, distinct = pd.factorize(series)
        found: np.ndarray = np.array([self.number(v) for v in distinct], dtype=np.int64)[codes]
        return found

    @classmethod
    def fit(cls, series: pd.Series, kind: str | None = None) -> "Attribute":
        """Look at a column: what kind of attribute is it?

        Booleans, and numbers that are 0 and 1 alone, are yes or no; texts, and whole numbers of at
        most 12 values, are categories; other numbers are cut at their quartiles.

        Args:
            series: values of n items.
            kind: "category", "number" or "boolean" overrules what it looks like.

        Raises:
            WrongUse: one value alone, a missing one, more than 100 categories, or another kind.
        """
        name = str(series.name)
        if kind not in (None, "category", "number", "boolean"):
            raise WrongUse(
                f"Attribute {name!r} must be of kind category, number or boolean, got {kind!r}."
            )
        _refuse_missing(series)
        distinct = list(pd.unique(series))
        numeric = all(_amount(value) is not None for value in distinct)
        if kind is None:
            kind = _looks_like(distinct)
        if kind == "boolean":
            return cls(name, ("no", "yes"))
        if kind == "number":
            if not numeric:
                raise WrongUse(f"Attribute {name!r} can't be a number: it holds texts.")
            return _cut(name, series.astype(float))
        if len(distinct) > MOST_VALUES:
            raise WrongUse(
                f"Attribute {name!r} has {len(distinct):,} values, at most {MOST_VALUES} can be "
                f"asked for: merge rare ones, or leave it out."
            )
        return cls(name, tuple(map(_plain, _ordered(series, distinct))))

    def describe(self) -> dict[str, Any]:
        """Its parts."""
        return {"name": self.name, "values": list(self.values), "edges": list(self.edges)}

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> "Attribute":
        """The attribute that `describe` described."""
        edges = tuple(description["edges"])
        return cls(description["name"], tuple(description["values"]), edges)


def _refuse_missing(series: pd.Series) -> None:
    missing = np.flatnonzero(series.isna())
    if len(missing):
        raise WrongUse(
            f"Attribute {str(series.name)!r} is missing in row {missing[0] + 1}: fill it in, or "
            f"leave the image or the attribute out."
        )


def _amount(value: Any) -> float | None:
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        return None
    return float(value) if np.isfinite(float(value)) else None


def _looks_like(distinct: Sequence[Any]) -> str:
    if all(isinstance(value, bool | np.bool_) for value in distinct):
        return "boolean"
    amounts = [_amount(value) for value in distinct]
    if None in amounts:
        return "category"
    if set(amounts) <= {0.0, 1.0}:
        return "boolean"
    whole = all(amount == round(amount) for amount in amounts if amount is not None)
    return "category" if whole and len(amounts) <= _FEW else "number"


def _ordered(series: pd.Series, distinct: list[Any]) -> list[Any]:
    """Values in the order that their column gives them, or sorted."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        return [value for value in series.cat.categories if value in set(distinct)]
    alike = all(_amount(value) is not None for value in distinct)
    return sorted(distinct) if alike else sorted(distinct, key=str)


def _plain(value: Any) -> str:
    """A value's name: 3, not 3.0."""
    amount = _amount(value)
    return str(int(amount)) if amount is not None and amount == round(amount) else str(value)


def _cut(name: str, amounts: pd.Series) -> Attribute:
    """A number, cut at its quartiles into groups that are named by what they hold."""
    edges = np.unique(np.quantile(amounts, [0.25, 0.5, 0.75], method="higher"))
    edges = edges[edges > amounts.min()]
    between = [f"{low:g} to {high:g}" for low, high in pairwise(edges)]
    names = [f"below {edges[0]:g}", *between, f"from {edges[-1]:g}"] if len(edges) else []
    return Attribute(name, tuple(names), tuple(float(edge) for edge in edges))
