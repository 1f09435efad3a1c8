"""The search for groups of columns of which one is 1."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np

from sparring.data.forms import Booleans, Numbers
from sparring.data.rules.columns import Columns
from sparring.data.rules.evidence import LEAST_BREAKS
from sparring.data.rules.names import Name
from sparring.data.rules.one_hot import one_hot
from sparring.data.rules.selection import Selection

MOST_COLUMNS = 2000
LEAST_MEMBERS = 3
"""Of two columns of which one is 1, one determines the other, which is another rule."""

_STEM = re.compile(r"(.*?)[\W_]*(?:\d+|(?<=[\W_])[^\W_]+)$")


def take_one_hot(selection: Selection) -> list[str]:
    """Take groups of which exactly one, or at most one, is 1 in each row into the selection.

    Columns whose names begin alike are tried as they stand; then a group is gathered from each
    column on, in the table's order, until one of it is 1 in every row.
    """
    columns = selection.columns
    names = [name for name in columns.names if name not in selection.derived]
    names = [name for name in names if is_flag(columns, name)]
    unsearched = []
    if len(names) > MOST_COLUMNS:
        unsearched.append(
            f"Groups of which one is 1 were sought among the first {MOST_COLUMNS:,} of "
            f"{len(names):,} columns of zeros and ones."
        )
        names = names[:MOST_COLUMNS]
    ones = {name: np.packbits(columns.plain(name) == 1) for name in names}
    counts = {name: int((columns.plain(name) == 1).sum()) for name in names}
    left = names
    for alike in (_alike, _gathered):
        for group in alike(left, ones, counts, len(columns)):
            if selection.take(one_hot(columns, tuple(group))):
                left = [name for name in left if name not in group]
    return unsearched


def is_flag(columns: Columns, name: Name) -> bool:
    """Whether a column holds nothing but zeros and ones, or booleans."""
    form = columns.forms[name]
    if isinstance(form, Booleans):
        return form.dtype.lower().startswith("bool") and not columns.missing(name).any()
    if not isinstance(form, Numbers) or columns.distinct(name) > 2:
        return False
    plain = columns.plain(name)
    return bool(((plain == 0) | (plain == 1)).all())


def _alike(
    names: Sequence[Name], ones: dict[Name, np.ndarray], counts: dict[Name, int], rows: int
) -> Iterator[list[Name]]:
    """Groups of neighbours whose names begin alike, of which never two are 1.

    One that is 0 in all of these rows belongs to them too, as it may be 1 in others.
    """
    for stem, together in groupby(names, key=_stem):
        group = list(together)
        seen = [name for name in group if 0 < counts[name] < rows]
        if stem is None or len(seen) < LEAST_MEMBERS or _overlap(group, ones):
            continue
        if sum(counts[name] for name in seen) == rows or _no_accident(seen, counts, rows):
            yield group


def _gathered(
    names: Sequence[Name], ones: dict[Name, np.ndarray], counts: dict[Name, int], rows: int
) -> Iterator[list[Name]]:
    """Groups of which exactly one is 1 in every row, whatever they are called."""
    used: set[Name] = set()
    names = [name for name in names if 0 < counts[name] < rows]
    for place, start in enumerate(names):
        if start in used:
            continue
        group, union, total = [start], ones[start].copy(), counts[start]
        for name in names[place + 1 :]:
            if total == rows:
                break
            if name not in used and not (union & ones[name]).any():
                group.append(name)
                union |= ones[name]
                total += counts[name]
        if total == rows and len(group) >= LEAST_MEMBERS:
            used.update(group)
            yield group


def _stem(name: Name) -> str | None:
    """What a name has in common with those of its group: Soil_Type7 -> Soil_Type."""
    found = _STEM.fullmatch(str(name))
    return found[1] if found and found[1] else None


def _overlap(group: Sequence[Name], ones: dict[Name, np.ndarray]) -> bool:
    union = np.zeros_like(ones[group[0]])
    for name in group:
        if (union & ones[name]).any():
            return True
        union |= ones[name]
    return False


def _no_accident(group: Sequence[Name], counts: dict[Name, int], rows: int) -> bool:
    """Whether each of them would often be 1 beside another, were they independent."""
    total = sum(counts[name] for name in group)
    return all(counts[n] * (total - counts[n]) / rows >= LEAST_BREAKS for n in group)
