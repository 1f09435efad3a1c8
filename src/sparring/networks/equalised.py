"""Layers of the growing and the style-based GANs: equal learning rates, pixels of equal length.

Karras et al. 2018 (arXiv 1710.10196), section 3 and 4. Weights start from N(0, 1) and are scaled as
they are used, not where they are kept, so that Adam, whose step doesn't know the scale of a
gradient, moves all of them at the same relative speed.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse
from sparring.networks.slopes import conv2d

HE = math.sqrt(2)
"""The gain before a rectifier (He et al. 2015, arXiv 1502.01852, eq. 10)."""

_EPSILON = 1e-8


class _Equalised(nn.Module):
    """A weight and a bias that are scaled at run time."""

    bias: nn.Parameter | None

    def __init__(
        self, shape: tuple[int, ...], gain: float, rate: float, bias: bool, start: float
    ) -> None:
        super().__init__()
        if rate <= 0:
            raise WrongUse(f"rate of {type(self).__name__} must be above 0, got {rate}.")
        self.scale = gain * rate / math.sqrt(math.prod(shape[1:]))
        self.rate = rate
        self.weight = nn.Parameter(torch.randn(shape) / rate)
        if bias:
            self.bias = nn.Parameter(torch.full(shape[:1], start / rate))
        else:
            self.register_parameter("bias", None)

    def scaled(self) -> tuple[Tensor, Tensor | None]:
        """The weight and the bias as they are used."""
        bias = self.bias if self.bias is None or self.rate == 1 else self.bias * self.rate
        return self.weight * self.scale, bias

    def extra_repr(self) -> str:
        return f"{tuple(self.weight.shape)}, scale={self.scale:.4g}"


class EqualisedLinear(_Equalised):
    """A linear map whose weights N(0, 1) are multiplied by gain / sqrt(fan in) when used.

    Karras et al. 2018 (arXiv 1710.10196), section 4.1. The rate is that of the mapping network of
    Karras et al. 2019 (arXiv 1812.04948), appendix C: weights start 1 / rate as large and are used
    rate times as small, so that an optimizer whose step has a fixed size changes the function rate
    times as slowly.

    Args:
        before: numbers in.
        after: numbers out.
        bias: whether there is one.
        gain: `HE` before a rectifier, 1 before nothing.
        rate: factor on the learning rate, above 0.
        start: value of the bias at the start.

    Raises:
        WrongUse: for a rate that isn't above 0.

    Shapes:
        (n, ..., before) to (n, ..., after).

    Example:
        >>> layer = EqualisedLinear(8, 4)
        >>> layer.scale, layer(torch.zeros(3, 8)).shape  # sqrt(2 / 8)
        (0.5, torch.Size([3, 4]))
    """

    def __init__(
        self,
        before: int,
        after: int,
        bias: bool = True,
        gain: float = HE,
        rate: float = 1.0,
        start: float = 0.0,
    ) -> None:
        super().__init__((after, before), gain, rate, bias, start)

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, *self.scaled())


class EqualisedConv2d(_Equalised):
    """A convolution whose weights N(0, 1) are multiplied by gain / sqrt(fan in) when used.

    Karras et al. 2018 (arXiv 1710.10196), section 4.1; the fan in is before * kernel^2.

    Args:
        before: feature maps in.
        after: feature maps out.
        kernel: side length of the filters.
        stride: of the filters.
        padding: zeros at each border; None keeps the side length where the stride is 1 and the
            kernel odd.
        bias: whether there is one.
        gain: `HE` before a rectifier, 1 before nothing.
        rate: factor on the learning rate, above 0.

    Raises:
        WrongUse: for a rate that isn't above 0.

    Shapes:
        (n, before, h, w) to (n, after, h', w').

    Example:
        >>> layer = EqualisedConv2d(8, 4, kernel=3)
        >>> round(layer.scale, 4), layer(torch.zeros(2, 8, 5, 5)).shape  # sqrt(2 / 72)
        (0.1667, torch.Size([2, 4, 5, 5]))
    """

    def __init__(
        self,
        before: int,
        after: int,
        kernel: int,
        stride: int = 1,
        padding: int | None = None,
        bias: bool = True,
        gain: float = HE,
        rate: float = 1.0,
    ) -> None:
        super().__init__((after, before, kernel, kernel), gain, rate, bias, 0.0)
        if padding is None:
            padding = kernel // 2
        self.stride, self.padding = (stride, stride), (padding, padding)

    def forward(self, x: Tensor) -> Tensor:
        return conv2d(x, *self.scaled(), self.stride, self.padding)


class PixelNorm(nn.Module):
    """Each pixel's vector of features divided by its root mean square.

    Karras et al. 2018 (arXiv 1710.10196), section 4.2; on vectors (n, c) it brings latents to the
    sphere of radius sqrt(c).

    Shapes:
        (n, c, ...) to the same.

    Example:
        >>> PixelNorm()(torch.tensor([[3.0, 4.0]])).square().mean()
        tensor(1.)
    """

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(1, keepdim=True) + _EPSILON)


class MinibatchDeviation(nn.Module):
    """One more feature map: how much the items of a group differ.

    Karras et al. 2018 (arXiv 1710.10196), section 3: the standard deviation over a group of items,
    of every feature at every place, averaged over both to one number an item. A generator that
    makes one thing gives zero, and is seen.

    A GAN scores real and generated items in one call, real ones first, and a group that had both
    would tell each generated item what its real neighbours are like. So the two halves of what
    comes are grouped apart (all together, where the number is odd), in runs of consecutive items;
    a last run that isn't full takes the items before it in, and a half shorter than a group is one
    group. Where the batch is a multiple of 2 * group for each process, the groups are full and the
    same ones in either player's turn, and two processes, which hold consecutive parts of the batch,
    have the groups that one would.

    Args:
        group: items in a group, at least 2; the paper of StyleGAN 2 has 4.

    Raises:
        WrongUse: for smaller groups.

    Shapes:
        (n, c, h, w) to (n, c + 1, h, w).

    Example:
        >>> x = torch.tensor([0.0, 2.0, 5.0, 5.0]).reshape(4, 1, 1, 1)
        >>> MinibatchDeviation(2)(x)[:, 1].flatten()
        tensor([1.0000e+00, 1.0000e+00, 1.0000e-04, 1.0000e-04])
    """

    def __init__(self, group: int = 4) -> None:
        super().__init__()
        if group < 2:
            raise WrongUse(f"group of MinibatchDeviation must be at least 2, got {group}.")
        self.group = group

    def forward(self, x: Tensor) -> Tensor:
        n = len(x)
        halves = 2 if n % 2 == 0 else 1
        each = n // halves
        group = min(self.group, each)
        full = each // group
        items = x.unflatten(0, (halves, each))  # (halves, each, c, h, w)
        runs = items[:, : full * group].unflatten(1, (full, group))
        found = _deviation(runs).repeat_interleave(group, 1)  # (halves, full * group)
        rest = each - full * group
        if rest:
            last = _deviation(items[:, None, -group:]).expand(-1, rest)
            found = torch.cat([found, last], 1)
        seen = found.reshape(n, 1, 1, 1).expand(-1, 1, *x.shape[2:])
        return torch.cat([x, seen.to(x.dtype)], 1)

    def extra_repr(self) -> str:
        return f"group={self.group}"


def _deviation(runs: Tensor) -> Tensor:
    """Of runs (a, b, group, c, h, w) the mean deviation over a group, (a, b)."""
    # At least float32: squares of small differences vanish in half precision. Differences first:
    # torch's own variance goes through the numbers one by one.
    runs = runs.to(torch.promote_types(runs.dtype, torch.float32))
    variance = (runs - runs.mean(2, keepdim=True)).square().mean(2)
    return (variance + _EPSILON).sqrt().mean((2, 3, 4))
