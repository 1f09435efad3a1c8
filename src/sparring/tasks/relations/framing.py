"""The frame of which a table's rows are learnt."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from sparring.data.dates import Dates
from sparring.data.forms import Form
from sparring.data.keys import rows_named
from sparring.tasks.relations.gaps import BEFORE, Gap, find_gaps, microseconds
from sparring.tasks.relations.queues import Line, in_line, taken_before
from sparring.tasks.relations.seeing import (
    POSITION,
    SIBLINGS,
    First,
    Learnt,
    absent,
    at,
    before,
    form_in,
    moments,
    readable,
    room_name,
    said_by,
    seen,
    share_of,
    told_of,
)
from sparring.tasks.relations.structure import Link, Place, count_name, positions
from sparring.tasks.relations.telling import most_telling

Tables = Mapping[str, pd.DataFrame]

_MOST_SEEN, _MOST_BEFORE, _MOST_MATCHED = 12, 6, 6


def own_frame(frame: pd.DataFrame, place: Place, columns: Sequence[str]) -> pd.DataFrame:
    """Own columns; those that name rows of a table that stays are categories."""
    listed = {link.column: "category" for link in place.listed if link.column in columns}
    return frame[list(columns)].astype(listed)


def frame_of(
    name: str, tables: Tables, learnt: Mapping[str, Learnt]
) -> tuple[Learnt, pd.DataFrame]:
    """What a model learns of one table: own columns, and what they hang on."""
    mine, frame = learnt[name], tables[name]
    own = own_frame(frame, mine.place, list(mine.forms))
    reduced = mine.rules.reduce(own) if own.shape[1] else own
    firsts = _firsts(name, learnt)
    counts = _numbers(name, tables, learnt)
    reduced, gaps = _with_gaps(mine, reduced, tables, learnt, firsts)
    forms = {c: form_in(name, reduced[c]) for c in reduced.columns}
    extras = counts | _extras(name, tables, learnt)
    about = readable(reduced, forms).assign(**extras)
    matched, waiting = {}, {}
    for link in mine.place.matched:
        if (due := _due(mine, link, tables)) is not None:
            waiting[link] = due
            continue
        matched[link.column], said = _said(mine, link, tables, learnt, about)
        extras |= said
        about = about.assign(**said)
    parts: dict[str, pd.Series] = {c: reduced[c] for c in reduced.columns} | extras
    made = replace(
        mine,
        numbers={column: _histogram(series) for column, series in counts.items()},
        gaps=gaps,
        firsts=firsts,
        matched=matched,
        queued=tuple(waiting),
    )
    for link, due in waiting.items():
        there = seen(link.parent, tables, learnt)
        made, told = _awaited(made, link, there, due, about)
        parts |= told
    if mine.place.main is not None:
        made, around = _around(made, mine.place.main, tables, learnt, about)
        parts |= around
    return made, pd.DataFrame(parts)


def _around(
    mine: Learnt,
    main: Link,
    tables: Tables,
    learnt: Mapping[str, Learnt],
    about: pd.DataFrame,
) -> tuple[Learnt, dict[str, pd.Series]]:
    """What is known of a row before it is drawn: of its parent, its siblings, the row before."""
    parent = rows_named(tables[main.parent][main.key], tables[mine.place.name][main.column])
    place = positions(parent)
    above = seen(main.parent, tables, learnt).iloc[parent].reset_index(drop=True)
    looked = most_telling(above, about, _MOST_SEEN)
    later = np.flatnonzero(place > 0)
    behind: list[str] = []
    if len(later) > 1:
        behind = most_telling(about.iloc[later - 1], about.iloc[later], _MOST_BEFORE)
    last = np.where(place > 0, np.arange(len(place)) - 1, -1)
    parts = {told_of(column): above[column] for column in looked}
    parts |= {
        SIBLINGS: pd.Series(np.bincount(parent)[parent]),
        POSITION: pd.Series(place),
    }
    parts |= {before(column): at(about[column], last) for column in behind}
    for link in mine.place.matched:
        if link.within is not None:
            counts, of = _hanging(mine, main, link, tables)
            room = room_of(counts, of, len(tables[main.parent]))[parent]
            if link in mine.queued:
                named = tables[mine.place.name][link.column].notna().to_numpy()
                room = np.maximum(room - taken_before(parent, named), 0)
            parts[room_name(link.column)] = pd.Series(room)
    return replace(mine, seen=tuple(looked), before=tuple(behind)), parts


def _hanging(mine: Learnt, main: Link, link: Link, tables: Tables) -> tuple[np.ndarray, np.ndarray]:
    """Of each row of another parent how often it is named, and the main parent's row above it."""
    there = tables[link.parent]
    counts = children_of(there[link.key], tables[mine.place.name][link.column])
    return counts, rows_named(tables[main.parent][main.key], there[link.within])


