"""What is asked of the rows of a table: in words of its columns, and as what a game may draw."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.data.form import as_python
from sparring.data.forms import Categories, Constant, Form, Numbers
from sparring.data.rules.lookup import Lookup
from sparring.data.rules.one_hot import OneHot
from sparring.data.table import Column, Table
from sparring.data.texts import Texts
from sparring.data.tokens import UNKNOWN, LineTokens, TokenEncoder

Name = str | int
Interval = tuple[float, float]


@dataclass(frozen=True)
class Wish:
    """What is asked of one column: plain numbers in some intervals, both ends included.

    Attributes:
        form: of the column.
        intervals: (low, high) each; (NaN, NaN) asks for missing values.
    """

    form: Form
    intervals: tuple[Interval, ...]

    def met(self, series: pd.Series) -> np.ndarray:
        """(n,) which rows do as asked."""
        plain = self.form.plain(series)
        met = np.zeros(len(plain), dtype=bool)
        for low, high in self.intervals:
            met |= np.isnan(plain) if math.isnan(low) else (plain >= low) & (plain <= high)
        return met

    @property
    def missing(self) -> bool:
        """Whether missing values are asked for."""
        return any(math.isnan(low) for low, _ in self.intervals)

    def or_missing(self) -> "Wish":
        """The same wish, with which missing values will do as well."""
        return Wish(self.form, (*self.intervals, (math.nan, math.nan)))

    def inside(self, encoder: TokenEncoder) -> list[list[np.ndarray]]:
        """For each interval what an encoder allows, with all that is rounded into it."""
        half = self.form.grain / 2
        return [encoder.allowed(low - half, high + half) for low, high in self.intervals]

    @property
    def exact(self) -> float | None:
        """The one plain number that is asked for, if it is one."""
        if len(self.intervals) != 1:
            return None
        ((low, high),) = self.intervals
        return low if low == high or math.isnan(low) else None


class Conditions:
    """Wishes on some columns of a table.

    Args:
        table: whose rows are asked for.
        asked: column -> a value, None for a missing one, a tuple (low, high) for a range with both
            its ends, or a list of values of which any will do.

    Raises:
        WrongUse: an unknown column, one of which nothing is learnt, a value of another type, or
            one that never occurs.

    Example:
        >>> frame = pd.DataFrame({"age": range(20, 60), "sex": ["f", "m"] * 20})
        >>> Conditions(Table.fit(frame), {"age": (30, 39), "sex": "f"}).met(frame).sum()
        np.int64(5)
    """

    def __init__(self, table: Table, asked: Mapping[Name, Any]) -> None:
        self.table = table
        if not isinstance(asked, Mapping):
            raise WrongUse(
                f"condition must give columns and what is asked of them, such as {{'age': (30, "
                f"40)}}, got {asked!r}."
            )
        for name in asked:
            if name not in table.forms:
                listed = ", ".join(map(str, table.forms))
                near = closest(str(name), map(str, table.forms))
                end = f"; there are {listed}." if len(listed) < 200 else near
                raise WrongUse(f"condition names a column {name!r} that the table lacks{end}")
        self.wishes = {name: _wish(name, table.forms[name], asked[name]) for name in asked}

    def met(self, frame: pd.DataFrame) -> np.ndarray:
        """(n,) which rows do as asked."""
        met = np.ones(len(frame), dtype=bool)
        for name, wish in self.wishes.items():
            met &= wish.met(frame[name])
        return met

    def demands(self) -> "Demands":
        """What a game of tokens is told of them; the rest is left to `met`.

        Raises:
            WrongUse: if what is asked for never occurs in a column.
        """
        demands = Demands(torch.full((1, self.table.shape[0]), UNKNOWN), {}, {})
        touched = {rule.target for rule in self.table.rules}
        wishes = {**self.wishes, **self._of_keys(touched), **self._of_groups()}
        for column, start, stop in self.table.places():
            wish = wishes.get(column.name)
            # What rules make of a column is only known when they have made it.
            whole = column.name not in touched
            if wish is not None and stop == start and not _holds(wish, column):
                raise _never(column.name, column)
            if wish is not None and isinstance(column.encoder, TokenEncoder) and stop > start:
                if whole and wish.form == column.form:
                    _demand(demands, start, column, column.encoder, wish)
                elif not wish.missing and _same_numbers(wish.form, column.form):
                    _hint(demands, start, column, column.encoder, wish)
        return demands

    def _of_keys(self, touched: set[Name | None]) -> dict[Name, Wish]:
        """Wishes on columns that are looked up by another, as wishes on that other."""
        found: dict[Name, Wish] = {}
        lookups = [r for r in self.table.rules if isinstance(r, Lookup) and r.part is None]
        touched = touched - {rule.writes for rule in lookups}
        # The last first: what is looked up by a column that is looked up itself.
        for rule in reversed(lookups):
            wish = self.wishes.get(rule.writes) or found.get(rule.writes)
            if wish is None or rule.key in touched or rule.read != self.table.forms[rule.key]:
                continue
            values = rule.form.series(np.array([_number(value) for value in rule.values]))
            keys = [_number(key) for key, ok in zip(rule.keys, wish.met(values), strict=True) if ok]
            if not keys:
                raise _never(rule.writes)
            mine = tuple((key, key) for key in keys)
            other = found.get(rule.key) or self.wishes.get(rule.key)
            if other is not None:
                mine = tuple(i for i in mine if _meets(other, i[0]))
                if not mine:
                    raise WrongUse(
                        f"condition can't be met: {rule} allows no {rule.key!r} with this "
                        f"{rule.writes!r}."
                    )
            found[rule.key] = Wish(self.table.forms[rule.key], mine)
        return found

    def _of_groups(self) -> dict[Name, Wish]:
        """Wishes on columns of which one is 1, as wishes on the column that says which."""
        found: dict[Name, Wish] = {}
        columns = {column.name: column for column in self.table.columns}
        for rule in self.table.rules:
            if not isinstance(rule, OneHot) or not set(rule.of) & set(self.wishes):
                continue
            column = columns[rule.group]
            labels = pd.DataFrame({rule.group: column.form.series(np.arange(len(rule.labels)))})
            members = rule.restore(labels)
            met = np.ones(len(members), dtype=bool)
            for name in set(rule.of) & set(self.wishes):
                met &= self.wishes[name].met(members[name])
            mine = tuple((float(place), float(place)) for place in np.flatnonzero(met))
            if not mine:
                raise WrongUse(
                    f"condition can't be met: no row can do as asked and obey {str(rule)!r}."
                )
            found[rule.group] = Wish(column.form, mine)
        return found


@dataclass(frozen=True)
class Demands:
    """Conditions as a game of tokens takes them.

    Attributes:
        x: (1, d) what is known of every row.
        allowed: as in `NADE.complete`.
        exact: plain numbers of columns that are asked for to the last digit.
    """

    x: Tensor
    allowed: dict[int, Tensor]
    exact: dict[Name, float]


def _holds(wish: Wish, constant: Column) -> bool:
    """Whether a column that is always the same is as wished."""
    only = constant.encoder.decode(np.empty((1, 0), dtype=np.float32))
    return bool(wish.met(constant.form.series(only)).all())


def _demand(
    demands: Demands, start: int, column: Column, encoder: TokenEncoder, wish: Wish
) -> None:
    exact = wish.exact
    if exact is not None:
        tokens = torch.from_numpy(encoder.encode(np.array([exact])))
        if (tokens < 0).any() or not encoder.occurs(exact):
            raise _never(column.name, column)
        demands.x[:, start : start + encoder.width] = tokens
        if not math.isnan(exact):
            demands.exact[column.name] = exact
        return
    if not _limit(demands, start, encoder, wish):
        raise _never(column.name, column)


def _hint(demands: Demands, start: int, column: Column, encoder: TokenEncoder, wish: Wish) -> None:
    """What a column that rules write on must be before they do: as wished, or missing.

    A number that is no token of its own can't be both; then rules are taken not to write it.
    """
    exact = wish.exact
    whole = exact is None or all(
        bool((span[:, 1] > span[:, 0]).any()) for span in wish.inside(encoder)[0]
    )
    if whole:
        _limit(demands, start, encoder, wish.or_missing())
    elif encoder.occurs(exact if exact is not None else math.nan):
        _demand(demands, start, column, encoder, wish)


def _limit(demands: Demands, start: int, encoder: TokenEncoder, wish: Wish) -> bool:
    """Allow what is wished for in a column's spans; nothing is said where that is nothing."""
    spans = wish.inside(encoder)
    found: dict[int, Tensor] = {}
    for place, parts in enumerate(zip(*spans, strict=True)):
        stack = np.stack(parts)  # (intervals, tokens, 2)
        some = stack[..., 1] > stack[..., 0]
        low = np.where(some, stack[..., 0], 1.0).min(0)
        high = np.where(some, stack[..., 1], 0.0).max(0)
        inside = np.stack([low, np.maximum(low, high)], 1)
        if not some.any():
            return False
        found[start + place] = torch.from_numpy(inside).float()
    demands.allowed.update(found)
    return True


