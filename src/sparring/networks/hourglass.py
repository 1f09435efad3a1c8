"""The hourglass of the deep image prior: down to small maps and up again, with narrow skips."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core.errors import WrongUse
from sparring.networks.resampling import doubled

_SLOPE = 0.2


class Hourglass(nn.Module):
    """Maps of the size that comes in, made from itself halved and doubled at several scales.

    Ulyanov et al. 2018 (arXiv 1711.10925), supplementary figure 21: at each scale two convolutions
    down, the first with stride 2, and two up, beside a skip of few features; batch normalisation,
    leaky ReLU, borders reflected; all scales are equally wide. Differs from the paper: the picture
    is in [-1, 1], the paper's sigmoid stretched; odd sides are doubled and cropped; normalisation
    takes the statistics of what it is shown whenever it is asked, as the paper does, whose network
    is never put into evaluation mode.

    Args:
        inputs: channels of what comes in.
        channels: of the picture.
        width: features at each scale; the paper has 128.
        scales: how often sides are halved, at least 1; the paper has 5.
        skip: features that go past each scale, at least 0; the paper has 4.
        doubling: makes maps twice as wide and high; `doubled` is bilinear, `repeated` nearest.

    Shapes:
        (n, inputs, h, w) to (n, channels, h, w) in [-1, 1], for h and w above 2 ** scales.

    Raises:
        WrongUse: for numbers out of range, or maps too small to be halved so often.

    Example:
        >>> Hourglass(8, 3, width=4, scales=3)(torch.rand(1, 8, 21, 16)).shape
        torch.Size([1, 3, 21, 16])
    """

    def __init__(
        self,
        inputs: int,
        channels: int,
        width: int = 128,
        scales: int = 5,
        skip: int = 4,
        doubling: Callable[[Tensor], Tensor] = doubled,
    ) -> None:
        super().__init__()
        least = {"inputs": inputs, "channels": channels, "width": width, "scales": scales}
        for name, value in least.items():
            if value < 1:
                raise WrongUse(f"{name} of Hourglass must be at least 1, got {value}.")
        if skip < 0:
            raise WrongUse(f"skip of Hourglass must be at least 0, got {skip}.")
        self.scales = scales
        body: nn.Module = nn.Identity()
        for scale in reversed(range(scales)):
            body = _Scale(inputs if scale == 0 else width, width, skip, body, doubling)
        self.body = body
        self.last = nn.Conv2d(width, channels, 1)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, x: Tensor) -> Tensor:
        side = min(x.shape[-2:])
        if side <= 2**self.scales:
            raise WrongUse(
                f"Hourglass with {self.scales} scales takes maps of more than {2**self.scales} "
                f"pixels a side, got {side}; give fewer scales."
            )
        x = x.contiguous(memory_format=torch.channels_last)
        # Twice a sigmoid less 1.
        return torch.tanh(self.last(self.body(x)) / 2)


class _Scale(nn.Module):
    """One scale: a skip, and beside it what is smaller."""

    def __init__(
        self,
        features: int,
        width: int,
        skip: int,
        below: nn.Module,
        doubling: Callable[[Tensor], Tensor],
    ) -> None:
        super().__init__()
        self.skip = _layer(features, skip, 1) if skip else None
        self.down = nn.Sequential(_layer(features, width, 3, stride=2), _layer(width, width, 3))
        self.below, self.doubling = below, doubling
        self.up = nn.Sequential(
            _norm(width + skip), _layer(width + skip, width, 3), _layer(width, width, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[-2:]
        small = self.doubling(self.below(self.down(x)))[..., :height, :width]
        if self.skip is not None:
            small = torch.cat([self.skip(x), small], 1)
        maps: Tensor = self.up(small)
        return maps


def _layer(before: int, after: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """A convolution with borders reflected, normalisation, leaky ReLU."""
    return nn.Sequential(
        nn.Conv2d(
            before,
            after,
            kernel,
            stride,
            kernel // 2,
            bias=False,
            padding_mode="reflect",
        ),
        _norm(after),
        nn.LeakyReLU(_SLOPE, inplace=True),
    )


def _norm(features: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(features, track_running_stats=False)


def repeated(x: Tensor) -> Tensor:
    """Pictures of twice the side length, each pixel four times.

    Example:
        >>> repeated(torch.tensor([[[[1.0, 2.0]]]]))[0, 0]
        tensor([[1., 1., 2., 2.],
                [1., 1., 2., 2.]])
    """
    return F.interpolate(x, scale_factor=2.0, mode="nearest")
