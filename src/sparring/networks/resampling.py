"""Smooth changes of resolution by 2, with the filter [1, 3, 3, 1] along both sides.

Karras et al. 2020 (arXiv 1912.04958), appendix B, after Zhang 2019 (arXiv 1904.11486): a filter
before a picture is halved, or after it is doubled, keeps detail finer than the pixels from turning
into patterns. No kernels of our own: maps that lie channels last go through plain depthwise
convolutions, which on a CPU cost a tenth of a 3x3 convolution between all features.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.networks.slopes import conv2d

_TAPS = (1.0, 3.0, 3.0, 1.0)


class Smooth(nn.Module):
    """Every feature map filtered with [1, 3, 3, 1] / 8 along both sides, with zeros beyond.

    Args:
        padding: zeros at each border; a side of length s comes out s + 2 * padding - 3 long.
        stride: keep every so many pixels: 2 halves.
        gain: factor on the result; 4 makes up for the zeros that a transposed convolution with
            stride 2 puts between pixels.

    Shapes:
        (n, c, s, s) to (n, c, s', s').

    Example:
        >>> x = torch.ones(1, 2, 8, 8)
        >>> Smooth(padding=2)(x).shape, float(Smooth(padding=2)(x)[0, 0, 4, 4])
        (torch.Size([1, 2, 9, 9]), 1.0)
    """

    filter: Tensor

    def __init__(self, padding: int, stride: int = 1, gain: float = 1.0) -> None:
        super().__init__()
        taps = torch.tensor(_TAPS)
        square = torch.outer(taps, taps)
        self.register_buffer("filter", square * (gain / square.sum()), persistent=False)
        self.padding, self.stride = padding, stride

    def forward(self, x: Tensor) -> Tensor:
        maps = x.shape[1]
        filters = self.filter.expand(maps, 1, *self.filter.shape)
        both = (self.stride, self.stride), (self.padding, self.padding)
        return conv2d(x, filters, None, *both, groups=maps)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, stride={self.stride}"


def halving() -> Smooth:
    """What halves the side length of maps smoothly.

    Example:
        >>> halving()(torch.ones(1, 2, 8, 8)).shape
        torch.Size([1, 2, 4, 4])
    """
    return Smooth(padding=1, stride=2)


def doubled(x: Tensor) -> Tensor:
    """Pictures of twice the side length, each pixel (3 near + 1 far) / 4 along both sides.

    That is zeros between the pixels and the filter [1, 3, 3, 1] / 4, which bilinear interpolation
    does in one pass. Differs from the paper at the border, where the outermost pixels go on instead
    of zeros, so that a plain background stays plain.

    Example:
        >>> doubled(torch.tensor([[[[0.0, 4.0], [0.0, 4.0]]]]))[0, 0, 0]
        tensor([0., 1., 3., 4.])
    """
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
