"""Sources of items whose conditions are texts."""

import copy
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sparring.data.conditions.base import Codes
from sparring.data.conditions.captions import Captions
from sparring.data.sources import Prefetches, Source, Subset


class WithCaptions:
    """Items of another source, and what is written of each.

    Args:
        source: of the items.
        captions: as many as items.
    """

    def __init__(self, source: Source, captions: Captions) -> None:
        self.source, self.y = source, captions

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, indices: Tensor) -> dict[str, Tensor]:
        """Items, and the first text of each as "y"."""
        return {**self.source[indices], "y": self.y[indices]}

    def at(self, indices: Tensor, epochs: Tensor) -> dict[str, Tensor]:
        """Items, and of each the text whose turn it is in this epoch as "y"."""
        return {**self.source[indices], "y": self.y.at(indices, epochs)}

    def prefetch(self, indices: Tensor) -> None:
        """Begin to decode these items, where the source can."""
        if isinstance(self.source, Prefetches):
            self.source.prefetch(indices)


def with_codes(source: Any, codes: Codes) -> Source:
    """The same items with these conditions as "y".

    Example:
        >>> from sparring.data.sources import InMemory
        >>> told = with_codes(InMemory(torch.zeros(2, 1)), torch.tensor([4, 7]))
        >>> told[torch.tensor([1])]["y"]
        tensor([7])
    """
    if isinstance(codes, Captions):
        return WithCaptions(source, codes)
    told = copy.copy(source)
    told.y = codes
    return told  # type: ignore[no-any-return]


def some_of(source: Source, rows: np.ndarray) -> Source:
    """A part of a source, with its conditions.

    Args:
        source: where the items are.
        rows: (n,) int64, their numbers there.
    """
    if isinstance(source, WithCaptions):
        return WithCaptions(some_of(source.source, rows), source.y.take(rows))
    return Subset(source, torch.from_numpy(rows))
