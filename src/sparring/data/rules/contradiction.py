"""Which rule forbids what is asked of the columns of a row.

What a column may be is carried from rule to rule, in the order in which they are restored: the
values or the range that is asked for; of columns of which nothing is asked, those that rows have.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Protocol

import numpy as np
import pandas as pd

from sparring.data.forms import Categories, Form
from sparring.data.rules.arithmetic import Formula, Ratio
from sparring.data.rules.columns import searchable_form
from sparring.data.rules.conditions import Condition
from sparring.data.rules.implication import IfThen, MissingWhen
from sparring.data.rules.lookup import Lookup
from sparring.data.rules.names import Name
from sparring.data.rules.one_hot import OneHot
from sparring.data.rules.order import Order
from sparring.data.rules.pair_lookup import PairLookup
from sparring.data.rules.rule import Definition, Rule
from sparring.data.rules.steps import Steps

MOST_VALUES, MOST_ROWS = 60, 5000
_SLACK = 1e-9


class Asked(Protocol):
    """What is asked of a column.

    Attributes:
        form: how the column is written.
        intervals: of plain numbers, both ends included; (NaN, NaN) is a missing value.
    """

    @property
    def form(self) -> Form: ...

    @property
    def intervals(self) -> tuple[tuple[float, float], ...]: ...

    def met(self, series: pd.Series) -> np.ndarray:
        """(n,) which values do as asked."""


@dataclass(frozen=True)
class Possible:
    """What a column may be: these values, and, if it is dense, any between two of them."""

    values: pd.Series
    dense: bool


def contradicted(
    rules: Iterable[Rule], asked: Mapping[Name, Asked], rows: pd.DataFrame
) -> Rule | None:
    """The first rule that no row can obey that does as asked, or None where none is known of.

    Columns of which nothing is asked and that no rule writes are taken to have the values, or to
    lie in the range, that rows have; what rules write follows from them. Only what is sure is
    said: None doesn't mean that there are such rows.

    Args:
        rules: each after those that write what it reads.
        asked: column -> what is asked of it.
        rows: rows in which each column that no rule writes has all values, or the ends of the
            range, that it may have; they needn't obey.
    """
    known = _Known(rows, asked)
    for rule in rules:
        if isinstance(rule, OneHot):
            if not _one_hot_allows(rule, asked):
                return rule
        elif isinstance(rule, Order):
            if not _order_allows(rule, known):
                return rule
        elif isinstance(rule, MissingWhen):
            if not _holes_allow(rule, known):
                return rule
        elif isinstance(rule, IfThen):
            if _must(rule.condition, known) and not known.allows(rule.then):
                return rule
        elif isinstance(rule, Definition) and not known.allows(rule):
            return rule
        known.learn(rule)
    return None


class _Known:
    """What each column may be, as far as it is known."""

    def __init__(self, rows: pd.DataFrame, asked: Mapping[Name, Asked]) -> None:
        self.rows, self.asked = rows, asked
        self.made: dict[Name, Possible | None] = {}

    def of(self, name: Name) -> Possible | None:
        """What a column may be, None where that isn't known."""
        if name not in self.made:
            wish = self.asked.get(name)
            self.made[name] = _of_rows(self.rows[name]) if wish is None else _of_wish(wish)
        return self.made[name]

    def due(self, rule: Definition) -> Possible | None:
        """What a definition may make, None where that isn't known."""
        possible = [self.of(name) for name in rule.inputs]
        inputs = [one for one in possible if one is not None]
        if len(inputs) < len(possible):
            return None
        exact = isinstance(rule, Formula)
        if any(one.dense and len(one.values) > 1 for one in inputs) and not exact:
            return self._enumerated(rule, inputs)
        if isinstance(rule, Ratio) and _spans_zero(rule.read[1].plain(inputs[1].values)):
            return None
        if math.prod(max(len(one.values), 1) for one in inputs) > MOST_ROWS:
            return None
        return self._computed(rule, [one.values for one in inputs], dense=exact)

    def _enumerated(self, rule: Definition, inputs: list[Possible]) -> Possible | None:
        """The same of a table of values, where a range was asked of a column that it reads."""
        if isinstance(rule, Steps):
            low, high = _ends(rule.read.plain(inputs[0].values))
            inside = [limit for limit in rule.limits if low < limit <= high]
            numbers = pd.DataFrame({rule.number: rule.read.series(np.array([low, *inside]))})
            return Possible(rule.form.series(rule.compute(numbers)), False)
        if not isinstance(rule, Lookup | PairLookup):
            return None
        series = rule.form.series(np.array([_number(v) for v in rule.values]))
        if isinstance(rule, Lookup) and rule.part is None and rule.key in self.asked:
            keys = rule.read.series(np.array([_number(key) for key in rule.keys]))
            kept = self.asked[rule.key].met(keys)
            # Numbers between those that were seen take the value of their neighbour.
            near = kept | np.append(kept[1:], False) | np.append(False, kept[:-1])
            series = series[near]
        return Possible(series.reset_index(drop=True), False) if len(series) else None

    def _computed(self, rule: Definition, values: list[pd.Series], dense: bool) -> Possible | None:
        places = np.array(list(product(*(range(len(series)) for series in values))), dtype=np.intp)
        if not len(places):
            return None
        frame = pd.DataFrame(
            {
                name: series.iloc[places[:, at]].reset_index(drop=True)
                for at, (name, series) in enumerate(zip(rule.inputs, values, strict=True))
            },
            index=range(len(places)),
        )
        plain = rule.compute(frame)
        if dense and np.isnan(plain).any():
            return None
        return Possible(rule.form.series(np.unique(plain)), dense)

    def allows(self, rule: Definition) -> bool:
        """Whether a definition can make what is asked of its column."""
        wish = self.asked.get(rule.writes)
        due = None if wish is None else self.due(rule)
        if wish is None or due is None:
            return True
        if bool(wish.met(due.values).any()):
            return True
        if not due.dense:
            return False
        low, high = _ends(wish.form.plain(due.values))
        slack = _SLACK * max(abs(low), abs(high), 1.0)
        return any(a <= high + slack and b >= low - slack for a, b in wish.intervals)

    def learn(self, rule: Rule) -> None:
        """Keep what a rule makes of what is known, where nothing is asked of its columns."""
        for name in set(rule.targets) - set(self.asked):
            self.made[name] = self.due(rule) if isinstance(rule, Definition) else None


