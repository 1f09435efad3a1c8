"""Convolutions whose weights a style scales, item by item, written so that all items share them.

Karras et al. 2020 (arXiv 1912.04958), section 2.2. Input feature i of a layer is weighted by the
style's s_i (eq. 1), and the weights that make output feature j are brought to length one (eq. 3).
Weights of their own for each item would have to go through a convolution in as many groups as there
are items. But scaling the weights of an input feature is scaling the feature, and bringing the
weights of an output feature to length one is scaling that, so that

    conv(x; w s d) = d * conv(s * x; w),    d_j = (sum_ik (s_i w_ijk)^2)^(-1/2),

an ordinary convolution between two products. Both sides are the same numbers.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import draw
from sparring.networks.equalised import HE, EqualisedLinear
from sparring.networks.resampling import Smooth

_EPSILON = 1e-8
_SLOPE = 0.2


def demodulation(weight: Tensor, style: Tensor) -> Tensor:
    """What each item's output features must be multiplied by: d of eq. 3, (n, after).

    Args:
        weight: shared, (after, before, k, k).
        style: factors on the input features, (n, before).

    Example:
        >>> weight = torch.full((1, 4, 1, 1), 2.0)
        >>> demodulation(weight, torch.full((1, 4), 3.0))  # 1 / sqrt(4 * 6^2)
        tensor([[0.0833]])
    """
    squares = weight.square().sum((2, 3))  # (after, before)
    return torch.rsqrt(style.square() @ squares.t() + _EPSILON)


class ModulatedConv2d(nn.Module):
    """A 3x3 convolution, modulated by a style and demodulated.

    Weights start from N(0, 1). They need no scale at run time, as demodulation undoes any; since
    only their direction counts, rates are equal all the same.

    Args:
        before: feature maps in.
        after: feature maps out.
        styles: length of w.
        up: double the side length, with a smooth filter.

    Shapes:
        x (n, before, s, s) or (1, before, s, s), w (n, styles); returns maps (n, after, s', s')
        and the factors (n, after) that they are still to be multiplied by: whoever adds a bias
        can do both in one pass.

    Example:
        >>> layer = ModulatedConv2d(8, 4, styles=6, up=True)
        >>> maps, factors = layer(torch.zeros(2, 8, 5, 5), torch.randn(2, 6))
        >>> maps.shape, factors.shape
        (torch.Size([2, 4, 10, 10]), torch.Size([2, 4]))
    """

    def __init__(self, before: int, after: int, styles: int, up: bool = False) -> None:
        super().__init__()
        self.style = EqualisedLinear(styles, before, gain=1.0, start=1.0)
        self.weight = nn.Parameter(torch.randn(after, before, 3, 3))
        self.smooth = Smooth(padding=1, gain=4.0) if up else None

    def forward(self, x: Tensor, w: Tensor) -> tuple[Tensor, Tensor]:
        style = self.style(w)
        x = x * style[:, :, None, None]
        factors = demodulation(self.weight, style)
        if self.smooth is None:
            return F.conv2d(x, self.weight, padding=1), factors
        # A transposed convolution works at the lower resolution, a quarter of the products.
        x = F.conv_transpose2d(x, self.weight.transpose(0, 1), stride=2)  # side 2 s + 1
        return self.smooth(x), factors


class StyleLayer(nn.Module):
    """A modulated convolution, noise with a learned strength, bias, leaky ReLU.

    Karras et al. 2020 (arXiv 1912.04958), figure 2 c. In training every item has noise of its own;
    in evaluation there is one that was drawn at the start, so that latents say all.

    Args:
        before: feature maps in.
        after: feature maps out.
        styles: length of w.
        side: of the maps that come out.
        up: double the side length.

    Shapes:
        x (n, before, s, s) or (1, before, s, s), w (n, styles); returns (n, after, side, side).

    Example:
        >>> StyleLayer(8, 4, styles=6, side=5)(torch.zeros(1, 8, 5, 5), torch.randn(2, 6)).shape
        torch.Size([2, 4, 5, 5])
    """

    noise: Tensor

    def __init__(self, before: int, after: int, styles: int, side: int, up: bool = False) -> None:
        super().__init__()
        self.convolution = ModulatedConv2d(before, after, styles, up)
        self.strength = nn.Parameter(torch.zeros(()))
        self.bias = nn.Parameter(torch.zeros(after))
        self.register_buffer("noise", torch.randn(1, 1, side, side))

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        maps, factors = self.convolution(x, w)
        # The gain of the rectifier goes into what is small, not into a pass over all maps.
        x = maps * (HE * factors)[:, :, None, None]
        x.add_((HE * self.bias)[None, :, None, None])
        x.add_((HE * self.strength) * self._noise(len(x)))
        return F.leaky_relu_(x, _SLOPE)

    def _noise(self, n: int) -> Tensor:
        if not self.training:
            return self.noise
        return draw(lambda count: self.noise.new_empty(count, *self.noise.shape[1:]).normal_(), n)


class ToPicture(nn.Module):
    """A modulated 1x1 convolution to colours, not demodulated.

    Karras et al. 2020 (arXiv 1912.04958), figure 7 and appendix B. So few weights come out that
    each item gets its own, in one product of matrices.

    Args:
        before: feature maps in.
        channels: of the pictures.
        styles: length of w.

    Shapes:
        x (n, before, s, s), w (n, styles); returns (n, channels, s, s).

    Example:
        >>> ToPicture(8, 3, styles=6)(torch.zeros(2, 8, 5, 5), torch.randn(2, 6)).shape
        torch.Size([2, 3, 5, 5])
    """

    def __init__(self, before: int, channels: int, styles: int) -> None:
        super().__init__()
        self.style = EqualisedLinear(styles, before, gain=1.0, start=1.0)
        self.weight = nn.Parameter(torch.randn(channels, before))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.scale = 1 / math.sqrt(before)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        n, _, height, width = x.shape
        weight = (self.weight * self.scale) * self.style(w)[:, None]  # (n, channels, before)
        pixels = x.permute(0, 2, 3, 1).flatten(1, 2)  # (n, h * w, before)
        colours = torch.baddbmm(self.bias[None, None], pixels, weight.transpose(1, 2))
        return colours.view(n, height, width, -1).permute(0, 3, 1, 2)
