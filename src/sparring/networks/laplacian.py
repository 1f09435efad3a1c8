"""The Laplacian pyramid, and networks that make and judge pictures level by level.

Denton et al. 2015 (arXiv 1506.05751). Of a picture I_0 each level of the Gaussian pyramid is the
one before at half the side length, I_(k+1) = d(I_k); what that loses is a band of the Laplacian
pyramid, h_k = I_k - u(I_(k+1)), and the smallest picture is kept whole. Lists of levels go from the
finest to the coarsest.
"""

import itertools
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse
from sparring.networks.conditioning import Projection
from sparring.networks.convolutional import crop
from sparring.networks.discriminator import Conditionings, Discriminator
from sparring.networks.embedding import Embedded
from sparring.networks.mlp import MLP

_COARSEST = 8


def halvings(size: int) -> list[int]:
    """Side lengths of a pyramid, halved and rounded up until there are at most 8 pixels.

    Args:
        size: of a square picture, 8 to 128; there are at least two levels.

    Raises:
        WrongUse: outside that range.

    Example:
        >>> halvings(28), halvings(33), halvings(8)
        ([28, 14, 7], [33, 17, 9, 5], [8, 4])
    """
    if not 8 <= size <= 128:
        raise WrongUse(
            f"the size of pictures must be between 8 and 128 pixels, got {size}; "
            f"have them resized with size=64."
        )
    sides = [size, -(-size // 2)]
    while sides[-1] > _COARSEST:
        sides.append(-(-sides[-1] // 2))
    return sides


def down(x: Tensor) -> Tensor:
    """d: blur with a triangle as wide as two new pixels, and keep half the pixels a side.

    For even sides the filter is [1, 3, 3, 1] / 8; odd ones are rounded up.

    Example:
        >>> down(torch.ones(1, 1, 7, 7)).shape
        torch.Size([1, 1, 4, 4])
    """
    half = -(-x.shape[-1] // 2)
    return F.interpolate(x, (half, half), mode="bilinear", antialias=True)


def up(x: Tensor, size: int) -> Tensor:
    """u: expand to a side length, smoothly (bilinear).

    Example:
        >>> up(torch.tensor([[[[0.0, 4.0]] * 2]]), 4)[0, 0, 0]
        tensor([0., 1., 3., 4.])
    """
    return F.interpolate(x, (size, size), mode="bilinear", align_corners=False)


def gaussian(x: Tensor) -> list[Tensor]:
    """The Gaussian pyramid of pictures (n, c, s, s): themselves, and ever smaller ones.

    Example:
        >>> [level.shape[-1] for level in gaussian(torch.zeros(2, 1, 28, 28))]
        [28, 14, 7]
    """
    levels = [x]
    for _ in halvings(x.shape[-1])[1:]:
        levels.append(down(levels[-1]))
    return levels


def encode(x: Tensor) -> list[Tensor]:
    """The Laplacian pyramid of pictures (n, c, s, s): bands, and the smallest picture (eq. 3).

    Example:
        >>> bands = encode(torch.ones(1, 1, 8, 8))
        >>> [float(level.abs().max()) for level in bands]
        [0.0, 1.0]
    """
    levels = gaussian(x)
    bands = [fine - up(coarse, fine.shape[-1]) for fine, coarse in itertools.pairwise(levels)]
    return [*bands, levels[-1]]


def decode(bands: Sequence[Tensor]) -> Tensor:
    """The pictures (n, c, s, s) of a Laplacian pyramid, equal but for rounding (eq. 4).

    Example:
        >>> x = torch.rand(2, 3, 21, 21) * 2 - 1
        >>> bool((decode(encode(x)) - x).abs().max() < 1e-6)
        True
    """
    *bands, x = bands
    for band in reversed(bands):
        x = up(x, band.shape[-1]) + band
    return x


class BandGenerator(nn.Module):
    """Adds a band to low-pass pictures: three convolutions of these, a plane of noise and a class.

    Denton et al. 2015 (arXiv 1506.05751): noise, and the condition through a linear map, join the
    picture as planes. Differs from the paper: 2x2 pixels are taken as one of four times as many
    numbers, which leaves nothing out and is a quarter of the work; the last layer starts at zero,
    so that nothing is added at first.

    Args:
        channels: of the pictures, 1 or 3.
        size: side length of what is made.
        width: half as many feature maps as there are, as if they were of every pixel.
        condition: how many classes or attributes, or the length of a text's embedding; 0 for none.

    Shapes:
        z (n, size * size), low (n, channels, s, s) of any smaller s, y (n, ...); returns
        (n, channels, size, size).

    Example:
        >>> low = torch.zeros(2, 1, 7, 7)
        >>> BandGenerator(1, 14, width=8)(torch.randn(2, 196), low).shape
        torch.Size([2, 1, 14, 14])
    """

    def __init__(self, channels: int, size: int, width: int = 32, condition: int = 0) -> None:
        super().__init__()
        self.size = size
        self.plane = Embedded(condition, size * size) if condition else None
        planes = channels + 1 + bool(condition)
        maps = 2 * width
        last = nn.Conv2d(maps, 4 * channels, 3, padding=1)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)  # type: ignore[arg-type]
        self.layers = nn.Sequential(
            nn.Conv2d(4 * planes, maps, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(maps, maps, 3, padding=1),
            nn.ReLU(inplace=True),
            last,
        )
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, z: Tensor, low: Tensor, y: Tensor | None = None) -> Tensor:
        size = self.size
        low = up(low, size)  # (n, channels, size, size)
        planes = [low, z.unflatten(1, (1, size, size))]
        if self.plane is not None:
            planes.append(self.plane(y).unflatten(1, (1, size, size)))
        odd = size % 2
        x = F.pad(torch.cat(planes, 1), (0, odd, 0, odd))
        x = F.pixel_shuffle(self.layers(F.pixel_unshuffle(x, 2)), 2)
        return low + crop(x, size)


class BandDiscriminator(Discriminator):
    """Judges low-pass pictures with their band added: two strided convolutions.

    Denton et al. 2015 (arXiv 1506.05751): the low-pass picture is added to the band before the
    first layer, so that what is judged is the level of the Gaussian pyramid. Differs from the
    paper: no dropout, and conditions enter the score.

    Args:
        channels: of the pictures, 1 or 3.
        size: side length.
        width: feature maps of the first layer; the second has twice as many.
        condition: how many classes or attributes, or the length of a text's embedding; 0 for none.
        conditioning: how the condition enters.

    Shapes:
        x (n, channels, size, size), y (n, ...); returns scores (n,).

    Example:
        >>> BandDiscriminator(1, 14, width=8)(torch.zeros(2, 1, 14, 14)).shape
        torch.Size([2])
    """

    def __init__(
        self,
        channels: int,
        size: int,
        width: int = 32,
        condition: int = 0,
        conditioning: Conditionings = Projection,
    ) -> None:
        super().__init__(2 * width, condition, conditioning)
        quarter = size // 2 // 2
        self.layers = nn.Sequential(
            nn.Conv2d(channels, width, 4, 2, 1),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width, 2 * width, 4, 2, 1),
            nn.LeakyReLU(0.2, inplace=True),
        )
        self.last = nn.Conv2d(2 * width, 1, quarter)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def body(self, x: Tensor) -> Tensor:
        """Feature maps (n, 2 width, size / 4, the same), rounded up."""
        maps: Tensor = self.layers(x)
        return maps

    def score(self, maps: Tensor) -> Tensor:
        """Scores (n,) without the condition."""
        scores: Tensor = self.last(maps)
        return scores.flatten()


class LaplacianGenerator(nn.Module):
    """Makes pictures from coarse to fine: the smallest from noise, then band after band (eq. 5).

    Denton et al. 2015 (arXiv 1506.05751). The noise of all levels is one latent.

    Args:
        latent: length of the coarsest level's noise.
        channels: of the pictures, 1 or 3.
        size: side length, 8 to 128.
        width: feature maps of each level's convolutions; the coarsest network, fully connected, has
            eight times as many units a layer.
        condition: how many classes or attributes, or the length of a text's embedding; 0 for none.

    Attributes:
        sides: side lengths of the levels, from the finest.
        lengths: of each level's noise; a band has one number a pixel.
        levels: the networks.

    Shapes:
        z (n, sum of lengths), y (n, ...); returns (n, channels, size, size), meant in [-1, 1].

    Example:
        >>> generator = LaplacianGenerator(16, 1, 28, width=8)
        >>> generator.lengths, generator(torch.randn(2, 996)).shape
        ([784, 196, 16], torch.Size([2, 1, 28, 28]))
    """

    def __init__(
        self, latent: int, channels: int, size: int, width: int = 32, condition: int = 0
    ) -> None:
        super().__init__()
        self.sides = halvings(size)
        *fine, coarse = self.sides
        self.lengths = [*(side * side for side in fine), latent]
        smallest = (channels, coarse, coarse)
        self.levels = nn.ModuleList(
            BandGenerator(channels, side, width, condition) for side in fine
        )
        self.levels.append(MLP((latent,), smallest, (8 * width,) * 2, condition, nn.Tanh()))

    def pictures(self, x: Tensor) -> list[Tensor]:
        """The levels that real pictures (n, channels, size, size) have, from the finest."""
        return gaussian(x)

    def cut(self, z: Tensor) -> Sequence[Tensor]:
        """Each level's noise, out of latents of all of them."""
        return z.split(self.lengths, 1)

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        *noises, noise = self.cut(z)
        *bands, smallest = self.levels
        x: Tensor = smallest(noise, y)
        for band, noise in zip(reversed(bands), reversed(noises), strict=True):
            x = band(noise, x, y)
        return x


class LaplacianDiscriminator(nn.Module):
    """Judges pictures level by level.

    Args:
        channels, size, width, condition: as for `LaplacianGenerator`.
        conditioning: as for `BandDiscriminator`.

    Attributes:
        levels: the networks, from the finest; each judges its level of the Gaussian pyramid.

    Shapes:
        x (n, channels, size, size), y (n, ...); returns (n,), the mean of the levels' scores.

    Example:
        >>> LaplacianDiscriminator(1, 28, width=8)(torch.zeros(2, 1, 28, 28)).shape
        torch.Size([2])
    """

    def __init__(
        self,
        channels: int,
        size: int,
        width: int = 32,
        condition: int = 0,
        conditioning: Conditionings = Projection,
    ) -> None:
        super().__init__()
        *fine, coarse = halvings(size)
        self.levels = nn.ModuleList(
            BandDiscriminator(channels, side, width, condition, conditioning) for side in fine
        )
        self.levels.append(MLP((channels, coarse, coarse), (), (8 * width,) * 2, condition))

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        scores = [level(part, y) for level, part in zip(self.levels, gaussian(x), strict=True)]
        return torch.stack(scores).mean(0)
