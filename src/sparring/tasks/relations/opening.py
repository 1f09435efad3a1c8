"""Several tables and what is said of them, as the user gave them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.data.databases import is_database, read_tables, table_names
from sparring.data.descriptions import Description, Relationship, TableDescription
from sparring.data.frames import is_frame, to_pandas
from sparring.data.keychecks import check_keys
from sparring.data.keys import infer_keys, keys_from, nearly_keys
from sparring.tasks.relations.sequences import Sequence as RowsInOrder
from sparring.tasks.relations.sequences import apart, sequence_of
from sparring.tasks.relations.structure import lists_of_words

Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Said:
    """What a user says of several tables.

    Attributes:
        keys: as text, {"customers": "id", "orders.customer_id": "customers.id"}, or described;
            None takes those that a database declares, or infers them.
        sequences: table -> (entity, order): rows of an entity that follow each other.
        fixed: tables that stay as they are; None takes those that only say what codes mean.
    """

    keys: Mapping[str, str] | Description | None = None
    sequences: Mapping[str, tuple[str, str]] | None = None
    fixed: Sequence[str] | None = None

    def refuse(self) -> None:
        """Refuse it all, as there is a single table or none.

        Example:
            >>> Said(fixed=["kinds"]).refuse()
            Traceback (most recent call last):
            ...
            sparring.core.errors.WrongUse: fixed is said of several tables: give them by name,
            {'customers': frame, ...}, or as a database.
        """
        for name, value in vars(self).items():
            if value is not None:
                raise WrongUse(
                    f"{name} is said of several tables: give them by name, "
                    f"{{'customers': frame, ...}}, or as a database."
                )


def are_tables(thing: Any) -> bool:
    """Whether data are several tables: frames by name, or a database of more than one.

    Raises:
        WrongUse: no such database. Failure: it cannot be reached.

    Example:
        >>> are_tables({"a": pd.DataFrame(), "b": pd.DataFrame()}), are_tables("people.csv")
        (True, False)
    """
    if is_database(thing):
        return len(table_names(thing)) > 1
    # A sparse array of scipy's may be a mapping too.
    return isinstance(thing, Mapping) and not hasattr(thing, "shape")


def open_tables(thing: Any) -> tuple[Tables, Description | None]:
    """All tables, of pandas, and the keys that a database declares.

    Args:
        thing: name -> data frame, of pandas, Polars or Arrow; or a database: its URL, its
            SQLAlchemy engine, or the path of a SQLite file.

    Raises:
        WrongUse: for anything else.
    """
    if is_database(thing):
        return read_tables(thing)
    if not isinstance(thing, Mapping) or not thing:
        got = "none" if isinstance(thing, Mapping) else type(thing).__name__
        raise WrongUse(
            f"X must be tables by name, {{'customers': frame, ...}}, or a database, got {got}."
        )
    for name, frame in thing.items():
        if not isinstance(name, str) or not is_frame(frame):
            raise WrongUse(
                f"X must hold data frames by name, got {type(frame).__name__} under {name!r}; "
                f"columns of one table are made a frame by pandas.DataFrame(X)."
            )
    return {name: to_pandas(frame) for name, frame in thing.items()}, None


@dataclass(frozen=True)
class Arranged:
    """Tables that are ready to be learnt, and all that is known of them.

    Attributes:
        tables: by name; entities of sequences that had no table of their own have one.
        keys: that hold. sequences: whose rows follow each other. fixed: tables that stay.
    """

    tables: Tables
    keys: Description
    sequences: tuple[RowsInOrder, ...]
    fixed: tuple[str, ...]


def arrange(tables: Tables, declared: Description | None, said: Said) -> Arranged:
    """Settle keys, sequences and what stays as it is.

    Args:
        tables, declared: as `open_tables` gives them.
        said: by the user.

    Raises:
        WrongUse: for keys that don't hold, or names that aren't there.
    """
    keys = _keys(tables, declared, said.keys)
    sequences, tables, keys = _taken_apart(said.sequences or {}, tables, keys)
    check_keys(tables, keys)
    return Arranged(tables, keys, sequences, _fixed(tables, keys, said.fixed))


def _keys(
    tables: Tables,
    declared: Description | None,
    said: Mapping[str, str] | Description | None,
) -> Description:
    if said is None:
        return _inferred(tables) if declared is None else declared
    if isinstance(said, Description):
        return said
    if not isinstance(said, Mapping):
        raise WrongUse(
            f"keys must be a mapping such as {{'customers': 'id', 'orders.customer_id': "
            f"'customers.id'}}, got {type(said).__name__}."
        )
    return keys_from(said, tables)


def _inferred(tables: Tables) -> Description:
    """The keys that names and values speak for; a slip is told before it parts two tables."""
    keys = infer_keys(tables)
    try:
        check_keys(tables, nearly_keys(tables, keys))
    except WrongUse as error:
        remedy = "or state the keys that hold, as in keys={'orders.customer_id': 'customers.id'}"
        raise WrongUse(f"{str(error).removesuffix('.')}, {remedy}.") from error
    return keys


def _fixed(tables: Tables, keys: Description, said: Sequence[str] | None) -> tuple[str, ...]:
    if said is None:
        return lists_of_words(tables, keys)
    if isinstance(said, str) or not isinstance(said, Sequence):
        raise WrongUse(f"fixed must be a list of tables' names, got {said!r}.")
    named = tuple(said)
    for name in named:
        if name not in tables:
            raise WrongUse(f"fixed names an unknown table {name!r}{closest(name, tables)}")
    return named


def _taken_apart(
    asked: Mapping[str, tuple[str, str]], tables: Tables, keys: Description
) -> tuple[tuple[RowsInOrder, ...], Tables, Description]:
    """Entities that have no table of their own get one."""
    if not isinstance(asked, Mapping):
        raise WrongUse(
            f"sequences must be a mapping such as {{'visits': ('patient_id', 'date')}}, got "
            f"{asked!r}."
        )
    found = []
    for name, pair in asked.items():
        if name not in tables:
            raise WrongUse(f"sequences name an unknown table {name!r}{closest(name, tables)}")
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise WrongUse(
                f"sequences must give table {name!r} its entity and order, as in "
                f"('patient_id', 'date'), got {pair!r}."
            )
        sequence = sequence_of(name, tables[name], *pair)
        found.append(sequence)
        links = [r for r in keys.relationships if r.child == name]
        if any(relation.child_key == sequence.entity for relation in links):
            continue
        entities, rows = apart(sequence, tables[name])
        tables = {**tables, sequence.parent: entities, name: rows}
        keys = _with_entities(keys, sequence, entities, rows)
    return tuple(found), tables, keys


def _with_entities(
    keys: Description, sequence: RowsInOrder, entities: pd.DataFrame, rows: pd.DataFrame
) -> Description:
    old = keys.tables.get(sequence.table)
    primary = () if old is None else tuple(c for c in old.primary_key if c in rows)
    described = {
        **keys.tables,
        sequence.table: TableDescription(columns=tuple(rows.columns), primary_key=primary),
        sequence.parent: TableDescription(
            columns=tuple(entities.columns), primary_key=(sequence.entity,)
        ),
    }
    moved = tuple(
        Relationship(r.parent, r.parent_key, sequence.parent, r.child_key)
        if r.child == sequence.table and r.child_key in sequence.constant
        else r
        for r in keys.relationships
    )
    link = Relationship(sequence.parent, sequence.entity, sequence.table, sequence.entity)
    return Description(described, (*moved, link))
