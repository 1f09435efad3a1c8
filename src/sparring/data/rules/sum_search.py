"""The search for columns that are sums and differences of others.

Each column of whole units gets a fingerprint: a random combination of its rows, modulo 2^64, after
the first row is taken away. A sum of columns has the sum of their fingerprints, so that relations
among 2 to 5 columns are found by sorting, without looking at the rows again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from sparring.data.rules.arithmetic import Sum
from sparring.data.rules.columns import Columns, decimals_of
from sparring.data.rules.evidence import LEAST_BREAKS, breaks_when_shuffled
from sparring.data.rules.names import Name
from sparring.data.rules.selection import Selection

MOST_COLUMNS = {2: 5000, 3: 1000, 4: 300, 5: 60}
"""Of how many columns relations among so many are sought."""

_MOST_DECIMALS, _LARGEST, _ROWS = 6, 2.0**62, 1000
_LEAST_DISTINCT, _MOST_FOUND = 4, 2000

Relation = tuple[tuple[int, int], ...]
"""(column, 1 or -1) of each term; the sum of the terms is the same in all rows."""


def take_sums(
    selection: Selection, rng: np.random.Generator, *, fewest: int = 2, most: int = 5
) -> list[str]:
    """Take all sums, differences and equal columns into the selection.

    Args:
        selection: where they are taken.
        rng: draws weights and orders.
        fewest, most: columns in a relation.

    Returns:
        Sentences about what was not searched.
    """
    columns = selection.columns
    names, units, decimals = _units(columns)
    unsearched = []
    basis: list[np.ndarray] = []
    prints = _fingerprints(units, rng)
    alive = [place for place in range(len(names)) if prints[place] != 0]
    for size in range(2, 6):
        if len(alive) > MOST_COLUMNS[size]:
            if fewest <= size <= most:
                unsearched.append(
                    f"Sums of {size - 1} columns were sought among the first "
                    f"{MOST_COLUMNS[size]:,} of {len(alive):,} columns of numbers."
                )
            alive = alive[: MOST_COLUMNS[size]]
        for relation in _relations(prints, alive, size) if size <= most else ():
            vector = np.zeros(len(names))
            vector[[place for place, _ in relation]] = [sign for _, sign in relation]
            if not _independent(basis, vector):
                continue
            if any(
                _take(selection, rule, rng) for rule in _sums(relation, names, columns, decimals)
            ):
                basis.append(vector)
                if size == 2:
                    # One of two equal columns is enough to look on with.
                    alive = [place for place in alive if place != max(relation)[0]]
    return unsearched


def _units(columns: Columns) -> tuple[list[Name], np.ndarray, int]:
    """Columns of rounded numbers, (rows, columns) int64 in units, and the decimals of a unit."""
    names = [
        name
        for name in columns.numbers()
        if (d := decimals_of(columns.forms[name])) is not None
        and d <= _MOST_DECIMALS
        and columns.distinct(name) >= _LEAST_DISTINCT
    ]
    decimals = max((decimals_of(columns.forms[name]) or 0 for name in names), default=0)
    names = [
        name for name in names if np.nanmax(np.abs(columns.plain(name))) * 10**decimals < _LARGEST
    ]
    complete = np.zeros(len(columns), dtype=bool)
    holes = np.array([columns.missing(name).mean() for name in names])
    # Rows without holes are needed: columns with the most holes leave until there are enough.
    for least in sorted(set(holes.tolist()), reverse=True):
        names = [name for name in names if columns.missing(name).mean() <= least]
        complete = ~np.any([columns.missing(name) for name in names], axis=0)
        if complete.sum() >= min(200, len(columns) / 2):
            break
    rows = np.flatnonzero(complete)[:_ROWS]
    numbers = [np.rint(columns.plain(name)[rows] * 10.0**decimals) for name in names]
    matrix = np.array(numbers, dtype=np.float64).reshape(len(names), len(rows)).T
    return names, matrix.astype(np.int64), decimals


def _fingerprints(units: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(columns,) uint64."""
    if not len(units):
        return np.zeros(units.shape[1], dtype=np.uint64)
    weights = rng.integers(0, 2**64, len(units), dtype=np.uint64)
    return ((units - units[0]).astype(np.uint64) * weights[:, None]).sum(axis=0, dtype=np.uint64)


