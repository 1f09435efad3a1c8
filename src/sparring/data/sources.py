"""Where a batch's items come from: memory, or files that are decoded when they are asked for."""

import copy
import warnings
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from sparring.data.image import Image, normalise
from sparring.data.reading import read_image

_WORKERS = 3


@runtime_checkable
class Source(Protocol):
    """Items that can be asked for by their numbers."""

    def __len__(self) -> int: ...

    def __getitem__(self, indices: Tensor) -> dict[str, Tensor]:
        """(n,) int64 -> {"x": (n, ...) float32 in model space, "y": (n,) int64 with classes}."""


@runtime_checkable
class TakesTurns(Protocol):
    """A source whose items have several conditions that take turns from epoch to epoch."""

    def at(self, indices: Tensor, epochs: Tensor) -> dict[str, Tensor]:
        """(n,) numbers of items, and (n,) the epoch in which each is seen -> a batch."""


@runtime_checkable
class Prefetches(Protocol):
    """A source that can begin with a batch before it is asked for it."""

    def prefetch(self, indices: Tensor) -> None: ...


@runtime_checkable
class Places(Protocol):
    """A source of which a copy can lie on a device as a whole."""

    def on(self, device: torch.device, room: int) -> Source:
        """The same items there if they take at most `room` bytes, else this source itself."""


class InMemory:
    """Items that are one tensor.

    Args:
        x: (n, ...) float32 in model space, or uint8 levels of images, (n, c, s, s); levels take
            a quarter of the memory and become model space after they have been picked.
        y: (n,) int64 classes, or None.

    Example:
        >>> source = InMemory(torch.tensor([[1.0], [2.0], [3.0]]))
        >>> source[torch.tensor([2, 0])]["x"].flatten()
        tensor([3., 1.])
    """

    def __init__(self, x: Tensor, y: Tensor | None = None) -> None:
        self.x, self.y = x.contiguous(), y

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, indices: Tensor) -> dict[str, Tensor]:
        indices = indices.to(self.x.device)
        x = self.x.index_select(0, indices)
        batch = {"x": normalise(x) if x.dtype == torch.uint8 else x}
        if self.y is not None:
            batch["y"] = self.y.index_select(0, indices)
        return batch

    def on(self, device: torch.device, room: int) -> Source:
        """The same items on a device if they take at most `room` bytes, else this source."""
        if _size(self.x, self.y) > room:
            return self
        return InMemory(self.x.to(device), None if self.y is None else self.y.to(device))


class Subset:
    """Some items of another source.

    Args:
        source: where they are.
        rows: (n,) int64, their numbers there.

    Example:
        >>> whole = InMemory(torch.tensor([[1.0], [2.0], [3.0]]))
        >>> Subset(whole, torch.tensor([2, 0]))[torch.tensor([0])]["x"]
        tensor([[3.]])
    """

    def __init__(self, source: Source, rows: Tensor) -> None:
        self.source, self.rows = source, rows
        y = getattr(source, "y", None)
        self.y = y[rows] if isinstance(y, Tensor) else None

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, indices: Tensor) -> dict[str, Tensor]:
        indices = indices.to(self.rows.device)
        batch = self.source[self.rows.index_select(0, indices)]
        return batch if self.y is None else {**batch, "y": self.y.index_select(0, indices)}

    def on(self, device: torch.device, room: int) -> Source:
        """The same items on a device, with all others of the source, if they fit in `room` bytes.

        Else this source.
        """
        if not isinstance(self.source, Places):
            return self
        whole = self.source.on(device, room)
        if whole is self.source:
            return self
        placed = copy.copy(self)
        placed.source, placed.rows = whole, self.rows.to(device)
        placed.y = None if self.y is None else self.y.to(device)
        return placed


