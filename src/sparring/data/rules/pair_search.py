"""The search for columns that two others determine together."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from sparring.data.forms import Categories, Dates
from sparring.data.rules.columns import Columns, is_number
from sparring.data.rules.evidence import LEAST_NATS, nats_of_agreement
from sparring.data.rules.names import Name
from sparring.data.rules.one_hot import OneHot
from sparring.data.rules.pair_lookup import fit_pair_lookup
from sparring.data.rules.selection import Selection

MOST_COLUMNS = 40
MOST_PAIRS = 10_000
ROWS_A_PAIR = 10
"""Rows that there must be on average for a pair of values; more than for one column, as there are
many more pairs of columns to be right by accident."""

MOST_COUNTED = 10
"""Rows of one pair of values that count as evidence."""

MOST_ALONE = 0.9
"""How often two rows that share one of two columns may share what both determine: where it nearly
always holds anyway, an exception is a matter of time."""

LEAST_BROKEN = 0.02
"""Share of rows in which the rule must break where only the rules that were taken before hold."""

_LOOK, _GLANCE = 256, 2000

Pair = tuple[Name, Name]


def take_pair_lookups(selection: Selection, rng: np.random.Generator) -> list[str]:
    """Take columns that neither of two others, but both together, determine into the selection."""
    columns = selection.columns
    flags = {name for rule in selection.rules if isinstance(rule, OneHot) for name in rule.of}
    most = len(columns) / ROWS_A_PAIR
    keys = [n for n in columns.names if n not in flags and 1 < columns.distinct(n) <= most]
    keys = sorted((n for n in keys if _is_read(columns, n)), key=columns.distinct)
    unsearched = []
    if len(keys) > MOST_COLUMNS:
        unsearched.append(
            f"Pairs of columns that determine others were sought among the {MOST_COLUMNS} of "
            f"{len(keys):,} columns with the fewest values."
        )
        keys = keys[:MOST_COLUMNS]
    targets = [n for n in columns.names if n not in selection.derived and columns.distinct(n) > 1]
    if len(keys) < 2 or not targets:
        return unsearched
    few = rng.permutation(len(columns))[:_GLANCE]
    matrix = np.array([columns.codes(name)[few] for name in targets])
    open_to = {key: _agree(columns.codes(key)[few], matrix).mean(1) <= MOST_ALONE for key in keys}
    found: list[tuple[Pair, Name]] = []
    for pair in combinations(keys, 2):
        maybe = np.flatnonzero(open_to[pair[0]] & open_to[pair[1]])
        if not len(maybe):
            continue
        codes = columns.codes(pair[0]) * columns.distinct(pair[1]) + columns.codes(pair[1])
        for part in (slice(_LOOK), slice(None)):
            agree = _agree(codes[few[part]], matrix[maybe, part]).all(axis=1)
            maybe = maybe[agree]
        names = [targets[place] for place in maybe if targets[place] not in pair]
        found += [(pair, name) for name in _evident(columns, pair, codes, names)]

    def pairs(item: tuple[Pair, Name]) -> int:
        return columns.distinct(item[0][0]) * columns.distinct(item[0][1])

    for pair, name in sorted(found, key=pairs):
        if name in selection.derived:
            continue
        rule = fit_pair_lookup(columns, pair, name)
        if selection.fits(rule) and selection.broken(rule) >= LEAST_BROKEN:
            selection.take(rule)
    return unsearched


def _is_read(columns: Columns, name: Name) -> bool:
    form = columns.forms[name]
    return isinstance(form, Categories | Dates) or is_number(form)


def _agree(codes: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """(columns, m) whether neighbours among rows sorted by a code, and of one code, agree.

    Args:
        codes: (n,).
        matrix: (columns, n) codes of theirs.
    """
    order = np.argsort(codes, kind="stable")
    again = np.flatnonzero(np.diff(codes[order]) == 0)
    if not len(again):
        return np.ones((len(matrix), 1), dtype=bool)
    out: np.ndarray = matrix[:, order[again]] == matrix[:, order[again + 1]]
    return out


def _evident(columns: Columns, pair: Pair, codes: np.ndarray, names: list[Name]) -> Iterator[Name]:
    """Those columns that a pair determines in all rows, and neither of it nearly does alone."""
    if not names:
        return
    _, dense = np.unique(codes, return_inverse=True)
    pairs = int(dense.max()) + 1
    if pairs > min(MOST_PAIRS, len(codes) / ROWS_A_PAIR):
        return
    # Rows of one pair may belong together, so that not many of them count.
    repeats = min(len(codes) - pairs, MOST_COUNTED * pairs)
    for name in names:
        values = columns.codes(name)
        table = np.zeros(pairs, dtype=values.dtype)
        table[dense] = values
        if (table[dense] == values).all():
            agreement = max(_agreement(columns.codes(one), values) for one in pair)
            if agreement <= MOST_ALONE and nats_of_agreement(repeats, agreement) >= LEAST_NATS:
                yield name


def _agreement(keys: np.ndarray, values: np.ndarray) -> float:
    """How often two rows that share a key share their value."""
    count = int(values.max()) + 1
    _, sizes = np.unique(keys * count + values, return_counts=True)
    totals = np.bincount(keys)
    pairs = (totals * (totals - 1.0)).sum()
    return float((sizes * (sizes - 1.0)).sum() / pairs) if pairs else 1.0
