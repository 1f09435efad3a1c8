"""Fully connected networks, for anything that fits into a vector."""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn


class MLP(nn.Module):
    """Linear layers with leaky ReLU (slope .2) between them.

    Args:
        shape_in: of one input; it is flattened.
        shape_out: of one output; () gives one number an item, as a discriminator's score.
        hidden: widths of the hidden layers.
        classes: how many classes the input may be joined with; 0 for none.
        output: applied to the last layer's numbers, of shape (n, numbers), before they are shaped.

    Shapes:
        x (n, *shape_in), y (n,) class numbers; returns (n, *shape_out).

    Example:
        >>> MLP((2,), (), hidden=(8,))(torch.zeros(5, 2)).shape
        torch.Size([5])
        >>> MLP((4,), (1, 8, 8), classes=10)(torch.zeros(5, 4), torch.arange(5)).shape
        torch.Size([5, 1, 8, 8])
    """

    def __init__(
        self,
        shape_in: Sequence[int],
        shape_out: Sequence[int],
        hidden: Sequence[int] = (128, 128, 128),
        classes: int = 0,
        output: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.shape_out = tuple(shape_out)
        joined = min(classes, 32)
        self.embedding = nn.Embedding(classes, joined) if classes else None
        widths = [_numbers(shape_in) + joined, *hidden]
        layers: list[nn.Module] = []
        for before, after in itertools.pairwise(widths):
            layers += [nn.Linear(before, after), nn.LeakyReLU(0.2)]
        layers.append(nn.Linear(widths[-1], _numbers(shape_out)))
        if output is not None:
            layers.append(output)
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        x = x.flatten(1)
        if self.embedding is not None:
            x = torch.cat([x, self.embedding(y)], 1)
        result: Tensor = self.layers(x)
        return result.reshape(-1, *self.shape_out)


def _numbers(shape: Sequence[int]) -> int:
    count = 1
    for size in shape:
        count *= size
    return count