class Pictures:
    """Images as they were given: the array itself, of which no copy is made.

    Args:
        items: (n, s, s) or (n, s, s, 3) uint8; it must not be changed while it is in use.
        y: (n,) int64 classes of all items, or None.
        rows: numbers of the items that belong to this source; None for all.

    Example:
        >>> source = Pictures(np.arange(3, dtype=np.uint8).reshape(3, 1, 1), rows=np.array([0, 2]))
        >>> len(source), source[torch.tensor([1])]["x"].shape
        (2, torch.Size([1, 1, 1, 1]))
    """

    def __init__(
        self, items: np.ndarray, y: np.ndarray | None = None, rows: np.ndarray | None = None
    ) -> None:
        with warnings.catch_warnings():
            # An array that is mapped from a file may not be written to; it never is.
            warnings.simplefilter("ignore", UserWarning)
            self._items = torch.from_numpy(items)
        self._rows = torch.arange(len(items)) if rows is None else torch.from_numpy(rows)
        self.y = None if y is None else torch.from_numpy(y)[self._rows]

    def __len__(self) -> int:
        return len(self._rows)

    def on(self, device: torch.device, room: int) -> Source:
        """The same items on a device if they take at most `room` bytes, else this source."""
        items = self._items
        if len(self) * items[:1].numel() + _size(self.y) > room:
            return self
        placed = copy.copy(self)
        # Those of other sources stay where they are.
        placed._items = items.index_select(0, self._rows).to(device)
        placed._rows = torch.arange(len(self), device=device)
        placed.y = None if self.y is None else self.y.to(device)
        return placed

    def __getitem__(self, indices: Tensor) -> dict[str, Tensor]:
        indices = indices.to(self._items.device)
        picked = self._items.index_select(0, self._rows.index_select(0, indices))
        levels = picked.unsqueeze(1) if picked.dim() == 3 else picked.permute(0, 3, 1, 2)
        batch = {"x": normalise(levels)}
        if self.y is not None:
            batch["y"] = self.y.index_select(0, indices)
        return batch


class Files:
    """Images that are decoded from their files when they are asked for.

    Only paths are kept, and at most one batch that was begun ahead of time.

    Args:
        paths: one image file an item.
        image: what they become.
        size: pixels to which they are cropped and resized, or None when they fit already.
        y: (n,) int64 classes, or None.
    """

    def __init__(
        self, paths: Sequence[Path], image: Image, size: int | None = None, y: Tensor | None = None
    ) -> None:
        self.paths, self.image, self.size, self.y = list(paths), image, size, y
        self._pool: ThreadPoolExecutor | None = None
        self._ahead: tuple[list[int], deque[Future[np.ndarray]]] | None = None

    def __len__(self) -> int:
        return len(self.paths)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_pool": None, "_ahead": None}

    def _read(self, index: int) -> np.ndarray:
        return read_image(self.paths[index], self.image.channels, self.size)

    def _begin(self, numbers: list[int]) -> deque[Future[np.ndarray]]:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="sparring-images")
        return deque(self._pool.submit(self._read, number) for number in numbers)

    def prefetch(self, indices: Tensor) -> None:
        """Begin to decode these items; the next request for just them finds them ready."""
        numbers = indices.tolist()
        self._ahead = (numbers, self._begin(numbers))

    def levels(self, indices: Tensor) -> Tensor:
        """These items as uint8 levels, (n, c, s, s)."""
        numbers, ahead = indices.tolist(), self._ahead
        self._ahead = None
        jobs = ahead[1] if ahead and ahead[0] == numbers else self._begin(numbers)
        out = torch.empty((len(numbers), *self.image.shape), dtype=torch.uint8)
        for row in range(len(numbers)):
            # Popped, so that no more than one batch of decoded images is alive.
            out[row] = self.image.levels(jobs.popleft().result()[None])[0]
        return out

    def __getitem__(self, indices: Tensor) -> dict[str, Tensor]:
        batch = {"x": normalise(self.levels(indices))}
        if self.y is not None:
            batch["y"] = self.y.index_select(0, indices)
        return batch

    def load(self, chunk: int = 1024) -> InMemory:
        """All items decoded into memory."""
        x = torch.empty((len(self), *self.image.shape), dtype=torch.uint8)
        for start in range(0, len(self), chunk):
            stop = min(start + chunk, len(self))
            x[start:stop] = self.levels(torch.arange(start, stop))
        return InMemory(x, self.y)


def _size(*tensors: Tensor | None) -> int:
    """Bytes."""
    return sum(t.numel() * t.element_size() for t in tensors if t is not None)
