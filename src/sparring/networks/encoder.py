"""A convolutional encoder, for any square size from 8 to 128."""

import itertools
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sparring.networks.convolutional import Norm
from sparring.networks.embedding import Embedded
from sparring.networks.sizes import pyramid


class ConvolutionalEncoder(nn.Module):
    """Strided convolutions, batch normalisation and ReLU, down to numbers of a picture.

    Larsen et al. 2016 (arXiv 1512.09300), table 1: the encoder, here with the layers of DCGAN and
    one linear one behind them.

    Args:
        channels: of the pictures, 1 or 3.
        size: side length, 8 to 128.
        shape_out: of what is told of a picture.
        width: feature maps of the first layer; each layer after has twice as many, up to 8 times.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none, else it is embedded and joined to the last layer's input.
        norm: makes the normalisation of a layer from its number of feature maps.

    Shapes:
        x (n, channels, size, size), y (n,) or (n, condition); returns (n, *shape_out).

    Example:
        >>> ConvolutionalEncoder(1, 28, (2, 16), width=8)(torch.zeros(3, 1, 28, 28)).shape
        torch.Size([3, 2, 16])
    """

    def __init__(
        self,
        channels: int,
        size: int,
        shape_out: Sequence[int],
        width: int = 64,
        condition: int = 0,
        norm: Norm = nn.BatchNorm2d,
    ) -> None:
        super().__init__()
        sides = pyramid(size)
        self.shape_out, self.pad = tuple(shape_out), sides[-1] - size
        joined = min(condition, 32)
        self.embedding = Embedded(condition, joined) if condition else None
        widths = [channels, *(min(2**level, 8) * width for level in range(len(sides) - 1))]
        layers: list[nn.Module] = []
        for before, after in itertools.pairwise(widths):
            layers += [nn.Conv2d(before, after, 4, 2, 1, bias=False), norm(after), nn.ReLU()]
        self.layers = nn.Sequential(*layers)
        self.last = nn.Linear(widths[-1] * sides[0] ** 2 + joined, math.prod(self.shape_out))
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        if self.pad:
            x = nn.functional.pad(x, (0, self.pad, 0, self.pad), mode="replicate")
        seen = self.layers(x).permute(0, 2, 3, 1).flatten(1)  # in the order in which they lie
        if self.embedding is not None:
            seen = torch.cat([seen, self.embedding(y)], 1)
        told: Tensor = self.last(seen)
        return told.unflatten(1, self.shape_out)
