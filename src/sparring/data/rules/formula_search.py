"""The search for products, ratios, rounded sums and multiples of columns."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from sparring.data.rules.arithmetic import Formula, Product, Ratio, Sum
from sparring.data.rules.columns import Columns, decimals_of
from sparring.data.rules.evidence import LEAST_BREAKS, breaks_when_shuffled
from sparring.data.rules.names import Name
from sparring.data.rules.selection import Selection

MOST_COLUMNS = 120
MOST_DIGITS = 7
"""Of a factor."""

LEAST_DISTINCT = 8
"""Values of a column that is defined."""

_GLANCE, _LOOK = 6, 400
_FACTORS = (1.0, 0.01, 100.0)
_FINEST = 99


def take_formulas(selection: Selection, rng: np.random.Generator) -> list[str]:
    """Take products, ratios and rounded sums of two columns into the selection."""
    names = selection.columns.numbers()
    unsearched = []
    if len(names) > MOST_COLUMNS:
        unsearched.append(
            f"Products, ratios and rounded sums were sought among the first {MOST_COLUMNS} of "
            f"{len(names):,} columns of numbers."
        )
        names = names[:MOST_COLUMNS]
    for rule in _pairs(selection.columns, names, rng):
        _take(selection, rule, rng)
    return unsearched


def take_multiples(selection: Selection, rng: np.random.Generator) -> None:
    """Take columns that are a multiple of another into the selection."""
    columns = selection.columns
    names = columns.numbers()[: 10 * MOST_COLUMNS]

    def unnatural(rule: Sum) -> tuple[int, int, int]:
        # Best is a column with more decimals than the other; else the last; else few digits.
        more = (decimals_of(rule.form) or 0) - (decimals_of(rule.read[0]) or 0)
        return -more, -names.index(rule.writes), len(f"{rule.times[0]:.{MOST_DIGITS}g}")

    found = sorted(_multiples(columns, names, rng), key=unnatural)
    for rule in found:
        _take(selection, rule, rng)


def _take(selection: Selection, rule: Formula, rng: np.random.Generator) -> bool:
    if not selection.fits(rule):
        return False
    fitted = rule.fitted(selection.columns)
    if fitted is None or not enough_breaks(selection.columns, fitted, rng):
        return False
    # What follows from the rules that were taken holds wherever they do.
    return selection.broken(fitted) > 0.01 and selection.take(fitted)


def enough_breaks(
    columns: Columns, rule: Formula, rng: np.random.Generator, rows: np.ndarray | None = None
) -> bool:
    """Whether the rule would break in many rows if one of its columns were shuffled."""
    chosen = np.arange(len(columns)) if rows is None else np.flatnonzero(rows)
    inputs = [columns.plain(name)[chosen] for name in rule.of]
    actual = columns.plain(rule.writes)[chosen]
    unit = slack(columns, rule.writes)
    return breaks_when_shuffled(actual, inputs, rule.exact, unit, rng) >= LEAST_BREAKS


def slack(columns: Columns, name: Name) -> float:
    """One unit of a column's last decimal, or noise where it isn't rounded."""
    decimals = decimals_of(columns.forms[name])
    if decimals is not None:
        return 10.0**-decimals
    return 1e-9 * float(np.nanmax(np.abs(columns.plain(name))))


def complete_rows(columns: Columns, names: list[Name], rng: np.random.Generator) -> np.ndarray:
    """Some rows in which no column, or as few as possible, are missing or zero."""
    few = rng.permutation(len(columns))[:5000]
    matrix = np.array([columns.plain(name)[few] for name in names])
    empty = np.isnan(matrix).sum(axis=0) + (matrix == 0).sum(axis=0)
    rows: np.ndarray = few[np.argsort(empty, kind="stable")]
    return rows


def candidates(writes: Name, of: tuple[Name, Name], columns: Columns) -> Iterator[Formula]:
    """All formulas of two columns that are tried."""
    read = tuple(columns.forms[name] for name in of)
    shape: dict[str, Any] = {"writes": writes, "form": columns.forms[writes], "support": 0}
    turned = shape | {"of": of[::-1], "read": read[::-1]}
    shape |= {"of": of, "read": read}
    yield Sum(**shape, times=(1, 1))
    yield Sum(**shape, times=(1, -1))
    yield Sum(**shape, times=(-1, 1))
    for factor in _FACTORS:
        yield Product(**shape, factor=factor)
    for factor in (1.0, 100.0):
        yield Ratio(**shape, factor=factor)
        yield Ratio(**turned, factor=factor)


def _pairs(columns: Columns, names: list[Name], rng: np.random.Generator) -> Iterator[Formula]:
    """Formulas that hold in a few rows, sums and products first, of columns with most decimals."""
    targets = [name for name in names if columns.distinct(name) >= LEAST_DISTINCT]
    if len(names) < 3 or not targets:
        return
    rows = complete_rows(columns, names, rng)
    look = rows[:_LOOK]
    # Spread over the rows that are most complete, so that they differ.
    glance = look[:: max(1, len(look) // _GLANCE)][:_GLANCE]
    actual = np.array([columns.plain(name)[glance] for name in targets])
    slacks = np.array([[slack(columns, name)] for name in targets])
    found: list[tuple[tuple[int, int, int], Formula]] = []
    for of in combinations(names, 2):
        inputs = [columns.plain(name)[glance] for name in of]
        for rank, shape in enumerate(candidates(targets[0], of, columns)):
            near = np.abs(shape.exact(inputs) - actual) <= slacks * 1.01
            for at in np.flatnonzero(near.all(axis=1)):
                if targets[at] not in of:
                    rule = replace(shape, writes=targets[at], form=columns.forms[targets[at]])
                    decimals = decimals_of(rule.form)
                    fineness = _FINEST if decimals is None else decimals
                    found.append(((_PRIORITY[rank], -fineness, -names.index(rule.writes)), rule))
    for _, rule in sorted(found, key=lambda pair: pair[0]):
        numbers = [columns.plain(name)[look] for name in rule.of]
        apart = np.abs(rule.exact(numbers) - columns.plain(rule.writes)[look])
        if not (apart > slack(columns, rule.writes) * 1.01).any():
            yield rule


_PRIORITY = (0, 1, 1, 0, 2, 2, 3, 3, 4, 4)
"""Of each of `candidates`: plain sums and products before differences and ratios."""


def _multiples(columns: Columns, names: list[Name], rng: np.random.Generator) -> Iterator[Sum]:
    """Columns that are a number of few digits times another, in a few rows."""
    names = [name for name in names if columns.distinct(name) >= LEAST_DISTINCT]
    if len(names) < 2:
        return
    look = complete_rows(columns, names, rng)[:_LOOK]
    matrix = np.array([columns.plain(name)[look] for name in names])
    slacks = np.array([slack(columns, name) for name in names])
    for at, name in enumerate(names):
        x = matrix[at]
        nonzero = np.abs(x) > 0
        if not nonzero.any():
            continue
        top = int(np.nanargmax(np.abs(x)))
        factors = matrix[:, top] / x[top]
        with np.errstate(invalid="ignore"):
            near = ~(np.abs(matrix - factors[:, None] * x) > 2.02 * slacks[:, None])
        for other in np.flatnonzero(near.all(axis=1)):
            if other != at and np.isfinite(factors[other]) and factors[other] != 0:
                factor = _factor(columns.plain(name), columns.plain(names[other]), slacks[other])
                if factor is not None:
                    yield Sum(
                        writes=names[other],
                        form=columns.forms[names[other]],
                        of=(name,),
                        read=(columns.forms[name],),
                        times=(factor,),
                        support=0,
                    )


def _factor(x: np.ndarray, y: np.ndarray, unit: float) -> float | None:
    """The factor of fewest digits that makes y of x within a unit, or None."""
    known = ~np.isnan(x) & ~np.isnan(y) & (x != 0)
    if not known.any():
        return None
    ends = np.array([(y[known] - unit) / x[known], (y[known] + unit) / x[known]])
    least, most = float(ends.min(axis=0).max()), float(ends.max(axis=0).min())
    middle = (least + most) / 2
    if least > most or middle == 0:
        return None
    for digits in range(1, MOST_DIGITS + 1):
        factor = float(f"{middle:.{digits}g}")
        if least <= factor <= most and _reproduces(x[known], y[known], factor, unit):
            return factor
    return None


def _reproduces(x: np.ndarray, y: np.ndarray, factor: float, unit: float) -> bool:
    """Whether errors lie within one unit on one side, as those of one way of rounding do."""
    errors = (y - factor * x) / unit
    return bool(errors.max() - errors.min() <= 1 + 1e-6)
