"""Tables in files: which files hold one, and all rows of one."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from sparring.core.errors import WrongUse
from sparring.data import csvfiles, parquetfiles
from sparring.data.parquetfiles import ParquetRows, is_parquet

SUFFIXES = (*csvfiles.SUFFIXES, *parquetfiles.SUFFIXES)


def is_table(path: Path) -> bool:
    """Whether a file's name is that of a table, or a folder holds Parquet files."""
    return is_parquet(path) if path.is_dir() else path.name.lower().endswith(SUFFIXES)


def read_table(
    path: Path,
    *,
    separator: str | None = None,
    missing: Sequence[str] = (),
    categories: Sequence[str] = (),
    drop: Sequence[str] = (),
) -> tuple[pd.DataFrame, str]:
    """Read a CSV or Parquet file, or a folder of Parquet files, whole.

    Args:
        path: .csv, .tsv or .data (gzipped or not), .parquet, or a folder of Parquet files.
        separator: of a CSV file, see `csvfiles.read_csv`.
        missing: what stands for a missing value in a CSV file, likewise.
        categories: columns to take as categories whatever they hold.
        drop: columns to leave out.

    Returns:
        The rows, and a sentence about what was assumed, or "".

    Raises:
        WrongUse: an empty or unreadable file, another separator, two columns of one name, lines of
            another length, or columns named in `categories` or `drop` that are not there.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "a.csv"
        >>> _ = path.write_text("age,city\\n30,Bonn\\n,Ulm\\n")
        >>> read_table(path)[0]["age"].tolist()
        [30.0, nan]
    """
    if is_parquet(path):
        return open_parquet(path, categories, drop).read(), ""
    if path.stat().st_size == 0:
        raise WrongUse(f"{path} is empty: it must hold names of columns and at least 10 rows.")
    frame, told = csvfiles.read_csv(path, separator, missing)
    check_columns(str(path), frame.columns, categories, drop)
    return parquetfiles.as_categories(frame, categories).drop(columns=list(drop)), told


def open_parquet(
    path: Path, categories: Sequence[str] = (), drop: Sequence[str] = ()
) -> ParquetRows:
    """The rows of a Parquet file or of a folder of them, not read yet.

    Raises:
        WrongUse: an unreadable file, or columns that are not there.
    """
    rows = ParquetRows(path)
    check_columns(str(path), rows.names, categories, drop)
    return rows.only(categories, drop)


def check_columns(
    where: str, there: Iterable[str], categories: Sequence[str], drop: Sequence[str]
) -> None:
    """Refuse names of columns that a table doesn't have."""
    known = list(there)
    for option, names in (("categories", categories), ("drop", drop)):
        for name in names:
            if name not in known:
                raise WrongUse(
                    f"{where} has no column {name!r} for {option}, only "
                    f"{', '.join(map(str, known))}."
                )
