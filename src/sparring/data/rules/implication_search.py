"""The search for rules that speak of some rows: if-then, and missing exactly when."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sparring.data.forms import Categories, Scalar
from sparring.data.rules.columns import Columns, decimals_of, is_number
from sparring.data.rules.conditions import Among, Condition, Missing
from sparring.data.rules.evidence import LEAST_NATS, nats_of_agreement
from sparring.data.rules.implication import Always, IfThen, MissingWhen
from sparring.data.rules.names import Name
from sparring.data.rules.selection import Selection

MOST_COLUMNS, MOST_VALUES = 200, 30
LEAST_ROWS, LEAST_SHARE = 50, 0.002
"""Rows that fulfil a condition, and their share of all."""

MOST_ELSEWHERE = 0.9
"""How often the consequence may hold in rows that don't fulfil the condition: where it nearly
always holds anyway, an exception is a matter of time."""

LEAST_BROKEN = 0.05
"""Share of the rows that fulfil a condition in which the rule must break where only the rules that
were taken before hold."""

_GLANCE, _GLANCE_ELSEWHERE = 2000, 0.95


@dataclass(frozen=True)
class Case:
    """Rows told apart by one column: by its value, by being zero or not, by being missing or not.

    Attributes:
        column: the one that tells.
        codes: (n,) int64.
        condition: from some of the codes to what they have in common.
    """

    column: Name
    codes: np.ndarray
    values: tuple[Scalar | None, ...]

    @cached_property
    def order(self) -> np.ndarray:
        """(n,) the rows sorted by code."""
        return np.argsort(self.codes.astype(np.int16), kind="stable")

    @cached_property
    def total(self) -> np.ndarray:
        """(codes,) how many rows have each."""
        return np.bincount(self.codes, minlength=len(self.values))

    def condition(self, codes: np.ndarray) -> Condition | None:
        """What rows of these codes have in common."""
        values = tuple(self.values[code] for code in codes)
        known = tuple(value for value in values if value is not None)
        if not known:
            return Missing(column=self.column)
        return Among(column=self.column, values=known) if len(known) == len(values) else None


def _cases(columns: Columns, names: list[Name]) -> Iterator[Case]:
    for name in names:
        form, distinct = columns.forms[name], columns.distinct(name)
        whole = isinstance(form, Categories) or (is_number(form) and decimals_of(form) == 0)
        if whole and 1 < distinct <= MOST_VALUES:
            yield Case(name, columns.codes(name), _values(columns, name))
            continue
        plain = columns.plain(name)
        if is_number(form) and (plain == 0).sum() >= LEAST_ROWS:
            codes = np.where(np.isnan(plain), 2, plain != 0).astype(np.int64)
            # "Not zero" is no condition; its rows only show what holds elsewhere.
            yield Case(name, codes, (0, _ELSEWHERE, None))
        elif np.isnan(plain).sum() >= LEAST_ROWS:
            yield Case(name, (~np.isnan(plain)).astype(np.int64), (None, _ELSEWHERE))


_ELSEWHERE = "\0"
"""Stands for all other values."""


def _values(columns: Columns, name: Name) -> tuple[Scalar | None, ...]:
    codes = columns.codes(name)
    first = np.zeros(columns.distinct(name), dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    found = columns.frame[name].iloc[first].astype(object).tolist()
    missing = columns.missing(name)[first]
    return tuple(None if gone else value for value, gone in zip(found, missing, strict=True))


def take_holes(selection: Selection) -> None:
    """Take columns that are missing exactly when another column says so into the selection."""
    columns = selection.columns
    free = [n for n in columns.names if n not in selection.derived]
    holey = [n for n in free if columns.missing(n).sum() >= LEAST_ROWS]
    cases = list(_cases(columns, free[:MOST_COLUMNS])) if holey else []
    cases.sort(key=lambda case: _unnatural(columns, case.column))
    # The first column that can be missing tells, those after it follow.
    for name in reversed(holey[:MOST_COLUMNS]):
        holes = columns.missing(name)
        rows = int(min(holes.sum(), (~holes).sum()))
        if rows < LEAST_ROWS:
            continue
        for found in _that_tells(columns, cases, free[:MOST_COLUMNS], name, holes):
            plain = columns.plain(name)[~holes]
            values, counts = np.unique(plain, return_counts=True)
            rule = MissingWhen(
                condition=found,
                writes=name,
                form=columns.forms[name],
                fill=float(values[counts.argmax()]),
                support=len(columns),
            )
            if selection.take(rule):
                break


def _that_tells(
    columns: Columns, cases: list[Case], names: list[Name], target: Name, holes: np.ndarray
) -> Iterator[Condition]:
    """Conditions that are fulfilled exactly in the holes."""
    for case in cases:
        if case.column == target:
            continue
        with_hole = np.bincount(case.codes, holes, minlength=len(case.values))
        total = case.total
        codes = np.flatnonzero((with_hole == total) & (total > 0))
        if (
            len(codes)
            and with_hole[codes].sum() == holes.sum()
            and (with_hole % total.clip(1) == 0).all()
        ):
            found = case.condition(codes)
            if isinstance(found, Among) and _ELSEWHERE not in found.values:
                yield found
    for name in names:
        if name == target:
            continue
        if np.array_equal(columns.missing(name), holes):
            yield Missing(column=name)


def take_implications(selection: Selection, rng: np.random.Generator) -> list[str]:
    """Take if-then rules with a constant or missing consequence into the selection."""
    columns = selection.columns
    names = [name for name in columns.names if columns.distinct(name) > 1]
    unsearched = []
    if len(names) > MOST_COLUMNS:
        unsearched.append(
            f"If-then rules were sought among the first {MOST_COLUMNS} of {len(names):,} columns."
        )
        names = names[:MOST_COLUMNS]
    few = rng.permutation(len(columns))[:_GLANCE]
    matrix = np.array([columns.codes(name)[few] for name in names])
    targets = [place for place, name in enumerate(names) if name not in selection.derived]
    found: list[tuple[int, float, IfThen]] = []
    for case in _cases(columns, names):
        maybe = _maybe_implied(case.codes[few], matrix[targets])
        for place in np.flatnonzero(maybe):
            name = names[targets[place]]
            if name != case.column:
                for nats, rule in _implications(columns, case, name):
                    missing = isinstance(rule.condition, Missing)
                    worse = 2 if missing else _unnatural(columns, case.column)
                    found.append((worse, -nats, rule))
    for _, _, rule in sorted(found, key=lambda item: item[:2]):
        fulfilled = rule.condition.true(selection.world)
        broken = ~rule.holds(selection.world)
        if selection.fits(rule) and broken.sum() >= LEAST_BROKEN * max(10, fulfilled.sum()):
            selection.take(rule)
    return unsearched


def _unnatural(columns: Columns, name: Name) -> int:
    """How badly a condition on a column reads: best is one on a category."""
    return 0 if isinstance(columns.forms[name], Categories) else 1


def _maybe_implied(codes: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """(columns,) which of them are constant in all rows of some code, but not nearly so elsewhere.

    Args:
        codes: (m,).
        matrix: (columns, m) codes of theirs.
    """
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    ordered = matrix[:, order]
    least = np.minimum.reduceat(ordered, starts, axis=1)
    most = np.maximum.reduceat(ordered, starts, axis=1)
    sizes = np.diff(starts, append=len(codes))
    out = np.zeros(len(matrix), dtype=bool)
    for place, group in zip(*np.nonzero(least == most), strict=True):
        everywhere = int((matrix[place] == least[place, group]).sum())
        rest = len(codes) - sizes[group]
        out[place] |= everywhere - sizes[group] <= _GLANCE_ELSEWHERE * rest
    return out


def _implications(columns: Columns, case: Case, name: Name) -> Iterator[tuple[float, IfThen]]:
    """What values of a column imply about another, with the evidence for it."""
    least_rows = max(LEAST_ROWS, LEAST_SHARE * len(columns))
    values, count, form = columns.codes(name), columns.distinct(name), columns.forms[name]
    k = len(case.values)
    total, ordered = case.total, values[case.order]
    there = np.flatnonzero(total)
    starts = (np.cumsum(total) - total)[there]
    least = np.minimum.reduceat(ordered, starts)
    constant = there[least == np.maximum.reduceat(ordered, starts)]
    constant = np.array([c for c in constant if case.values[c] is not _ELSEWHERE], dtype=np.int64)
    what = dict(zip(there.tolist(), least.tolist(), strict=True))
    for value in sorted({what[code] for code in constant.tolist()}):
        codes = np.array([code for code in constant if what[code] == value])
        codes = codes[total[codes] >= least_rows]
        elsewhere = np.setdiff1d(there, codes)
        if not len(codes) or not len(elsewhere):
            continue
        row = int(np.flatnonzero(values == value)[0])
        plain = float(columns.plain(name)[row])
        # One of many values that go with a condition is an accident of rows that belong together.
        if count > MOST_VALUES and plain == plain and not (is_number(form) and plain == 0):
            continue
        with_value = np.bincount(case.codes, values == value, minlength=k)
        # The value in the purest of the other groups that are large enough to tell.
        shares = (with_value[elsewhere] + 1) / (total[elsewhere] + 2)
        large = total[elsewhere] >= LEAST_ROWS
        chance = max(
            shares[large].max(initial=0), with_value[elsewhere].sum() / total[elsewhere].sum()
        )
        nats = nats_of_agreement(int(total[codes].sum()), chance)
        condition = case.condition(codes)
        if chance > MOST_ELSEWHERE or nats < LEAST_NATS or condition is None:
            continue
        then = Always(
            writes=name,
            form=form,
            value=None if plain != plain else plain,
            support=int(total[codes].sum()),
        )
        yield nats, IfThen(condition=condition, then=then, support=then.support)
