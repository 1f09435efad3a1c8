"""Tables as text: what a CSV file takes for granted is looked up, told, and read."""

import csv
import gzip
import itertools
import re
import warnings
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pandas as pd

from sparring.core.errors import WrongUse

SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".data", ".data.gz")
MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "#N/A")
"""What stands for a missing value in a CSV file, besides what the caller names."""

_SEPARATORS = {";": '";"', "\t": r'"\t"', "|": '"|"'}
_BY_HABIT = (",", ";", "\t", "|", " ")
"""What separates the fields of a .data file, the likelier first."""
_NAMED = {" ": "spaces", "\t": "tabs"}
_NO_CSV = (OSError, EOFError, zlib.error)
_LOOKED_AT = 1000
_UNKNOWN = "?"
# From here on, whole numbers in a row are hardly the values of a row.
_A_COUNT = 3


@dataclass(frozen=True)
class Dialect:
    """How a file of text is to be read.

    Attributes:
        separator: between two fields.
        names: of the columns; None where the first line names them.
        spaced: whether a field begins after the spaces that follow a separator.
    """

    separator: str
    names: tuple[str, ...] | None
    spaced: bool


def read_csv(
    path: Path, separator: str | None = None, missing: Sequence[str] = ()
) -> tuple[pd.DataFrame, str]:
    """Read a table that is written as text.

    Args:
        path: .csv, .tsv or .data, gzipped or not.
        separator: one character; by default a comma, in a .tsv a tab, and in a .data file what
            cuts all its lines into equally many fields.
        missing: what stands for a missing value besides nothing, NA, N/A, NaN and null.

    Returns:
        The rows, and a sentence about what was assumed, "" where nothing was: that the first line
        holds data and no names, that spaces after separators were left out, and in which columns
        "?" is missing (in those that otherwise hold numbers, or categories with letters or digits),
        and that lines are too short.

    Raises:
        WrongUse: an unreadable file, another separator, two columns of one name, or lines of
            another length.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "people.data"
        >>> _ = path.write_text("39, Ulm\\n50, Bonn\\n?, Ulm\\n" * 4)
        >>> frame, told = read_csv(path)
        >>> frame.columns.tolist(), frame["column 2"].tolist()[:2]
        (['column 1', 'column 2'], ['Ulm', 'Bonn'])
        >>> told
        "The first line of people.data holds data, so its columns are named column 1 to column 2;
        spaces after separators are left out; '?' is missing in column 1."
    """
    dialect = _look(path, separator, missing)
    frame = _read(path, dialect, [*MISSING, *missing])
    short = _short_line(path, dialect, frame)
    return frame, _tell(path, dialect, _question_marks(frame), short)


def _tell(path: Path, dialect: Dialect, unknown: Sequence[str], short: int | None) -> str:
    told = []
    if dialect.names is not None:
        told.append(
            f"the first line of {path.name} holds data, so its columns are named column 1 to "
            f"column {len(dialect.names)}"
        )
    if dialect.names is not None and dialect.separator != ",":
        told.append(f"its fields end at {_NAMED.get(dialect.separator, dialect.separator)}")
    if dialect.spaced:
        told.append("spaces after separators are left out")
    if unknown:
        told.append(f"{_UNKNOWN!r} is missing in {', '.join(unknown)}")
    if short is not None:
        told.append(
            f"line {short} of {path.name} has fewer values than there are columns; what it and "
            f"others like it lack is missing"
        )
    sentence = "; ".join(told)
    return f"{sentence[:1].upper()}{sentence[1:]}." if told else ""


