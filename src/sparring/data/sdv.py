"""SDV's and SDMetrics' description of columns, in JSON.

The format is described at https://docs.sdv.dev/sdv/concepts/metadata/metadata-json.
"""

from collections.abc import Mapping
from typing import Any

from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.data.descriptions import Description, Relationship, TableDescription, entry

ONLY = "table"
"""The name of a table that a file describes without a name."""

_KINDS = {
    "numerical": "number",
    "categorical": "category",
    "boolean": "boolean",
    "datetime": "date",
    "id": "identifier",
    "text": "text",
    "latitude": "number",
    "longitude": "number",
    # These are drawn from short lists.
    "city": "category",
    "country": "category",
    "country_code": "category",
    "state": "category",
    "state_abbr": "category",
    "administrative_unit": "category",
    # What names a person, a place or a thing: new values are made, none is repeated.
    "address": "identifier",
    "street_address": "identifier",
    "physical_address": "identifier",
    "postcode": "identifier",
    "email": "identifier",
    "phone_number": "identifier",
    "name": "identifier",
    "first_name": "identifier",
    "last_name": "identifier",
    "company": "identifier",
    "ssn": "identifier",
    "credit_card_number": "identifier",
    "iban": "identifier",
    "swift11": "identifier",
    "license_plate": "identifier",
    "vin": "identifier",
    "ipv4_address": "identifier",
    "ipv6_address": "identifier",
    "mac_address": "identifier",
    "url": "identifier",
    "uuid4": "identifier",
    "user_name": "identifier",
    "user_agent_string": "identifier",
}
_UNKNOWN = "unknown"
_WRITTEN: Mapping[str, Mapping[str, str]] = {
    "number": {"sdtype": "numerical"},
    "integer": {"sdtype": "numerical", "computer_representation": "Int64"},
    "category": {"sdtype": "categorical"},
    "constant": {"sdtype": "categorical"},
    "boolean": {"sdtype": "boolean"},
    "date": {"sdtype": "datetime"},
    "time": {"sdtype": "datetime"},
    "identifier": {"sdtype": "id"},
    "text": {"sdtype": "text"},
}
_FORMATS = {"date": "datetime_format", "time": "datetime_format", "identifier": "regex_format"}
_CLOCK = "%H:%M:%S"
_OF_A_CLOCK = frozenset("HIMSfpzZXT%")
"""strftime's letters that say nothing of a day."""


def read_tables(content: Any, where: str) -> Description:
    """SDV's metadata of several tables."""
    tables = {
        name: _table(table, f"{where}: table {name!r}")
        for name, table in entry(content, "tables", dict, where).items()
    }
    listed = content.get("relationships", [])
    if not isinstance(listed, list):
        raise WrongUse(f"{where}: 'relationships' must be a list, got {listed!r:.60}.")
    return Description(tables, tuple(_relationship(one, where) for one in listed))


def read_table(content: Any, where: str) -> Description:
    """SDV's or SDMetrics' metadata of one table."""
    return Description({ONLY: _table(content, where)})


def _relationship(content: Any, where: str) -> Relationship:
    keys = ("parent_table_name", "parent_primary_key", "child_table_name", "child_foreign_key")
    return Relationship(*(entry(content, key, str, f"{where}: a relationship") for key in keys))


def _table(content: Any, where: str) -> TableDescription:
    columns = entry(content, "columns", dict, where)
    kinds, formats = {}, {}
    for name, column in columns.items():
        kind = _kind(column, f"{where}: column {name!r}")
        if kind is not None:
            kinds[name] = kind
        written = column.get(_FORMATS.get(kind or "", ""))
        if isinstance(written, str):
            formats[name] = written
    keys = {key: content.get(key) for key in ("sequence_key", "sequence_index")}
    for key, value in keys.items():
        if value is not None and not isinstance(value, str):
            raise WrongUse(f"{where}: {key!r} must name a column, got {value!r:.60}.")
    return TableDescription(kinds, formats, tuple(columns), _primary(content, where), **keys)


def _primary(content: Any, where: str) -> tuple[str, ...]:
    key = content.get("primary_key")
    listed = [] if key is None else key if isinstance(key, list) else [key]
    if not all(isinstance(one, str) for one in listed):
        raise WrongUse(f"{where}: 'primary_key' must name a column, got {key!r:.60}.")
    return tuple(listed)


def _kind(column: Any, where: str) -> str | None:
    sdtype = entry(column, "sdtype", str, where)
    if sdtype == _UNKNOWN:
        return None
    if sdtype not in _KINDS:
        # Whatever is private is named by a provider of Faker's, of which there are hundreds.
        if column.get("pii") is True:
            return "identifier"
        raise WrongUse(f"{where} has an unknown sdtype {sdtype!r}{closest(sdtype, list(_KINDS))}")
    if sdtype == "numerical" and "Int" in str(column.get("computer_representation")):
        return "integer"
    written = column.get("datetime_format")
    if sdtype == "datetime" and isinstance(written, str) and _is_clock(written):
        return "time"
    return _KINDS[sdtype]


def _is_clock(written: str) -> bool:
    letters = [part[:1] for part in written.replace("%-", "%").split("%")[1:]]
    return bool(letters) and set(letters) <= _OF_A_CLOCK


def written(description: Description) -> dict[str, Any]:
    """A description as SDV's metadata, version V1, in JSON's types."""
    relationships = [
        {
            "parent_table_name": key.parent,
            "parent_primary_key": key.parent_key,
            "child_table_name": key.child,
            "child_foreign_key": key.child_key,
        }
        for key in description.relationships
    ]
    tables = {name: _written(table) for name, table in description.tables.items()}
    return {"METADATA_SPEC_VERSION": "V1", "tables": tables, "relationships": relationships}


def _written(table: TableDescription) -> dict[str, Any]:
    columns = {}
    for name in table.columns:
        kind = table.kinds.get(name)
        column = dict(_WRITTEN[kind]) if kind else {"sdtype": _UNKNOWN}
        form = table.formats.get(name, _CLOCK if kind == "time" else None)
        if form is not None and kind in _FORMATS:
            column[_FORMATS[kind]] = form
        columns[name] = column
    content: dict[str, Any] = {"columns": columns}
    if table.primary_key:
        key = table.primary_key
        content["primary_key"] = key[0] if len(key) == 1 else list(key)
    if table.sequence_key is not None:
        content["sequence_key"] = table.sequence_key
    if table.sequence_index is not None:
        content["sequence_index"] = table.sequence_index
    return content