def _wish(name: Name, form: Form, asked: Any) -> Wish:
    if isinstance(form, Texts):
        raise WrongUse(
            f"condition can't ask for {name!r}, {_a(form.kind)} that is drawn anew in every row."
        )
    if isinstance(asked, tuple):
        ranges = not isinstance(form, Categories | Constant)
        if ranges and len(asked) != 2:
            raise WrongUse(
                f"condition must give {name!r} a value, a list of values, or both ends of a range "
                f"(low, high), got {asked!r}."
            )
        if not ranges:
            raise WrongUse(
                f"condition must give {name!r}, {_a(form.kind)}, a value or a list of values; a "
                f"range (low, high) is for numbers and dates, got {asked!r}."
            )
        low, high = (_plain(name, form, value) for value in asked)
        if not low <= high:
            raise WrongUse(
                f"condition must give {name!r} a range (low, high) with low <= high, got {asked!r}."
            )
        if form.grain and _first_written(form, low) > high + form.grain / 1e6:
            raise _never(name)
        return Wish(form, ((low, high),))
    values = list(asked) if isinstance(asked, list | set | frozenset) else [asked]
    if not values:
        raise WrongUse(f"condition must give {name!r} at least one value, got {asked!r}.")
    plain = [_plain(name, form, value) for value in values]
    if form.grain and not all(_writable(form, number) for number in plain):
        raise _never(name)
    return Wish(form, tuple((number, number) for number in plain))


