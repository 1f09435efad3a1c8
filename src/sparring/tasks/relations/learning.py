"""From tables that name each other's rows, for each one frame of which its rows are learnt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from pandas.api import types

from sparring.core.errors import WrongUse
from sparring.data.dates import Dates
from sparring.data.descriptions import Description
from sparring.data.forms import Constant, Form, Serials, Texts
from sparring.data.inference import check_names, form_of
from sparring.data.keys import is_dense, rows_named
from sparring.data.rules import Rules, discover
from sparring.data.rules.order import Order
from sparring.data.texts import IDENTIFIER
from sparring.tasks.relations.following import (
    Copy,
    Counter,
    Figure,
    copies_of,
    counters_of,
    figures_of,
)
from sparring.tasks.relations.gaps import BEFORE, Gap, find_gaps, microseconds
from sparring.tasks.relations.seeing import (
    POSITION,
    SIBLINGS,
    First,
    Learnt,
    absent,
    at,
    before,
    moments,
    readable,
    said_by,
    seen,
    share_of,
    told_of,
)
from sparring.tasks.relations.structure import Link, Place, count_name, places_of
from sparring.tasks.relations.telling import most_telling

Tables = Mapping[str, pd.DataFrame]

_MOST_SEEN, _MOST_BEFORE, _MOST_MATCHED = 12, 6, 6
_ORDERED = 0.9


@dataclass(frozen=True)
class Lesson:
    """All tables made ready to be learnt.

    Attributes:
        learnt: table -> what its rows are made from, parents first.
        figures: columns that are reckoned from children.
        frames: table -> the frame that a model learns.
    """

    learnt: Mapping[str, Learnt]
    figures: tuple[Figure, ...]
    frames: Mapping[str, pd.DataFrame]


def prepare(
    tables: Tables,
    keys: Description,
    fixed: Sequence[str],
    order: Mapping[str, str],
    search: bool,
) -> Lesson:
    """Make tables ready to be learnt.

    Args:
        tables: name -> rows.
        keys: that hold in them.
        fixed: tables that stay as they are.
        order: table -> the column by which a parent's rows follow each other.
        search: whether exact relations between columns are looked for.

    Raises:
        WrongUse: a table that can't be learnt from, by name.
    """
    for name, frame in tables.items():
        _check(name, frame)
    places = _settled(tables, keys, fixed, order)
    tables = {place.name: _sorted(tables, place) for place in places} | {
        name: tables[name] for name in fixed
    }
    named = {place.name: _names(place) for place in places}
    foreign = {(relation.child, relation.child_key) for relation in keys.relationships}
    free = {
        p.name: [c for c in p.columns if c not in named[p.name] and (p.name, c) not in foreign]
        for p in places
    }
    figures = tuple(figures_of(tables, places, free)) if search else ()
    learnt: dict[str, Learnt] = {}
    for place in places:
        reckoned = [figure.column for figure in figures if figure.table == place.name]
        learnt[place.name] = _about(place, tables, figures, reckoned, keys, search)
    frames = {name: pd.DataFrame() for name in learnt}
    for name in learnt:
        learnt[name], frames[name] = _frame(name, tables, learnt)
    return Lesson(learnt, figures, frames)


def _check(name: str, frame: pd.DataFrame) -> None:
    if not len(frame):
        raise WrongUse(f"table {name!r} must have at least 1 row, got none; leave it out.")
    try:
        check_names(frame)
    except WrongUse as error:
        raise WrongUse(f"table {name!r}: {error}") from error


def _settled(
    tables: Tables, keys: Description, fixed: Sequence[str], order: Mapping[str, str]
) -> list[Place]:
    """The places of the tables, when foreign keys that follow from others are no links."""
    copied: dict[str, list[str]] = {}
    for place in places_of(tables, keys, fixed, order):
        if place.main is not None:
            others = [link.column for link in place.matched]
            found = copies_of(place.name, tables, [place.main], others)
            copied[place.name] = [copy.column for copy in found if copy.column in others]
    places = places_of(tables, keys, fixed, order, copied)
    return [replace(p, order=p.order or _order_of(tables[p.name], p)) for p in places]


def _order_of(frame: pd.DataFrame, place: Place) -> str | None:
    """The date by which the rows of one parent already stand in order, if there is one."""
    if place.main is None:
        return None
    parent = frame[place.main.column].to_numpy()
    order = np.argsort(pd.factorize(parent)[0], kind="stable")
    together = parent[order][1:] == parent[order][:-1]
    if together.sum() < 2:
        return None
    best: tuple[float, str | None] = (_ORDERED, None)
    for column in frame.columns:
        if column in _names(place) or types.is_numeric_dtype(frame[column].dtype):
            continue
        form = _form(place.name, frame[column])
        if isinstance(form, Dates) and frame[column].notna().all():
            dates = form.plain(frame[column])[order]
            rising = float((np.diff(dates)[together] >= 0).mean())
            if rising > best[0]:
                best = rising, column
    return best[1]


def _form(table: str, series: pd.Series) -> Form:
    try:
        return form_of(series)
    except WrongUse as error:
        raise WrongUse(f"table {table!r}: {error}") from error


def _names(place: Place) -> set[str]:
    """The columns that name rows, of this table or others."""
    links = (*place.counted, *place.itself, *place.listed)
    own = (place.own_key,) if place.own_key is not None else ()
    return {*(link.column for link in links), *own}


def _sorted(tables: Tables, place: Place) -> pd.DataFrame:
    """A table's rows by parent, those of one parent in their order."""
    frame = tables[place.name].reset_index(drop=True)
    if place.main is None:
        return frame
    parent = rows_named(tables[place.main.parent][place.main.key], frame[place.main.column])
    if place.order is None:
        return frame.iloc[np.argsort(parent, kind="stable")].reset_index(drop=True)
    form = _form(place.name, frame[place.order])
    if not isinstance(form, Dates) and not types.is_numeric_dtype(frame[place.order].dtype):
        raise WrongUse(
            f"the order of table {place.name!r} must be a column of dates or numbers, got "
            f"{place.order!r}, a {form.kind}; name another one."
        )
    numeric = types.is_numeric_dtype(frame[place.order].dtype)
    values = frame[place.order].to_numpy(np.float64, na_value=np.nan) if numeric else None
    by = form.plain(frame[place.order]) if values is None else values
    return frame.iloc[np.lexsort((by, parent))].reset_index(drop=True)