def _due(mine: Learnt, link: Link, tables: Tables) -> np.ndarray | None:
    """(n,) the other parent's row that is next in line for each row, if rows keep to the line."""
    main, frame = mine.place.main, tables[mine.place.name]
    if main is None or link.within is None:
        return None
    counts, of = _hanging(mine, main, link, tables)
    parent = rows_named(tables[main.parent][main.key], frame[main.column])
    rows = rows_named(tables[link.parent][link.key], frame[link.column])
    return in_line(Line.of(of, counts, len(tables[main.parent])), parent, rows)


def _awaited(
    mine: Learnt, link: Link, there: pd.DataFrame, due: np.ndarray, about: pd.DataFrame
) -> tuple[Learnt, dict[str, pd.Series]]:
    """What is known of the row that is next in line; what stands above it is known already."""
    own = _own_of(there, mine.place.main)
    told = pd.DataFrame({column: at(own[column], due) for column in own.columns})
    names = most_telling(told, about, _MOST_MATCHED)
    matched = {**mine.matched, link.column: tuple(names)}
    known = {said_by(link.column, column): told[column] for column in names}
    return replace(mine, matched=matched), known


def _own_of(there: pd.DataFrame, main: Link | None) -> pd.DataFrame:
    """What is told of another parent, but for what the main one has told of all that hang on it."""
    if main is None:
        return there
    above = f"{main.parent}."
    return there[[column for column in there.columns if not str(column).startswith(above)]]


def children_of(key: pd.Series, column: pd.Series) -> np.ndarray:
    """(m,) how many rows name each row of a table."""
    rows = rows_named(key, column)
    return np.bincount(rows[rows >= 0], minlength=len(key))


def room_of(counts: np.ndarray, of: np.ndarray, n: int) -> np.ndarray:
    """(n,) how many children the rows that hang on each of n rows have together.

    Args:
        counts: (m,) children of each row.
        of: (m,) the row that it hangs on, -1 for none.
        n: how many there are of these.

    Example:
        >>> room_of(np.array([2, 1, 4]), np.array([0, 0, 1]), 3)
        array([3, 4, 0])
    """
    some = of >= 0
    return np.bincount(of[some], counts[some], n).astype(np.int64)


def _firsts(name: str, learnt: Mapping[str, Learnt]) -> tuple[First, ...]:
    found = []
    for child, other in learnt.items():
        main, order = other.place.main, other.place.order
        if main is not None and main.parent == name and order is not None:
            form = other.forms.get(order)
            if isinstance(form, Dates):
                found.append(First(child, order, form))
    return tuple(found)


def _numbers(name: str, tables: Tables, learnt: Mapping[str, Learnt]) -> dict[str, pd.Series]:
    """How many children a row has by each link."""
    frame, made = tables[name], {}
    for child, other in learnt.items():
        for link in other.place.counted:
            if link.parent == name:
                counts = children_of(frame[link.key], tables[child][link.column])
                made[count_name(child, link)] = pd.Series(counts)
    return made


def _histogram(counts: pd.Series) -> tuple[tuple[int, int], ...]:
    values, often = np.unique(counts.to_numpy(), return_counts=True)
    return tuple(zip(values.tolist(), often.tolist(), strict=True))


def _extras(name: str, tables: Tables, learnt: Mapping[str, Learnt]) -> dict[str, pd.Series]:
    """What the links of a row that are matched, or lead to its own table, say of themselves."""
    frame, made = tables[name], {}
    place = learnt[name].place
    for link in (*place.matched, *place.late):
        if link.missing:
            made[absent(link.column)] = frame[link.column].isna().reset_index(drop=True)
    for link in place.itself:
        made[share_of(link.column)] = pd.Series(shares(frame[link.key], frame[link.column]))
    return made


