"""The search for columns that tell rows apart."""

import re

import numpy as np

from sparring.data.forms import Categories, Numbers
from sparring.data.rules.columns import Columns, decimals_of
from sparring.data.rules.key import Key
from sparring.data.rules.names import Name
from sparring.data.rules.selection import Selection, is_free

LEAST_ROWS, LEAST_TEXTS = 30, 100
LEAST_TWINS = 10.0
"""Pairs of rows that must be expected to agree, were the columns drawn independently."""

MOST_PAIRED = 60
_GLANCE = 1000
_LOOKS_LIKE_ONE = re.compile(r".*[\d@].*", re.DOTALL)


def take_keys(selection: Selection) -> None:
    """Take identifiers, and pairs of columns that tell rows apart, into the selection."""
    columns = selection.columns
    single: set[Name] = set()
    for name in columns.names:
        if is_key(columns, name):
            single.add(name)
            if is_free(selection, name):
                selection.take(key_of(columns, (name,)))
    parts = [
        name
        for name in columns.names
        if name not in single | selection.derived
        and columns.distinct(name) >= 3
        and not columns.missing(name).any()
        and columns.distinct(name) < len(columns)
        and isinstance(columns.forms[name], Categories | Numbers)
        and decimals_of(columns.forms[name]) == 0
    ]
    if single:
        # Who has a name for each row needs no second.
        return
    for first in parts[:MOST_PAIRED]:
        for second in parts[:MOST_PAIRED]:
            if first != second and _pairs_tell(columns, first, second):
                selection.take(key_of(columns, (first, second)))
                return


def key_of(columns: Columns, of: tuple[Name, ...]) -> Key:
    """The rule that these columns tell rows apart."""
    missing = np.any([columns.missing(name) for name in of], axis=0)
    return Key(of=of, form=columns.forms[of[-1]], support=int((~missing).sum()))


def is_key(columns: Columns, name: Name) -> bool:
    """Whether a column holds identifiers: no value twice, which for numbers is no accident."""
    form, plain = columns.forms[name], columns.plain(name)
    known = plain[~np.isnan(plain)]
    holes = len(plain) - len(known)
    if len(known) < LEAST_ROWS or columns.distinct(name) - (holes > 0) < len(known):
        return False
    if isinstance(form, Numbers):
        # Drawn evenly from their range, so many pairs of numbers would be equal.
        spread = known.max() - known.min() + 1
        return form.decimals == 0 and len(known) ** 2 / (2 * spread) >= LEAST_TWINS
    if not isinstance(form, Categories) or len(known) < LEAST_TEXTS:
        return False
    return all(isinstance(value, str) and _LOOKS_LIKE_ONE.match(value) for value in form.values)


def _pairs_tell(columns: Columns, first: Name, second: Name) -> bool:
    """Whether two columns tell all rows apart, though many would agree by accident.

    The second counts within the first: its numbers are whole, and there are fewer of them.
    """
    form = columns.forms[second]
    if not isinstance(form, Numbers) or form.decimals != 0:
        return False
    one, two = columns.codes(first), columns.codes(second)
    count = columns.distinct(second)
    if count >= columns.distinct(first):
        return False
    pairs = len(one) * (len(one) - 1) / 2
    equal = [float((counts * (counts - 1) / 2).sum()) for counts in map(np.bincount, (one, two))]
    if equal[0] * equal[1] / pairs < LEAST_TWINS:
        return False
    both = one * count + two
    return all(len(np.unique(part)) == len(part) for part in (both[:_GLANCE], both))
