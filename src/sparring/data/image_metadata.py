"""What a file among images says of them, by the convention of Hugging Face's ImageFolder."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.data.reading import SUFFIXES

NAMES = ("metadata.csv", "metadata.jsonl")
FILE = "file_name"
CAPTIONS = ("text", "caption", "captions")
"""Columns that hold captions, the first that is there."""


def find_metadata(folder: Path) -> Path | None:
    """The file of a folder that says what its images are, or None.

    Raises:
        WrongUse: there are two.
    """
    found = [folder / name for name in NAMES if (folder / name).is_file()]
    if len(found) > 1:
        raise WrongUse(f"{folder} has both {' and '.join(NAMES)}: remove one of them.")
    return found[0] if found else None


def read_metadata(
    path: Path, labels: str | Sequence[str] | None = None
) -> tuple[list[Path], Any, str | None]:
    """The images that a file names, and what it says of each.

    It has one row an image with its `file_name`, a path below the folder, and either a caption in
    the column `text` or `caption` (an image may have several rows, or in JSON a list) or
    attributes in all other columns.

    Args:
        path: metadata.csv, or metadata.jsonl with one JSON object a line.
        labels: columns to take as what is said, a name, a list, or names with commas between.

    Returns:
        Paths of the images in the order of their first rows; captions of each or a DataFrame of
        attributes, or None where nothing but names is there; and "text" where that is known.

    Raises:
        WrongUse: it can't be read, names what isn't there, leaves images out, or says nothing of
            some; the first such image is named.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> (folder / "a.png").touch()
        >>> written = (folder / "metadata.csv").write_text("file_name,text\\na.png,a red circle")
        >>> read_metadata(folder / "metadata.csv")[1:]
        ([['a red circle']], 'text')
    """
    rows = _csv(path) if path.suffix == ".csv" else _jsonl(path)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    if FILE not in columns:
        listed = ", ".join(columns) or "none"
        raise WrongUse(f"{path} must have a column {FILE}, got {listed}: name the images in it.")
    paths = _paths(path, rows)
    named = labels.split(",") if isinstance(labels, str) else labels
    for name in named or ():
        if name not in columns or name == FILE:
            raise WrongUse(
                f"{path} has no column {name!r}{closest(name, [c for c in columns if c != FILE])}"
            )
    others = [name for name in columns if name != FILE]
    caption = next((name for name in CAPTIONS if name in others), None) if named is None else None
    if caption is not None:
        return list(paths), _captions(path, rows, paths, caption), "text"
    said = list(named) if named is not None else others
    if not said:
        return list(paths), None, None
    return list(paths), _attributes(path, rows, paths, said), None


def _csv(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="")
            rows: list[dict[str, Any]] = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise WrongUse(f"{path} can't be read as CSV in UTF-8 ({error}): save it anew.") from error
    for number, row in enumerate(rows):
        if "" in row or None in row.values():
            raise WrongUse(
                f"{path} has {'more' if '' in row else 'fewer'} values in row {number + 1} than "
                f"columns: put texts with commas between quotes."
            )
    return rows


def _jsonl(path: Path) -> list[dict[str, Any]]:
    rows = []
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"{path} can't be read in UTF-8 ({error}): save it anew.") from error
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise WrongUse(f"{path} must hold one JSON object a line, line {number + 1} is none.")
        rows.append(row)
    return rows


def _paths(path: Path, rows: Sequence[dict[str, Any]]) -> dict[Path, list[int]]:
    """The images, and the numbers of the rows of each."""
    folder = path.parent
    paths: dict[Path, list[int]] = {}
    lost = []
    for number, row in enumerate(rows):
        name = row.get(FILE)
        if not isinstance(name, str) or not name.strip():
            raise WrongUse(f"{path} names no image in row {number + 1}: fill in its {FILE}.")
        image = folder / name
        if ".." in Path(name).parts or Path(name).is_absolute():
            raise WrongUse(
                f"{path} must name images below its folder, got {name!r}: move it there."
            )
        if not image.is_file():
            lost.append(name)
        paths.setdefault(image, []).append(number)
    if lost:
        raise WrongUse(
            f"{path} names {lost[0]}, which is not there{more('nor are', lost)}: add the image, "
            f"or remove its row."
        )
    there = (one for one in folder.rglob("*") if one.suffix.lower() in SUFFIXES and one.is_file())
    silent = sorted(
        str(one.relative_to(folder))
        for one in there
        if one not in paths and not any(part[0] == "." for part in one.relative_to(folder).parts)
    )
    if silent:
        raise WrongUse(
            f"{path} says nothing of {silent[0]}{more('nor of', silent)}: add a row, or remove "
            f"the image."
        )
    return paths


def more(nor: str, names: Sequence[str]) -> str:
    """How many besides the first, as a part of a sentence.

    Example:
        >>> more("nor are", ["a", "b", "c"])
        ' (nor are 2 more)'
    """
    return f" ({nor} {len(names) - 1} more)" if len(names) > 1 else ""


def _captions(
    path: Path, rows: Sequence[dict[str, Any]], paths: dict[Path, list[int]], column: str
) -> list[list[str]]:
    groups = []
    for image, numbers in paths.items():
        found: list[Any] = []
        for number in numbers:
            text = rows[number].get(column)
            found += text if isinstance(text, list) else [text]
        if not found or not all(isinstance(text, str) and text.strip() for text in found):
            raise WrongUse(
                f"{path} has an empty {column} for {image.relative_to(path.parent)}: write one, or "
                f"remove the image."
            )
        groups.append(found)
    return groups


def _attributes(
    path: Path,
    rows: Sequence[dict[str, Any]],
    paths: dict[Path, list[int]],
    columns: Sequence[str],
) -> pd.DataFrame:
    for image, numbers in paths.items():
        name = image.relative_to(path.parent)
        if len(numbers) > 1:
            raise WrongUse(f"{path} names {name} in {len(numbers)} rows: keep one of them.")
        for column in columns:
            value = rows[numbers[0]].get(column)
            if isinstance(value, list | dict):
                raise WrongUse(f"{path} has no one value of {column} for {name}, but {value!r}.")
            if value is None or (isinstance(value, str) and not value.strip()):
                raise WrongUse(
                    f"{path} says no {column} of {name}: fill it in, or leave the image out."
                )
    order = [numbers[0] for numbers in paths.values()]
    return pd.DataFrame({c: _typed([rows[number][c] for number in order]) for c in columns})


def _typed(values: list[Any]) -> list[Any]:
    """Texts of a CSV file as numbers or booleans, where all of them are such."""
    if not all(isinstance(value, str) for value in values):
        return values
    if {value.lower() for value in values} <= {"true", "false"}:
        return [value.lower() == "true" for value in values]
    for kind in (int, float):
        try:
            return [kind(value) for value in values]
        except ValueError:
            continue
    return values
