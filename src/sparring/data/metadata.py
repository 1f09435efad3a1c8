"""One door for descriptions of columns in JSON files: `read` and `write`."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sparring.core.errors import WrongUse
from sparring.data import frictionless, sdv
from sparring.data.descriptions import Description, TableDescription, check
from sparring.data.table import Table
from sparring.data.writing import aside

_READERS: Mapping[str, Callable[[Any, str], Description]] = {
    "tables": sdv.read_tables,
    "columns": sdv.read_table,
    "resources": frictionless.read_package,
    "fields": frictionless.read_schema,
}
"""How a file is read that has this key."""


def read(path: str | Path) -> Description:
    """Read a description of columns.

    Args:
        path: a JSON file: SDV's metadata of one or several tables (METADATA_SPEC_VERSION V1,
            SINGLE_TABLE_V1 or MULTI_TABLE_V1; SDMetrics' has no version), or a Frictionless Table
            Schema or Data Package.

    Returns:
        Kinds, formats and keys of the tables; one that has no name is called "table". A column of
        SDV's kind "unknown", and a Frictionless string of which no more is said, has no kind.

    Raises:
        WrongUse: no file, no JSON, another format, or keys and relationships that name what isn't
            there.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "people.json"
        >>> _ = path.write_text('{"columns": {"age": {"sdtype": "numerical"}}}')
        >>> read(path).tables["table"].kinds
        {'age': 'number'}
    """
    path = Path(path)
    try:
        # Editors may put a mark before the first character.
        words = path.read_text(encoding="utf-8-sig")
        content = json.loads(words, object_pairs_hook=_without_doubles)
    except (OSError, ValueError, RecursionError) as error:
        raise WrongUse(
            f"{path} is no JSON file that can be read ({_reason(error)}): correct it, or give "
            f"another one."
        ) from error
    for key, reader in _READERS.items():
        if isinstance(content, dict) and key in content:
            description = reader(content, str(path))
            check(description, str(path))
            return description
    raise WrongUse(
        f"{path} describes no table: it must hold tables or columns (SDV's metadata), or "
        f"resources or fields (Frictionless)."
    )


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; of two entries of one name the reader would take the last unsaid."""
    content = dict(pairs)
    if len(content) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice!r} stands twice in one object")
    return content


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or "it can't be opened"
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}: {error.msg}"
    if isinstance(error, UnicodeDecodeError):
        return "it is not text in UTF-8"
    return str(error) if type(error) is ValueError else "it is nested too deeply"


def write(description: Description | Table, path: str | Path) -> None:
    """Write a description as SDV's metadata, version V1.

    Other kinds than SDV's become the nearest: an integer a number that a computer holds as Int64,
    a constant a category, a time a moment whose format has no day.

    Args:
        description: of tables, or a fitted Table, which is then called "table".
        path: a .json file.

    Raises:
        WrongUse: a kind that isn't ours, or keys and relationships that name what isn't there.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "people.json"
        >>> people = TableDescription({"age": "integer"}, primary_key=("age",))
        >>> write(Description({"people": people}), path)
        >>> read(path).tables["people"] == people
        True
    """
    if isinstance(description, Table):
        description = Description({sdv.ONLY: of_table(description)})
    check(description, str(path))
    with aside(Path(path)) as part:
        words = json.dumps(sdv.written(description), indent=2, ensure_ascii=False)
        part.write_text(words + "\n", encoding="utf-8")


def of_table(table: Table) -> TableDescription:
    """The kinds of a fitted table's columns, and how its dates are written where they are texts."""
    kinds = {str(name): kind for name, kind in table.kinds.items()}
    formats = {}
    for column in table.columns:
        text = getattr(column.form, "text", None)
        if isinstance(text, str) and "%" in text:
            formats[str(column.name)] = text
    return TableDescription(kinds, formats)
