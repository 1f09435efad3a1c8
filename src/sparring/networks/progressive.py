"""The growing pair of Karras et al. 2018 (arXiv 1710.10196), for any square size from 8 to 128.

Both networks have a part for every resolution and use those up to their `stage`. At a whole number
k they make and judge pictures of the k-th side length; between k - 1 and k the part of level k is
faded in (figure 2). At full resolution pictures are the small ones with their pixels repeated.
"""

import itertools
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse
from sparring.networks.conditioning import Projection
from sparring.networks.convolutional import crop
from sparring.networks.discriminator import Conditionings, Discriminator
from sparring.networks.embedding import Embedded
from sparring.networks.equalised import (
    EqualisedConv2d,
    EqualisedLinear,
    MinibatchDeviation,
    PixelNorm,
)
from sparring.networks.sizes import pyramid
from sparring.networks.slopes import LeakyReLU

_SLOPE = 0.2


class Growing:
    """Networks that grow: how far they are.

    Attributes:
        size: side length of whole pictures.
        sides: side lengths of the levels, from the coarsest; the last is `size` or a few more.
        level: the finest level in use.
        alpha: how far it is faded in, 0 to 1.
    """

    size: int
    sides: list[int]
    level: int
    alpha: float

    @property
    def stage(self) -> float:
        """The level before the finest, and how far that is faded in; 0 at the coarsest."""
        return self.level - 1 + self.alpha

    @stage.setter
    def stage(self, value: float) -> None:
        last = len(self.sides) - 1
        if not 0 <= value <= last:
            raise WrongUse(f"the stage of a growing network must be 0 to {last}, got {value}.")
        self.level = math.ceil(value)
        self.alpha = value - self.level + 1


def _widths(levels: int, width: int) -> list[int]:
    return [min(width * 2 ** (levels - 1 - level), 4 * width) for level in range(levels)]


