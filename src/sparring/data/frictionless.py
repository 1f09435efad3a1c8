"""Frictionless' description of columns: a Table Schema, or a Data Package of several tables.

The format is described at https://specs.frictionlessdata.io/table-schema.
"""

from typing import Any

from sparring.core.errors import WrongUse
from sparring.data.descriptions import Description, Relationship, TableDescription, entry

ONLY = "table"
"""The name of a table that a file describes without a name."""

_KINDS = {
    "number": "number",
    "integer": "integer",
    "year": "integer",
    "boolean": "boolean",
    "date": "date",
    "datetime": "date",
    "time": "time",
}
_LEFT_TO_THE_DATA = (
    "any",
    "object",
    "array",
    "list",
    "duration",
    "geopoint",
    "geojson",
    "yearmonth",
)
_PLAIN_FORMATS = ("default", "any")


def read_package(content: Any, where: str) -> Description:
    """A Data Package: every resource is a table."""
    tables: dict[str, TableDescription] = {}
    relationships: list[Relationship] = []
    for resource in entry(content, "resources", list, where):
        name = entry(resource, "name", str, f"{where}: a resource")
        schema = entry(resource, "schema", dict, f"{where}: resource {name!r}")
        tables[name] = _table(schema, f"{where}: resource {name!r}")
        relationships += _relationships(schema, name, where)
    return Description(tables, tuple(relationships))


def read_schema(content: Any, where: str) -> Description:
    """A Table Schema; relationships with other tables, which it can only name, are left out."""
    own = [key for key in _relationships(content, ONLY, where) if key.parent == ONLY]
    return Description({ONLY: _table(content, where)}, tuple(own))


def _table(schema: Any, where: str) -> TableDescription:
    kinds, formats, columns = {}, {}, []
    for column in entry(schema, "fields", list, where):
        name = entry(column, "name", str, f"{where}: a field")
        columns.append(name)
        kind = _kind(column, f"{where}: field {name!r}")
        if kind is None:
            continue
        kinds[name] = kind
        form = column.get("format", "default")
        if kind in ("date", "time") and form not in _PLAIN_FORMATS:
            formats[name] = str(form).removeprefix("fmt:")
        pattern = _constraints(column).get("pattern")
        if kind == "identifier" and isinstance(pattern, str):
            formats[name] = pattern
    return TableDescription(kinds, formats, tuple(columns), _names(schema.get("primaryKey"), where))


def _kind(column: Any, where: str) -> str | None:
    kind = column.get("type", "string")
    if kind in _KINDS:
        return _KINDS[kind]
    if kind in _LEFT_TO_THE_DATA:
        return None
    if kind != "string":
        known = ", ".join(("string", *_KINDS, *_LEFT_TO_THE_DATA))
        raise WrongUse(f"{where}: 'type' must be one of {known}, got {kind!r:.60}.")
    constraints = _constraints(column)
    if "enum" in constraints:
        return "category"
    private = column.get("format") in ("email", "uri", "uuid") or constraints.get("unique") is True
    return "identifier" if private else None


def _constraints(column: Any) -> dict[str, Any]:
    found = column.get("constraints")
    return found if isinstance(found, dict) else {}


def _names(key: Any, where: str) -> tuple[str, ...]:
    listed = [] if key is None else key if isinstance(key, list) else [key]
    if not all(isinstance(one, str) for one in listed):
        raise WrongUse(f"{where}: a key must name columns, got {key!r:.60}.")
    return tuple(listed)


def _relationships(schema: Any, child: str, where: str) -> list[Relationship]:
    found = []
    keys = entry(schema, "foreignKeys", list, where) if "foreignKeys" in schema else []
    for key in keys:
        reference = entry(key, "reference", dict, f"{where}: a foreign key")
        parent = reference.get("resource") or child
        columns, parents = (_names(one.get("fields"), where) for one in (key, reference))
        if len(columns) != 1 or len(parents) != 1:
            raise WrongUse(
                f"{where}: a foreign key must be one column that names one column, got "
                f"{', '.join(columns)}: leave it out."
            )
        found.append(Relationship(str(parent), parents[0], child, columns[0]))
    return found
