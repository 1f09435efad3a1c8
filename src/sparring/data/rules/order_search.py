"""The search for columns that are never above others."""

from collections.abc import Iterator

import numpy as np

from sparring.data.forms import Dates, Times
from sparring.data.rules.columns import Columns, decimals_of, is_number
from sparring.data.rules.evidence import expected_below
from sparring.data.rules.implication import MissingWhen
from sparring.data.rules.key_search import is_key
from sparring.data.rules.names import Name
from sparring.data.rules.order import comparable, order
from sparring.data.rules.selection import Selection

MOST_COLUMNS = 300
LEAST_BROKEN = 0.02
"""Share of rows in which the order must break when all that is free is drawn independently."""

LEAST_BELOW = 100.0
LEAST_BELOW_DATES = 5.0
"""Rows that must be expected on the wrong side, did the gaps thin out smoothly: dates of one row
belong together, so that less is asked of them."""

LEAST_ROWS = 50
_LEAST_DISTINCT, _GLANCE, _FEW_GAPS = 5, 2000, 0.1

Pair = tuple[Name, Name]


def take_orders(selection: Selection, rng: np.random.Generator) -> list[str]:
    """Take `a <= b` into the selection: the ones that others don't imply, most evident first."""
    columns = selection.columns
    names = [
        name
        for name in columns.names
        if (is_number(columns.forms[name]) or isinstance(columns.forms[name], Dates | Times))
        and columns.distinct(name) >= _LEAST_DISTINCT
        and not is_key(columns, name)
    ]
    unsearched = []
    if len(names) > MOST_COLUMNS:
        unsearched.append(
            f"Orders were sought among the first {MOST_COLUMNS} of {len(names):,} columns."
        )
        names = names[:MOST_COLUMNS]
    below = {
        pair: weight
        for pair in _ordered_pairs(columns, names, rng)
        if (weight := _weight(columns, *pair)) >= 1
    }
    weights = {pair: below[pair] for pair in below if not _follows(pair, set(below))}
    for low, high in sorted(weights, key=lambda pair: -weights[pair]):
        _take(selection, low, high)
    return unsearched


def _ordered_pairs(columns: Columns, names: list[Name], rng: np.random.Generator) -> Iterator[Pair]:
    """Pairs of which the first is never above the second, though it would be if rows mixed."""
    few = rng.permutation(len(columns))[:_GLANCE]
    other = rng.permutation(few)
    for family in (Dates, Times, None):
        members = [
            n
            for n in names
            if (isinstance(columns.forms[n], family) if family else is_number(columns.forms[n]))
        ]
        absolute = {name: _absolute(columns, name) for name in members}
        matrix = np.array([absolute[name][few] for name in members])
        for low in members:
            with np.errstate(invalid="ignore"):
                above = (absolute[low][few] > matrix).any(axis=1)
            for place in np.flatnonzero(~above):
                high = members[place]
                if high == low or not comparable(columns.forms[low], columns.forms[high]):
                    continue
                with np.errstate(invalid="ignore"):
                    drawn = absolute[low][few] > absolute[high][other]
                    if drawn.mean() < LEAST_BROKEN:
                        continue
                    if not (absolute[low] > absolute[high]).any():
                        yield low, high


def _absolute(columns: Columns, name: Name) -> np.ndarray:
    """(n,) numbers that can be compared between columns of one kind."""
    form, plain = columns.forms[name], columns.plain(name)
    if isinstance(form, Dates):
        ticks = (plain + form.origin) * form.step
        return ticks / 1000 if form.ticks == "ns" else ticks
    return plain * form.step if isinstance(form, Times) else plain


def _weight(columns: Columns, low: Name, high: Name) -> float:
    """Evidence as a multiple of what is asked for."""
    gaps = _absolute(columns, high) - _absolute(columns, low)
    gaps = gaps[~np.isnan(gaps)]
    if len(gaps) < LEAST_ROWS or (gaps == gaps[0]).all():
        return 0.0
    if isinstance(columns.forms[low], Dates):
        return expected_below(gaps) / LEAST_BELOW_DATES
    least = expected_below(gaps)
    first, second = columns.plain(low), columns.plain(high)
    positive = (first > 0) & (second > 0)
    if positive.sum() >= LEAST_ROWS:
        # Of two sizes that vary over decades, small ones are near each other by accident.
        least = min(least, expected_below(np.log(second[positive] / first[positive])))
    return least / LEAST_BELOW