def positions(parent: np.ndarray) -> np.ndarray:
    """(n,) each row's place among those of its parent, from 0, where rows stand by parent.

    Example:
        >>> positions(np.array([0, 0, 2, 2, 2]))
        array([0, 1, 0, 1, 2])
    """
    begin = np.flatnonzero(np.r_[True, parent[1:] != parent[:-1]]) if len(parent) else parent
    return np.arange(len(parent)) - np.repeat(begin, np.diff(np.r_[begin, len(parent)]))


def _about(
    place: Place,
    tables: Tables,
    figures: Sequence[Figure],
    reckoned: Sequence[str],
    keys: Description,
    search: bool,
) -> Learnt:
    """What is made from other tables or drawn anew, and the rules of the rest."""
    frame = tables[place.name]
    named = _names(place)
    foreign = [r.child_key for r in keys.relationships if r.child == place.name]
    others = [c for c in foreign if c not in named]
    links = [link for link in place.counted[: 1 + len(place.matched)] if not link.missing]
    copies = [
        copy
        for copy in copies_of(place.name, tables, links, others)
        if (search or copy.column in others)
        and copy.column not in {*named, *reckoned}
        and not _is_reckoned(copy, place, figures)
    ]
    follow = {*named, *reckoned, *(copy.column for copy in copies)}
    counters: list[Counter] = []
    if search and place.main is not None:
        parent = rows_named(tables[place.main.parent][place.main.key], frame[place.main.column])
        rest = [column for column in place.columns if column not in follow]
        counters = counters_of(frame, positions(parent), rest)
    follow -= {link.column for link in place.listed}
    follow |= {counter.column for counter in counters}
    own = own_frame(frame, place, [column for column in place.columns if column not in follow])
    key, least = _key(place, frame)
    rules, orders = Rules((), tuple(own.columns)), ()
    if search and own.shape[1]:
        rules, orders = _parted(place.order, discover(own))
    return Learnt(
        place,
        len(frame),
        {column: str(frame[column].dtype) for column in place.columns},
        key,
        least,
        tuple(copies),
        tuple(counters),
        {column: _form(place.name, own[column]) for column in own.columns},
        rules,
        orders,
    )


def _parted(order: str | None, rules: Rules) -> tuple[Rules, tuple[tuple[str, str], ...]]:
    """The rules but for the orders of dates, which gaps keep, and these orders.

    Rules that remake the column by which rows are ordered are left out.
    """
    orders, kept = [], []
    for rule in rules:
        if isinstance(rule, Order) and isinstance(rule.high_form, Dates):
            orders.append((str(rule.low[0]), str(rule.high)))
        elif order not in (rule.target, *rule.derived):
            kept.append(rule)
    return replace(rules, rules=tuple(kept)), tuple(orders)


def own_frame(frame: pd.DataFrame, place: Place, columns: Sequence[str]) -> pd.DataFrame:
    """Own columns; those that name rows of a table that stays are categories."""
    listed = {link.column: "category" for link in place.listed if link.column in columns}
    return frame[list(columns)].astype(listed)


def _is_reckoned(copy: Copy, place: Place, figures: Sequence[Figure]) -> bool:
    parents = {link.column: link.parent for link in place.counted}
    return (parents[copy.link], copy.read) in {(figure.table, figure.column) for figure in figures}


def _key(place: Place, frame: pd.DataFrame) -> tuple[Form | None, int]:
    """How new keys are made: counted on from the least, or of the same look."""
    column = place.own_key
    if column is None:
        return None, 0
    series = frame[column]
    whole = types.is_integer_dtype(series.dtype)
    if is_dense(series):
        return None, int(series.min())
    form = (Serials if whole else Texts).learn(series, IDENTIFIER)
    if form.roomy:
        return form, 0
    if whole:
        return None, int(series.min())
    raise WrongUse(
        f"the key {column!r} of table {place.name!r} holds texts of which no new ones can be made; "
        f"let the table stay as it is, fixed=[{place.name!r}]."
    )


