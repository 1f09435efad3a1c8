"""What of a table follows from other tables: copies, counters, and figures of the children."""

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api import types

from sparring.data.forms import Form, Numbers
from sparring.data.inference import form_of
from sparring.data.keys import rows_named
from sparring.tasks.relations.structure import Link, Place

Tables = Mapping[str, pd.DataFrame]

_LEAST = 10
_MOST_COLUMNS = 12


@dataclass(frozen=True)
class Copy:
    """A column that says again what stands in the row that a link names.

    Attributes:
        column: of the child.
        link: the column that names the parent's row.
        read: the parent's column.
    """

    column: str
    link: str
    read: str


@dataclass(frozen=True)
class Counter:
    """A column that counts the rows of one parent, from `first` on."""

    column: str
    first: int


@dataclass(frozen=True)
class Figure:
    """A column that is reckoned from the rows that name it.

    Attributes:
        table, column: what is reckoned.
        child, link: whose rows, and by which column they name the table's.
        what: a key of `FIGURES`.
        of: none, one or two columns of the child; two are multiplied.
        empty: what stands there where no row names it, or None where it is missing.
        form: how the column is written.
    """

    table: str
    column: str
    child: str
    link: str
    what: str
    of: tuple[str, ...]
    empty: float | None
    form: Form

    def __str__(self) -> str:
        of = " * ".join(self.of)
        return f"{self.table}.{self.column} = {self.what} of {of or 'rows'} in {self.child}"


def _extreme(ufunc: np.ufunc, start: float) -> Callable[[np.ndarray, np.ndarray, int], np.ndarray]:
    def of(values: np.ndarray, rows: np.ndarray, n: int) -> np.ndarray:
        out = np.full(n, start)
        ufunc.at(out, rows, values)
        return out

    return of


_Reckon = Callable[[np.ndarray, np.ndarray, int], np.ndarray]

FIGURES: Mapping[str, _Reckon] = {
    "sum": lambda values, rows, n: np.bincount(rows, values, n),
    "min": _extreme(np.minimum, np.inf),
    "max": _extreme(np.maximum, -np.inf),
}
"""Name -> from values (m,), the parent row of each and the number of those, to (n,)."""


def copies_of(
    name: str, tables: Tables, links: Sequence[Link], keys: Sequence[str] = ()
) -> list[Copy]:
    """Columns of a table that always say what stands in the rows that it names.

    Args:
        name: of the child.
        tables: name -> rows.
        links: that are there in every row.
        keys: foreign keys of the child: they are copies whatever they hold, other columns only if
            that is no accident.
    """
    child = tables[name]
    found: dict[str, Copy] = {}
    for link in links:
        parent = tables[link.parent]
        rows = rows_named(parent[link.key], child[link.column])
        for column in child.columns:
            if column in found or column in {one.column for one in links}:
                continue
            for read in parent.columns:
                if read == link.key or not _same(child[column], parent[read], rows):
                    continue
                if column in keys or _varies(child[column]):
                    found[column] = Copy(column, link.column, read)
                    break
    return list(found.values())


def _same(mine: pd.Series, theirs: pd.Series, rows: np.ndarray) -> bool:
    if types.is_numeric_dtype(mine.dtype) != types.is_numeric_dtype(theirs.dtype):
        return False
    for part in (slice(50), slice(None)):
        first = mine.iloc[part].reset_index(drop=True)
        second = theirs.iloc[rows[part]].reset_index(drop=True)
        missing = first.isna() & second.isna()
        equal = (first.astype(object) == second.astype(object)).fillna(False)
        if not bool((equal | missing).all()):
            return False
    return True


def _varies(series: pd.Series) -> bool:
    """Whether a column takes other values than its most frequent one in 10 rows at least."""
    counts = series.value_counts(dropna=False)
    return len(counts) > 1 and int(counts.iloc[1:].sum()) >= _LEAST


def counters_of(frame: pd.DataFrame, places: np.ndarray, columns: Sequence[str]) -> list[Counter]:
    """Columns that count the rows of one parent.

    Args:
        frame: the rows in their order.
        places: (n,) each row's place among its parent's, from 0.
        columns: that may count.
    """
    found = []
    for column in columns:
        series = frame[column]
        if places.max(initial=0) < 2 or not types.is_integer_dtype(series.dtype):
            continue
        apart = series.to_numpy(dtype=np.float64, na_value=np.nan) - places
        if (apart == apart[0]).all():
            found.append(Counter(column, int(apart[0])))
    return found


