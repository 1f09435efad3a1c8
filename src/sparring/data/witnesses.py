"""Rows that hold what a sample may miss: extremes, missing values, and every category."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MOST_TEXTS = 100_000
"""A column of more different texts holds identifiers or free text: no list of them is needed."""
MOST_NUMBERS = 1000
"""A column of more different whole numbers is one of quantities: its extremes are enough."""


class Witnesses:
    """Watches a table pass in chunks, and names the rows that show something new.

    New is a missing value where there was none before in the column, a number or date below or
    above all before, and a text, a category or one of few whole numbers that wasn't there before.
    A sample that holds these rows holds exactly the categories and the extremes of the table.

    Args:
        categories: columns to take as categories whatever they hold.

    Example:
        >>> witnesses = Witnesses()
        >>> witnesses.see(pa.table({"n": [1.5, 3.0, 2.0], "t": ["a", "a", "a"]})).tolist()
        [0, 1]
        >>> witnesses.see(pa.table({"n": [2.0, None, 1.0], "t": ["a", "b", "b"]})).tolist()
        [1, 2]
    """

    def __init__(self, categories: Sequence[str] = ()) -> None:
        self._categories = set(categories)
        self._seen: dict[str, list[Callable[[pa.Array], np.ndarray]]] = {}

    def see(self, table: pa.Table) -> np.ndarray:
        """Numbers of the rows of this chunk that show something new, ascending."""
        found = [np.empty(0, dtype=np.int64)]
        for name in table.column_names:
            chunks = table.column(name)
            column = chunks.chunk(0) if chunks.num_chunks == 1 else chunks.combine_chunks()
            if name not in self._seen:
                self._seen[name] = _watchers(column.type, name in self._categories)
            found += [watch(column) for watch in self._seen[name]]
        return np.unique(np.concatenate(found))


def _watchers(kind: pa.DataType, categorical: bool) -> list[Callable[[pa.Array], np.ndarray]]:
    types = pa.types
    if types.is_duration(kind) or types.is_float16(kind):
        # Arrow can't compare them, and no form of a column is theirs.
        return [_Missing()]
    ordered = types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind)
    ordered = ordered or types.is_temporal(kind)
    watchers: list[Callable[[pa.Array], np.ndarray]] = [_Missing()]
    if ordered and not categorical:
        watchers.append(_Extremes())
    if types.is_integer(kind) and not categorical:
        watchers.append(_Values(MOST_NUMBERS))
    elif not types.is_nested(kind) and (categorical or not ordered):
        watchers.append(_Values(MOST_TEXTS))
    return watchers


_NOTHING = np.empty(0, dtype=np.int64)


class _Missing:
    """The first missing value, once."""

    def __init__(self) -> None:
        self._known = False

    def __call__(self, column: pa.Array) -> np.ndarray:
        if self._known:
            return _NOTHING
        missing = np.flatnonzero(np.asarray(pc.is_null(column, nan_is_null=True)))
        self._known = len(missing) > 0
        return missing[:1]


class _Extremes:
    """The least and the largest value, where they are beyond those before."""

    def __init__(self) -> None:
        self._least: Any = None
        self._largest: Any = None

    def __call__(self, column: pa.Array) -> np.ndarray:
        if pa.types.is_floating(column.type):
            # As numbers that aren't there: min_max would return them.
            column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
        ends = pc.min_max(column)
        least, largest = ends["min"], ends["max"]
        found = []
        if not least.is_valid:
            return _NOTHING
        if self._least is None or pc.less(least, self._least).as_py():
            self._least = least
            found.append(pc.index(column, least).as_py())
        if self._largest is None or pc.greater(largest, self._largest).as_py():
            self._largest = largest
            found.append(pc.index(column, largest).as_py())
        return np.array(found, dtype=np.int64)


class _Values:
    """Every value at its first place, until there are too many different ones."""

    def __init__(self, most: int) -> None:
        self._known: set[Any] = set()
        self._most = most

    def __call__(self, column: pa.Array) -> np.ndarray:
        if len(self._known) > self._most:
            return _NOTHING
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        codes = pc.fill_null(column.indices, -1).to_numpy(zero_copy_only=False)
        present, first = np.unique(codes, return_index=True)
        found = []
        # What a dictionary lists needn't occur.
        occurring = present >= 0
        for code, place in zip(present[occurring], first[occurring], strict=True):
            value = column.dictionary[int(code)].as_py()
            if value not in self._known:
                self._known.add(value)
                found.append(int(place))
                if len(self._known) > self._most:
                    break
        return np.array(found, dtype=np.int64)
