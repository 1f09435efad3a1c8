"""Columns that are sums, products or ratios of others."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
import pandas as pd

from sparring.data.forms import Form
from sparring.data.rules.columns import Columns, decimals_of
from sparring.data.rules.names import Name, number_text, quoted
from sparring.data.rules.rounding import close, rounded, rounding_of
from sparring.data.rules.rule import Definition


@dataclass(frozen=True, kw_only=True)
class Formula(Definition):
    """A number that is reckoned from other columns and rounded.

    It is missing exactly when a column that it is reckoned from is, or the result is no number.

    Attributes:
        of: the columns from which it is reckoned.
        read: how they are written.
        rounding: one of `ROUNDINGS`: how the result gets the decimals of its column.
    """

    of: tuple[Name, ...]
    read: tuple[Form, ...]
    rounding: str = "half even"

    @property
    def inputs(self) -> tuple[Name, ...]:
        return self.of

    @abstractmethod
    def value(self, numbers: Sequence[np.ndarray]) -> np.ndarray:
        """(n,) the result before it is rounded."""

    @abstractmethod
    def inverse(self, numbers: Sequence[np.ndarray], place: int, result: np.ndarray) -> np.ndarray:
        """(n,) what the column at a place must be for this result, given the others."""

    def solved(self, frame: pd.DataFrame, place: int) -> np.ndarray:
        """(n,) the plain numbers of the column at a place of `of` that follow from all others.

        With their column's decimals; NaN where there is no such number. Rounding may leave a row in
        which the rule doesn't hold even so.
        """
        with np.errstate(all="ignore"):
            found = self.inverse(self._numbers(frame), place, self.form.plain(frame[self.writes]))
        found = np.where(np.isfinite(found), found, np.nan)
        return rounded(found, decimals_of(self.read[place]), "half even")

    @abstractmethod
    def formula(self) -> str:
        """What stands to the right of the equals sign."""

    def __str__(self) -> str:
        text = f"{quoted(self.writes)} = {self.formula()}"
        return f"{text}, rounded {self.rounding}" if self.rounding in ("up", "down") else text

    def exact(self, numbers: Sequence[np.ndarray]) -> np.ndarray:
        """(n,) the result before it is rounded, NaN where it is no number."""
        with np.errstate(all="ignore"):
            value = self.value(numbers)
        out: np.ndarray = np.where(np.isfinite(value), value, np.nan)
        return out

    def compute(self, frame: pd.DataFrame) -> np.ndarray:
        return rounded(self.exact(self._numbers(frame)), decimals_of(self.form), self.rounding)

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        reach = np.sum(np.abs(self._numbers(frame)), axis=0)
        actual, decimals = self.form.plain(frame[self.writes]), decimals_of(self.form)
        return close(actual, self.compute(frame), decimals, reach)

    def _numbers(self, frame: pd.DataFrame) -> list[np.ndarray]:
        return [form.plain(frame[name]) for name, form in zip(self.of, self.read, strict=True)]

    def fitted(self, columns: Columns, rows: np.ndarray | None = None) -> Self | None:
        """The rule with the rounding and the support that these rows say, or None.

        Args:
            columns: that it is checked on.
            rows: (n,) where it must hold; everywhere by default.
        """
        chosen = slice(None) if rows is None else rows
        numbers = [columns.plain(name)[chosen] for name in self.of]
        actual, exact = columns.plain(self.writes)[chosen], self.exact(numbers)
        reach = np.sum(np.abs(numbers), axis=0)
        rounding = rounding_of(actual, exact, decimals_of(self.form), reach)
        if rounding is None:
            return None
        return replace(self, rounding=rounding, support=int((~np.isnan(exact)).sum()))


@dataclass(frozen=True, kw_only=True)
class Sum(Formula):
    """A sum of columns, each times a number, and of a number.

    Example:
        >>> from sparring.data.forms import Numbers
        >>> cents = Numbers("float64", 2)
        >>> price = Sum(
        ...     writes="price",
        ...     form=cents,
        ...     of=("net", "tax"),
        ...     read=(cents, cents),
        ...     times=(1, 1),
        ...     support=9,
        ... )
        >>> str(price)
        'price = net + tax'
        >>> price.restore(pd.DataFrame({"net": [1.5], "tax": [0.25]}))["price"].tolist()
        [1.75]
    """

    name: ClassVar[str] = "sum"
    times: tuple[float, ...]
    offset: float = 0

    def value(self, numbers: Sequence[np.ndarray]) -> np.ndarray:
        start = np.full_like(numbers[0], self.offset)
        return sum((k * x for k, x in zip(self.times, numbers, strict=True)), start=start)

    def inverse(self, numbers: Sequence[np.ndarray], place: int, result: np.ndarray) -> np.ndarray:
        others = self.value([x if i != place else np.zeros_like(x) for i, x in enumerate(numbers)])
        return (result - others) / self.times[place]

    def formula(self) -> str:
        terms = [(k, quoted(name)) for k, name in zip(self.times, self.of, strict=True)]
        # A sum begins with what is added, if anything is.
        terms.sort(key=lambda term: term[0] < 0)
        text = ""
        for k, name in terms:
            size = name if abs(k) == 1 else f"{number_text(abs(k))} * {name}"
            text += f" {'-' if k < 0 else '+'} {size}"
        offset = f" {'-' if self.offset < 0 else '+'} {number_text(abs(self.offset))}"
        if self.offset:
            # 100 - a - b begins with its number.
            text = offset + text if terms[0][0] < 0 < self.offset else text + offset
        return text[3:] if text.startswith(" +") else "-" + text[3:]


@dataclass(frozen=True, kw_only=True)
class Product(Formula):
    """A product of two columns and a number."""

    name: ClassVar[str] = "product"
    factor: float = 1

    def value(self, numbers: Sequence[np.ndarray]) -> np.ndarray:
        return self.factor * numbers[0] * numbers[1]

    def inverse(self, numbers: Sequence[np.ndarray], place: int, result: np.ndarray) -> np.ndarray:
        return result / (self.factor * numbers[1 - place])

    def formula(self) -> str:
        return _factor(self.factor) + " * ".join(map(quoted, self.of))


@dataclass(frozen=True, kw_only=True)
class Ratio(Formula):
    """One column divided by another, times a number; missing where it divides by zero."""

    name: ClassVar[str] = "ratio"
    factor: float = 1

    def value(self, numbers: Sequence[np.ndarray]) -> np.ndarray:
        return numbers[0] / numbers[1] * self.factor

    def inverse(self, numbers: Sequence[np.ndarray], place: int, result: np.ndarray) -> np.ndarray:
        if place == 0:
            return result * numbers[1] / self.factor
        return self.factor * numbers[0] / result

    def formula(self) -> str:
        return _factor(self.factor) + " / ".join(map(quoted, self.of))


def _factor(factor: float) -> str:
    return "" if factor == 1 else f"{number_text(factor)} * "
