"""From tables that name each other's rows, for each one frame of which its rows are learnt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from pandas.api import types

from sparring.core.errors import WrongUse
from sparring.data.dates import Dates
from sparring.data.descriptions import Description
from sparring.data.forms import Constant, Texts
from sparring.data.inference import check_names
from sparring.data.keys import rows_named
from sparring.data.rules import Rules, discover
from sparring.data.rules.order import Order
from sparring.tasks.relations.following import (
    Copy,
    Counter,
    Figure,
    copies_of,
    counters_of,
    figures_of,
)
from sparring.tasks.relations.framing import frame_of, own_frame
from sparring.tasks.relations.naming import naming_of
from sparring.tasks.relations.seeing import (
    Learnt,
    form_in,
)
from sparring.tasks.relations.structure import Place, places_of, positions

Tables = Mapping[str, pd.DataFrame]

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
    copies = {place.name: _copies(place, tables, keys, search) for place in places}
    figures: tuple[Figure, ...] = ()
    if search:
        figures = tuple(figures_of(tables, places, free, _said_twice(places, copies)))
    learnt: dict[str, Learnt] = {}
    for place in places:
        reckoned = [figure.column for figure in figures if figure.table == place.name]
        learnt[place.name] = _about(place, tables, copies[place.name], reckoned, search)
    frames = {name: pd.DataFrame() for name in learnt}
    for name in learnt:
        learnt[name], frames[name] = frame_of(name, tables, learnt)
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
        form = form_in(place.name, frame[column])
        if isinstance(form, Dates) and frame[column].notna().all():
            dates = form.plain(frame[column])[order]
            rising = float((np.diff(dates)[together] >= 0).mean())
            if rising > best[0]:
                best = rising, column
    return best[1]


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
    form = form_in(place.name, frame[place.order])
    if not isinstance(form, Dates) and not types.is_numeric_dtype(frame[place.order].dtype):
        raise WrongUse(
            f"the order of table {place.name!r} must be a column of dates or numbers, got "
            f"{place.order!r}, a {form.kind}; name another one."
        )
    numeric = types.is_numeric_dtype(frame[place.order].dtype)
    values = frame[place.order].to_numpy(np.float64, na_value=np.nan) if numeric else None
    by = form.plain(frame[place.order]) if values is None else values
    return frame.iloc[np.lexsort((by, parent))].reset_index(drop=True)


def _copies(place: Place, tables: Tables, keys: Description, search: bool) -> list[Copy]:
    """Columns that say again what stands in a row that is named; foreign keys are always found."""
    named = _names(place)
    foreign = [r.child_key for r in keys.relationships if r.child == place.name]
    others = [column for column in foreign if column not in named]
    main = () if place.main is None else (place.main,)
    links = [link for link in (*main, *place.matched) if not link.missing]
    return [
        copy
        for copy in copies_of(place.name, tables, links, others)
        if (search or copy.column in others) and copy.column not in named
    ]


def _said_twice(
    places: Sequence[Place], copies: Mapping[str, Sequence[Copy]]
) -> set[tuple[str, str]]:
    """(table, column) of all that is a copy or has one: it is not reckoned from its copies."""
    found = set()
    for place in places:
        parents = {link.column: link.parent for link in place.counted}
        for copy in copies[place.name]:
            found |= {(place.name, copy.column), (parents[copy.link], copy.read)}
    return found


def _about(
    place: Place,
    tables: Tables,
    copies: Sequence[Copy],
    reckoned: Sequence[str],
    search: bool,
) -> Learnt:
    """What is made from other tables or drawn anew, and the rules of the rest."""
    frame = tables[place.name]
    follow = {*_names(place), *reckoned, *(copy.column for copy in copies)}
    counters: list[Counter] = []
    if search and place.main is not None:
        parent = rows_named(tables[place.main.parent][place.main.key], frame[place.main.column])
        rest = [column for column in place.columns if column not in follow]
        counters = counters_of(frame, positions(parent), rest)
    follow -= {link.column for link in place.listed}
    follow |= {counter.column for counter in counters}
    own = own_frame(frame, place, [column for column in place.columns if column not in follow])
    rules = Rules((), tuple(own.columns))
    orders: tuple[tuple[str, str], ...] = ()
    if search and own.shape[1]:
        rules, orders = _parted(place.order, discover(own))
    return Learnt(
        place,
        len(frame),
        {column: str(frame[column].dtype) for column in place.columns},
        naming_of(place, frame),
        tuple(copies),
        tuple(counters),
        {column: form_in(place.name, own[column]) for column in own.columns},
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


def learnable(frame: pd.DataFrame, name: str) -> bool:
    """Whether a model can learn anything of a frame: texts and constants alone are drawn anew."""
    forms = (form_in(name, frame[column]) for column in frame.columns)
    return any(not isinstance(form, Texts | Constant) for form in forms)
