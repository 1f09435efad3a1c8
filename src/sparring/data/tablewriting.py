"""Where tables go: files by their suffix, folders of Parquet files, databases."""

from pathlib import Path
from typing import Any

import pandas as pd

from sparring.data.databases import is_database, write_database
from sparring.data.modality import wrong_suffix
from sparring.data.writing import aside

SHARD = 1_000_000
"""Rows of one file of a folder."""
_TEXTS = {".csv": ",", ".csv.gz": ",", ".tsv": "\t", ".tsv.gz": "\t"}
_PARQUET = (".parquet", ".pq")


def write_table(frame: pd.DataFrame, where: str | Path | Any, table: str = "synthetic") -> None:
    """Write a table, whole or not at all.

    Args:
        frame: the rows; the index is left out.
        where: a .csv, .csv.gz, .tsv, .tsv.gz or .parquet file; a name without a suffix for a
            folder of Parquet files of a million rows each; or a .sqlite or .db file, the URL of a
            database such as "sqlite:///shop.db", or a SQLAlchemy Engine.
        table: the new table's name in a database.

    Raises:
        WrongUse: another suffix, a folder that holds something, or a database that has the table.
        Failure: the disk is full, or the place may not be written.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "rows.csv"
        >>> write_table(pd.DataFrame({"n": [1, 2]}), path)
        >>> path.read_text().split()
        ['n', '1', '2']
    """
    named = frame.rename(columns=str)
    if is_database(where):
        write_database(named, where, table)
        return
    path = Path(where)
    name = path.name.lower()
    suffix = next((end for end in (*_TEXTS, *_PARQUET) if name.endswith(end)), None)
    if suffix is None and path.suffix and not path.is_dir():
        raise wrong_suffix(
            path, ".csv, .csv.gz, .tsv, .tsv.gz, .parquet or .sqlite, or have no suffix"
        )
    with aside(path) as part:
        if suffix is None:
            _write_folder(named, part)
        elif suffix in _TEXTS:
            write_text(named, part, suffix)
        else:
            named.to_parquet(part, index=False)


def write_text(frame: pd.DataFrame, path: Path, suffix: str) -> None:
    """Write rows as text, .csv or .tsv, gzipped or not."""
    # Without the time of writing: the same rows are the same bytes.
    packed: Any = {"method": "gzip", "mtime": 1} if suffix.endswith(".gz") else None
    frame.to_csv(path, index=False, sep=_TEXTS[suffix], compression=packed)


def _write_folder(frame: pd.DataFrame, folder: Path) -> None:
    folder.mkdir()
    for number, start in enumerate(range(0, max(1, len(frame)), SHARD)):
        rows = frame.iloc[start : start + SHARD]
        rows.to_parquet(folder / shard_name(number), index=False)


def shard_name(number: int) -> str:
    """The name of a file of a folder; in their order the names are in that of the numbers.

    Example:
        >>> shard_name(7)
        'part-000007.parquet'
    """
    return f"part-{number:06d}.parquet"
