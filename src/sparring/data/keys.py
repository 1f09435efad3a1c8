"""Keys that hold tables together: found, shown and checked."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types

from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.data.descriptions import Description, Relationship, TableDescription

Tables = Mapping[str, pd.DataFrame]

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NAMING = ("id", "ids", "uuid", "guid", "key", "code", "no", "nr", "number")
_OF_ANY = {("id",), ("row", "id"), ("key",), ("index",), ("code",), ("number",), ("uuid",)}
_ABOVE = {"parent", "manager", "supervisor", "boss", "superior"}
# So many different values, all found in a key that counts nothing, are found by no accident.
_FEWEST_FOUND = 10
_SPARSE = 100
_DENSE = 1.5
_NEARLY = 0.9


def infer_keys(tables: Tables) -> Description:
    """The keys that names and values of several tables speak for.

    A primary key is a column of whole numbers or texts that differ in every row, and that others
    name or that is named like one. A foreign key holds values of a primary key alone, and is named
    like it: customer_id, billing_customer_id or CustomerId for customers.id. Without such a name
    it is believed of texts and of numbers that don't count rows (10 different ones at least):
    that 1, 2, 3 occur among 1, 2, ..., 100 says nothing.

    Args:
        tables: name -> rows.

    Returns:
        Primary keys and relationships, in the order of the tables.

    Example:
        >>> people = pd.DataFrame({"id": [1, 2, 3], "age": [30, 40, 50]})
        >>> orders = pd.DataFrame({"id": [1, 2, 3, 4], "person_id": [1, 1, 3, 3]})
        >>> found = infer_keys({"persons": people, "orders": orders})
        >>> print(*shown_keys(found), sep="\\n")
        persons.id is a key
        orders.id is a key
        orders.person_id -> persons.id
    """
    primary = {name: _primary(name, tables) for name in tables}
    found = []
    for child, frame in tables.items():
        for column in frame.columns:
            if primary[child] == column and not _also_names_another(child, column, primary):
                continue
            named = _parent_of(child, column, tables, primary)
            if named is not None:
                found.append(Relationship(*named, child, column))
    described = {}
    for name, key in primary.items():
        named_by = [relation.child_key for relation in found if relation.child == name]
        whole = (key,) if key is not None else _pair(tables[name], named_by)
        described[name] = TableDescription(columns=tuple(tables[name].columns), primary_key=whole)
    return Description(described, tuple(found))


def nearly_keys(tables: Tables, keys: Description) -> Description:
    """Relationships that names speak for and a few rows against: a slip in the data, it seems.

    Args:
        tables: name -> rows.
        keys: that were inferred.

    Returns:
        Those of which 9 values in 10 or more are found among 9 in 10 or more that differ; all that
        `check_keys` refuses.

    Example:
        >>> people = pd.DataFrame({"id": range(20)})
        >>> tables = {"people": people, "orders": pd.DataFrame({"people_id": [*range(19), 77]})}
        >>> nearly_keys(tables, infer_keys(tables)).relationships
        (Relationship(parent='people', parent_key='id', child='orders', child_key='people_id'),)
    """
    known = {(relation.child, relation.child_key) for relation in keys.relationships}
    found = [
        Relationship(parent, key, child, column)
        for parent, above in tables.items()
        for key in above.columns
        if _named_as_key(parent, key) and above[key].nunique() >= _NEARLY * len(above)
        for child, frame in tables.items()
        for column in frame.columns
        if child != parent
        and (child, column) not in known
        and _evidence(child, column, parent, key) > 2
        and _may_name(frame[column])
        and frame[column].dropna().isin(above[key]).mean() >= _NEARLY
    ]
    return Description({}, tuple(found))


def _named_as_key(table: str, column: str) -> bool:
    words = _words(column)
    own = words[-1:] != [] and words[-1] in _NAMING and words[:-1] == _singular(table)
    return own or tuple(words) in _OF_ANY


def _pair(frame: pd.DataFrame, named_by: list[str]) -> tuple[str, ...]:
    """The foreign keys of a table that links others, where no two rows link the same."""
    if len(named_by) < 2 or frame[named_by].isna().to_numpy().any():
        return ()
    return () if frame.duplicated(named_by).any() else tuple(named_by)


def _also_names_another(child: str, column: str, primary: Mapping[str, str | None]) -> bool:
    """Whether the key of one table may name rows of another, as where one extends the other."""
    named = [table for table, key in primary.items() if key == column and table != child]
    own = _words(column)[:-1] == _singular(child)
    return bool(named) and not own and tuple(_words(column)) not in _OF_ANY


def _primary(name: str, tables: Tables) -> str | None:
    frame = tables[name]
    free = [column for column in frame.columns if _is_key(frame[column])]
    ranked = [(_rank(name, column, tables), -i, column) for i, column in enumerate(free)]
    best = max(ranked, default=None)
    return best[2] if best is not None and best[0] > 0 else None


def _is_key(series: pd.Series) -> bool:
    whole = types.is_integer_dtype(series.dtype)
    text = types.is_string_dtype(series.dtype) or types.is_object_dtype(series.dtype)
    if not (whole or text) or not len(series) or series.isna().any():
        return False
    if text and not series.map(lambda value: isinstance(value, str)).all():
        return False
    return bool(series.is_unique)


def _rank(name: str, column: str, tables: Tables) -> int:
    """How much speaks for a column that differs in every row being its table's key."""
    words = tuple(_words(column))
    if words not in _OF_ANY and any(
        other != name
        and column in frame
        and not frame[column].is_unique
        and _all_found(tables[name][column], frame[column])
        for other, frame in tables.items()
    ):
        return 4
    if words and words[-1] in _NAMING:
        if list(words[:-1]) == _singular(name):
            return 3
        return 2 if words in _OF_ANY else 1
    return 0