def figures_of(
    tables: Tables,
    places: Sequence[Place],
    free: Mapping[str, Sequence[str]],
    known: Collection[tuple[str, str]] = (),
) -> list[Figure]:
    """Columns of parents that are a number, sum, least or largest of their children.

    Args:
        tables: name -> rows.
        places: of the tables.
        free: table -> columns that may be reckoned or read: those that name nothing.
        known: (table, column) pairs that are not to be reckoned.
    """
    found: dict[tuple[str, str], Figure] = {}
    for place in places:
        for link in place.counted:
            if link.parent in free:
                for figure in _figures(tables, place.name, link, free):
                    read = {(place.name, column) for column in figure.of}
                    made = figure.table, figure.column
                    if made not in known and not read & set(found):
                        found.setdefault(made, figure)
    return list(found.values())


def _figures(
    tables: Tables, child: str, link: Link, free: Mapping[str, Sequence[str]]
) -> list[Figure]:
    frame, parent = tables[child], tables[link.parent]
    rows = rows_named(parent[link.key], frame[link.column])
    counts = np.bincount(rows[rows >= 0], minlength=len(parent))
    targets = [c for c in free[link.parent] if _numeric(parent[c]) and _varies(parent[c])]
    forms = {c: form_of(parent[c]) for c in targets}
    # What looks like an identifier is no figure.
    targets = [c for c in targets if isinstance(forms[c], Numbers)]
    if not targets or (counts > 0).sum() < _LEAST or counts.max() < 2:
        return []
    plain = {
        c: frame[c].to_numpy(np.float64, na_value=np.nan) for c in _summands(frame, free[child])
    }
    found = []
    for target in targets:
        form = forms[target]
        due = form.plain(parent[target])
        for what, of, values in _candidates(plain, rows, counts):
            if _fits(form, due, values, counts > 0):
                empty = _empty(due[counts == 0], what)
                found.append(Figure(link.parent, target, child, link.column, what, of, empty, form))
                break
    return found


def _fits(form: Form, due: np.ndarray, values: np.ndarray, some: np.ndarray) -> bool:
    """Whether a figure is what stands in every row that has children, and the rest is alike."""
    written = form.plain(form.series(np.where(some, values, 0.0)))
    rest = due[~some]
    alike = np.isnan(rest).all() or bool((rest == rest[:1]).all())
    return alike and bool((written == due)[some].all())


def _empty(rest: np.ndarray, what: str) -> float | None:
    """What stands where there are no children."""
    if len(rest):
        return None if np.isnan(rest[0]) else float(rest[0])
    return 0.0 if what in ("number", "sum") else None


def figure_column(figure: Figure, tables: Tables, key: str) -> pd.Series:
    """The column that a figure makes, from tables that are drawn.

    Args:
        figure: to reckon.
        tables: name -> rows, the children's among them.
        key: of the figure's table.
    """
    parent, child = tables[figure.table], tables[figure.child]
    rows = rows_named(parent[key], child[figure.link])
    named, n = rows >= 0, len(parent)
    counts = np.bincount(rows[named], minlength=n)
    values = np.ones(len(child))
    for column in figure.of:
        values = values * child[column].to_numpy(np.float64, na_value=np.nan)
    reckon = FIGURES.get(figure.what, FIGURES["sum"])
    made = reckon(values[named], rows[named], n)
    empty = np.nan if figure.empty is None else figure.empty
    return figure.form.series(np.where(counts > 0, made, empty)).set_axis(parent.index)


def _numeric(series: pd.Series) -> bool:
    return bool(
        types.is_numeric_dtype(series.dtype)
        and not types.is_bool_dtype(series.dtype)
        and not types.is_complex_dtype(series.dtype)
    )


def _summands(frame: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    full = [c for c in columns if _numeric(frame[c]) and frame[c].notna().all()]
    return full[:_MOST_COLUMNS]


def _candidates(
    plain: Mapping[str, np.ndarray], rows: np.ndarray, counts: np.ndarray
) -> list[tuple[str, tuple[str, ...], np.ndarray]]:
    named, n = rows >= 0, len(counts)
    found: list[tuple[str, tuple[str, ...], np.ndarray]] = [("number", (), counts.astype(float))]
    for what, figure in FIGURES.items():
        for column, values in plain.items():
            found.append((what, (column,), figure(values[named], rows[named], n)))
    for one, two in itertools.combinations(plain, 2):
        values = (plain[one] * plain[two])[named]
        found.append(("sum", (one, two), np.bincount(rows[named], values, n)))
    return found