def _frame(
    name: str, tables: Tables, learnt: Mapping[str, Learnt]
) -> tuple[Learnt, pd.DataFrame]:
    """What a model learns of one table: own columns, and what they hang on."""
    mine, frame = learnt[name], tables[name]
    own = own_frame(frame, mine.place, list(mine.forms))
    reduced = mine.rules.reduce(own) if own.shape[1] else own
    firsts = _firsts(name, learnt)
    extras = _extras(name, tables, learnt)
    counts = _numbers(name, tables, learnt)
    extras = counts | extras
    reduced, gaps = _with_gaps(mine, reduced, tables, learnt, firsts)
    forms = {c: _form(name, reduced[c]) for c in reduced.columns}
    about = readable(reduced, forms).assign(**extras)
    parts: dict[str, pd.Series] = {c: reduced[c] for c in reduced.columns} | extras
    looked, behind = (), ()
    if mine.place.main is not None:
        main = mine.place.main
        parent = rows_named(tables[main.parent][main.key], frame[main.column])
        looked, above = _looked(main, parent, tables, learnt, about)
        place = positions(parent)
        behind = _behind(about, place)
        parts |= above
        parts[SIBLINGS] = pd.Series(np.bincount(parent)[parent])
        parts[POSITION] = pd.Series(place)
        last = np.where(place > 0, np.arange(len(place)) - 1, -1)
        parts |= {before(c): at(about[c], last) for c in behind}
    matched = {}
    for link in mine.place.matched:
        matched[link.column], said = _said(link, frame, tables, learnt, about)
        parts |= said
    made = replace(
        mine,
        numbers={column: _histogram(series) for column, series in counts.items()},
        gaps=gaps,
        firsts=firsts,
        seen=tuple(looked),
        before=tuple(behind),
        matched=matched,
    )
    return made, pd.DataFrame(parts)


def _firsts(name: str, learnt: Mapping[str, Learnt]) -> tuple[First, ...]:
    found = []
    for child, other in learnt.items():
        main, order = other.place.main, other.place.order
        if main is not None and main.parent == name and order is not None:
            form = other.forms.get(order)
            if isinstance(form, Dates):
                found.append(First(child, order, form))
    return tuple(found)


def _numbers(
    name: str, tables: Tables, learnt: Mapping[str, Learnt]
) -> dict[str, pd.Series]:
    """How many children a row has by each link."""
    frame, made = tables[name], {}
    for child, other in learnt.items():
        for link in other.place.counted:
            if link.parent == name:
                rows = rows_named(frame[link.key], tables[child][link.column])
                counts = np.bincount(rows[rows >= 0], minlength=len(frame))
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


def _beginning(
    name: str, tables: Tables, learnt: Mapping[str, Learnt], first: First
) -> np.ndarray:
    """(n,) microseconds at which each row's children begin, NaN where it has none."""
    main = learnt[first.child].place.main
    out = np.full(len(tables[name]), np.inf)
    if main is not None:
        rows = rows_named(tables[name][main.key], tables[first.child][main.column])
        np.minimum.at(out, rows, microseconds(first.form, tables[first.child][first.column]))
    return np.where(np.isinf(out), np.nan, out)


def _looked(
    main: Link,
    parent: np.ndarray,
    tables: Tables,
    learnt: Mapping[str, Learnt],
    about: pd.DataFrame,
) -> tuple[list[str], dict[str, pd.Series]]:
    """The columns of the parent that tell most of its children, and these columns."""
    above = seen(main.parent, tables, learnt).iloc[parent].reset_index(drop=True)
    names = most_telling(above, about, _MOST_SEEN)
    return names, {told_of(column): above[column] for column in names}


def _behind(about: pd.DataFrame, place: np.ndarray) -> list[str]:
    """The columns of the row before that tell most of a row."""
    later = np.flatnonzero(place > 0)
    if len(later) < 2:
        return []
    return most_telling(about.iloc[later - 1], about.iloc[later], _MOST_BEFORE)


def _said(
    link: Link,
    frame: pd.DataFrame,
    tables: Tables,
    learnt: Mapping[str, Learnt],
    about: pd.DataFrame,
) -> tuple[tuple[str, ...], dict[str, pd.Series]]:
    """What a row says of the row that it names by another link than its main one."""
    rows = rows_named(tables[link.parent][link.key], frame[link.column])
    there = seen(link.parent, tables, learnt)
    told = pd.DataFrame({column: at(there[column], rows) for column in there.columns})
    names = most_telling(told, about, _MOST_MATCHED) or list(told.columns[:_MOST_MATCHED])
    return tuple(names), {said_by(link.column, column): told[column] for column in names}


def learnable(frame: pd.DataFrame, name: str) -> bool:
    """Whether a model can learn anything of a frame: texts and constants alone are drawn anew."""
    forms = (_form(name, frame[column]) for column in frame.columns)
    return any(not isinstance(form, Texts | Constant) for form in forms)
