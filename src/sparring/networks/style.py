"""The style-based pair of StyleGAN 2, for any square size from 8 to 128.

Karras et al. 2019 (arXiv 1812.04948): a mapping network turns latents z into styles w, and a
synthesis network, which starts from a learned constant, is told w anew at each layer. Karras et al.
2020 (arXiv 1912.04958): the styles scale weights instead of features (section 2.2), pictures are a
sum over resolutions (section 4.1), the discriminator is residual.
"""

import itertools

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse, over_processes
from sparring.networks.conditioning import Projection
from sparring.networks.convolutional import crop
from sparring.networks.discriminator import Conditionings, Discriminator
from sparring.networks.embedding import Embedded
from sparring.networks.equalised import (
    HE,
    EqualisedConv2d,
    EqualisedLinear,
    MinibatchDeviation,
    PixelNorm,
)
from sparring.networks.modulated import StyleLayer, ToPicture
from sparring.networks.resampling import Smooth, doubled, halving
from sparring.networks.sizes import pyramid
from sparring.networks.slopes import leaky_relu_

_SLOPE = 0.2
_DECAY = 0.995


class MappingNetwork(nn.Module):
    """From latents to styles: fully connected, with a hundredth of the learning rate.

    Karras et al. 2019 (arXiv 1812.04948), section 2 and appendices B and C. The latents are brought
    to a sphere, and so is the embedded condition, which is joined to them.

    Args:
        latent: length of z.
        styles: length of w.
        depth: layers, at least 1; the paper has 8, Karras et al. 2020 (arXiv 2006.06676) 2 for
            small pictures.
        rate: factor on the learning rate.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.

    Attributes:
        average: the mean of w, (styles,): a running one over the batches of the training.

    Raises:
        WrongUse: for fewer layers.

    Shapes:
        z (n, latent), y (n,) or (n, condition); returns w (n, styles).

    Example:
        >>> MappingNetwork(16, 8)(torch.randn(2, 16)).shape
        torch.Size([2, 8])
    """

    average: Tensor

    def __init__(
        self, latent: int, styles: int, depth: int = 2, rate: float = 0.01, condition: int = 0
    ) -> None:
        super().__init__()
        if depth < 1:
            raise WrongUse(f"depth of MappingNetwork must be at least 1, got {depth}.")
        self.norm = PixelNorm()
        self.embedding = Embedded(condition, latent) if condition else None
        widths = [latent * (2 if condition else 1), *[styles] * depth]
        self.layers = nn.ModuleList(
            EqualisedLinear(*pair, rate=rate) for pair in itertools.pairwise(widths)
        )
        self.register_buffer("average", torch.zeros(styles))

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        w = self.norm(z)
        if self.embedding is not None:
            w = torch.cat([w, self.norm(self.embedding(y))], 1)
        for layer in self.layers:
            w = F.leaky_relu(layer(w), _SLOPE)
        if self.training:
            mean = over_processes(w.detach().to(self.average.dtype).mean(0))
            self.average.lerp_(mean, 1 - _DECAY)
        return w


class StyleGenerator(nn.Module):
    """A mapping network, and a synthesis network of two modulated convolutions a resolution.

    Karras et al. 2020 (arXiv 1912.04958), figures 2 c, d and 7 (skip connections). Sizes that
    aren't 4 times a power of two start from 5 to 8 pixels and are cropped.

    Args:
        latent: length of z.
        channels: of the pictures, 1 or 3.
        size: side length, 8 to 128.
        width: feature maps at the highest resolution; twice as many a level down, up to 4 times.
        depth: layers of the mapping network.
        styles: length of w; that of z where left out.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none, else it is embedded and joined to z.

    Attributes:
        mapping: from z (n, latent), and conditions, to w (n, styles).
        count: how many styles a picture takes, coarse ones first.

    Shapes:
        z (n, latent), y (n,) or (n, condition); returns (n, channels, size, size), unbounded, meant
        in [-1, 1].

    Example:
        >>> generator = StyleGenerator(16, 3, 32, width=8)
        >>> generator(torch.randn(2, 16)).shape, generator.count
        (torch.Size([2, 3, 32, 32]), 8)
    """

    def __init__(
        self,
        latent: int,
        channels: int,
        size: int,
        width: int = 32,
        depth: int = 2,
        styles: int | None = None,
        condition: int = 0,
    ) -> None:
        super().__init__()
        sides = pyramid(size)
        self.size, self.count = size, 2 * len(sides)
        styles = latent if styles is None else styles
        widths = _widths(len(sides), width)[::-1]
        self.mapping = MappingNetwork(latent, styles, depth, condition=condition)
        self.start = nn.Parameter(torch.randn(1, widths[0], sides[0], sides[0]))
        self.first = StyleLayer(widths[0], widths[0], styles, sides[0])
        levels = list(zip(itertools.pairwise(widths), sides[1:], strict=True))
        self.growing = nn.ModuleList(
            StyleLayer(before, after, styles, side, up=True) for (before, after), side in levels
        )
        self.refining = nn.ModuleList(
            StyleLayer(after, after, styles, side) for (_, after), side in levels
        )
        self.pictures = nn.ModuleList(ToPicture(width, channels, styles) for width in widths)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def synthesis(self, w: Tensor) -> Tensor:
        """Pictures (n, channels, size, size) of styles (n, count, styles), one for each layer."""
        ws = w.unbind(1)
        x = self.first(self.start, ws[0])
        picture = self.pictures[0](x, ws[1])
        for level, (grow, refine) in enumerate(zip(self.growing, self.refining, strict=True)):
            x = refine(grow(x, ws[2 * level + 1]), ws[2 * level + 2])
            picture = doubled(picture) + self.pictures[level + 1](x, ws[2 * level + 3])
        return crop(picture, self.size)

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        w = self.mapping(z, y)
        return self.synthesis(w[:, None].expand(-1, self.count, -1))


