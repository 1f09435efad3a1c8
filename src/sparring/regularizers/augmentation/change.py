"""Changes of pictures, each made of some items and not of others, and how they follow each other.

Neighbours of one kind are done at once: moves of the picture are one resampling, however many, and
changes of colour one matrix.
"""

import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sparring.core import draw


@dataclass(frozen=True)
class Chance:
    """Random numbers for pictures: one an item, and whether it is changed at all.

    Args:
        n: items.
        p: how probable it is that an item is changed, (), in [0, 1].
        batches: how many batches the items are, one after another.
    """

    n: int
    p: Tensor
    batches: int = 1

    def uniform(self, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Numbers (n,) in [low, high)."""
        return low + (high - low) * self._drawn(torch.rand)

    def normal(self, deviation: float) -> Tensor:
        """Normal numbers (n,) around 0."""
        return deviation * self._drawn(torch.randn)

    def below(self, count: int) -> Tensor:
        """Whole numbers (n,) from 0 to count - 1, as floats."""
        return self.uniform(0.0, count).floor().clamp(max=count - 1)

    def changed(self) -> Tensor:
        """For each item (n,), whether it is changed: with probability p, by itself."""
        return self.uniform() < self.p

    def sometimes(self, value: Tensor, neutral: float) -> Tensor:
        """Values (n,) of the items that are changed; what changes nothing for all others."""
        return torch.where(self.changed(), value, neutral)

    def _drawn(self, sampler: Callable[..., Tensor]) -> Tensor:
        dtype, device = self.p.dtype, self.p.device
        rows = draw(
            lambda count: sampler(count, self.batches, dtype=dtype, device=device),
            self.n // self.batches,
        )
        return rows.t().reshape(-1)  # (n / batches, batches) to (n,), batch after batch


class Change(ABC):
    """A change of pictures (n, c, s, s) that keeps their shape."""

    @abstractmethod
    def __call__(self, x: Tensor, chance: Chance) -> Tensor:
        """The pictures, some of them changed."""

    @staticmethod
    def together(run: Sequence["Change"], x: Tensor, chance: Chance) -> Tensor:
        """What several neighbours of this kind make of pictures: one after another."""
        for change in run:
            x = change(x, chance)
        return x


def change_all(changes: Sequence[Change], x: Tensor, chance: Chance) -> Tensor:
    """What changes make of pictures (n, c, s, s), one after another, neighbours of a kind at once.

    Example:
        >>> from sparring.regularizers.augmentation.geometry import Flip, Scale
        >>> x = torch.randn(4, 1, 8, 8)
        >>> torch.equal(change_all([Flip(), Scale()], x, Chance(4, torch.tensor(0.0))), x)
        True
    """
    # Positions and colours need more digits than a mixed precision leaves to products.
    with torch.autocast(x.device.type, enabled=False):
        for together, run in itertools.groupby(changes, key=lambda change: type(change).together):
            x = together(list(run), x, chance)
    return x
