"""Parquet: a file or a folder of files as rows that are read when they are asked for."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from sparring.core.errors import Failure, WrongUse

if TYPE_CHECKING:
    import pyarrow.dataset as ds

SUFFIXES = (".parquet", ".pq")
CHUNK = 1 << 16
"""Rows that are read at once, at most."""
_CHUNK_BYTES = 1 << 24
_TEXT = 50
"""Bytes that a text takes in memory beside its letters, as a rule."""
_PROBED = 1000
# pandas keeps them in some files of a table and not in others.
_NUMBERS_OF_ROWS = "__index_level_"


def is_parquet(path: Path) -> bool:
    """Whether this is a Parquet file by its name, or a folder that holds some.

    Example:
        >>> is_parquet(Path("rows.parquet")), is_parquet(Path("rows.csv"))
        (True, False)
    """
    if path.is_dir():
        return next(_files_below(path), None) is not None
    return path.name.lower().endswith(SUFFIXES)


def _files_below(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        inside = path.relative_to(folder).parts
        # By Hadoop's habit such names are notes about the data; and folders may end in .parquet.
        hidden = any(part[0] in "._" for part in inside)
        if path.suffix.lower() in SUFFIXES and path.is_file() and not hidden:
            yield path


def as_categories(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """The frame with these columns as categories whose values are texts."""
    for name in names:
        column = frame[name]
        frame[name] = column.map(str, na_action="ignore").astype("category")
    return frame


class ParquetRows:
    """The rows of a Parquet file, a folder of them, or a pyarrow data set of them.

    Nothing but the files' indices is kept in memory. A folder's files are taken in the order of
    their names; folders named like year=2024 are a column.

    Args:
        where: the file, the folder, or the data set.

    Raises:
        WrongUse: what is there is empty or no Parquet, or the files' columns don't have the same
            names, or types that don't fit together.
        Failure: a file may not be read.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "rows.parquet"
        >>> pd.DataFrame({"n": range(100), "t": ["a", "b"] * 50}).to_parquet(path)
        >>> rows = ParquetRows(path)
        >>> len(rows), rows.take(np.array([99, 3])).to_pydict()
        (100, {'n': [99, 3], 't': ['b', 'b']})
    """

    def __init__(self, where: "Path | ds.Dataset") -> None:
        self._where = str(where) if isinstance(where, Path) else "the data set"
        dataset = _dataset(where) if isinstance(where, Path) else where
        groups = []
        for file in dataset.get_fragments():
            with _readable(file.path):
                groups += file.split_by_row_group()
        self._groups = groups
        self._schema = dataset.schema
        ends = np.cumsum([_rows_of(group) for group in groups], dtype=np.int64)
        self._starts = np.concatenate(([0], ends)).astype(np.int64)
        self._names = self._columns()
        self._categories: tuple[str, ...] = ()

    def _columns(self) -> list[str]:
        # Columns that pandas wrote for its index are no columns for pandas.
        found = [str(name) for name in self._schema.empty_table().to_pandas().columns]
        return [name for name in found if not name.startswith(_NUMBERS_OF_ROWS)]

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return list(self._names)

    @property
    def categories(self) -> tuple[str, ...]:
        """Columns that are taken as categories whatever they hold."""
        return self._categories

    def only(self, categories: Sequence[str], drop: Sequence[str]) -> "ParquetRows":
        """The same rows without some columns and with others taken as categories.

        Raises:
            WrongUse: no column is left.
        """
        self._names = [name for name in self._names if name not in drop]
        if not self._names:
            raise WrongUse("A table must have at least one column, got none: drop fewer.")
        self._categories = tuple(name for name in categories if name not in drop)
        return self

    def __len__(self) -> int:
        return int(self._starts[-1])

    @cached_property
    def row_bytes(self) -> int:
        """Bytes that a row takes in memory, about: as the first thousand do."""
        first = next((part for group in self._groups for part in self._read(group, _PROBED)), None)
        texts = sum(not _is_fixed(self._schema.field(name).type) for name in self._names)
        return 1 + texts * _TEXT + (0 if first is None else first.nbytes // len(first))

    @property
    def nbytes(self) -> int:
        """Bytes that all rows would take in memory, about."""
        return self.row_bytes * len(self)

    def chunks(self) -> Iterator[tuple[int, pa.Table]]:
        """All rows, at most 65,536 and 16 MiB at once, each time with the number of the first."""
        rows = max(1, min(CHUNK, _CHUNK_BYTES // self.row_bytes))
        for number, group in enumerate(self._groups):
            first = int(self._starts[number])
            for table in self._read(group, rows):
                yield first, table
                first += len(table)

    def take(self, numbers: np.ndarray) -> pa.Table:
        """The rows of these numbers, (n,) whole numbers below the length, in this order."""
        order = np.argsort(numbers, kind="stable")
        wanted = np.asarray(numbers)[order]
        rows = max(1, min(CHUNK, _CHUNK_BYTES // self.row_bytes))
        parts = [self._schema_of_rows().empty_table()]
        for number in np.unique(np.searchsorted(self._starts, wanted, side="right") - 1):
            first = int(self._starts[number])
            for table in self._read(self._groups[number], rows):
                low, high = np.searchsorted(wanted, [first, first + len(table)])
                if high > low:
                    parts.append(table.take(wanted[low:high] - first))
                first += len(table)
        back = np.empty(len(order), dtype=np.int64)
        back[order] = np.arange(len(order))
        return pa.concat_tables(parts, promote_options="permissive").take(back)

    def read(self) -> pd.DataFrame:
        """All rows."""
        tables = [table for _, table in self.chunks()]
        return self.frame(pa.concat_tables([self._schema_of_rows().empty_table(), *tables]))

    def frame(self, table: pa.Table) -> pd.DataFrame:
        """Rows of a chunk as pandas has them, numbered from 0."""
        return as_categories(table.to_pandas().reset_index(drop=True), self._categories)

    def _schema_of_rows(self) -> pa.Schema:
        fields = [self._schema.field(name) for name in self._names]
        return pa.schema(fields, metadata=self._schema.metadata)

    def _read(self, group: "ds.ParquetFileFragment", rows: int) -> Iterator[pa.Table]:
        import pyarrow.dataset as ds
        import pyarrow.parquet as pq

        # The names of folders are columns that the files don't hold.
        keys = ds.get_partition_keys(group.partition_expression)
        schema = self._schema_of_rows()
        constants = {field.name: pa.scalar(keys.get(field.name), field.type) for field in schema}
        # A data set would read a row group whole, and a file in chunks.
        with _readable(group.path), pq.ParquetFile(group.open(), pre_buffer=False) as file:
            held = set(file.schema_arrow.names)
            for batch in file.iter_batches(
                batch_size=rows,
                row_groups=[part.id for part in group.row_groups],
                columns=[name for name in self._names if name in held],
                use_threads=False,
            ):
                columns = [
                    batch.column(name) if name in held else pa.repeat(constants[name], len(batch))
                    for name in self._names
                ]
                yield pa.Table.from_arrays(columns, names=self._names).cast(schema)


@contextmanager
def _readable(path: object) -> Iterator[None]:
    """What pyarrow finds wrong with a file, as one of ours that names the file."""
    try:
        yield
    except (OSError, ValueError) as error:
        # The system's errors have a number; pyarrow's own are without, and its ArrowInvalid is a
        # ValueError.
        if isinstance(error, OSError) and error.errno is not None:
            raise Failure(
                f"{path} cannot be read ({error.strerror}): see whether it is there and you may."
            ) from error
        raise WrongUse(
            f"{path} is not a Parquet file that can be read (damaged or cut short): write it again."
        ) from error


def _dataset(path: Path) -> "ds.Dataset":
    # Imported at first use: it takes a gigabyte of addresses.
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq

    files = sorted(_files_below(path)) if path.is_dir() else [path]
    schemas = []
    for file in files:
        if file.stat().st_size == 0:
            raise WrongUse(f"{file} is empty: it must hold names of columns and at least 10 rows.")
        with _readable(file):
            schemas.append(pq.read_schema(file))
        _check_names(str(file), schemas[-1])
    base = str(path) if path.is_dir() else None
    options: dict[str, Any] = {
        "format": "parquet",
        "partitioning": "hive" if base else None,
        "partition_base_dir": base,
    }
    names = [str(file) for file in files]
    first = ds.dataset(names, **options)
    whole = _unified(first.schema, files, schemas)
    return first if whole.equals(first.schema) else ds.dataset(names, schema=whole, **options)


def _unified(whole: pa.Schema, files: list[Path], schemas: list[pa.Schema]) -> pa.Schema:
    """The columns of all files; their types may widen, their names must be the same."""
    first = _named(schemas[0])
    for file, schema in zip(files, schemas, strict=True):
        here = _named(schema)
        lost = [name for name in first if name not in here]
        more = [name for name in here if name not in first]
        if lost or more:
            what = f"lacks column {lost[0]!r} of" if lost else f"has a column {more[0]!r} beside"
            raise WrongUse(
                f"{file} {what} those in {files[0].name}: give all files the same columns."
            )
        try:
            # A column that is whole numbers or empty in the first file needn't be so in all.
            whole = pa.unify_schemas([whole, schema], promote_options="permissive")
        except pa.ArrowException as error:
            raise WrongUse(
                f"{file} and {files[0].name} don't fit together ({_difference(error)}): give all "
                f"files the same columns."
            ) from error
    return whole


def _named(schema: pa.Schema) -> list[str]:
    return [name for name in schema.names if not name.startswith(_NUMBERS_OF_ROWS)]


def _difference(error: pa.ArrowException) -> str:
    return str(error).splitlines()[0].rstrip(".").removeprefix("Unable to merge: ")


def _check_names(where: str, schema: pa.Schema) -> None:
    names = schema.names
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise WrongUse(f"{where} has two columns named {twice!r}: rename one of them.")


def _rows_of(group: "ds.ParquetFileFragment") -> int:
    return sum(int(part.num_rows) for part in group.row_groups)


def _is_fixed(kind: pa.DataType) -> bool:
    try:
        return int(kind.bit_width) > 0
    except ValueError:
        return False


def is_parquet_dataset(thing: Any) -> bool:
    """Whether this is a pyarrow data set of Parquet files."""
    ds = sys.modules.get("pyarrow.dataset")
    return (
        ds is not None
        and isinstance(thing, ds.FileSystemDataset)
        and isinstance(thing.format, ds.ParquetFileFormat)
    )