def shares(key: pd.Series, column: pd.Series) -> np.ndarray:
    """(n,) where among the rows that come before it the row that each names stands, in [0, 1).

    Rows come after the ones that they name; where those name each other in a circle, all rows
    count as coming before. NaN where a row names none.

    Example:
        >>> shares(pd.Series([1, 2, 3]), pd.Series([None, 1, 1]))
        array([nan,  0.,  0.])
    """
    parent = rows_named(key, column)
    depth = np.zeros(len(parent), dtype=np.int64)
    for _ in range(len(parent)):
        deeper = np.where(parent >= 0, depth[parent] + 1, 0)
        if (deeper == depth).all():
            break
        depth = deeper
    else:
        return np.where(parent >= 0, parent / max(1, len(parent)), np.nan)
    order = np.argsort(depth, kind="stable")
    rank = np.empty(len(parent), dtype=np.int64)
    rank[order] = np.arange(len(parent))
    made: np.ndarray = np.where(parent >= 0, rank[parent] / np.maximum(rank, 1), np.nan)
    return made


def _with_gaps(
    mine: Learnt,
    reduced: pd.DataFrame,
    tables: Tables,
    learnt: Mapping[str, Learnt],
    firsts: Sequence[First],
) -> tuple[pd.DataFrame, tuple[Gap, ...]]:
    """Own dates, and those at which children begin, as what lies between them and others."""
    name, main = mine.place.name, mine.place.main
    forms: dict[str, Form] = {
        c: form
        for c, form in mine.forms.items()
        if isinstance(form, Dates) and c in reduced and str(reduced[c].dtype) == mine.dtypes[c]
    }
    own = {column: microseconds(form, reduced[column]) for column, form in forms.items()}
    for first in firsts:
        forms[first.name], own[first.name] = first.form, _beginning(name, tables, learnt, first)
        reduced = reduced.assign(**{first.name: first.form.series(_plain(first, own[first.name]))})
    known: dict[str, np.ndarray] = {}
    gaps: list[Gap] = []
    if main is not None:
        parent = rows_named(tables[main.parent][main.key], tables[name][main.column])
        known = {told_of(c): d[parent] for c, d in moments(main.parent, tables, learnt).items()}
        order = mine.place.order
        if order in own:
            known[order] = own.pop(order)
            behind = np.r_[known[order][:1], known[order][:-1]]
            known[BEFORE] = np.where(positions(parent) > 0, behind, known[order])
            gaps.append(Gap(order, BEFORE, forms[order]))  # type: ignore[arg-type]
    later = {column: dates for column, dates in known.items() if column != BEFORE}
    gaps += find_gaps(forms, own, later, set(later) - {mine.place.order})
    dates = known | own
    away = {gap.column: gap.away(dates[gap.column], dates[gap.anchor]) for gap in gaps}
    return reduced.assign(**away), tuple(gaps)


def _plain(first: First, dates: np.ndarray) -> np.ndarray:
    form = first.form
    step = form.step / (1000 if form.ticks == "ns" else 1)  # type: ignore[attr-defined]
    plain: np.ndarray = dates / step - form.origin  # type: ignore[attr-defined]
    return plain


def _beginning(name: str, tables: Tables, learnt: Mapping[str, Learnt], first: First) -> np.ndarray:
    """(n,) microseconds at which each row's children begin, NaN where it has none."""
    main = learnt[first.child].place.main
    out = np.full(len(tables[name]), np.inf)
    if main is not None:
        rows = rows_named(tables[name][main.key], tables[first.child][main.column])
        np.minimum.at(out, rows, microseconds(first.form, tables[first.child][first.column]))
    return np.where(np.isinf(out), np.nan, out)


def _said(
    mine: Learnt,
    link: Link,
    tables: Tables,
    learnt: Mapping[str, Learnt],
    about: pd.DataFrame,
) -> tuple[tuple[str, ...], dict[str, pd.Series]]:
    """What a row says of the row that it names by another link than its main one.

    Those columns of it that tell most of the row, its parent, and what the row before says.
    """
    rows = rows_named(tables[link.parent][link.key], tables[mine.place.name][link.column])
    there, main = seen(link.parent, tables, learnt), mine.place.main
    if link.within is not None:
        there = _own_of(there, main)
    told = pd.DataFrame({column: at(there[column], rows) for column in there.columns})
    beside = about
    if main is not None:
        parent = rows_named(tables[main.parent][main.key], tables[mine.place.name][main.column])
        above = seen(main.parent, tables, learnt).iloc[parent].reset_index(drop=True)
        last = np.where(positions(parent) > 0, np.arange(len(parent)) - 1, -1)
        past = {before(column): at(told[column], last) for column in told.columns}
        beside = pd.concat([about, above.add_prefix("of its parent: "), pd.DataFrame(past)], axis=1)
    names = most_telling(told, beside, _MOST_MATCHED)
    return tuple(names), {said_by(link.column, column): told[column] for column in names}
