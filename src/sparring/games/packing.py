"""Packs: several items that are judged as one."""

import dataclasses

from torch import Tensor, nn

from sparring.core import Terms
from sparring.regularizers import Augmentation, Generation, Hint
from sparring.regularizers.hint import LearningHint


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


class LearningOfItems(OfItems, LearningHint):
    """The same where the hint learns: its network is its own player's, of single items too."""

    def __init__(self, hint: LearningHint, pac: int, classes: bool) -> None:
        super().__init__(hint, pac, classes)
        self.name, self.optimizer = hint.name, hint.optimizer
        self._learn = hint.learn

    def learn(self, real: Tensor, fake: Tensor) -> Terms:
        """The loss on the items in real and generated packs."""
        return self._learn(parted(real, self.pac), parted(fake, self.pac))


def of_items(hint: Hint, pac: int, classes: bool) -> Hint:
    """A hint about single items, for packs.

    Args:
        hint: about items.
        pac: items in a pack.
        classes: whether conditions are classes, which stand in packs as one-hot numbers.
    """
    kind = LearningOfItems if isinstance(hint, LearningHint) else OfItems
    return kind(hint, pac, classes)  # type: ignore[arg-type]
