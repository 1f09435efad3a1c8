"""Fully connected networks, for anything that fits into a vector."""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sparring.networks.discriminator import Conditionings
from sparring.networks.embedding import Embedded


class MLP(nn.Module):
    """Linear layers with leaky ReLU (slope .2) between them.

    Args:
        shape_in: of one input; it is flattened.
        shape_out: of one output; () gives one number an item, as a discriminator's score.
        hidden: widths of the hidden layers.
        condition: how many classes or attributes the input may be joined with, or how long a text's
            embedding is; 0 for none.
        conditioning: how a condition enters the score in the stead of being joined to the input;
            for one number an item.
        output: applied to the last layer's numbers, of shape (n, numbers), before they are shaped.

    Shapes:
        x (n, *shape_in), y (n,) class numbers or (n, condition); returns (n, *shape_out).

    Example:
        >>> MLP((2,), (), hidden=(8,))(torch.zeros(5, 2)).shape
        torch.Size([5])
        >>> MLP((4,), (1, 8, 8), condition=10)(torch.zeros(5, 4), torch.arange(5)).shape
        torch.Size([5, 1, 8, 8])
    """

    def __init__(
        self,
        shape_in: Sequence[int],
        shape_out: Sequence[int],
        hidden: Sequence[int] = (128, 128, 128),
        condition: int = 0,
        output: nn.Module | None = None,
        conditioning: Conditionings | None = None,
    ) -> None:
        super().__init__()
        self.shape_out = tuple(shape_out)
        self.features_width = hidden[-1] if hidden else _numbers(shape_in)
        self.conditioning: nn.Module | None = None
        joined = min(condition, 32)
        if condition and conditioning is not None:
            self.conditioning, joined = conditioning(self.features_width, condition), 0
        self.embedding = Embedded(condition, joined) if joined else None
        widths = [_numbers(shape_in) + joined, *hidden]
        layers: list[nn.Module] = []
        for before, after in itertools.pairwise(widths):
            layers += [nn.Linear(before, after), nn.LeakyReLU(0.2)]
        last: list[nn.Module] = [nn.Linear(widths[-1], _numbers(shape_out))]
        if output is not None:
            last.append(output)
        self.layers, self.last = nn.Sequential(*layers), nn.Sequential(*last)

    def judge(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The outputs (n, *shape_out), and the features (n, features_width) behind them."""
        x = x.flatten(1)
        if self.embedding is not None:
            x = torch.cat([x, self.embedding(y)], 1)
        features: Tensor = self.layers(x)
        result: Tensor = self.last(features)
        result = result.reshape(-1, *self.shape_out)
        if self.conditioning is not None:
            result = result + self.conditioning(features, y)
        return result, features

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        return self.judge(x, y)[0]


def _numbers(shape: Sequence[int]) -> int:
    count = 1
    for size in shape:
        count *= size
    return count
