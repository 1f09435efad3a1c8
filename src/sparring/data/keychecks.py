"""Keys that don't hold are refused, with the table, the column and the first row."""

import numpy as np
import pandas as pd
from pandas.api import types

from sparring.core.errors import WrongUse
from sparring.data.descriptions import Description, Relationship
from sparring.data.form import as_python
from sparring.data.keys import Tables, rows_named


def check_keys(tables: Tables, keys: Description) -> None:
    """Refuse keys that don't hold, naming the table, the column, how many and the first.

    Args:
        tables: name -> rows.
        keys: as from `infer_keys`.

    Raises:
        WrongUse: a primary key that is missing in some row or the same in two, a foreign key that
            names no row, or of another type than what it names.

    Example:
        >>> from sparring.data.keys import keys_from
        >>> people, orders = pd.DataFrame({"id": [1, 2]}), pd.DataFrame({"by": [2, 5]})
        >>> tables = {"people": people, "orders": orders}
        >>> check_keys(tables, keys_from({"orders.by": "people.id"}, tables))
        Traceback (most recent call last):
        ...
        sparring.core.errors.WrongUse: Column 'by' of table 'orders' must name rows of 'people', but
        1 of its values isn't in 'id', such as 5 in row 2: correct or drop such rows.
    """
    for name, table in keys.tables.items():
        if table.primary_key and name in tables:
            _check_primary(name, tables[name], list(table.primary_key))
    for relation in keys.relationships:
        _check_foreign(relation, tables)


def _check_primary(name: str, frame: pd.DataFrame, key: list[str]) -> None:
    part = frame[key]
    words = " and ".join(map(repr, key))
    missing = np.flatnonzero(part.isna().any(axis=1))
    if len(missing):
        raise WrongUse(
            f"The key {words} of table {name!r} must be there in every row, but is missing in "
            f"{len(missing):,}, such as row {missing[0] + 1}: fill it in, or name another key."
        )
    again = np.flatnonzero(part.duplicated())
    if len(again):
        value = part.iloc[again[0]].tolist()
        shown = repr(value[0] if len(value) == 1 else tuple(value))
        raise WrongUse(
            f"The key {words} of table {name!r} must differ in every row, but {len(again):,} "
            f"{'row repeats' if len(again) == 1 else 'rows repeat'} another's, such as {shown} in "
            f"row {again[0] + 1}: drop the duplicates, or name another key."
        )


def _check_foreign(relation: Relationship, tables: Tables) -> None:
    key, column = tables[relation.parent][relation.parent_key], tables[relation.child]
    series = column[relation.child_key]
    _check_primary(relation.parent, tables[relation.parent], [relation.parent_key])
    numbers = types.is_numeric_dtype(key.dtype)
    if series.notna().any() and numbers != types.is_numeric_dtype(series.dtype):
        raise WrongUse(
            f"Column {relation.child_key!r} of table {relation.child!r} must be of the type of "
            f"{relation.parent_key!r} of table {relation.parent!r}, got {series.dtype} beside "
            f"{key.dtype}: convert one of them."
        )
    orphans = np.flatnonzero((rows_named(key, series) < 0) & series.notna().to_numpy())
    if len(orphans):
        are = "1 of its values isn't" if len(orphans) == 1 else f"{len(orphans):,} values aren't"
        value = as_python(series.iloc[orphans[0]])
        raise WrongUse(
            f"Column {relation.child_key!r} of table {relation.child!r} must name rows of "
            f"{relation.parent!r}, but {are} in {relation.parent_key!r}, such as {value!r} in row "
            f"{orphans[0] + 1}: correct or drop such rows."
        )