def _of_wish(wish: Asked) -> Possible:
    ranges = [(low, high) for low, high in wish.intervals if low < high]
    grain = wish.form.grain
    if grain and sum(high - low for low, high in ranges) <= MOST_ROWS / 10 * grain:
        parts = [np.arange(math.ceil(a / grain), b / grain + 1e-6) * grain for a, b in ranges]
        single = [low for low, high in wish.intervals if not low < high]
        return Possible(wish.form.series(np.concatenate([*parts, single])), False)
    ends = np.unique([end for interval in wish.intervals for end in interval])
    dense = bool(ranges) or bool(np.isinf(ends).any())
    return Possible(wish.form.series(np.where(np.isinf(ends), np.nan, ends)), dense)


def _of_rows(series: pd.Series) -> Possible:
    distinct = series.drop_duplicates().reset_index(drop=True)
    form = None if len(distinct) <= MOST_VALUES else searchable_form(series)
    if form is None or isinstance(form, Categories):
        return Possible(distinct, False)
    return Possible(form.series(np.array(_ends(form.plain(series)))), True)


def _spans_zero(plain: np.ndarray) -> bool:
    low, high = _ends(plain)
    return not (low > 0 or high < 0)


def _ends(plain: np.ndarray) -> tuple[float, float]:
    return float(np.nanmin(plain)), float(np.nanmax(plain))


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _order_allows(rule: Order, known: _Known) -> bool:
    """Whether the least that is possible below is not above the most that is above."""
    if not set(rule.columns) & known.asked.keys():
        return True
    frame = {}
    forms = dict(zip((*rule.low, rule.high), (*rule.low_forms, rule.high_form), strict=True))
    for name, form in forms.items():
        possible = known.of(name)
        if possible is None:
            return True
        values = possible.values
        if values.isna().any() or not len(values):
            # A row that lacks a value obeys, and an open range has no end.
            return True
        plain = form.plain(values)
        place = int(np.argmax(plain) if name == rule.high else np.argmin(plain))
        frame[name] = values.iloc[[place]].reset_index(drop=True)
    return bool(rule.holds(pd.DataFrame(frame))[0])


def _must(condition: Condition, known: _Known) -> bool:
    """Whether all that is asked of a condition's column fulfils it."""
    if condition.column not in known.asked:
        return False
    possible = known.of(condition.column)
    return possible is not None and _all_true(condition, possible)


def _all_true(condition: Condition, possible: Possible) -> bool:
    frame = pd.DataFrame({condition.column: possible.values})
    return bool(len(frame)) and bool(condition.true(frame).all())


def _holes_allow(rule: MissingWhen, known: _Known) -> bool:
    """Whether a column may be missing, or present, as asked."""
    wish = known.asked.get(rule.writes)
    if wish is None or rule.condition.column not in known.asked:
        return True
    missing = [math.isnan(low) for low, _ in wish.intervals]
    possible = known.of(rule.condition.column)
    if possible is None:
        return True
    if _all_true(rule.condition, possible):
        return any(missing)
    true = rule.condition.true(pd.DataFrame({rule.condition.column: possible.values}))
    return bool(true.any()) or possible.dense or not all(missing)


def _one_hot_allows(rule: OneHot, asked: Mapping[Name, Asked]) -> bool:
    """Whether some row of those that the rule allows does as asked."""
    ones = np.eye(len(rule.of)) if rule.exact else np.eye(len(rule.of) + 1)[:, :-1]
    good = np.ones(len(ones), dtype=bool)
    for place, (name, form) in enumerate(zip(rule.of, rule.forms, strict=True)):
        if name in asked:
            good &= asked[name].met(form.series(ones[:, place]))
    return bool(good.any())
