"""In which order tables are drawn, and what each row hangs on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sparring.core.errors import WrongUse
from sparring.data.descriptions import Description, Relationship
from sparring.data.keys import rows_named

Tables = Mapping[str, pd.DataFrame]

_OFTEN = 20
_FEW_COLUMNS = 3


@dataclass(frozen=True)
class Link:
    """A column that names rows of another table.

    Attributes:
        column: of the child.
        parent, key: the table whose rows it names, and by which column.
        missing: whether it names none in some rows.
        within: a column of the parent that always equals the child's main link, or None: a
            transfer's stay is one of the same admission's.
    """

    column: str
    parent: str
    key: str
    missing: bool = False
    within: str | None = None


@dataclass(frozen=True)
class Place:
    """Where a table stands among the others.

    Attributes:
        name: of the table.
        columns: all of them, in their order.
        key: the columns that tell rows apart, () where none are known.
        main: the link from whose rows this table's are drawn, one after the other; or None.
        matched: links to tables that are drawn before, matched to the rows afterwards.
        late: links to tables that are not drawn before, by chance.
        itself: links to other rows of the same table.
        listed: links to tables that stay as they are; they are categories.
        order: the column by which rows of one parent follow each other, or None.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()
    main: Link | None = None
    matched: tuple[Link, ...] = ()
    late: tuple[Link, ...] = ()
    itself: tuple[Link, ...] = ()
    listed: tuple[Link, ...] = ()
    order: str | None = None

    @property
    def counted(self) -> tuple[Link, ...]:
        """The links of which a parent has so many children."""
        main = () if self.main is None else (self.main,)
        return (*main, *self.matched, *self.late)

    @property
    def own_key(self) -> str | None:
        """The one column that tells rows apart and names nothing else."""
        (column, *others) = self.key or (None,)
        links = {link.column for link in (*self.counted, *self.itself, *self.listed)}
        return None if others or column in links else column


def count_name(child: str, link: Link) -> str:
    """How the number of a row's children is called among what is learnt of the row.

    Example:
        >>> count_name("orders", Link("customer_id", "customers", "id"))
        'number of orders by customer_id'
    """
    return f"number of {child} by {link.column}"


def lists_of_words(tables: Tables, keys: Description) -> tuple[str, ...]:
    """Tables that only say what a code means: small ones that name nothing and are named often.

    They have three columns at most, and 20 times as many rows name them as they have.
    """
    children = {relation.child for relation in keys.relationships}
    often = {
        relation.parent
        for relation in keys.relationships
        if len(tables[relation.child]) >= _OFTEN * len(tables[relation.parent])
    }
    return tuple(
        name
        for name in tables
        if name in often - children and tables[name].shape[1] <= _FEW_COLUMNS
    )


def places_of(
    tables: Tables,
    keys: Description,
    fixed: Collection[str],
    order: Mapping[str, str],
    copied: Mapping[str, Collection[str]] | None = None,
) -> list[Place]:
    """The tables that are learnt, parents before their children.

    A table's rows are drawn from the parent that lies deepest, since what its parents are follows;
    of two equally deep ones from that whose children stand together.

    Args:
        tables: name -> rows.
        keys: that hold in them.
        fixed: tables that stay as they are.
        order: table -> the column by which a parent's rows follow each other.
        copied: table -> foreign keys that follow from others, and are no links of their own.

    Raises:
        WrongUse: a table to keep that names one to learn.
    """
    learnt = [name for name in tables if name not in fixed]
    links = {name: _links(name, tables, keys, (copied or {}).get(name, ())) for name in tables}
    for name in fixed:
        for link in links[name]:
            if link.parent not in fixed:
                raise WrongUse(
                    f"fixed must not name {name!r} without {link.parent!r}, whose rows it names by "
                    f"{link.column!r}; add it, or leave {name!r} out."
                )
    outside = {
        name: [link for link in links[name] if link.parent not in (name, *fixed)] for name in learnt
    }
    ordered, late = _ordered(learnt, outside)
    depth: dict[str, int] = {}
    places = []
    for name in ordered:
        early = [link for link in outside[name] if link not in late[name]]
        depth[name] = max((depth[link.parent] + 1 for link in early), default=0)
        main = _main(tables[name], [link for link in early if not link.missing], depth)
        matched = [link for link in early if link != main]
        described = keys.tables.get(name)
        places.append(
            Place(
                name,
                tuple(tables[name].columns),
                () if described is None else described.primary_key,
                main,
                tuple(_within(name, tables, link, main, links[link.parent]) for link in matched),
                tuple(late[name]),
                tuple(link for link in links[name] if link.parent == name),
                tuple(link for link in links[name] if link.parent in fixed),
                order.get(name),
            )
        )
    return places


