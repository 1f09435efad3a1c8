"""The search for formulas that hold in some rows, and for what tells these rows."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np

from sparring.data.forms import Categories
from sparring.data.rules.arithmetic import Formula
from sparring.data.rules.columns import Columns, is_number
from sparring.data.rules.conditions import Above, Among, Below, Condition
from sparring.data.rules.formula_search import (
    LEAST_DISTINCT,
    candidates,
    complete_rows,
    enough_breaks,
    slack,
)
from sparring.data.rules.implication import IfThen
from sparring.data.rules.names import Name
from sparring.data.rules.selection import Selection

MOST_COLUMNS, MOST_VALUES = 40, 30
LEAST_ROWS = 50
"""In which the formula holds, and in which it does not."""

LEAST_EXPLAINED = 0.9
"""Share of the rows in which the formula holds that the condition must cover."""

_FEW, _LOOK, _LEAST_SHARE = 1000, 200, 0.2


def take_guarded(selection: Selection, rng: np.random.Generator) -> list[str]:
    """Take formulas that hold under a condition on one column into the selection."""
    columns = selection.columns
    names = [name for name in columns.numbers() if name not in selection.derived]
    unsearched = []
    if len(names) > MOST_COLUMNS:
        unsearched.append(
            f"Formulas that hold in some rows were sought among the first {MOST_COLUMNS} of "
            f"{len(names):,} columns of numbers."
        )
        names = names[:MOST_COLUMNS]
    few = columns.take(rng.permutation(len(columns))[:_FEW])
    for rule in _partly(columns, names, rng):
        if not selection.writers(rule.writes):
            _take(selection, rule, few, rng)
    return unsearched


def _partly(columns: Columns, names: list[Name], rng: np.random.Generator) -> Iterator[Formula]:
    """Formulas that hold in a good part of some rows, where their result is not zero."""
    targets = [name for name in names if columns.distinct(name) >= LEAST_DISTINCT * 5]
    if len(names) < 3 or not targets:
        return
    look = complete_rows(columns, names, rng)[:_LOOK]
    actual = np.array([columns.plain(name)[look] for name in targets])
    slacks = np.array([[slack(columns, name)] for name in targets])
    for of in combinations(names, 2):
        inputs = [columns.plain(name)[look] for name in of]
        for shape in candidates(targets[0], of, columns):
            due = shape.exact(inputs)
            near = (np.abs(due - actual) <= slacks * 0.51) & (due != 0)
            # Where an input is what comes out, the other says nothing.
            near &= (np.abs(inputs[0] - actual) > slacks) & (np.abs(inputs[1] - actual) > slacks)
            for at in np.flatnonzero(near.mean(axis=1) >= _LEAST_SHARE):
                if targets[at] not in of:
                    yield replace(shape, writes=targets[at], form=columns.forms[targets[at]])


def _take(selection: Selection, rule: Formula, few: Columns, rng: np.random.Generator) -> None:
    columns = selection.columns
    # Most candidates are accidents, which a part of the rows shows.
    if _guard(few, rule, LEAST_ROWS * len(few) / len(columns)) is None:
        return
    condition = _guard(columns, rule, LEAST_ROWS)
    if condition is None:
        return
    rows = condition.true(columns.frame)
    fitted = rule.fitted(columns, rows)
    if fitted is not None and enough_breaks(columns, fitted, rng, rows):
        selection.take(IfThen(condition=condition, then=fitted, support=int(rows.sum())))


def _guard(columns: Columns, rule: Formula, least_rows: float) -> Condition | None:
    """The condition on one column that tells the rows in which a formula holds, or None."""
    due = rule.exact([columns.plain(name) for name in rule.of])
    with np.errstate(invalid="ignore"):
        apart = np.abs(due - columns.plain(rule.writes))
        holds = apart <= slack(columns, rule.writes) * 0.51
    if min(holds.sum(), (~holds).sum()) < least_rows:
        return None
    least = LEAST_EXPLAINED * holds.sum()
    found = [
        guard
        for name in columns.names
        if name != rule.writes
        for guard in _guards(columns, name, holds, least)
    ]
    return max(found, key=lambda guard: guard[0])[1] if found else None


def _guards(
    columns: Columns, name: Name, holds: np.ndarray, least: float
) -> Iterator[tuple[int, Condition]]:
    """Conditions on one column that only rows in which a formula holds fulfil, and how many do."""
    form, plain = columns.forms[name], columns.plain(name)
    if is_number(form):
        fails = plain[~holds]
        fails = fails[~np.isnan(fails)]
        if len(fails):
            lowest, highest = float(fails.min()), float(fails.max())
            below, above = int((plain < lowest).sum()), int((plain > highest).sum())
            if below >= least:
                yield below, Below(column=name, form=form, limit=lowest)
            if above >= least:
                yield above, Above(column=name, form=form, limit=highest)
    if isinstance(form, Categories) and columns.distinct(name) <= MOST_VALUES:
        codes = columns.codes(name)
        good = np.flatnonzero(np.bincount(codes, ~holds) == 0)
        rows = np.isin(codes, good) & ~columns.missing(name)
        if rows.sum() >= least:
            values = columns.frame[name][rows].unique().tolist()
            yield int(rows.sum()), Among(column=name, values=tuple(sorted(values)))