def _plain(name: Name, form: Form, value: Any) -> float:
    if value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NaT:
        return float(form.plain(pd.Series([None]))[0]) if isinstance(form, Constant) else math.nan
    try:
        number = float(form.plain(pd.Series([value], name=name))[0])
    except (TypeError, ValueError, OverflowError, AttributeError) as error:
        raise _wrong_type(name, form, value) from error
    if math.isnan(number):
        raise _wrong_type(name, form, value)
    if number < 0 and isinstance(form, Constant):
        raise WrongUse(
            f"condition asks {name!r} for {value!r}, and it is {form.value!r} in all training data."
        )
    if number < 0 and isinstance(form, Categories):
        listed = ", ".join(repr(known) for known in form.values)
        near = closest(str(value), map(str, form.values))
        end = f"; there are {listed}." if len(listed) < 200 else near
        raise WrongUse(f"condition asks {name!r} for {value!r}, which never occurs{end}")
    return _as_held(form, number)


def _as_held(form: Form, number: float) -> float:
    """A number as a column of its dtype holds it: what is .1 in Python isn't in float32."""
    dtype = pd.api.types.pandas_dtype(form.dtype)
    held = getattr(dtype, "numpy_dtype", dtype)
    if isinstance(form, Numbers) and isinstance(held, np.dtype) and held.kind == "f":
        return float(held.type(number))
    return number


def _first_written(form: Form, low: float) -> float:
    """The least number from `low` on that has no more decimals than its column."""
    return math.ceil(low / form.grain - 1e-6) * form.grain if math.isfinite(low) else low


def _writable(form: Form, number: float) -> bool:
    """Whether a number has no more decimals than its column, or is missing."""
    if not math.isfinite(number):
        return math.isnan(number)
    steps = number / form.grain
    return math.isclose(steps, round(steps), rel_tol=1e-6)


def _wrong_type(name: Name, form: Form, value: Any) -> WrongUse:
    return WrongUse(f"condition must give {name!r} {_a(form.kind)}, got {value!r}.")


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _never(name: Name, column: Column | None = None) -> WrongUse:
    ends = ""
    if column is not None and not isinstance(column.form, Categories | Constant):
        encoder = column.encoder
        if isinstance(encoder, LineTokens):
            low, high = column.form.series(np.array(encoder.ends))
            ends = f", where it is from {as_python(low)} to {as_python(high)}"
    return WrongUse(
        f"condition can't be met: what it asks of {name!r} never occurs in the training data{ends}."
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _meets(wish: Wish, number: float) -> bool:
    return any(
        math.isnan(number) if math.isnan(low) else low <= number <= high
        for low, high in wish.intervals
    )


def _same_numbers(first: Form, second: Form) -> bool:
    """Whether plain numbers mean the same in both forms."""
    mine, others = first.describe(), second.describe()
    same = ("form", "values", "origin", "step", "ticks")
    return all(mine.get(key) == others.get(key) for key in same)
