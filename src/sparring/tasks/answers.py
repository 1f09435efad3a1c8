"""Asking a game about pictures, some at a time."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sparring.core import Batch
from sparring.data import Image, Modality
from sparring.data.conditions import ClassNames

_AT_ONCE = 500

Ask = Callable[[Tensor, Batch], Tensor]
"""Encoded items, and their classes as `y` where there are such -> an answer about each."""


def answers(ask: Ask, modality: Modality, items: Any, labels: np.ndarray | None = None) -> Tensor:
    """What a game says of items as users have them, (n, ...), on the CPU.

    Args:
        ask: one of its methods.
        modality: of the items.
        items: n of them.
        labels: (n,) class numbers; None where there are none.

    Example:
        >>> pixels = np.zeros((3, 8, 8), np.uint8)
        >>> answers(lambda x, condition: x.flatten(1).mean(1), Image(8, 1), pixels)
        tensor([-1., -1., -1.])
    """
    found = []
    with torch.no_grad():
        for start in range(0, len(items), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            condition = {} if labels is None else {"y": torch.as_tensor(labels[some])}
            found.append(ask(modality.encode(items[some]), condition).cpu())
    return torch.cat(found)


def of_pictures(fitted: Any) -> bool:
    """Whether a model's items are pictures that need no more said of them than a class.

    Args:
        fitted: a model, as `Fitted`.
    """
    known = fitted.spec_.condition
    return isinstance(fitted.modality_, Image) and isinstance(known, ClassNames | None)