def _follows(pair: Pair, pairs: set[Pair]) -> bool:
    """Whether an order follows from two others."""
    low, high = pair
    return any(
        start == low
        and (end, high) in pairs
        and (end, low) not in pairs
        and (high, end) not in pairs
        for start, end in pairs
        if end != high
    )


def _take(selection: Selection, low: Name, high: Name) -> None:
    columns = selection.columns
    gaps = _absolute(columns, high) - _absolute(columns, low)
    strict = _never_equal(columns, low, high, gaps)
    for moves in (high, low):
        writers = selection.writers(moves)
        if not all(isinstance(rule, MissingWhen) for rule in writers):
            continue
        rule = order(columns, (low,), high, strict=strict, moves=moves)
        if selection.fits(rule):
            # An order that the rules imply already moves nothing.
            if selection.broken(rule) >= LEAST_BROKEN:
                selection.take(rule)
            return


def _never_equal(columns: Columns, low: Name, high: Name, gaps: np.ndarray) -> bool:
    """Whether so many gaps are of one step that none of zero is no accident."""
    known = gaps[~np.isnan(gaps)]
    forms = columns.forms[low], columns.forms[high]
    if any(decimals_of(form) is None for form in forms) or (known == 0).any():
        return False
    step = float(known.min())
    return bool((known <= step * 1.001).sum() >= LEAST_BELOW)


def take_sum_orders(selection: Selection, rng: np.random.Generator) -> None:
    """Take sums that are never above a column, and below it by one of a few amounts.

    Which columns are in the sum is read from a least squares fit: their coefficients round to 1,
    all others to 0. So a total is told apart from its parts and a few surcharges.
    """
    columns = selection.columns
    names = [
        name
        for name in columns.numbers()
        if decimals_of(columns.forms[name]) is not None and name not in selection.derived
    ][:MOST_COLUMNS]
    if len(names) < 3:
        return
    matrix = np.array([columns.plain(name) for name in names]).T
    known = np.flatnonzero(~np.isnan(matrix).any(axis=1))
    rows = rng.permutation(known)[:_GLANCE]
    if len(rows) < max(LEAST_ROWS, 3 * len(names)):
        return
    coefficients = _regressions(matrix[rows])
    for place, name in enumerate(names):
        if columns.distinct(name) < 50 or selection.writers(name):
            continue
        fitted = np.round(coefficients[place])
        terms = [other for other, k in zip(names, fitted, strict=True) if k == 1]
        if len(terms) < 2 or not np.isin(fitted, (0, 1)).all():
            continue
        gaps = np.round(columns.plain(name) - sum(columns.plain(n) for n in terms), 6)
        gaps = gaps[~np.isnan(gaps)]
        few = len(np.unique(gaps)) <= _FEW_GAPS * columns.distinct(name)
        if len(gaps) >= LEAST_ROWS and few and (gaps >= 0).all() and (gaps > 0).sum() >= LEAST_ROWS:
            rule = order(columns, tuple(terms), name, strict=False, moves=name)
            if expected_below(gaps) >= 1 and selection.broken(rule) >= LEAST_BROKEN:
                selection.take(rule)


def _regressions(matrix: np.ndarray) -> np.ndarray:
    """(columns, columns) coefficients with which each column is fitted to all others.

    They are read from the inverse of the correlations; its diagonal is made a little larger, as
    columns may depend on each other.
    """
    spread = matrix.std(axis=0).clip(1e-12)
    centred = (matrix - matrix.mean(axis=0)) / spread
    correlations = centred.T @ centred / len(matrix)
    inverse = np.linalg.inv(correlations + 1e-9 * np.eye(len(correlations)))
    found: np.ndarray = -inverse / np.diag(inverse)[:, None] * spread[:, None] / spread
    np.fill_diagonal(found, 0.0)
    return found
