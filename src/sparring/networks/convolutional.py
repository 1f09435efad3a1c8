"""The convolutional pair of DCGAN, for any square size from 8 to 128."""

import itertools
from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor, nn

from sparring.networks.conditioning import Projection
from sparring.networks.discriminator import Conditionings, Discriminator
from sparring.networks.embedding import Embedded
from sparring.networks.sizes import pyramid
from sparring.networks.slopes import Conv2d, LeakyReLU

Norm = Callable[[int], nn.Module]


def _start(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)


def _widths(levels: int, width: int, widest: int) -> list[int]:
    return [min(width * 2 ** (levels - 1 - level), widest) for level in range(levels)]


class DCGANGenerator(nn.Module):
    """Transposed convolutions, batch normalisation and ReLU, up to a tanh.

    Radford et al. 2016 (arXiv 1511.06434), sections 3 and 4 and figure 1: weights start normal with
    deviation .02. Sizes that aren't 4 times a power of two start from 5 to 8 pixels and are
    cropped.

    Args:
        latent: length of z.
        channels: of the pictures, 1 or 3.
        size: side length, 8 to 128.
        width: feature maps before the last layer; each layer before has twice as many, up to 8
            times.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none, else it is embedded and joined to z.
        norm: makes the normalisation of a layer from its number of feature maps.

    Shapes:
        z (n, latent), y (n,) or (n, condition); returns (n, channels, size, size) in [-1, 1].

    Example:
        >>> DCGANGenerator(16, 1, 28, width=8)(torch.randn(2, 16)).shape
        torch.Size([2, 1, 28, 28])
    """

    def __init__(
        self,
        latent: int,
        channels: int,
        size: int,
        width: int = 64,
        condition: int = 0,
        norm: Norm = nn.BatchNorm2d,
    ) -> None:
        super().__init__()
        sides = pyramid(size)
        self.size = size
        joined = min(condition, 32)
        self.embedding = Embedded(condition, joined) if condition else None
        widths = _widths(len(sides) - 1, width, 8 * width)
        layers: list[nn.Module] = [
            nn.ConvTranspose2d(latent + joined, widths[0], sides[0], bias=False),
            norm(widths[0]),
            nn.ReLU(inplace=True),
        ]
        for before, after in itertools.pairwise(widths):
            layers += [
                nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False),
                norm(after),
                nn.ReLU(inplace=True),
            ]
        layers += [nn.ConvTranspose2d(widths[-1], channels, 4, 2, 1), nn.Tanh()]
        self.layers = nn.Sequential(*layers)
        self.apply(_start)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        if self.embedding is not None:
            z = torch.cat([z, self.embedding(y)], 1)
        # From one place to a square: a convolution that is a product of matrices.
        weight = cast(nn.ConvTranspose2d, self.layers[0]).weight  # (latent, maps, side, side)
        maps = (z @ weight.flatten(1)).unflatten(1, weight.shape[1:])
        maps = maps.contiguous(memory_format=torch.channels_last)
        return crop(self.layers[1:](maps), self.size)


class DCGANDiscriminator(Discriminator):
    """Strided convolutions and leaky ReLU (slope .2), down to one score.

    Radford et al. 2016 (arXiv 1511.06434), section 3. Differs from the paper: no normalisation
    unless asked for, since real and generated items are scored in one call, and a gradient penalty
    needs scores that don't depend on the rest of the batch. Conditions enter by projection unless
    another way is given.

    Args:
        channels: of the pictures, 1 or 3.
        size: side length, 8 to 128.
        width: feature maps of the first layer; each layer after has twice as many, up to 8 times.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.
        norm: makes the normalisation of a layer from its number of feature maps.
        conditioning: how the condition enters.

    Shapes:
        x (n, channels, size, size), y (n,) or (n, condition); returns scores (n,).

    Example:
        >>> DCGANDiscriminator(3, 20, width=8)(torch.zeros(2, 3, 20, 20)).shape
        torch.Size([2])
    """

    def __init__(
        self,
        channels: int,
        size: int,
        width: int = 64,
        condition: int = 0,
        norm: Norm | None = None,
        conditioning: Conditionings = Projection,
    ) -> None:
        sides = pyramid(size)
        widths = [channels, *reversed(_widths(len(sides) - 1, width, 8 * width))]
        super().__init__(widths[-1], condition, conditioning)
        self.pad = sides[-1] - size
        layers: list[nn.Module] = []
        for index, (before, after) in enumerate(itertools.pairwise(widths)):
            layers.append(Conv2d(before, after, 4, 2, 1, bias=norm is None or index == 0))
            if norm is not None and index > 0:
                layers.append(norm(after))
            layers.append(LeakyReLU(0.2))
        self.layers = nn.Sequential(*layers)
        # A convolution over all of the maps at once, as a product of matrices.
        self.last = nn.Linear(widths[-1] * sides[0] ** 2, 1)
        self.apply(_start)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def body(self, x: Tensor) -> Tensor:
        if self.pad:
            x = nn.functional.pad(x, (0, self.pad, 0, self.pad), mode="replicate")
        maps: Tensor = self.layers(x)  # (n, width, start, start)
        return maps

    def score(self, maps: Tensor) -> Tensor:
        # In the order in which they lie.
        scores: Tensor = self.last(maps.permute(0, 2, 3, 1).flatten(1)).flatten()
        return scores


def crop(x: Tensor, size: int) -> Tensor:
    """The top left square of that side length."""
    return x if x.shape[-1] == size else x[..., :size, :size]