def _look(path: Path, separator: str | None, missing: Sequence[str]) -> Dialect:
    """Look at the first lines; refuse what pandas would read without a word."""
    separator = _separator(path, separator)
    lines = _fields(path, separator, False)
    # A name or a field seldom begins with a space; after every comma it is a way of writing.
    after = [field for line in lines[:1] for field in line[1:]]
    later = [field for line in lines[1:] for field in line[1:]]
    spaced = any(2 * sum(map(_begins_spaced, part)) > len(part) for part in (after, later))
    if spaced and separator != " ":
        lines = _fields(path, separator, True)
    else:
        spaced = False
    header, rest = (lines[0], lines[1:]) if lines else ([], [])
    if not any(header):
        raise WrongUse(f"{path} must begin with a line that names the columns, got an empty line.")
    if len(header) == 1:
        _refuse_other_separator(path, header[0])
    if _holds_data(header, rest, {*MISSING, *missing, _UNKNOWN}, ".data" in path.suffixes[-2:]):
        return Dialect(separator, tuple(f"column {1 + i}" for i in range(len(header))), spaced)
    for index, name in enumerate(header):
        if name in header[:index]:
            raise WrongUse(f"{path} has two columns named {name!r}: rename one of them.")
    return Dialect(separator, None, spaced)


def _separator(path: Path, separator: str | None) -> str:
    if separator is None:
        if ".data" in path.suffixes[-2:]:
            return next((mark for mark in _BY_HABIT if _cuts_evenly(path, mark)), ",")
        return "\t" if ".tsv" in path.suffixes[-2:] else ","
    separator = "\t" if separator == "\\t" else separator
    if len(separator) != 1:
        raise WrongUse(f"separator must be one character, got {separator!r}.")
    return separator


def _cuts_evenly(path: Path, separator: str) -> bool:
    counts = {len(line) for line in _fields(path, separator, False)}
    return len(counts) == 1 and counts.pop() > 1


def _refuse_other_separator(path: Path, only: str) -> None:
    for other, shown in _SEPARATORS.items():
        if other in only:
            raise WrongUse(
                f"{path} seems to have one column named {only[:60]!r}: give its separator, "
                f"`--set separator={shown}`."
            )


def _begins_spaced(field: str) -> bool:
    return field.startswith(" ")


def _open_text(path: Path) -> IO[str]:
    # utf-8-sig drops the mark that spreadsheets put before the first name.
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _fields(path: Path, separator: str, spaced: bool) -> list[list[str]]:
    """The fields of the first lines; empty lines but the first are left out, as pandas does."""
    found: list[list[str]] = []
    try:
        with _open_text(path) as lines:
            reader = csv.reader(lines, delimiter=separator, skipinitialspace=spaced)
            found.extend(itertools.islice(reader, 1 + _LOOKED_AT))
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    except csv.Error as error:
        # After the first line, what is wrong is said by the reader of all lines.
        if not found:
            raise _unreadable(path) from error
    except _NO_CSV as error:
        raise _unreadable(path) from error
    return found[:1] + [line for line in found[1:] if line]


def _holds_data(
    header: list[str], rest: list[list[str]], missing: set[str], by_habit: bool
) -> bool:
    """Whether the first line is like the others: its fields are of their columns' kinds."""
    rest = [line for line in rest if len(line) == len(header)]
    counted = _are_counted([field for field in header if _is_number(field)])
    votes = 0
    for column, field in enumerate(header):
        known = [line[column] for line in rest if line[column].strip() not in missing]
        if known and field.strip() not in missing:
            votes += _vote(field, known, counted)
    # UCI's .data files have no names by habit, all others have.
    return votes > 0 or (votes == 0 and by_habit)


def _vote(field: str, known: list[str], counted: bool) -> int:
    """1 if a field is like the column under it, -1 if it is unlike, 0 if that can't be told."""
    numbers = sum(map(_is_number, known))
    if numbers >= 0.9 * len(known):
        return 1 if _is_number(field) and not counted else -1
    distinct = set(known)
    if field in distinct:
        return 1
    if 2 * len(distinct) <= len(known):
        return -1
    if not re.search(r"\d", field):
        return -1 if all(re.search(r"\d", value) for value in known) else 0
    return 1 if _outline(field) in set(map(_outline, known)) else 0


def _outline(text: str) -> str:
    """A text with its digits and letters made alike: 2024-01-31 is 0-0-0.

    Example:
        >>> _outline("750-67-8428"), _outline("A. 12b")
        ('0-0-0', 'a. 0a')
    """
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "0", text))


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _are_counted(fields: list[str]) -> bool:
    """Whether these are 0, 1, 2 or 1990, 1991, 1992: names, although they are numbers."""
    if len(fields) < _A_COUNT or not all(field.strip().isdecimal() for field in fields):
        return False
    first = int(fields[0])
    return [int(field) for field in fields] == list(range(first, first + len(fields)))


