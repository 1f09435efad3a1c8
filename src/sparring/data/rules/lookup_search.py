"""The search for columns that another determines, value by value."""

from collections.abc import Sequence

import numpy as np

from sparring.data.forms import Categories, Dates
from sparring.data.rules.columns import Columns, is_number
from sparring.data.rules.date_search import date_parts
from sparring.data.rules.evidence import LEAST_NATS, nats_of_agreement
from sparring.data.rules.lookup import fit_lookup
from sparring.data.rules.names import Name
from sparring.data.rules.parts import part_of
from sparring.data.rules.selection import Selection

MOST_COLUMNS, MOST_KEYS = 300, 10_000
ROWS_A_KEY = 3
"""Rows that there must be on average for a value of the column that determines."""

_GLANCE = 2000

Determinant = tuple[Name, str | None]
"""A column, or one part of its dates."""


def take_lookups(selection: Selection, rng: np.random.Generator) -> list[str]:
    """Take functional dependencies into the selection, from the coarsest column that determines.

    Evidence is counted among the values of every finer column that determines both: that all rows
    of a customer have his telephone number says nothing about names and numbers.
    """
    columns = selection.columns
    names = [name for name in columns.names if columns.distinct(name) > 1]
    unsearched = []
    if len(names) > MOST_COLUMNS:
        unsearched.append(
            f"Columns that determine others were sought among the first {MOST_COLUMNS} of "
            f"{len(names):,} columns."
        )
        names = names[:MOST_COLUMNS]
    codes = {(name, None): columns.codes(name) for name in names} | _part_codes(columns, names)
    keys = [key for key in codes if _may_determine(columns, key, codes[key])]
    determined = _determined(codes, keys, names, rng)
    order = {name: place for place, name in enumerate(columns.names)}
    distinct = {key: int(values.max()) + 1 for key, values in codes.items()}

    def rank(key: Determinant) -> tuple[int, bool, int]:
        # Of columns that determine each other the first is kept, and a column before a part.
        return distinct[key], key[1] is not None, order[key[0]]

    for name in sorted(names, key=order.__getitem__):
        if name in selection.derived:
            continue
        for key in sorted((key for key in keys if (key, name) in determined), key=rank):
            if distinct[key] == distinct[name, None] and order[key[0]] > order[name]:
                continue
            holes = columns.missing(key[0])
            if _nats(key, name, codes, determined, holes if holes.any() else None) < LEAST_NATS:
                continue
            if selection.take(fit_lookup(columns, key[0], name, key[1])):
                break
    return unsearched


def _part_codes(columns: Columns, names: Sequence[Name]) -> dict[Determinant, np.ndarray]:
    found: dict[Determinant, np.ndarray] = {}
    for name, form, part in date_parts(columns.forms):
        if name in names and part in ("month", "weekday", "quarter", "hour", "year"):
            numbers = part_of(columns.frame[name], form, part)
            found[name, part] = np.unique(numbers, return_inverse=True)[1]
    return found


def _may_determine(columns: Columns, key: Determinant, codes: np.ndarray) -> bool:
    form, distinct = columns.forms[key[0]], int(codes.max()) + 1
    known = isinstance(form, Categories | Dates) or is_number(form)
    return known and 1 < distinct <= min(MOST_KEYS, len(columns) / ROWS_A_KEY)


def _determined(
    codes: dict[Determinant, np.ndarray],
    keys: list[Determinant],
    names: Sequence[Name],
    rng: np.random.Generator,
) -> set[tuple[Determinant, Name]]:
    """Which determinants determine which columns in all rows."""
    if not keys:
        return set()
    few = rng.permutation(len(codes[keys[0]]))[:_GLANCE]
    matrix = np.array([codes[name, None][few] for name in names])
    found = set()
    for key in keys:
        order = np.argsort(codes[key][few], kind="stable")
        again = np.flatnonzero(np.diff(codes[key][few][order]) == 0)
        ordered = matrix[:, order]
        agree = (ordered[:, again] == ordered[:, again + 1]).all(axis=1)
        for place in np.flatnonzero(agree).tolist():
            name = names[place]
            if name != key[0] and _determines(codes[key], codes[name, None]):
                found.add((key, name))
    return found


def _determines(keys: np.ndarray, values: np.ndarray) -> bool:
    table = np.empty(int(keys.max()) + 1, dtype=values.dtype)
    table[keys] = values
    return bool((table[keys] == values).all())


def _nats(
    key: Determinant,
    name: Name,
    codes: dict[Determinant, np.ndarray],
    determined: set[tuple[Determinant, Name]],
    missing: np.ndarray | None,
) -> float:
    """The evidence that it is no accident, among rows and among values of finer columns."""
    keys, values = codes[key], codes[name, None]
    if missing is not None:
        # That all is missing together is another rule.
        keys, values = keys[~missing], values[~missing]
    least = _nats_among(keys, values)
    for finer in {other for other, what in determined if what == name and other != key}:
        distinct = codes[finer].max() > codes[key].max()
        if key[1] is not None or not distinct or (finer, key[0]) not in determined:
            continue
        fine = codes[finer] if missing is None else codes[finer][~missing]
        _, first = np.unique(fine, return_index=True)
        least = min(least, _nats_among(keys[first], values[first]))
    return least


def _nats_among(keys: np.ndarray, values: np.ndarray) -> float:
    repeats = len(keys) - len(np.unique(keys))
    shares = np.bincount(values) / max(len(values), 1)
    return nats_of_agreement(repeats, float((shares**2).sum()))
