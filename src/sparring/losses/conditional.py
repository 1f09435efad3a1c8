"""Losses of games that know the classes of some items alone; an unknown class is -1."""

import torch
from torch import Tensor

UNKNOWN = -1
"""The class number of an item whose class isn't known."""


def completed(y: Tensor, logits: Tensor) -> Tensor:
    """Class numbers where they are known, and the likeliest where they aren't.

    Lucic et al. 2019 (arXiv 1903.02271), section 3.2: labels that a classifier infers, taken as if
    they were known.

    Args:
        y: (n,) class numbers, -1 where unknown.
        logits: of a classifier, (n, classes); no gradient flows through them.

    Example:
        >>> logits = torch.tensor([[0.0, 2.0], [0.0, 2.0]])
        >>> completed(torch.tensor([0, -1]), logits)
        tensor([0, 1])
    """
    return torch.where(y == UNKNOWN, logits.detach().argmax(1), y)
