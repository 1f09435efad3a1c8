"""Tables in files: CSV and Parquet."""

import csv
import gzip
import warnings
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import pandas as pd

from sparring.core.errors import WrongUse

SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".parquet", ".pq")
MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "#N/A")
"""What stands for a missing value in a CSV file, besides what the caller names."""

_SEPARATORS = {";": '";"', "\t": r'"\t"', "|": '"|"'}
_NO_CSV = (OSError, EOFError, zlib.error)


def is_table(path: Path) -> bool:
    """Whether the name is that of a table file."""
    return path.name.lower().endswith(SUFFIXES)


def read_table(
    path: Path,
    *,
    separator: str | None = None,
    missing: Sequence[str] = (),
    categories: Sequence[str] = (),
    drop: Sequence[str] = (),
) -> pd.DataFrame:
    """Read a CSV or Parquet file.

    Args:
        path: .csv, .tsv (gzipped or not) or .parquet; a CSV's first line names the columns.
        separator: one character; by default a comma, in a .tsv a tab.
        missing: what stands for a missing value besides nothing, NA, N/A, NaN and null.
        categories: columns to take as categories whatever they hold.
        drop: columns to leave out.

    Raises:
        WrongUse: an empty or unreadable file, another separator, two columns of one name, lines of
            another length, or columns named in `categories` or `drop` that are not there.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "a.csv"
        >>> _ = path.write_text("age,city\\n30,Bonn\\n,Ulm\\n")
        >>> read_table(path)["age"].tolist()
        [30.0, nan]
    """
    if path.stat().st_size == 0:
        raise _empty(path)
    if path.suffix in (".parquet", ".pq"):
        frame = _read_parquet(path)
    else:
        separator = _separator(path, separator)
        _check_header(path, separator)
        frame = _read_csv(path, separator, [*MISSING, *missing])
    for option, names in (("categories", categories), ("drop", drop)):
        for name in names:
            if name not in frame.columns:
                raise WrongUse(
                    f"{path} has no column {name!r} for {option}, only "
                    f"{', '.join(map(str, frame.columns))}."
                )
    for name in categories:
        column = frame[name]
        frame[name] = column.map(str, na_action="ignore").astype("category")
    return frame.drop(columns=list(drop))


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path).reset_index(drop=True)
    except (OSError, ValueError) as error:
        # pyarrow's ArrowInvalid is a ValueError.
        raise WrongUse(f"{path} is not a Parquet file that can be read: write it again.") from error


def _separator(path: Path, separator: str | None) -> str:
    if separator is None:
        return "\t" if ".tsv" in path.suffixes[-2:] else ","
    separator = "\t" if separator == "\\t" else separator
    if len(separator) != 1:
        raise WrongUse(f"separator must be one character, got {separator!r}.")
    return separator


def _open_text(path: Path) -> IO[str]:
    # utf-8-sig drops the mark that spreadsheets put before the first name.
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _check_header(path: Path, separator: str) -> None:
    """Refuse what pandas would read without a word: doubled names, data as names, one column."""
    try:
        with _open_text(path) as lines:
            header = next(csv.reader(lines, delimiter=separator), None)
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    except (*_NO_CSV, csv.Error) as error:
        raise _unreadable(path) from error
    if not header:
        raise WrongUse(f"{path} must begin with a line that names the columns, got an empty line.")
    if len(header) == 1:
        for other, shown in _SEPARATORS.items():
            if other in header[0]:
                raise WrongUse(
                    f"{path} seems to have one column named {header[0][:60]!r}: give its "
                    f"separator, `--set separator={shown}`."
                )
    if pd.to_numeric(pd.Series(header), errors="coerce").notna().all():
        raise WrongUse(
            f"{path} must begin with a line that names the columns, got numbers "
            f"({', '.join(header)[:60]}): put such a line before them."
        )
    for index, name in enumerate(header):
        if name in header[:index]:
            raise WrongUse(f"{path} has two columns named {name!r}: rename one of them.")


def _read_csv(path: Path, separator: str, missing: list[str]) -> pd.DataFrame:
    try:
        with _open_text(path) as lines, warnings.catch_warnings():
            # pandas only warns of lines that are too long, and drops what they hold.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                lines,
                sep=separator,
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
        raise _empty(path) from error
    except _NO_CSV as error:
        raise _unreadable(path) from error


def _empty(path: Path) -> WrongUse:
    return WrongUse(f"{path} is empty: it must hold names of columns and at least 10 rows.")


def _not_utf8(path: Path) -> WrongUse:
    return WrongUse(f"{path} is not text in UTF-8: save it as UTF-8.")


def _unreadable(path: Path) -> WrongUse:
    return WrongUse(f"{path} cannot be read (damaged or cut short): get it again.")
