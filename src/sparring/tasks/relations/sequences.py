"""A table of rows that belong to entities, as a table of entities and one of their rows."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sparring.core.errors import WrongUse
from sparring.core.names import closest


@dataclass(frozen=True)
class Sequence:
    """Rows of one table that belong to entities and follow each other.

    Attributes:
        table: whose rows.
        entity: the column that names the entity.
        order: the column by which an entity's rows follow each other.
        constant: the columns that are the same in all rows of an entity.
    """

    table: str
    entity: str
    order: str
    constant: tuple[str, ...] = ()

    @property
    def parent(self) -> str:
        """The name of the table of entities."""
        return f"{self.table} by {self.entity}"


def sequence_of(table: str, frame: pd.DataFrame, entity: str, order: str) -> Sequence:
    """A sequence, with the columns that are constant within an entity.

    Raises:
        WrongUse: unknown columns, or missing entities or places in the order.

    Example:
        >>> visits = pd.DataFrame({"who": [1, 1, 2], "day": [1, 2, 1], "sex": ["f", "f", "m"]})
        >>> sequence_of("visits", visits, "who", "day").constant
        ('sex',)
    """
    for what, column in (("entity", entity), ("order", order)):
        if column not in frame.columns:
            near = closest(str(column), map(str, frame.columns))
            raise WrongUse(f"sequences name a column {column!r} that table {table!r} lacks{near}")
        missing = np.flatnonzero(frame[column].isna())
        if len(missing):
            raise WrongUse(
                f"column {column!r} of table {table!r}, the {what} of a sequence, must be there in "
                f"every row, but is missing in {len(missing):,}, such as row {missing[0] + 1}: "
                f"fill it in, or drop such rows."
            )
    others = [column for column in frame.columns if column not in (entity, order)]
    kinds = frame.groupby(entity, sort=False)[others].nunique(dropna=False) if others else None
    constant = () if kinds is None else tuple(c for c in others if (kinds[c] <= 1).all())
    return Sequence(table, entity, order, constant)


def apart(sequence: Sequence, frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The entities with their constant columns, and the rows without them."""
    entities = frame.drop_duplicates(sequence.entity)[[sequence.entity, *sequence.constant]]
    return entities.reset_index(drop=True), frame.drop(columns=list(sequence.constant))


def together(
    sequence: Sequence, tables: Mapping[str, pd.DataFrame], columns: tuple[str, ...]
) -> dict[str, pd.DataFrame]:
    """The tables with the entities' columns back in their rows."""
    entities = tables[sequence.parent].set_index(sequence.entity)
    rows = tables[sequence.table]
    constant = {
        column: rows[sequence.entity].map(entities[column]).astype(entities[column].dtype)
        for column in sequence.constant
    }
    rest = {name: frame for name, frame in tables.items() if name != sequence.parent}
    return rest | {sequence.table: rows.assign(**constant)[list(columns)]}
