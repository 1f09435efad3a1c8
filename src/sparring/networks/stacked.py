"""The small pair on which modes of stacked digits are counted."""

import itertools

import torch
from torch import Tensor, nn

from sparring.core import WrongUse
from sparring.networks.conditioning import Projection
from sparring.networks.discriminator import Conditionings, Discriminator
from sparring.networks.embedding import Embedded
from sparring.networks.slopes import Conv2d, LeakyReLU

_LEVELS = 3


def _sides(size: int) -> list[int]:
    """Side lengths from the smallest up to `size`, each half of the next, rounded up."""
    sides = [size]
    for _ in range(_LEVELS):
        sides.append(-(-sides[-1] // 2))
    return sides[::-1]


class StackedGenerator(nn.Module):
    """One linear layer, three transposed convolutions and a convolution, up to a tanh.

    The generator that Metz et al. 2017 (arXiv 1611.02163, appendix) and Lin et al. 2018 (arXiv
    1712.04086) use on stacked digits: 64 maps of 4 x 4, then 32, 16 and 8 maps, batch normalisation
    and ReLU after each.

    Args:
        latent: length of z.
        channels: of the pictures.
        size: side length, at least 8.
        width: feature maps of the last transposed convolution; each layer before has twice as
            many.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none, else it is embedded and joined to z.

    Shapes:
        z (n, latent), y (n,) or (n, condition); returns (n, channels, size, size) in [-1, 1].

    Example:
        >>> StackedGenerator(256, 3, 28)(torch.randn(2, 256)).shape
        torch.Size([2, 3, 28, 28])
    """

    def __init__(
        self, latent: int, channels: int, size: int, width: int = 8, condition: int = 0
    ) -> None:
        super().__init__()
        sides = _sides(size)
        widths = [width * 2**level for level in range(_LEVELS, -1, -1)]
        joined = min(condition, 32)
        self.embedding = Embedded(condition, joined) if condition else None
        layers: list[nn.Module] = [
            nn.Linear(latent + joined, widths[0] * sides[0] ** 2, bias=False),
            nn.Unflatten(1, (widths[0], sides[0], sides[0])),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(inplace=True),
        ]
        for (before, after), (small, large) in zip(
            itertools.pairwise(widths), itertools.pairwise(sides), strict=True
        ):
            odd = large - (2 * small - 1)  # 0 or 1 pixel that half the size doesn't tell
            layers += [
                nn.ConvTranspose2d(before, after, 3, 2, 1, output_padding=odd, bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(inplace=True),
            ]
        layers += [nn.Conv2d(width, channels, 3, padding=1), nn.Tanh()]
        self.layers = nn.Sequential(*layers)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        if self.embedding is not None:
            z = torch.cat([z, self.embedding(y)], 1)
        x: Tensor = self.layers(z)
        return x


class StackedDiscriminator(Discriminator):
    """Three strided convolutions, a quarter as wide as the generator's, and a linear layer.

    Metz et al. 2017 (arXiv 1611.02163, appendix) and Lin et al. 2018 (arXiv 1712.04086): 2, 4 and 8
    maps and leaky ReLU (slope .3), so little that a generator can afford to make few kinds of
    pictures. Differs from the papers: no batch normalisation, since real and generated items are
    scored in one call, and a gradient penalty needs scores that don't depend on the rest of the
    batch.

    Args:
        channels: of the pictures, or of packs of them.
        size: side length, at least 8.
        width: feature maps of the last convolution, at least 4; each layer before has half as
            many.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.
        conditioning: how the condition enters.

    Raises:
        WrongUse: for a smaller width.

    Shapes:
        x (n, channels, size, size), y (n,) or (n, condition); returns scores (n,).

    Example:
        >>> StackedDiscriminator(6, 28)(torch.zeros(2, 6, 28, 28)).shape
        torch.Size([2])
    """

    def __init__(
        self,
        channels: int,
        size: int,
        width: int = 8,
        condition: int = 0,
        conditioning: Conditionings = Projection,
    ) -> None:
        if width < 2 ** (_LEVELS - 1):
            raise WrongUse(
                f"width of StackedDiscriminator must be at least {2 ** (_LEVELS - 1)}, got {width}."
            )
        start = _sides(size)[0]
        super().__init__(width * start**2, condition, conditioning)
        widths = [channels, *(width // 2**level for level in range(_LEVELS - 1, -1, -1))]
        layers: list[nn.Module] = []
        for before, after in itertools.pairwise(widths):
            layers += [Conv2d(before, after, 3, 2, 1), LeakyReLU(0.3)]
        self.layers = nn.Sequential(*layers)
        self.last = nn.Linear(width * start**2, 1)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def body(self, x: Tensor) -> Tensor:
        maps: Tensor = self.layers(x).flatten(1)  # (n, width * start^2)
        return maps

    def score(self, maps: Tensor) -> Tensor:
        scores: Tensor = self.last(maps).flatten()
        return scores
