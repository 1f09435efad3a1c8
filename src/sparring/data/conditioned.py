"""Training by sampling: batches in which rare categories are asked for, too."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from sparring.core.errors import WrongUse
from sparring.core.shares import share
from sparring.data.batches import Batches
from sparring.data.encoders import Span
from sparring.data.sources import Source

_CHUNK = 8192


class Categories:
    """Which rows have which value, over all one-hot blocks of kind "category".

    The values of all blocks are numbered in one run, in the order of the encoded columns: with
    spans ("category", 2), ("number", 1), ("category", 3) value 4 is the last of the second block.

    Args:
        source: encoded rows.
        spans: kinds and widths of their columns.

    Raises:
        WrongUse: a block that is zeros in every row.

    Attributes:
        widths: of the blocks.
        counts: (values,) how many rows have each value.
        rows: (blocks * n,) int32 row numbers, block after block, sorted by value.
        starts: (values,) where the rows of each value begin in `rows`.

    Example:
        >>> from sparring.data.sources import InMemory
        >>> x = torch.tensor([[1.0, 0, 0.3], [0, 1, 0.1], [0, 1, 0.2]])
        >>> Categories(InMemory(x), [("category", 2), ("number", 1)]).frequencies
        [0.333..., 0.666...]
    """

    def __init__(self, source: Source, spans: Sequence[Span]) -> None:
        ends = np.cumsum([width for _, width in spans])
        blocks = [
            (int(end) - width, width)
            for end, (kind, width) in zip(ends, spans, strict=True)
            if kind == "category"
        ]
        self.widths = [width for _, width in blocks]
        values = np.empty((len(blocks), len(source)), dtype=np.int32)
        for first in range(0, len(source), _CHUNK):
            x = source[torch.arange(first, min(first + _CHUNK, len(source)))]["x"]
            for block, (column, width) in enumerate(blocks):
                one_hot = x[:, column : column + width]
                value = torch.where(one_hot.amax(1) > 0, one_hot.argmax(1), width)
                values[block, first : first + _CHUNK] = value.numpy()
        # A block of zeros says nothing: it counts as a value of its own that is never asked for.
        tables = [
            np.bincount(row, minlength=width + 1)
            for row, width in zip(values, self.widths, strict=True)
        ]
        offsets = [
            block * len(source) + np.append(0, table.cumsum()[:-1])
            for block, table in enumerate(tables)
        ]
        self.counts = _joined([table[:-1] for table in tables])
        if any(block.sum() == 0 for block in self.by_block(self.counts)):
            raise WrongUse(
                "every block of categories must be one-hot in at least one row, and one is zeros "
                "in all; encode the rows with the table that was fitted to them."
            )
        self.starts = _joined([offset[:-1] for offset in offsets])
        self.rows = values.argsort(axis=1, kind="stable").astype(np.int32).ravel()

    @property
    def frequencies(self) -> list[float]:
        """How often each value comes; those of a block sum to 1."""
        blocks = [block / block.sum() for block in self.by_block(self.counts)]
        frequencies: list[float] = _joined(blocks, float).tolist()
        return frequencies

    def by_block(self, numbers: np.ndarray) -> list[np.ndarray]:
        """(values,) -> one array a block."""
        return np.split(numbers, np.cumsum(self.widths)[:-1]) if self.widths else []


def _joined(parts: Sequence[np.ndarray], kind: type = int) -> np.ndarray:
    return np.concatenate(parts) if parts else np.empty(0, dtype=kind)


class Conditioned(Batches):
    """Endless batches of rows that have what is asked of them, and what is asked.

    Training by sampling (Xu et al. 2019, arXiv 1907.00503, section 4.3): a block of categories is
    chosen evenly, in it a value by the logarithm of its frequency, then a row that has it, evenly.
    Differs from the paper: the logarithm is of the count plus one, so that what was seen once can
    be asked for too. Where there are no categories, rows are drawn evenly and nothing is asked.

    A batch is {"x": (n, width), "condition": (n,) int64}, the condition being the number of a value
    as in `Categories`. Rows are drawn with replacement, without epochs: the position counts
    batches. A batch depends on `seed` and its number alone, so every process finds the same batch
    and reads only its own share of it.

    Args:
        source: at least one encoded row.
        spans: kinds and widths of the encoded columns, such as ("number", 1), ("category", 5).
        batch_size: rows of all processes together, at least 1.
        seed: of what is asked and which rows are drawn.

    Raises:
        WrongUse: an empty source, a batch size below 1, or a block of categories that is zeros in
            every row.

    Example:
        >>> from sparring.data.sources import InMemory
        >>> rows = torch.tensor([[1.0, 0.0]] * 9 + [[0.0, 1.0]])
        >>> batches = Conditioned(InMemory(rows), [("category", 2)], batch_size=1000)
        >>> batch = next(batches)
        >>> bool((batch["x"].argmax(1) == batch["condition"]).all())
        True
        >>> rare = float(batch["condition"].float().mean())  # log 2 / (log 2 + log 10) = .23
        >>> 0.15 < rare < 0.31
        True
    """

    def __init__(
        self, source: Source, spans: Sequence[Span], batch_size: int, seed: int = 0
    ) -> None:
        super().__init__(source, batch_size, seed)
        self.categories = Categories(source, spans)
        # Value v is asked for by numbers from edges[v - 1] up to edges[v]; each block is 1 long.
        blocks = self.categories.by_block(np.log1p(self.categories.counts).cumsum())
        edges, before = [], 0.0
        for block, ends in enumerate(blocks):
            edges.append(block + (ends - before) / (ends[-1] - before))
            before = ends[-1]
        self._edges = _joined(edges, float)

    def __next__(self) -> dict[str, Tensor]:
        generator = np.random.default_rng([self.seed, self.position])
        self.position += 1
        if not self.categories.widths:
            rows = generator.integers(len(self.source), size=self.batch_size)
            return self.source[share(torch.from_numpy(rows))]
        values = self._ask(generator)
        place = generator.integers(self.categories.counts[values])
        rows = self.categories.rows[self.categories.starts[values] + place].astype(np.int64)
        batch = self.source[share(torch.from_numpy(rows))]
        return {**batch, "condition": share(torch.from_numpy(values))}

    def _ask(self, generator: np.random.Generator) -> np.ndarray:
        """(batch_size,) numbers of values."""
        blocks = len(self.categories.widths)
        places = generator.random(self.batch_size) * blocks
        # A value that never occurs has no room between its edges, not even at the very end.
        places = np.minimum(places, np.nextafter(blocks, 0))
        return np.searchsorted(self._edges, places, side="right")