def _links(name: str, tables: Tables, keys: Description, copied: Collection[str]) -> list[Link]:
    found: dict[str, Link] = {}
    for relation in keys.relationships:
        if relation.child == name and relation.child_key not in copied:
            if relation.child_key in found:
                raise WrongUse(
                    f"keys must let column {relation.child_key!r} of table {name!r} name rows of "
                    f"one table, got {found[relation.child_key].parent!r} and "
                    f"{relation.parent!r}; leave one of them out."
                )
            found[relation.child_key] = _link(tables, relation)
    return list(found.values())


def _link(tables: Tables, relation: Relationship) -> Link:
    missing = bool(tables[relation.child][relation.child_key].isna().any())
    return Link(relation.child_key, relation.parent, relation.parent_key, missing)


def _ordered(
    names: Sequence[str], links: Mapping[str, Sequence[Link]]
) -> tuple[list[str], dict[str, list[Link]]]:
    """Parents before children; where tables name each other in a circle, links that come late."""
    ordered: list[str] = []
    late: dict[str, list[Link]] = {name: [] for name in names}
    left = list(names)
    while left:
        free = [
            name
            for name in left
            if all(link.parent in ordered or link in late[name] for link in links[name])
        ]
        if free:
            ordered.append(free[0])
            left.remove(free[0])
            continue
        # A link that may be missing is the one that was made afterwards.
        open_links = [
            (not link.missing, place, name, link)
            for place, name in enumerate(left)
            for link in links[name]
            if link.parent in left and link not in late[name]
        ]
        _, _, name, link = min(open_links, key=lambda one: one[:2])
        late[name].append(link)
    return ordered, late


def _main(frame: pd.DataFrame, links: Sequence[Link], depth: Mapping[str, int]) -> Link | None:
    def together(link: Link) -> float:
        series = frame[link.column]
        return float((series == series.shift()).mean())

    return max(links, key=lambda link: (depth[link.parent], together(link)), default=None)


def _within(
    name: str, tables: Tables, link: Link, main: Link | None, of_parent: Sequence[Link]
) -> Link:
    """The link, with the column of its parent that agrees with the child's main link."""
    if main is None:
        return link
    child, parent = tables[name], tables[link.parent]
    rows = rows_named(parent[link.key], child[link.column])
    named = rows >= 0
    for other in of_parent:
        if other.parent == main.parent and other.key == main.key and named.any():
            theirs = parent[other.column].to_numpy()[rows[named]]
            if (theirs == child[main.column].to_numpy()[named]).all():
                return replace(link, within=other.column)
    return link


def positions(parent: np.ndarray) -> np.ndarray:
    """(n,) each row's place among those of its parent, from 0, where rows stand by parent.

    Example:
        >>> positions(np.array([0, 0, 2, 2, 2]))
        array([0, 1, 0, 1, 2])
    """
    begin = np.flatnonzero(np.r_[True, parent[1:] != parent[:-1]]) if len(parent) else parent
    return np.arange(len(parent)) - np.repeat(begin, np.diff(np.r_[begin, len(parent)]))