def _parent_of(
    child: str, column: str, tables: Tables, primary: Mapping[str, str | None]
) -> tuple[str, str] | None:
    """The table whose rows a column names, and its key, by the strongest evidence."""
    series = tables[child][column]
    if not _may_name(series):
        return None
    ranked = []
    for i, (parent, key) in enumerate(primary.items()):
        if key is None or (parent == child and key == column):
            continue
        evidence = _evidence(child, column, parent, key)
        if evidence < 2 and not (evidence == 0 and parent != child):
            continue
        if not _all_found(tables[parent][key], series):
            continue
        if evidence == 0 and not _no_accident(tables[parent][key], series):
            continue
        ranked.append((evidence, -i, (parent, key)))
    return max(ranked)[2] if ranked else None


def _may_name(series: pd.Series) -> bool:
    """Whether a column could hold keys: whole numbers, some of them missing, or texts."""
    values = series.dropna()
    if not len(values) or types.is_bool_dtype(series.dtype):
        return False
    if types.is_numeric_dtype(series.dtype) and not types.is_complex_dtype(series.dtype):
        return bool((values == np.round(values)).all())
    text = types.is_string_dtype(series.dtype) or types.is_object_dtype(series.dtype)
    return text and bool(values.map(lambda value: isinstance(value, str)).all())


def _evidence(child: str, column: str, parent: str, key: str) -> int:
    """How much a column's name speaks for its naming rows of a table: 0, or from 2 to 4."""
    words, of_key, of_table = _words(column), _words(key), _singular(parent)
    if not words:
        return 0
    if parent == child:
        return 2 if words[-1] in of_key[-1:] and _ABOVE & set(words) else 0
    if column == key and tuple(of_key) not in _OF_ANY:
        return 4
    whole = of_key if of_key[: len(of_table)] == of_table else [*of_table, *of_key]
    if words in (whole, of_table):
        return 4
    return 3 if len(words) > len(whole) and words[-len(whole) :] == whole else 0


def _no_accident(key: pd.Series, column: pd.Series) -> bool:
    if column.nunique() < _FEWEST_FOUND:
        return False
    if not types.is_numeric_dtype(key.dtype):
        return True
    return bool(float(key.max()) - float(key.min()) > _SPARSE * len(key))


def _all_found(key: pd.Series, column: pd.Series) -> bool:
    return bool((rows_named(key, column)[column.notna().to_numpy()] >= 0).all())


def _words(name: Any) -> list[str]:
    return [word.lower() for word in _WORD.findall(str(name))]


def _singular(name: str) -> list[str]:
    """The words of a table's name, the last one without its plural."""
    words = _words(name)
    if words and words[-1].endswith("ies") and len(words[-1]) > 4:
        words[-1] = words[-1][:-3] + "y"
    elif words and words[-1].endswith("s") and not words[-1].endswith("ss"):
        words[-1] = words[-1][:-1]
    return words


