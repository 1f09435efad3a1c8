"""A data set: what it is, what is trained on, and what is held out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from sparring.data.modality import Modality
from sparring.data.sources import Source

if TYPE_CHECKING:
    from sparring.data.conditions.base import Condition


@dataclass(frozen=True)
class Modes:
    """Where the items of a made data set come from: equal normals around known centres.

    Attributes:
        centres: (k, d), in the units of the items.
        std: standard deviation of each, in the same units.
    """

    centres: np.ndarray
    std: float


@dataclass(frozen=True)
class Dataset:
    """A data set, cut into what is trained on and what is held out.

    Attributes:
        name: how it was asked for, or the name of its file or folder.
        modality: how items become tensors and back.
        train, heldout: sources of tensors in model space; they share no item.
        classes: names of the classes that "y" in a batch counts, or None.
        condition: what "y" in a batch means, classes, attributes or texts, or None.
        target: the column that a table's models usually predict, or None.
        modes: where the items come from, when that is known.
        licence: of the data, as far as known.
        about: one or two sentences: where it comes from, what was done to it.
        train_items, heldout_items: the items as they were, where encoding loses something
            (tables); None where decoding gives them back.

    Example:
        >>> from sparring.data import open_dataset
        >>> digits = open_dataset("digits")
        >>> digits.real(4, seed=0).shape, len(digits.classes)
        ((4, 8, 8), 10)
    """

    name: str
    modality: Modality
    train: Source
    heldout: Source
    classes: tuple[str, ...] | None = None
    target: str | int | None = None
    modes: Modes | None = None
    licence: str | None = None
    about: str = ""
    train_items: Any = None
    heldout_items: Any = None
    condition: "Condition | None" = None

    def real(self, n: int | None = None, seed: int = 0) -> Any:
        """n items of the training part, drawn without replacement; all there are when n is more.

        Args:
            n: how many, or None for all of them in their order.
            seed: of the draw.
        """
        return self._items(self.train, self.train_items, n, seed)

    def unseen(self, n: int | None = None, seed: int = 0) -> Any:
        """n items of the held-out part, drawn without replacement; all there are when n is more.

        Args:
            n: how many, or None for all of them in their order.
            seed: of the draw.
        """
        return self._items(self.heldout, self.heldout_items, n, seed)

    def _items(self, source: Source, items: Any, n: int | None, seed: int) -> Any:
        indices = choose(len(source), n, seed)
        if items is None:
            return self.modality.decode(source[indices]["x"])
        if hasattr(items, "iloc"):
            return items.iloc[indices.numpy()].reset_index(drop=True)
        return items[indices.numpy()]


def choose(items: int, n: int | None, seed: int) -> Tensor:
    """Numbers of n of so many items, without replacement; 0, 1, ... when n is None.

    Example:
        >>> len(set(choose(10, 4, seed=0).tolist())), len(choose(3, 100, seed=0))
        (4, 3)
    """
    if n is None:
        return torch.arange(items)
    generator = torch.Generator().manual_seed(seed)
    return torch.randperm(items, generator=generator)[:n]