class ProgressiveGenerator(nn.Module, Growing):
    """Convolutions, leaky ReLU (slope .2) and pixel normalisation, with an output at every level.

    Karras et al. 2018 (arXiv 1710.10196), figure 2 and table 2; latents lie on a sphere, and all
    weights are equalised. Differs from the paper: fewer feature maps.

    Args:
        latent: length of z.
        channels: of the pictures, 1 or 3.
        size: side length, 8 to 128.
        width: feature maps at the highest resolution; twice as many a level down, up to 4 times.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none, else it is embedded and joined to z.

    Shapes:
        z (n, latent), y (n,) or (n, condition); returns (n, channels, size, size), unbounded, meant
        in [-1, 1].

    Example:
        >>> generator = ProgressiveGenerator(16, 1, 28, width=8)
        >>> generator.stage = 0.5
        >>> z = torch.randn(2, 16)
        >>> generator.small(z).shape, generator(z).shape
        (torch.Size([2, 1, 14, 14]), torch.Size([2, 1, 28, 28]))
    """

    def __init__(
        self, latent: int, channels: int, size: int, width: int = 32, condition: int = 0
    ) -> None:
        super().__init__()
        self.size, self.sides = size, pyramid(size)
        self.stage = len(self.sides) - 1
        joined = min(condition, latent)
        self.embedding = Embedded(condition, joined) if condition else None
        widths = _widths(len(self.sides), width)
        first = EqualisedLinear(latent + joined, widths[0] * self.sides[0] ** 2)
        shaped = nn.Unflatten(1, (widths[0], self.sides[0], self.sides[0]))
        self.start = nn.Sequential(PixelNorm(), first, shaped, _rectifier(), PixelNorm())
        self.blocks = nn.ModuleList([nn.Sequential(*_convolution(widths[0], widths[0]))])
        for before, after in itertools.pairwise(widths):
            pair = [*_convolution(before, after), *_convolution(after, after)]
            self.blocks.append(nn.Sequential(*pair))
        self.outputs = nn.ModuleList(EqualisedConv2d(w, channels, 1, gain=1.0) for w in widths)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def small(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Pictures of the stage's side length, (n, channels, sides[level], the same)."""
        if self.embedding is not None:
            z = torch.cat([z, self.embedding(y)], 1)
        x = before = self.blocks[0](self.start(z))
        for block in list(self.blocks)[1 : self.level + 1]:
            before, x = x, block(_doubled(x))
        picture: Tensor = self.outputs[self.level](x)
        if self.alpha == 1:
            return picture
        return torch.lerp(_doubled(self.outputs[self.level - 1](before)), picture, self.alpha)

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        x = self.small(z, y)
        times = self.sides[-1] // x.shape[-1]
        return crop(_doubled(x, times) if times > 1 else x, self.size)


class ProgressiveDiscriminator(Discriminator, Growing):
    """The generator's mirror image, with an input at every level.

    Karras et al. 2018 (arXiv 1710.10196), figure 2 and table 2; the last layers see how much the
    items of a minibatch differ.

    Args:
        channels: of the pictures, 1 or 3.
        size: side length, 8 to 128.
        width: feature maps at the highest resolution; twice as many a level down, up to 4 times.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.
        conditioning: how the condition enters.
        group: items that are compared with each other, as in `MinibatchDeviation`.

    Shapes:
        x (n, channels, s, s), y (n,) or (n, condition); s is the size, or a side from the stage's
        on; returns scores (n,).

    Example:
        >>> discriminator = ProgressiveDiscriminator(1, 28, width=8)
        >>> discriminator.stage = 0.5
        >>> x = torch.randn(4, 1, 28, 28)
        >>> torch.equal(discriminator(x), discriminator(discriminator.reduced(x)))
        True
    """

    def __init__(
        self,
        channels: int,
        size: int,
        width: int = 32,
        condition: int = 0,
        conditioning: Conditionings = Projection,
        group: int = 4,
    ) -> None:
        sides = pyramid(size)
        widths = _widths(len(sides), width)
        super().__init__(widths[0], condition, conditioning)
        self.size, self.sides = size, sides
        self.stage = len(sides) - 1
        self.inputs = nn.ModuleList(
            nn.Sequential(EqualisedConv2d(channels, w, 1), _rectifier()) for w in widths
        )
        self.blocks = nn.ModuleList(
            nn.Sequential(
                EqualisedConv2d(after, after, 3),
                _rectifier(),
                EqualisedConv2d(after, before, 3),
                _rectifier(),
                nn.AvgPool2d(2),
            )
            for before, after in itertools.pairwise(widths)
        )
        self.gather = nn.Sequential(
            MinibatchDeviation(group),
            EqualisedConv2d(widths[0] + 1, widths[0], 3),
            _rectifier(),
            nn.Flatten(),
            EqualisedLinear(widths[0] * sides[0] ** 2, widths[0]),
            _rectifier(),
        )
        self.last = EqualisedLinear(widths[0], 1, gain=1.0)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def reduced(self, x: Tensor) -> Tensor:
        """Pictures averaged down to the stage's side length."""
        if x.shape[-1] == self.size != self.sides[-1]:
            pad = self.sides[-1] - self.size
            x = F.pad(x, (0, pad, 0, pad), mode="replicate")
        times = x.shape[-1] // self.sides[self.level]
        return F.avg_pool2d(x, times) if times > 1 else x

    def faded(self, x: Tensor) -> Tensor:
        """Real pictures at the stage's side length, blurred as generated ones are by fading in."""
        x = self.reduced(x)
        if self.alpha == 1:
            return x
        return torch.lerp(_doubled(F.avg_pool2d(x, 2)), x, self.alpha)

    def body(self, x: Tensor) -> Tensor:
        """Features (n, features_width): those of the last hidden layer, which sees where all is."""
        x = self.reduced(x)
        maps: Tensor = self.inputs[self.level](x)
        for level in range(self.level, 0, -1):
            maps = self.blocks[level - 1](maps)
            if level == self.level and self.alpha < 1:
                maps = torch.lerp(self.inputs[level - 1](F.avg_pool2d(x, 2)), maps, self.alpha)
        features: Tensor = self.gather(maps)
        return features

    def score(self, maps: Tensor) -> Tensor:
        """Scores (n,) without the condition."""
        scores: Tensor = self.last(maps)
        return scores.flatten()


def _rectifier() -> nn.Module:
    return LeakyReLU(_SLOPE)


def _convolution(before: int, after: int) -> list[nn.Module]:
    return [EqualisedConv2d(before, after, 3), _rectifier(), PixelNorm()]


def _doubled(x: Tensor, times: int = 2) -> Tensor:
    return F.interpolate(x, scale_factor=float(times), mode="nearest")
