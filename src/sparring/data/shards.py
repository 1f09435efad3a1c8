"""Any number of sampled rows in files, made piece by piece, on several processes."""

import contextlib
import gzip
import hashlib
import json
import multiprocessing
import os
import shutil
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from sparring.core.errors import Failure, WrongUse
from sparring.data.modality import wrong_suffix
from sparring.data.tablewriting import shard_name
from sparring.data.writing import aside

PIECE = 100_000
"""Rows that are drawn at once; a row group of the files."""
_FIRST = 1000
_NOTE = ".sampling.json"
_JOINED = {".parquet": "", ".pq": "", ".csv": ",", ".csv.gz": ",", ".tsv": "\t", ".tsv.gz": "\t"}

Sample = Callable[[int, int], pd.DataFrame]
"""(n, seed) -> n rows; the same for the same seed."""


@dataclass(frozen=True)
class _Order:
    """What was asked for; kept beside the shards until the last is there."""

    rows: int
    rows_per_shard: int
    seed: int
    begins: str
    """A hash of the first rows, by which another model is told."""


def write(
    sample: Sample,
    rows: int,
    where: str | Path,
    rows_per_shard: int = 1_000_000,
    seed: int = 0,
    processes: int = 1,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Sample rows into a folder of Parquet shards, or into one file, in bounded memory.

    At most 100,000 rows of a process are in memory at once. Each piece's seed follows from `seed`
    and its place, so the table is the same whatever `processes`; each process computes with one
    thread, as sums would otherwise depend on their number. A shard is written aside and renamed.
    Asked again after it was broken off, it goes on with the first missing shard.

    Args:
        sample: n rows of a seed. With several processes it is forked: a model must be on the CPU.
        rows: how many, at least 1.
        where: a folder, for files part-000000.parquet and so on; or a .parquet, .csv, .csv.gz, .tsv
            or .tsv.gz file, whose shards are kept in a hidden folder beside it until it is whole.
        rows_per_shard: at least 1; the last shard may have fewer.
        seed: of all rows, at least 0.
        processes: how many sample at the same time.
        progress: told the rows that are done so far, those of an earlier call included.

    Raises:
        WrongUse: a number below its least, a suffix of no table, or a folder that holds other
            files or was begun with another order or model.
        Failure: the disk is full, or a process was ended from outside.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp()) / "rows"
        >>> def sample(n: int, seed: int) -> pd.DataFrame:
        ...     return pd.DataFrame({"n": np.random.default_rng(seed).normal(size=n)})
        >>> write(sample, 2500, folder, rows_per_shard=1000)
        >>> [file.name for file in sorted(folder.iterdir())], len(pd.read_parquet(folder))
        (['part-000000.parquet', 'part-000001.parquet', 'part-000002.parquet'], 2500)
    """
    _check(rows=rows, rows_per_shard=rows_per_shard, processes=processes)
    _check(0, seed=seed)
    path = Path(where)
    suffix = _suffix(path)
    folder = path if suffix is None else path.with_name(f".{path.name}.parts")
    with _one_thread():
        first = sample(min(rows, _FIRST), _seed(seed, 0, 0)).rename(columns=str)
        begins = hashlib.sha256(first.to_csv(index=False).encode()).hexdigest()
        order = _Order(rows, rows_per_shard, seed, begins)
        missing = _begin(folder, order)
        work = _Work(sample, order, folder, _schema(first))
        tell = _Teller(progress, rows - sum(map(work.rows_of, missing)))
        if processes == 1 or len(missing) <= 1:
            for number in missing:
                work.make(number, tell)
        else:
            _share(work, missing, processes, tell)
    if suffix is not None:
        _join(folder, path, suffix, work)
        shutil.rmtree(folder)
    else:
        (folder / _NOTE).unlink(missing_ok=True)


def _check(least: int = 1, **counts: int) -> None:
    for name, count in counts.items():
        if type(count) is not int or count < least:
            raise WrongUse(f"{name} must be a whole number of at least {least}, got {count!r}.")


class _Teller:
    """Adds up the rows that are done."""

    def __init__(self, progress: Callable[[int], None] | None, done: int) -> None:
        self._progress, self._done = progress, done
        self(0)

    def __call__(self, rows: int) -> None:
        self._done += rows
        if self._progress is not None:
            self._progress(self._done)


@dataclass(frozen=True)
class _Work:
    """How a shard is made."""

    sample: Sample
    order: _Order
    folder: Path
    schema: pa.Schema

    @property
    def shards(self) -> int:
        return -(-self.order.rows // self.order.rows_per_shard)

    def rows_of(self, number: int) -> int:
        start = number * self.order.rows_per_shard
        return min(self.order.rows_per_shard, self.order.rows - start)

    def make(self, number: int, tell: Callable[[int], Any]) -> None:
        """Sample one shard and write it, whole or not at all."""
        rows = self.rows_of(number)
        target = self.folder / shard_name(number)
        with aside(target) as part, pq.ParquetWriter(part, self.schema) as writer:
            for piece, start in enumerate(range(0, rows, PIECE)):
                size = min(PIECE, rows - start)
                frame = self.sample(size, _seed(self.order.seed, number, piece))
                writer.write_table(self._table(frame.rename(columns=str)))
                tell(size)

    def _table(self, frame: pd.DataFrame) -> pa.Table:
        try:
            return pa.Table.from_pandas(frame, schema=self.schema, preserve_index=False)
        except (pa.ArrowException, KeyError) as error:
            raise Failure(
                f"The sampled rows changed their columns' types on the way ({error}): sample into "
                f"a .csv file."
            ) from error


def _seed(seed: int, shard: int, piece: int) -> int:
    # 63 bits: what any generator takes.
    return int(np.random.SeedSequence([seed, shard, piece]).generate_state(1, np.uint64)[0] >> 1)


def _schema(first: pd.DataFrame) -> pa.Schema:
    schema = pa.Schema.from_pandas(first, preserve_index=False)
    for place, column in enumerate(schema):
        if pa.types.is_null(column.type):
            # Nothing is known of a column that is missing in all these rows; texts hold anything.
            schema = schema.set(place, column.with_type(pa.string()))
    return schema


def _suffix(path: Path) -> str | None:
    """The suffix of a file; None for a folder."""
    if path.is_dir() or not path.suffix:
        return None
    found = [suffix for suffix in _JOINED if path.name.lower().endswith(suffix)]
    if not found:
        raise wrong_suffix(path, f"{', '.join(_JOINED)}, or have no suffix for a folder")
    return max(found, key=len)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _begin(folder: Path, order: _Order) -> list[int]:
    """Make the folder, or look what is there; the numbers of the shards that are missing."""
    note, shards = folder / _NOTE, range(-(-order.rows // order.rows_per_shard))
    if folder.is_dir() and any(folder.iterdir()):
        if not note.is_file():
            raise WrongUse(f"{folder} already holds files: name a folder that is new or empty.")
        _refuse_another(folder, json.loads(note.read_text(encoding="utf-8")), order)
        _sweep(folder)
        return [number for number in shards if not (folder / shard_name(number)).is_file()]
    with aside(note) as part:
        part.write_text(json.dumps(asdict(order)), encoding="utf-8")
    return list(shards)


def _sweep(folder: Path) -> None:
    """Remove what processes that were ended had begun to write."""
    for half in folder.glob(".part-*"):
        half.unlink()


def _refuse_another(folder: Path, before: Any, order: _Order) -> None:
    for name, value in asdict(order).items():
        known = before.get(name) if isinstance(before, dict) else None
        if known == value:
            continue
        what = "from another model" if name == "begins" else f"with {name} {known}, not {value}"
        raise WrongUse(
            f"The sampling into {folder} was begun {what}: give what was given then, or another "
            f"place."
        )


def _share(work: _Work, missing: list[int], processes: int, tell: Callable[[int], None]) -> None:
    """Share the shards out among processes; the first error of one ends all."""
    # Forked: what samples needn't be written down for another process to read.
    context: Any = multiprocessing.get_context("fork")
    children, ends = [], []
    try:
        for first in range(min(processes, len(missing))):
            here, there = context.Pipe(duplex=False)
            numbers = missing[first::processes]
            child = context.Process(target=_child, args=(work, numbers, there, os.getpid()))
            child.start()
            there.close()
            children.append(child)
            ends.append(here)
        while ends:
            for end in wait(ends):
                if _hear(end, tell):  # type: ignore[arg-type]
                    ends.remove(end)  # type: ignore[arg-type]
    finally:
        for child in children:
            if ends:
                child.terminate()
            child.join()
        _sweep(work.folder)


def _hear(end: Connection, tell: Callable[[int], None]) -> bool:
    """Take a message of a process; whether it was its last."""
    try:
        kind, content = end.recv()
    except EOFError as error:
        raise Failure(
            "A process that sampled was ended from outside, as when memory runs out: sample with "
            "fewer processes; what is done is kept."
        ) from error
    if kind in _ERRORS:
        raise _ERRORS[kind](content)
    if kind == "rows":
        tell(content)
    return kind == "end"


_ERRORS: dict[str, type[Exception]] = {
    "WrongUse": WrongUse,
    "Failure": Failure,
    "error": RuntimeError,
}


def _child(work: _Work, numbers: list[int], end: Connection, parent: int) -> None:
    torch.set_num_threads(1)

    def tell(rows: int) -> None:
        # Whoever asked may have been killed, and may ask again meanwhile.
        if os.getppid() != parent:
            raise SystemExit
        end.send(("rows", rows))

    try:
        for number in numbers:
            work.make(number, tell)
        end.send(("end", None))
    except (WrongUse, Failure) as error:
        end.send((type(error).__name__, str(error)))
    except Exception:  # whatever it was, it is raised where the user is
        end.send(("error", traceback.format_exc()))


def _join(folder: Path, path: Path, suffix: str, work: _Work) -> None:
    """Make one file of the shards, a row group at a time."""
    files = [folder / shard_name(number) for number in range(work.shards)]
    with aside(path) as part:
        if not _JOINED[suffix]:
            with pq.ParquetWriter(part, work.schema) as writer:
                for table in _groups(files):
                    writer.write_table(table)
        else:
            with _text(part) as out:
                for number, table in enumerate(_groups(files)):
                    frame = table.to_pandas()
                    frame.to_csv(out, index=False, sep=_JOINED[suffix], header=number == 0)


def _text(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "wt", encoding="utf-8", newline="")
    return path.open("w", encoding="utf-8", newline="")


def _groups(files: list[Path]) -> Iterator[pa.Table]:
    for file in files:
        with pq.ParquetFile(file) as shard:
            for group in range(shard.num_row_groups):
                yield shard.read_row_group(group, use_threads=False)
