"""Labels of ranges of a number: `size by price: small < 10 <= large`."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from sparring.data.form import as_python
from sparring.data.forms import Form
from sparring.data.rules.columns import Columns
from sparring.data.rules.names import Name, number_text, quoted, shown
from sparring.data.rules.rule import Definition, same


@dataclass(frozen=True, kw_only=True)
class Steps(Definition):
    """A column has one value in each range of a number; it is missing where the number is.

    Where exactly one range ends and the next begins is not known between the last number that was
    seen in one and the first in the other. There either value obeys, and the roundest number is
    taken as the limit.

    Attributes:
        number: the column whose ranges these are.
        read: how it is written.
        limits: ascending; each is the first number of the next range.
        values: plain numbers, one more than there are limits.
        ends: the last number seen below each limit.
        starts: the first one seen from it on.

    Example:
        >>> frame = pd.DataFrame({"price": [1.0, 9.5, 10.5, 30.0], "size": ["s", "s", "l", "l"]})
        >>> print(steps(Columns(frame), "price", "size"))
        size by price: s < 10 <= l
    """

    name: ClassVar[str] = "steps"
    number: Name
    read: Form
    limits: tuple[float, ...]
    values: tuple[float, ...]
    ends: tuple[float, ...]
    starts: tuple[float, ...]

    @property
    def inputs(self) -> tuple[Name, ...]:
        return (self.number,)

    def __str__(self) -> str:
        series = self.form.series(np.array(self.values))
        labels = [_shown(as_python(value)) for value in series.astype(object)]
        text = f"{quoted(self.writes)} by {quoted(self.number)}: {labels[0]}"
        for limit, label in zip(self.limits, labels[1:], strict=True):
            text += f" < {number_text(limit)} <= {label}"
        return text

    def compute(self, frame: pd.DataFrame) -> np.ndarray:
        return self._of(self.read.plain(frame[self.number]), np.array(self.limits))

    def _of(self, numbers: np.ndarray, limits: np.ndarray) -> np.ndarray:
        values = np.array(self.values)[np.searchsorted(limits, numbers, side="right")]
        return np.where(np.isnan(numbers), np.nan, values)

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        numbers = self.read.plain(frame[self.number])
        actual = self.form.plain(frame[self.writes])
        early = self._of(numbers, np.nextafter(np.array(self.ends), math.inf))
        late = self._of(numbers, np.array(self.starts))
        out: np.ndarray = same(actual, early) | same(actual, late)
        return out


def _shown(value: object) -> str:
    return shown(value if isinstance(value, str | int | float | bool) else str(value))


def steps(columns: Columns, number: Name, writes: Name) -> Steps | None:
    """The ranges of a number in which another column has one value each, or None.

    None where two values share a number, or where one is missing and the other is not.
    """
    numbers, values = columns.plain(number), columns.plain(writes)
    known = ~np.isnan(numbers)
    if (np.isnan(values) == known).any():
        return None
    order = np.argsort(numbers[known], kind="stable")
    numbers, values = numbers[known][order], values[known][order]
    changes = np.flatnonzero(values[1:] != values[:-1])
    ends, starts = numbers[changes], numbers[changes + 1]
    if not len(changes) or (ends == starts).any():
        return None
    return Steps(
        writes=writes,
        form=columns.forms[writes],
        number=number,
        read=columns.forms[number],
        limits=tuple(map(roundest, ends.tolist(), starts.tolist())),
        values=tuple(values[np.append(changes, len(values) - 1)].tolist()),
        ends=tuple(ends.tolist()),
        starts=tuple(starts.tolist()),
        support=len(numbers),
    )


def roundest(above: float, most: float) -> float:
    """The number of fewest digits in (above, most], the largest of several.

    Example:
        >>> roundest(2999.97, 3002.4), roundest(0.4, 0.61), roundest(-7.0, 3.0)
        (3000.0, 0.6, 0.0)
    """
    if above < 0 <= most:
        return 0.0
    size = math.floor(math.log10(max(abs(above), abs(most))))
    for place in range(size, size - 18, -1):
        # Divided rather than multiplied by a negative power, which isn't exact.
        scale = 10.0 ** abs(place)
        units = math.floor(most / scale if place >= 0 else most * scale)
        number = units * scale if place >= 0 else units / scale
        if above < number <= most:
            return number
    return most