def _question_marks(frame: pd.DataFrame) -> list[str]:
    """Make "?" missing, in place, where it is the only odd value; the names of these columns."""
    found = []
    for name in frame.columns:
        if not pd.api.types.is_string_dtype(frame[name].dtype):
            continue
        values = frame[name].dropna()
        distinct = pd.Series(values.unique())
        others = distinct[distinct != _UNKNOWN]
        if len(others) == len(distinct) or len(others) == 0:
            continue
        numbers = pd.to_numeric(others, errors="coerce").notna().all()
        few = 2 * len(others) <= len(values)
        if numbers or (few and others.str.contains(r"[^\W_]").all()):
            column = frame[name].where(frame[name] != _UNKNOWN)
            frame[name] = pd.to_numeric(column) if numbers else column
            found.append(str(name))
    return found


def _short_line(path: Path, dialect: Dialect, frame: pd.DataFrame) -> int | None:
    """The number of the first line with fewer fields than columns, which pandas fills up."""
    if not frame.iloc[:, -1].isna().any():
        return None
    with _open_text(path) as lines:
        reader = csv.reader(lines, delimiter=dialect.separator, skipinitialspace=dialect.spaced)
        try:
            for line in reader:
                if 0 < len(line) < frame.shape[1]:
                    return reader.line_num
        except csv.Error:
            # A field beyond 128 kB: pandas has read what Python's own reader doesn't.
            return None
    return None


def _read(path: Path, dialect: Dialect, missing: list[str]) -> pd.DataFrame:
    try:
        with _open_text(path) as lines, warnings.catch_warnings():
            # pandas only warns of lines that are too long, and drops what they hold.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                lines,
                sep=dialect.separator,
                header="infer" if dialect.names is None else None,
                names=None if dialect.names is None else list(dialect.names),
                skipinitialspace=dialect.spaced,
                keep_default_na=False,
                na_values=missing,
                low_memory=False,
                index_col=False,
            )
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        reason = str(error).strip().removeprefix("Error tokenizing data. C error: ")
        if isinstance(error, pd.errors.ParserWarning):
            reason = "there are more values than names"
        raise WrongUse(
            f"{path} has lines of different lengths ({reason}): correct them, or give another "
            f"separator."
        ) from error
    except pd.errors.EmptyDataError as error:
        raise WrongUse(
            f"{path} is empty: it must hold names of columns and at least 10 rows."
        ) from error
    except _NO_CSV as error:
        raise _unreadable(path) from error


def _not_utf8(path: Path) -> WrongUse:
    """What a file is that is no text in UTF-8, by its first bytes or its first wrong line."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            known = [what for begin, what in _OTHERS.items() if line.startswith(begin)]
            if number == 1 and known:
                return WrongUse(f"{path} is {known[0]}.")
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                text = line.decode("latin-1").strip()[:60]
                if not text.isprintable():
                    break
                return WrongUse(
                    f"{path} is not text in UTF-8 (line {number} would be {text!r} in Latin-1): "
                    f"save it as UTF-8."
                )
    return WrongUse(f"{path} is not text in UTF-8: save it as UTF-8, or name another file.")


_OTHERS = {
    b"\x1f\x8b": "compressed, which its name doesn't say: let it end in .gz",
    b"PK\x03\x04": "a workbook or a ZIP archive: save it as CSV in UTF-8, or unpack it",
    b"\xff\xfe": "text in UTF-16: save it as UTF-8",
    b"\xfe\xff": "text in UTF-16: save it as UTF-8",
}


def _unreadable(path: Path) -> WrongUse:
    with path.open("rb") as file:
        if path.suffix == ".gz" and not file.read(2).startswith(b"\x1f\x8b"):
            return WrongUse(f"{path} is not compressed, as its name says: leave out the .gz.")
    return WrongUse(f"{path} cannot be read (damaged or cut short): get it again.")
