"""A condition as a vector, whatever it is: a class, attributes or a text."""

import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse


class Embedded(nn.Embedding):
    """A vector for a condition: the weight's row of a class, or y W for a row of numbers y.

    Attributes of 0 and 1 so add up the rows of those that hold; a text's embedding is mapped
    linearly. Rows start standard normal, and so does y W where y has length 1.

    Args:
        size: how many classes or attributes there are, or how long a text's embedding is; at
            least 1.
        width: of the vectors.

    Raises:
        WrongUse: if there is no condition, or it is as wide as nothing that this was made for.

    Shapes:
        y (n,) class numbers, (n, size) numbers, or (n, 1 + words, size) a text and its words, of
        which the text is taken; returns (n, width).

    Example:
        >>> import torch
        >>> embedded = Embedded(3, 2)
        >>> one_hot = torch.tensor([[0.0, 1.0, 0.0]])
        >>> torch.equal(embedded(torch.tensor([1])), embedded(one_hot))
        True
    """

    def __init__(self, size: int, width: int) -> None:
        super().__init__(size, width)

    def forward(self, y: Tensor | None) -> Tensor:
        if y is None:
            raise WrongUse(
                f"a network made for {self.num_embeddings} classes, attributes or text numbers "
                f"needs a condition, got none; give y, or make it with condition=0."
            )
        if y.dim() == 1:
            return super().forward(y)
        if y.dim() == 3:  # (n, 1 + words, size): the whole text stands first
            y = y[:, 0]
        if y.dim() != 2 or y.shape[1] != self.num_embeddings:
            raise WrongUse(
                f"a condition must be class numbers (n,) or numbers (n, {self.num_embeddings}), "
                f"got shape {tuple(y.shape)}; make the network with condition={y.shape[-1]}."
            )
        return F.linear(y.to(self.weight.dtype), self.weight.t())