def _relations(prints: np.ndarray, alive: list[int], size: int) -> Iterator[Relation]:
    """Relations among so many columns, each once."""
    left, right = size // 2, size - size // 2
    places, sums = _combinations(prints, alive, left)
    others, totals = _combinations(prints, alive, right)
    order = np.argsort(sums)
    sums = sums[order]
    seen = set()
    for sign in (1, -1):
        wanted = totals if sign == -1 else np.negative(totals)
        first = np.searchsorted(sums, wanted, "left")
        last = np.searchsorted(sums, wanted, "right")
        for row in np.flatnonzero(last > first)[:_MOST_FOUND]:
            for match in order[first[row] : last[row]][:_MOST_FOUND]:
                terms = [*places[match].tolist(), *(others[row] * sign).tolist()]
                relation = _normal(terms)
                if len(relation) == size and relation not in seen:
                    seen.add(relation)
                    yield relation


def _normal(terms: list[int]) -> Relation:
    """Signed numbers of columns, from 1, as a relation whose first term is positive."""
    if len({abs(term) for term in terms}) < len(terms):
        return ()
    terms = sorted(terms, key=abs)
    lead = 1 if terms[0] > 0 else -1
    return tuple((abs(term) - 1, lead * (1 if term > 0 else -1)) for term in terms)


def _combinations(prints: np.ndarray, alive: list[int], size: int) -> tuple[np.ndarray, np.ndarray]:
    """(m, size) signed numbers of columns, from 1, the first positive, and (m,) their sums."""
    chosen = np.array(list(combinations(alive, size)), dtype=np.int64).reshape(-1, size)
    terms, sums = [], []
    for signs in np.ndindex(*(2,) * (size - 1)):
        direction = np.array([1, *(1 - 2 * sign for sign in signs)])
        terms.append((chosen + 1) * direction)
        parts = [
            prints[chosen[:, k]] if direction[k] > 0 else np.negative(prints[chosen[:, k]])
            for k in range(size)
        ]
        sums.append(np.sum(parts, axis=0, dtype=np.uint64))
    return np.concatenate(terms), np.concatenate(sums)


def _independent(basis: list[np.ndarray], vector: np.ndarray) -> bool:
    """Whether a relation does not follow from those that were taken."""
    return bool(np.linalg.matrix_rank(np.array([*basis, vector])) > len(basis))


def _sums(relation: Relation, names: list[Name], columns: Columns, decimals: int) -> Iterator[Sum]:
    """The relation solved for each of its columns, the most natural first."""

    def unnatural(term: tuple[int, int]) -> tuple[int, int]:
        # Best is what all others add up to; else the last column.
        return sum(sign == term[1] for _, sign in relation), -term[0]

    for place, sign in sorted(relation, key=unnatural):
        others = [(at, -sign * other) for at, other in relation if at != place]
        rule = sum_of(columns, names[place], [(names[at], times) for at, times in others])
        difference = columns.plain(rule.writes) - rule.exact([columns.plain(n) for n in rule.of])
        known = difference[~np.isnan(difference)]
        offset = round(float(known[0]), decimals) if len(known) else 0.0
        fitted = replace(rule, offset=offset).fitted(columns)
        if fitted is not None:
            yield fitted


def sum_of(
    columns: Columns, writes: Name, terms: Sequence[tuple[Name, float]], offset: float = 0
) -> Sum:
    """A sum that isn't fitted yet; its largest part comes first, as people write it."""

    def size(term: tuple[Name, float]) -> float:
        return -float(np.nanmean(np.abs(columns.plain(term[0]))))

    terms = sorted(terms, key=size)
    return Sum(
        writes=writes,
        form=columns.forms[writes],
        of=tuple(name for name, _ in terms),
        read=tuple(columns.forms[name] for name, _ in terms),
        times=tuple(times for _, times in terms),
        offset=offset,
        support=0,
    )


def _take(selection: Selection, rule: Sum, rng: np.random.Generator) -> bool:
    columns = selection.columns
    inputs = [columns.plain(name) for name in rule.of]
    unit = 0.5 * 10.0 ** -(decimals_of(rule.form) or 0)
    breaks = breaks_when_shuffled(columns.plain(rule.writes), inputs, rule.exact, unit, rng)
    return breaks >= LEAST_BREAKS and selection.take(rule)
