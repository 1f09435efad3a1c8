"""Packs: several items that are judged as one."""

import dataclasses

from torch import Tensor, nn

from sparring.core import Terms
from sparring.regularizers import Augmentation, Generation, Hint


def join(x: Tensor, pac: int, along: int = 1) -> Tensor:
    """Each `pac` rows that follow one another as one: (n, c, ...) to (n / pac, pac * c, ...).

    Args:
        x: n a multiple of pac.
        pac: rows in one.
        along: the dimension in which they come to lie one after the other.

    Example:
        >>> import torch
        >>> join(torch.tensor([[1], [2], [3], [4]]), 2)
        tensor([[1, 2],
                [3, 4]])
    """
    along %= x.dim()
    return x.unflatten(0, (-1, pac)).movedim(1, along).flatten(along, along + 1)


def parted(packs: Tensor, pac: int, along: int = 1) -> Tensor:
    """What was joined, apart again.

    Example:
        >>> import torch
        >>> parted(torch.tensor([[1, 2], [3, 4]]), 2).flatten()
        tensor([1, 2, 3, 4])
    """
    along %= packs.dim()
    return packs.unflatten(along, (pac, -1)).movedim(along, 1).flatten(0, 1)


def single(y: Tensor, pac: int, classes: bool) -> Tensor:
    """The conditions of a batch's items, from those of its packs."""
    items = parted(y, pac, along=-1)
    return items.argmax(1) if classes else items


class EachItem(Augmentation):
    """An augmentation of single items, for packs."""

    def __init__(self, augmentation: Augmentation, pac: int) -> None:
        super().__init__()
        self.augmentation, self.pac = augmentation, pac

    def forward(self, x: Tensor, batches: int = 1) -> Tensor:
        return join(self.augmentation(parted(x, self.pac), batches), self.pac)

    def observe(self, real_scores: Tensor, done: float) -> None:
        self.augmentation.observe(real_scores, done)


class OfItems(nn.Module, Hint):
    """A hint about single items, for packs."""

    def __init__(self, hint: Hint, pac: int, classes: bool) -> None:
        super().__init__()
        self.hint, self.pac, self.classes = hint, pac, classes

    def forward(self, generation: Generation) -> Terms:
        """Its terms, of the items that lie in the packs."""
        y = None if generation.y is None else single(generation.y, self.pac, self.classes)
        x = parted(generation.x, self.pac)
        terms: Terms = self.hint(dataclasses.replace(generation, x=x, y=y))
        return terms
