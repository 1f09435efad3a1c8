"""Tables that don't fit into memory: read twice in chunks, learnt from a sample, kept encoded."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from typing import IO

import numpy as np
import pandas as pd
import pyarrow as pa
import torch
from torch import Tensor

from sparring.core.errors import Failure, WrongUse
from sparring.data.building import Preparation, check_target
from sparring.data.dataset import Dataset
from sparring.data.inference import check_frame
from sparring.data.memory import budget
from sparring.data.parquetfiles import CHUNK, ParquetRows
from sparring.data.splitting import FEWEST_ITEMS
from sparring.data.table import Table
from sparring.data.witnesses import Witnesses

SAMPLE = 200_000
"""Rows, about, from which the encoding is learnt."""
_SAMPLE_BYTES = 1 << 27
_HELD_OUT, _SAMPLED = 1, 2


def is_too_large(rows: ParquetRows) -> bool:
    """Whether these rows would take more than a quarter of the memory that is free."""
    # The budget is half of what is free.
    return rows.nbytes > budget() // 2


def chance(numbers: np.ndarray, seed: int, purpose: int) -> np.ndarray:
    """A number in [0, 1) for each row, (n,) float64, that its number, seed and purpose give.

    The finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
    generators", 2014) of the row's number plus a hash of seed and purpose.

    Example:
        >>> drawn = chance(np.arange(100_000), seed=0, purpose=1)
        >>> bool(abs(drawn.mean() - 0.5) < 0.005), chance(np.array([7]), 0, 1) == drawn[7]
        (True, array([ True]))
    """
    begin = np.random.SeedSequence([seed, purpose]).generate_state(1, np.uint64)[0]
    mixed = (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15) + begin
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    drawn: np.ndarray = (mixed >> np.uint64(11)) * 2.0**-53
    return drawn


class Part:
    """The numbers of the rows that are trained on, or of those that are held out.

    Only a count for every 65,536 rows is kept; which rows they are is drawn again when asked for.

    Args:
        rows: how many there are of both parts.
        how: fraction and seed of the held-out part.
        heldout: whether this is the held-out part.

    Example:
        >>> train, heldout = (
        ...     Part(100_000, Preparation(0.1, seed=0), part) for part in (False, True)
        ... )
        >>> len(train) + len(heldout), len(heldout)
        (100000, 10122)
        >>> bool(heldout.mask(train[np.array([0, 5])]).any())
        False
    """

    def __init__(self, rows: int, how: Preparation, heldout: bool) -> None:
        self._how, self._heldout, self._rows = how, heldout, rows
        counts = [self._members(start).size for start in range(0, rows, CHUNK)]
        self._ends = np.cumsum(counts, dtype=np.int64)

    def mask(self, numbers: np.ndarray) -> np.ndarray:
        """(n,) bool: which of these rows belong to the part."""
        out = chance(numbers, self._how.seed, _HELD_OUT) < self._how.fraction
        return out if self._heldout else ~out

    def _members(self, start: int) -> np.ndarray:
        numbers = np.arange(start, min(start + CHUNK, self._rows))
        return numbers[self.mask(numbers)]

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def __getitem__(self, indices: np.ndarray) -> np.ndarray:
        """(n,) numbers within the part -> (n,) numbers of rows."""
        block = np.searchsorted(self._ends, indices, side="right")
        starts = np.concatenate(([0], self._ends[:-1]))
        found = np.empty(len(indices), dtype=np.int64)
        for number in np.unique(block):
            here = block == number
            found[here] = self._members(int(number) * CHUNK)[indices[here] - starts[number]]
        return found


class LazyRows:
    """The rows of a part of a table, as pandas has them, read when they are asked for.

    It has so much of a DataFrame's face: `len`, `columns`, and `iloc` with an array of numbers.

    Args:
        rows: of both parts.
        part: which of them.
        dtypes: of the columns.
    """

    def __init__(self, rows: ParquetRows, part: Part, dtypes: pd.Series) -> None:
        self._rows, self._part, self._dtypes = rows, part, dtypes

    def __len__(self) -> int:
        return len(self._part)

    @property
    def columns(self) -> pd.Index:
        """Names of the columns."""
        return self._dtypes.index

    @property
    def iloc(self) -> "LazyRows":
        """Itself: rows are asked for by their numbers alone."""
        return self

    def __getitem__(self, indices: Sequence[int] | np.ndarray | slice) -> pd.DataFrame:
        """(n,) numbers, or a slice of them -> DataFrame of n rows."""
        if isinstance(indices, slice):
            indices = np.arange(*indices.indices(len(self)))
        numbers = self._part[np.asarray(indices, dtype=np.int64)]
        return alike(self._rows.frame(self._rows.take(numbers)), self._dtypes)


class EncodedRows:
    """Rows in model space in a file without a name, which ends with the process.

    Args:
        file: holds rows of float32 one after another, and nothing else.
        width: of a row.

    Example:
        >>> file = tempfile.TemporaryFile()
        >>> _ = file.write(np.arange(6, dtype=np.float32).tobytes())
        >>> EncodedRows(file, width=2)[torch.tensor([2, 0])]["x"]
        tensor([[4., 5.],
                [0., 1.]])
    """

    def __init__(self, file: IO[bytes], width: int) -> None:
        file.flush()
        self._file, self._width = file, width
        size = os.fstat(file.fileno()).st_size
        self._length = size // (4 * width)
        # A map is faster but takes addresses, which a limit may make scarcer than memory.
        mapped = 0 < size <= budget()
        shape = (self._length, width)
        self._map = np.memmap(file, np.float32, "r", shape=shape) if mapped else None

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, indices: Tensor) -> dict[str, Tensor]:
        wanted = indices.numpy()
        if len(wanted) and not 0 <= wanted.min() <= wanted.max() < self._length:
            raise IndexError(f"rows are numbered from 0 to {self._length - 1}")
        x = self._read(wanted) if self._map is None else np.asarray(self._map[wanted])
        return {"x": torch.from_numpy(x)}

    def _read(self, wanted: np.ndarray) -> np.ndarray:
        if len(wanted) == 0:
            return np.empty((0, self._width), dtype=np.float32)
        order = np.argsort(wanted)
        wanted, row = wanted[order], 4 * self._width
        x = np.empty((len(wanted), self._width), dtype=np.float32)
        room = x.data.cast("B")
        # Rows that follow each other are read at once.
        ends = (np.flatnonzero(np.diff(wanted) != 1) + 1).tolist()
        for start, end in zip([0, *ends], [*ends, len(wanted)], strict=True):
            _fill(self._file.fileno(), room[start * row : end * row], int(wanted[start]) * row)
        out = np.empty_like(x)
        out[order] = x
        return out


def _fill(descriptor: int, room: memoryview, offset: int) -> None:
    while len(room):
        count = os.preadv(descriptor, [room], offset)
        if count == 0:
            raise Failure("The file of encoded rows has become shorter: fit again.")
        room, offset = room[count:], offset + count


def alike(frame: pd.DataFrame, dtypes: pd.Series) -> pd.DataFrame:
    """The frame with these dtypes; what pandas reads depends on whether a chunk has missing values.

    A column whose missing values its dtype has no room for stays as it is.
    """
    wrong = {
        name: dtype
        for name, dtype in dtypes.items()
        if frame[name].dtype != dtype and (dtype.kind not in "iub" or frame[name].notna().all())
    }
    return frame.astype(wrong) if wrong else frame


def stream_dataset(
    name: str,
    rows: ParquetRows,
    how: Preparation,
    target: str | int | None = None,
) -> Dataset:
    """A table larger than memory, from which is learnt as from one that isn't.

    A first pass draws about 200,000 rows to train on by a seeded hash of their numbers, and adds
    the rows that hold what the encoding must know: see `Witnesses`. A second pass encodes all rows
    into a file in the folder for temporary files (`TMPDIR`), 4 bytes a number in model space.

    Args:
        name: of the data set.
        rows: all of them.
        how: the held-out part: each row is held out with the fraction as its chance.
        target: the column that the table's models usually predict, or None.

    Raises:
        WrongUse: fewer than 10 rows, no row held out by chance, or a column that cannot be learnt.
        Failure: the encoded rows don't fit onto the disk.
    """
    train, heldout = Part(len(rows), how, False), Part(len(rows), how, True)
    if len(train) < FEWEST_ITEMS or len(heldout) == 0:
        raise WrongUse(
            f"A table that is streamed must have some hundred rows, got {len(rows)}: read it into "
            f"memory."
        )
    sample = draw_sample(rows, how, train)
    check_frame(sample, how.kinds)
    check_target(sample, target)
    table = how.fit(sample, how.seed)
    train_file, heldout_file = _encode(rows, table, heldout, sample.dtypes)
    return Dataset(
        name,
        table,
        EncodedRows(train_file, table.shape[0]),
        EncodedRows(heldout_file, table.shape[0]),
        target=target,
        about=f"{len(rows):,} rows that are read from the disk in chunks; the encoding is that of "
        f"{len(sample):,} of them.",
        train_items=LazyRows(rows, train, sample.dtypes),
        heldout_items=LazyRows(rows, heldout, sample.dtypes),
    )


def draw_sample(rows: ParquetRows, how: Preparation, train: Part) -> pd.DataFrame:
    """About 200,000 rows to train on, or 128 MiB, with all that occurs, in their order."""
    share = min(SAMPLE, _SAMPLE_BYTES / max(1, rows.row_bytes)) / max(1, len(train))
    witnesses = Witnesses(rows.categories)
    kept = []
    for start, table in rows.chunks():
        numbers = np.arange(start, start + len(table))
        here = train.mask(numbers)
        picked = here & (chance(numbers, how.seed, _SAMPLED) < share)
        picked[np.flatnonzero(here)[witnesses.see(table.filter(pa.array(here)))]] = True
        kept.append(table.filter(pa.array(picked)))
    return rows.frame(pa.concat_tables(kept, promote_options="permissive"))


def _encode(
    rows: ParquetRows, table: Table, heldout: Part, dtypes: pd.Series
) -> tuple[IO[bytes], IO[bytes]]:
    needed, folder = 4 * table.shape[0] * len(rows), tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise Failure(
            f"The encoded table takes {needed / 1e9:.1f} GB and {folder} has room for "
            f"{free / 1e9:.1f} GB: set TMPDIR to a folder with more room, or drop columns."
        )
    # Not closed here: they are the sources' for as long as these live.
    train_file, heldout_file = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115
    for start, chunk in rows.chunks():
        x = table.encode(alike(rows.frame(chunk), dtypes)).numpy()
        out = heldout.mask(np.arange(start, start + len(x)))
        try:
            for file, part in ((train_file, x[~out]), (heldout_file, x[out])):
                file.write(np.ascontiguousarray(part, dtype=np.float32).data)
                file.flush()
        except OSError as error:
            raise Failure(
                f"The encoded table could not be written into {folder} ({error.strerror}): set "
                f"TMPDIR to a folder with more room, or drop columns."
            ) from error
    return train_file, heldout_file