def rows_named(key: pd.Series, column: pd.Series) -> np.ndarray:
    """Which rows of a table a column names.

    Args:
        key: (m,) of the table, all different.
        column: (n,) that names its rows.

    Returns:
        (n,) row numbers from 0, -1 where the column is missing or names none.

    Example:
        >>> rows_named(pd.Series([7, 8]), pd.Series([8.0, None, 9.0, 7.0]))
        array([ 1, -1, -1,  0])
    """
    if types.is_numeric_dtype(key.dtype) != types.is_numeric_dtype(column.dtype):
        return np.full(len(column), -1)
    places = pd.Index(key.astype(object)).get_indexer(pd.Index(column.astype(object)))
    return np.where(column.isna().to_numpy(), -1, places)


def keys_from(asked: Mapping[str, str], tables: Tables) -> Description:
    """Keys as a user states them.

    Args:
        asked: {"customers": "id"} for a primary key, {"orders.customer_id": "customers.id"} for a
            foreign one; what a foreign key names is the other table's primary key.
        tables: name -> rows.

    Raises:
        WrongUse: unknown tables or columns, or what is neither.

    Example:
        >>> people, orders = pd.DataFrame({"id": [1, 2]}), pd.DataFrame({"by": [2, 2]})
        >>> keys_from(
        ...     {"orders.by": "people.id"}, {"people": people, "orders": orders}
        ... ).relationships
        (Relationship(parent='people', parent_key='id', child='orders', child_key='by'),)
    """
    primary: dict[str, str] = {}
    relationships = []
    for left, right in asked.items():
        if not isinstance(right, str):
            raise WrongUse(
                f"keys must be written as {{'orders.customer_id': 'customers.id'}}, a column each, "
                f"got {right!r} for {left!r}."
            )
        if left in tables:
            _column_of(left, right, tables)
            primary[left] = right
            continue
        child, child_key = _split(left, tables)
        parent, parent_key = _split(right, tables)
        if (parent, parent_key) == (child, child_key):
            raise WrongUse(f"keys must name another column by {left!r} than itself; leave it out.")
        if primary.setdefault(parent, parent_key) != parent_key:
            raise WrongUse(
                f"keys must name one key of table {parent!r}, got {primary[parent]!r} and "
                f"{parent_key!r}; leave one of them out."
            )
        relationships.append(Relationship(parent, parent_key, child, child_key))
    described = {
        name: TableDescription(
            columns=tuple(frame.columns),
            primary_key=(primary[name],) if name in primary else (),
        )
        for name, frame in tables.items()
    }
    return Description(described, tuple(relationships))


def _split(text: Any, tables: Tables) -> tuple[str, str]:
    for name in tables:
        if isinstance(text, str) and text.startswith(f"{name}."):
            return name, _column_of(name, text[len(name) + 1 :], tables)
    raise WrongUse(
        f"keys must be written as {{'orders.customer_id': 'customers.id'}}, got {text!r}"
        f"{closest(str(text), tables)}"
    )


def _column_of(table: str, column: str, tables: Tables) -> str:
    if column not in tables[table].columns:
        near = closest(str(column), map(str, tables[table].columns))
        raise WrongUse(f"keys name a column {column!r} that table {table!r} lacks{near}")
    return column


def shown_keys(keys: Description) -> Iterator[str]:
    """A line for each key, primary ones first.

    Example:
        >>> keys = Description({"people": TableDescription(columns=("id",), primary_key=("id",))})
        >>> list(shown_keys(keys))
        ['people.id is a key']
    """
    for name, table in keys.tables.items():
        if len(table.primary_key) == 1:
            yield f"{name}.{table.primary_key[0]} is a key"
        elif table.primary_key:
            yield f"{name}.{{{', '.join(table.primary_key)}}} is a key"
    for relation in keys.relationships:
        yield f"{relation.child}.{relation.child_key} -> {relation.parent}.{relation.parent_key}"


def is_dense(series: pd.Series) -> bool:
    """Whether the numbers of a key count rows: 1, 2, 3, with few left out.

    Example:
        >>> is_dense(pd.Series([1, 2, 4])), is_dense(pd.Series([10_006, 142_345]))
        (True, False)
    """
    if not types.is_integer_dtype(series.dtype) or not len(series):
        return False
    return int(series.max()) - int(series.min()) < _DENSE * len(series) + 1
