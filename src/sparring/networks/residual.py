"""The normalisation-free residual pair of R3GAN, for any square size from 8 to 128.

Huang et al. 2024 (arXiv 2501.05441), section 3 and table 2: no normalisation, no attention, no
mapping network. A block is x + W3 act(b2 + conv3x3(act(b1 + W1 x))) with a grouped middle
convolution; weights start small with depth and W3 at zero (fixed-update initialisation, Zhang et
al. 2019, arXiv 1901.09321), so that every block starts as the identity.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.networks.conditioning import ScaledProjection
from sparring.networks.convolutional import crop
from sparring.networks.discriminator import Conditionings, Discriminator
from sparring.networks.embedding import Embedded
from sparring.networks.sizes import pyramid
from sparring.networks.slopes import Conv2d, leaky_relu_

_SLOPE = 0.2
_GAIN = math.sqrt(2 / (1 + _SLOPE**2))


def _scaled(layer: nn.Conv2d | nn.Linear, gain: float) -> None:
    fan_in = layer.weight[0].numel()
    nn.init.normal_(layer.weight, 0.0, gain / math.sqrt(fan_in))


class Block(nn.Module):
    """A residual block that starts as the identity.

    Args:
        width: feature maps in and out.
        blocks: how many there are in the whole network; more start with smaller weights.
        group: feature maps in a group of the middle convolution.

    Shapes:
        (n, width, s, s) to the same.

    Example:
        >>> x = torch.randn(1, 16, 4, 4)
        >>> torch.equal(Block(16, blocks=4)(x), x)
        True
    """

    def __init__(self, width: int, blocks: int, group: int = 16) -> None:
        super().__init__()
        wide = 2 * width
        groups = max(1, wide // group)
        self.expand = Conv2d(width, wide, 1)
        self.mix = Conv2d(wide, wide, 3, padding=1, groups=groups)
        self.project = Conv2d(wide, width, 1, bias=False)
        for layer in (self.expand, self.mix):
            _scaled(layer, _GAIN * blocks**-0.25)
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
        nn.init.zeros_(self.project.weight)

    def forward(self, x: Tensor) -> Tensor:
        y = leaky_relu_(self.expand(x), _SLOPE)
        change: Tensor = self.project(leaky_relu_(self.mix(y), _SLOPE))
        return x + change


class Resample(nn.Module):
    """Change of resolution by 2, and of width with a 1x1 convolution where it changes.

    Differs from the paper, which filters with [1, 2, 1] both ways: bilinear interpolation upwards,
    means of 2x2 downwards, each of which is one fast operation.

    Args:
        before: feature maps in.
        after: feature maps out.
        up: double the side length, else halve it.

    Example:
        >>> Resample(4, 8, up=False)(torch.ones(1, 4, 8, 8)).shape
        torch.Size([1, 8, 4, 4])
    """

    def __init__(self, before: int, after: int, up: bool) -> None:
        super().__init__()
        self.up = up
        self.change = Conv2d(before, after, 1, bias=False) if before != after else None
        if self.change is not None:
            _scaled(self.change, 1.0)

    def forward(self, x: Tensor) -> Tensor:
        # Width changes at the lower resolution, where it is cheap.
        if self.up:
            x = x if self.change is None else self.change(x)
            return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        x = F.avg_pool2d(x, 2)
        return x if self.change is None else self.change(x)


def _widths(levels: int, width: int, widest: int) -> list[int]:
    return [min(width * 2**level, widest) for level in range(levels)]


class ResidualGenerator(nn.Module):
    """A learned start, scaled by a linear map of z, then blocks and upsampling to the picture.

    Args:
        latent: length of z.
        channels: of the pictures, 1 or 3.
        size: side length, 8 to 128.
        width: feature maps at the highest resolution; twice as many a level down, up to 4 times.
        depth: blocks a level.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none, else it is embedded and joined to z.

    Shapes:
        z (n, latent), y (n,) or (n, condition); returns (n, channels, size, size), unbounded, meant
        in [-1, 1].

    Example:
        >>> ResidualGenerator(16, 3, 32, width=16)(torch.randn(2, 16)).shape
        torch.Size([2, 3, 32, 32])
    """

    def __init__(
        self,
        latent: int,
        channels: int,
        size: int,
        width: int = 32,
        depth: int = 1,
        condition: int = 0,
    ) -> None:
        super().__init__()
        sides = pyramid(size)
        self.size = size
        widths = _widths(len(sides), width, 4 * width)[::-1]
        joined = min(condition, latent)
        self.embedding = Embedded(condition, joined) if condition else None
        self.basis = nn.Parameter(torch.randn(1, widths[0], sides[0], sides[0]))
        self.start = nn.Linear(latent + joined, widths[0], bias=False)
        _scaled(self.start, 1.0)
        blocks = depth * len(sides)
        layers: list[nn.Module] = []
        for level, current in enumerate(widths):
            if level:
                layers.append(Resample(widths[level - 1], current, up=True))
            layers += [Block(current, blocks) for _ in range(depth)]
        self.layers = nn.Sequential(*layers)
        self.picture = nn.Conv2d(widths[-1], channels, 1)
        _scaled(self.picture, 1.0)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        if self.embedding is not None:
            z = torch.cat([z, self.embedding(y)], 1)
        x = self.basis * self.start(z)[:, :, None, None]  # (n, width, start, start)
        return crop(self.picture(self.layers(x)), self.size)


class ResidualDiscriminator(Discriminator):
    """Blocks and downsampling, then a depthwise convolution over all that is left, to one score.

    Args:
        channels: of the pictures, 1 or 3.
        size: side length, 8 to 128.
        width: feature maps at the highest resolution; twice as many a level down, up to 4 times.
        depth: blocks a level.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.
        conditioning: how the condition enters.

    Shapes:
        x (n, channels, size, size), y (n,) or (n, condition); returns scores (n,).

    Example:
        >>> ResidualDiscriminator(1, 28, width=16)(torch.zeros(2, 1, 28, 28)).shape
        torch.Size([2])
    """

    def __init__(
        self,
        channels: int,
        size: int,
        width: int = 32,
        depth: int = 1,
        condition: int = 0,
        conditioning: Conditionings = ScaledProjection,
    ) -> None:
        sides = pyramid(size)
        widths = _widths(len(sides), width, 4 * width)
        super().__init__(widths[-1], condition, conditioning)
        self.pad = sides[-1] - size
        blocks = depth * len(sides)
        self.first = Conv2d(channels, widths[0], 1)
        _scaled(self.first, 1.0)
        layers: list[nn.Module] = []
        for level, current in enumerate(widths):
            if level:
                layers.append(Resample(widths[level - 1], current, up=False))
            layers += [Block(current, blocks) for _ in range(depth)]
        self.layers = nn.Sequential(*layers)
        self.gather = Conv2d(widths[-1], widths[-1], sides[0], groups=widths[-1], bias=False)
        _scaled(self.gather, 1.0)
        self.last = nn.Linear(widths[-1], 1, bias=False)
        _scaled(self.last, 1.0)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def body(self, x: Tensor) -> Tensor:
        if self.pad:
            x = F.pad(x, (0, self.pad, 0, self.pad), mode="replicate")
        gathered: Tensor = self.gather(self.layers(self.first(x)))
        return gathered.flatten(1)  # (n, features_width)

    def score(self, maps: Tensor) -> Tensor:
        scores: Tensor = self.last(maps).flatten()
        return scores
