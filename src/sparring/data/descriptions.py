"""What is known of tables before their rows are seen: kinds of columns, and keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sparring.core.errors import WrongUse

KINDS = (
    "number",
    "integer",
    "category",
    "boolean",
    "date",
    "time",
    "identifier",
    "text",
    "constant",
)


@dataclass(frozen=True)
class TableDescription:
    """What is known of a table's columns; what isn't is left to the data.

    Attributes:
        kinds: column -> number, integer, category, boolean, date, time, identifier, text or
            constant.
        formats: column -> how its values are written: strftime's words for dates and times, a
            regular expression for identifiers.
        columns: all names, in their order; those of `kinds` where nothing else is known.
        primary_key: columns whose values name a row; () where there is none.
        sequence_key: the column that names the entity to which a row belongs, or None.
        sequence_index: the column by which an entity's rows are ordered, or None.
    """

    kinds: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    primary_key: tuple[str, ...] = ()
    sequence_key: str | None = None
    sequence_index: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", self.columns or tuple(self.kinds))


@dataclass(frozen=True)
class Relationship:
    """A column of one table, the child's, that names rows of another."""

    parent: str
    parent_key: str
    child: str
    child_key: str


@dataclass(frozen=True)
class Description:
    """Tables and what holds them together.

    Example:
        >>> people = TableDescription({"age": "integer", "born": "date"}, {"born": "%Y-%m-%d"})
        >>> Description({"people": people}).tables["people"].columns
        ('age', 'born')
    """

    tables: Mapping[str, TableDescription]
    relationships: tuple[Relationship, ...] = ()


def check(description: Description, where: str) -> None:
    """Refuse kinds that aren't ours, and keys that name what isn't there.

    Args:
        description: to check.
        where: it comes from or goes to, for the sentence.

    Raises:
        WrongUse: the first thing that is wrong.
    """
    for name, table in description.tables.items():
        for column, kind in table.kinds.items():
            if kind not in KINDS:
                raise WrongUse(
                    f"{where}: column {column!r} must be of the kind {', '.join(KINDS)}, got "
                    f"{kind!r}."
                )
        keys = (*table.primary_key, table.sequence_key, table.sequence_index)
        for key in (*keys, *table.kinds, *table.formats):
            if key is not None:
                _known(where, name, key, table)
    for relation in description.relationships:
        for table_name, key in (
            (relation.parent, relation.parent_key),
            (relation.child, relation.child_key),
        ):
            if table_name not in description.tables:
                raise WrongUse(
                    f"{where}: a relationship names the table {table_name!r}, there are only "
                    f"{', '.join(description.tables)}."
                )
            _known(where, table_name, key, description.tables[table_name])


def _known(where: str, name: str, key: str, table: TableDescription) -> None:
    if key not in table.columns:
        raise WrongUse(
            f"{where}: table {name!r} has no column {key!r}, only {', '.join(table.columns)}."
        )


def entry(holder: Any, key: str, kind: type | tuple[type, ...], where: str) -> Any:
    """What a JSON object holds under a key, if it is of this kind.

    Raises:
        WrongUse: there is no such entry, or it is of another kind.
    """
    value = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(value, kind):
        kinds = kind if isinstance(kind, tuple) else (kind,)
        wanted = " or ".join(_IN_WORDS[one] for one in kinds)
        raise WrongUse(f"{where}: {key!r} must be {wanted}, got {value!r:.60}.")
    return value


_IN_WORDS: Mapping[type, str] = {dict: "an object", list: "a list", str: "a text"}