class _Residual(nn.Module):
    """Two 3x3 convolutions, of which the second halves, beside a halving skip path.

    The sum is divided by sqrt(2), which here is part of the gains.
    """

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.first = EqualisedConv2d(before, before, 3)
        self.smooth = Smooth(padding=2)
        self.second = EqualisedConv2d(before, after, 3, stride=2, padding=0, gain=1.0)
        self.halving = halving()
        self.skip = EqualisedConv2d(before, after, 1, bias=False, gain=1 / HE)

    def forward(self, x: Tensor) -> Tensor:
        y = leaky_relu_(self.first(x), _SLOPE)
        y = leaky_relu_(self.second(self.smooth(y)), _SLOPE)
        skipped: Tensor = self.skip(self.halving(x))
        return y + skipped


class StyleDiscriminator(Discriminator):
    """Residual blocks that halve, then how much a group's items differ, down to one score.

    Karras et al. 2020 (arXiv 1912.04958), figure 7 (residual) and appendix B.

    Args:
        channels: of the pictures, 1 or 3.
        size: side length, 8 to 128.
        width: feature maps at the highest resolution; twice as many a level down, up to 4 times.
        group: items that are compared with one another; see `MinibatchDeviation`.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.
        conditioning: how the condition enters.

    Shapes:
        x (n, channels, size, size), y (n,) or (n, condition); returns scores (n,).

    Example:
        >>> StyleDiscriminator(1, 28, width=8)(torch.zeros(4, 1, 28, 28)).shape
        torch.Size([4])
    """

    def __init__(
        self,
        channels: int,
        size: int,
        width: int = 32,
        group: int = 4,
        condition: int = 0,
        conditioning: Conditionings = Projection,
    ) -> None:
        sides = pyramid(size)
        widths = _widths(len(sides), width)
        last = widths[-1]
        super().__init__(last, condition, conditioning)
        self.pad = sides[-1] - size
        self.first = EqualisedLinear(channels, widths[0])
        self.blocks = nn.Sequential(*(_Residual(*pair) for pair in itertools.pairwise(widths)))
        self.deviation = MinibatchDeviation(group)
        self.mix = EqualisedConv2d(last + 1, last, 3)
        self.gather = EqualisedLinear(last * sides[0] ** 2, last)
        self.last = EqualisedLinear(last, 1, gain=1.0)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def body(self, x: Tensor) -> Tensor:
        if self.pad:
            x = F.pad(x, (0, self.pad, 0, self.pad), mode="replicate")
        # A map of each pixel, not a convolution: of one channel that would lie channels first.
        x = leaky_relu_(self.first(x.permute(0, 2, 3, 1)), _SLOPE).permute(0, 3, 1, 2)
        x = self.blocks(x)  # (n, last, start, start)
        x = leaky_relu_(self.mix(self.deviation(x)), _SLOPE)
        return leaky_relu_(self.gather(x.flatten(1)), _SLOPE)  # (n, last)

    def score(self, maps: Tensor) -> Tensor:
        scores: Tensor = self.last(maps).flatten()
        return scores


def _widths(levels: int, width: int) -> list[int]:
    return [min(width * 2**level, 4 * width) for level in range(levels)]
