"""Columns that are never above others: `a <= b`."""

from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
import pandas as pd

from sparring.data.forms import Dates, Form, Times
from sparring.data.rules.columns import Columns, decimals_of, is_number, written
from sparring.data.rules.names import Name, quoted
from sparring.data.rules.rule import Rule

_SLACK = 1e-6


def _replaced(frame: pd.DataFrame, old: Name, new: Name, column: pd.Series) -> pd.DataFrame:
    """The frame with another column at the place of one."""
    names: list[Name] = list(frame.columns)
    place = names.index(old)
    out = frame.drop(columns=[old])
    out.insert(place, new, column)
    return out


def comparable(first: Form, second: Form) -> bool:
    """Whether values of two forms can be put in an order."""
    if is_number(first) and is_number(second):
        return True
    if isinstance(first, Dates) and isinstance(second, Dates):
        return first.ticks == second.ticks and (first.zone is None) == (second.zone is None)
    return isinstance(first, Times) and isinstance(second, Times)


@dataclass(frozen=True, kw_only=True)
class Order(Rule):
    """One column, or a sum of columns, is never above another.

    Reducing replaces the column that is moved by the gap between the two, which is 0 or more;
    restoring adds the gap to what is left. Rows in which a value is missing obey. Numbers that are
    not rounded come back but for noise in their last bit.

    Attributes:
        low: the columns whose sum is the lower side: one, or several of numbers.
        high: the upper side.
        low_forms, high_form: how they are written.
        strict: `<` instead of `<=`.
        moves: the column that the gap replaces: `high`, or the only one of `low`.
        gap: the name of the gap's column.
        anchor: from where the gap is counted in rows that lack the other side (plain units).
        least, most: of the column that is moved (plain units).
    """

    name: ClassVar[str] = "order"
    low: tuple[Name, ...]
    high: Name
    low_forms: tuple[Form, ...]
    high_form: Form
    strict: bool = False
    moves: Name
    gap: str
    anchor: float = 0.0
    least: float = -np.inf
    most: float = np.inf

    @property
    def inputs(self) -> tuple[Name, ...]:
        return self.low if self.moves == self.high else (self.high,)

    @property
    def target(self) -> Name:
        return self.moves

    @property
    def derived(self) -> tuple[Name, ...]:
        return (self.moves,)

    @property
    def _upwards(self) -> bool:
        return self.moves == self.high

    def __str__(self) -> str:
        sides = " + ".join(map(quoted, self.low)), quoted(self.high)
        return (" < " if self.strict else " <= ").join(sides)

    @property
    def _forms(self) -> tuple[Form, ...]:
        return (*self.low_forms, self.high_form)

    @property
    def _unit(self) -> float | None:
        """Plain units of a position: decimals, or a common step of dates; None when not rounded."""
        decimals = [decimals_of(form) for form in self._forms]
        if any(number is None for number in decimals):
            return None
        if isinstance(self.high_form, Dates | Times):
            steps = [form.step for form in self._forms if isinstance(form, Dates | Times)]
            return float(np.gcd.reduce(steps))
        return 10.0 ** -max(number or 0 for number in decimals)

    def _position(self, form: Form, series: pd.Series) -> np.ndarray:
        """(n,) where each value lies, in units: whole numbers unless the numbers aren't rounded."""
        plain, unit = form.plain(series), self._unit
        if isinstance(form, Dates | Times):
            shift = self._shift(form)
            return plain * (form.step / (unit or 1.0)) + shift
        return plain if unit is None else np.rint(plain / unit)

    def _shift(self, form: Form) -> float:
        """Units between the origins of the dates of this form and of the lower side."""
        first = self.low_forms[0]
        if isinstance(form, Dates) and isinstance(first, Dates):
            ticks = form.origin * form.step - first.origin * first.step
            return ticks / (self._unit or 1.0)
        return 0.0

    def _written(self, form: Form, position: np.ndarray, index: pd.Index) -> pd.Series:
        unit = self._unit
        plain = position if unit is None else position * unit
        coarse = None if unit is None else 10.0 ** -(decimals_of(form) or 0)
        if isinstance(form, Dates | Times):
            plain, coarse = (position - self._shift(form)) * ((unit or 1.0) / form.step), 1.0
        if coarse is not None:
            # Rounded away from the other side, where that one is finer.
            steps = plain / coarse
            ends = np.ceil(steps - _SLACK) if self._upwards else np.floor(steps + _SLACK)
            plain = ends * coarse
        return written(form, plain, index)

    def _low(self, frame: pd.DataFrame) -> np.ndarray:
        pairs = zip(self.low, self.low_forms, strict=True)
        out: np.ndarray = np.sum([self._position(f, frame[name]) for name, f in pairs], axis=0)
        return out

    def _gaps(self, frame: pd.DataFrame) -> np.ndarray:
        return self._position(self.high_form, frame[self.high]) - self._low(frame)

    def _enough(self, gaps: np.ndarray) -> np.ndarray:
        if self._unit is not None:
            return gaps >= (1 - _SLACK if self.strict else -_SLACK)
        return gaps > 0 if self.strict else gaps >= 0

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        gaps = self._gaps(frame)
        with np.errstate(invalid="ignore"):
            out: np.ndarray = np.isnan(gaps) | self._enough(gaps)
        return out

    def _staying(self, frame: pd.DataFrame) -> np.ndarray:
        """(n,) the position of the side that isn't moved, NaN where it is missing."""
        if self._upwards:
            return self._low(frame)
        return self._position(self.high_form, frame[self.high])

    def _from(self, staying: np.ndarray) -> np.ndarray:
        """(n,) the position from which the gap is counted."""
        return np.where(np.isnan(staying), self.anchor, staying)

    @property
    def _moved_form(self) -> Form:
        return self.high_form if self._upwards else self.low_forms[0]

    def _moved(self, frame: pd.DataFrame) -> np.ndarray:
        return self._position(self._moved_form, frame[self.moves])

    @property
    def _sign(self) -> float:
        return 1.0 if self._upwards else -1.0

    def reduce(self, frame: pd.DataFrame) -> pd.DataFrame:
        gaps = self._sign * (self._moved(frame) - self._from(self._staying(frame)))
        # Adding zero makes a negative zero positive.
        column = pd.Series(self._cleaned(gaps * self._gap_unit) + 0.0, index=frame.index)
        return _replaced(frame, self.moves, self.gap, column)

    @property
    def _gap_unit(self) -> float:
        """What a unit of position is in the gap's column: dates count steps."""
        return 1.0 if isinstance(self.high_form, Dates | Times) else self._unit or 1.0

    def _cleaned(self, gaps: np.ndarray) -> np.ndarray:
        if self._unit is None or self._gap_unit >= 1:
            return gaps
        return np.round(gaps, round(-np.log10(self._gap_unit)))

    def restore(self, frame: pd.DataFrame) -> pd.DataFrame:
        staying = self._staying(frame)
        gaps = frame[self.gap].to_numpy(dtype=np.float64, na_value=np.nan) / self._gap_unit
        gaps = gaps if self._unit is None else np.rint(gaps)
        position = np.clip(self._from(staying) + self._sign * gaps, self.least, self.most)
        ends = self._nearest(staying)
        bound = np.maximum(position, ends) if self._upwards else np.minimum(position, ends)
        position = np.where(np.isnan(bound), position, bound)
        column = self._written(self._moved_form, position, frame.index)
        return _replaced(frame, self.gap, self.moves, column)

    def _nearest(self, staying: np.ndarray) -> np.ndarray:
        """(n,) the position nearest to the other side that obeys."""
        if not self.strict:
            return staying
        if self._unit is None:
            return np.nextafter(staying, self._sign * np.inf)
        return staying + self._sign

    def fitted(self, columns: Columns) -> Self:
        """The rule with the ranges and the support that these rows say."""
        moved, staying = self._moved(columns.frame), self._staying(columns.frame)
        both = ~np.isnan(moved) & ~np.isnan(staying)
        seen = staying[~np.isnan(staying)]
        return replace(
            self,
            support=int(both.sum()),
            anchor=float(seen.min()) if len(seen) else 0.0,
            least=float(np.nanmin(moved)),
            most=float(np.nanmax(moved)),
        )


def order(
    columns: Columns, low: tuple[Name, ...], high: Name, *, strict: bool, moves: Name
) -> Order:
    """The rule that one column, or a sum, is never above another, fitted to these rows."""
    forms = columns.forms
    gap = f"{high} - {' - '.join(map(str, low))}"
    while gap in columns.frame.columns:
        gap += "'"
    rule = Order(
        low=low,
        high=high,
        low_forms=tuple(forms[name] for name in low),
        high_form=forms[high],
        strict=strict,
        moves=moves,
        gap=gap,
        support=0,
    )
    return rule.fitted(columns)
