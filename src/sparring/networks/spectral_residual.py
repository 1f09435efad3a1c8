"""The residual blocks of the spectrally normalised GANs, up and down in resolution.

Miyato et al. 2018 (arXiv 1802.05957), figure 8 and table 6 of the appendix, as SAGAN and BigGAN
took them over. Their weights are plain: the game that wants them normalised does so.
"""

import itertools
from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from sparring.networks.attention import SelfAttention, attending
from sparring.networks.conditional_norm import ConditionalBatchNorm
from sparring.networks.conditioning import Projection
from sparring.networks.discriminator import Conditionings, Discriminator
from sparring.networks.sizes import pyramid


class UpConvolution(nn.Conv2d):
    """A 3x3 convolution of what is enlarged by 2, each pixel to four, in one operation.

    The four copies of a pixel meet sums of the filter's weights, so that one transposed convolution
    with filters of 4x4 gives the same at less than half the cost.

    Args:
        before: feature maps in.
        after: feature maps out.
        bias: whether there is one.

    Shapes:
        (n, before, s, s) to (n, after, 2 s, 2 s).

    Example:
        >>> import torch
        >>> layer, x = UpConvolution(2, 3), torch.randn(1, 2, 4, 4)
        >>> enlarged = F.interpolate(x, scale_factor=2.0, mode="nearest")
        >>> plain = F.conv2d(enlarged, layer.weight, layer.bias, padding=1)
        >>> torch.allclose(layer(x), plain, atol=1e-5)
        True
    """

    def __init__(self, before: int, after: int, bias: bool = True) -> None:
        super().__init__(before, after, 3, padding=1, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        filters = _doubled(self.weight.flip(2, 3)).transpose(0, 1)  # (before, after, 4, 4)
        return F.conv_transpose2d(x, filters, self.bias, stride=2, padding=1)


class DownConvolution(nn.Conv2d):
    """A 3x3 convolution and the means of 2x2 of what it gives, in one operation.

    As one convolution of stride 2 with filters of 4x4, which costs less than half.

    Args:
        before: feature maps in.
        after: feature maps out.

    Shapes:
        (n, before, 2 s, 2 s) to (n, after, s, s).

    Example:
        >>> import torch
        >>> layer, x = DownConvolution(2, 3), torch.randn(1, 2, 4, 4)
        >>> plain = F.avg_pool2d(F.conv2d(x, layer.weight, layer.bias, padding=1), 2)
        >>> torch.allclose(layer(x), plain, atol=1e-5)
        True
    """

    def __init__(self, before: int, after: int) -> None:
        super().__init__(before, after, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, _doubled(self.weight) / 4, self.bias, stride=2, padding=1)


def _doubled(filters: Tensor) -> Tensor:
    """Sums of each filter (..., 3, 3) over its four shifts by 0 or 1, (..., 4, 4)."""
    rows = F.pad(filters, (0, 0, 0, 1)) + F.pad(filters, (0, 0, 1, 0))
    return F.pad(rows, (0, 1)) + F.pad(rows, (1, 0))


class UpBlock(nn.Module):
    """Normalised, rectified, enlarged, twice convolved, beside an enlarged 1x1 convolution.

    Without biases, which the normalisations that follow would take away.

    Args:
        before: feature maps in.
        after: feature maps out.
        condition: of its normalisations, as in `ConditionalBatchNorm`.

    Shapes:
        x (n, before, s, s), y (n,) or (n, condition); returns (n, after, 2 s, 2 s).

    Example:
        >>> import torch
        >>> UpBlock(4, 2)(torch.randn(2, 4, 4, 4)).shape
        torch.Size([2, 2, 8, 8])
    """

    def __init__(self, before: int, after: int, condition: int = 0) -> None:
        super().__init__()
        self.first_norm = ConditionalBatchNorm(before, condition)
        self.first = UpConvolution(before, after, bias=False)
        self.second_norm = ConditionalBatchNorm(after, condition)
        self.second = nn.Conv2d(after, after, 3, padding=1, bias=False)
        self.skip = nn.Conv2d(before, after, 1, bias=False)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        h = self.first(F.relu_(self.first_norm(x, y)))
        h = self.second(F.relu_(self.second_norm(h, y)))
        # A 1x1 convolution does the same before as after, on a quarter of the pixels.
        return h + F.interpolate(self.skip(x), scale_factor=2.0, mode="nearest")


class DownBlock(nn.Module):
    """Rectified, twice convolved and halved, beside a halved 1x1 convolution.

    Args:
        before: feature maps in.
        after: feature maps out.
        hidden: feature maps between: `before` in SNGAN and SAGAN, `after` in BigGAN.
        first: whether it sees pictures, which aren't rectified.

    Shapes:
        (n, before, 2 s, 2 s) to (n, after, s, s).

    Example:
        >>> import torch
        >>> DownBlock(2, 4, hidden=2)(torch.randn(2, 2, 8, 8)).shape
        torch.Size([2, 4, 4, 4])
    """

    def __init__(self, before: int, after: int, hidden: int, first: bool = False) -> None:
        super().__init__()
        self.rectify = nn.Identity() if first else nn.ReLU()
        self.first = nn.Conv2d(before, hidden, 3, padding=1)
        self.second = DownConvolution(hidden, after)
        self.skip = nn.Conv2d(before, after, 1)

    def forward(self, x: Tensor) -> Tensor:
        h: Tensor = self.second(F.relu_(self.first(self.rectify(x))))
        return h + self.skip(F.avg_pool2d(x, 2))


class FlatBlock(nn.Module):
    """Rectified and twice convolved beside the input itself, at one resolution.

    Args:
        width: feature maps in and out.

    Shapes:
        (n, width, s, s) to the same.

    Example:
        >>> import torch
        >>> FlatBlock(4)(torch.randn(2, 4, 4, 4)).shape
        torch.Size([2, 4, 4, 4])
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        change: Tensor = self.second(F.relu_(self.first(F.relu(x))))
        return x + change


class Growing(nn.Module):
    """From the first maps to a picture: a block a doubling, and one attention between them.

    Args:
        sides: side lengths, each double the one before.
        widths: feature maps at each of them.
        channels: of the picture.
        conditions: of each block's normalisations, as in `ConditionalBatchNorm`.
        attention: side length at which places attend to each other, as in `attending`.

    Raises:
        WrongUse: for an attention that no side has.

    Shapes:
        x (n, widths[0], sides[0], sides[0]), and what each block is asked for, (n,) or (n, k);
        returns (n, channels, sides[-1], sides[-1]) in [-1, 1].

    Example:
        >>> import torch
        >>> growing = Growing([4, 8], [16, 8], channels=3, conditions=[0], attention=8)
        >>> growing(torch.randn(2, 16, 4, 4), [None]).shape
        torch.Size([2, 3, 8, 8])
    """

    def __init__(
        self,
        sides: Sequence[int],
        widths: Sequence[int],
        channels: int,
        conditions: Sequence[int],
        attention: int,
    ) -> None:
        super().__init__()
        changes = zip(itertools.pairwise(widths), conditions, strict=True)
        self.blocks = nn.ModuleList(UpBlock(*change, condition) for change, condition in changes)
        self.attends = attending(sides[1:], attention)
        self.attention = None if self.attends is None else SelfAttention(widths[1 + self.attends])
        self.norm = nn.BatchNorm2d(widths[-1])
        self.picture = nn.Conv2d(widths[-1], channels, 3, padding=1)

    def forward(self, x: Tensor, asked: Sequence[Tensor | None]) -> Tensor:
        for index, (block, y) in enumerate(zip(self.blocks, asked, strict=True)):
            x = block(x, y)
            if self.attention is not None and index == self.attends:
                x = self.attention(x)
        return self.picture(F.relu_(self.norm(x))).tanh()


class SpectralDiscriminator(Discriminator):
    """A block a halving, one attention between them, a last block, and one number of the sums.

    Args:
        channels: of the pictures, 1 or 3.
        size: side length, 8 to 128.
        width: feature maps after the first block; each block after has twice as many, up to 16
            times.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.
        attention: side length at which places attend to each other, as in `attending`.
        conditioning: how the condition enters.
        wide: whether a block has as many feature maps between its convolutions as after them, as in
            BigGAN, and not as before them, as in SAGAN.

    Raises:
        WrongUse: for an attention that no side has.

    Shapes:
        x (n, channels, size, size), y (n,) or (n, condition); returns scores (n,).
    """

    def __init__(
        self,
        channels: int,
        size: int,
        width: int,
        condition: int,
        attention: int,
        conditioning: Conditionings = Projection,
        *,
        wide: bool,
    ) -> None:
        sides = pyramid(size)
        widths = widths_of(len(sides) - 1, width)[::-1]
        super().__init__(widths[-1], condition, conditioning)
        self.pad = sides[-1] - size
        self.blocks = nn.ModuleList([DownBlock(channels, width, hidden=width, first=True)])
        for before, after in itertools.pairwise(widths):
            self.blocks.append(DownBlock(before, after, hidden=after if wide else before))
        self.attends = attending(sides[-2::-1], attention)
        self.attention = None if self.attends is None else SelfAttention(widths[self.attends])
        self.flat = FlatBlock(widths[-1])
        self.last = nn.Linear(widths[-1], 1)

    def body(self, x: Tensor) -> Tensor:
        if self.pad:
            x = F.pad(x, (0, self.pad, 0, self.pad), mode="replicate")
        for index, block in enumerate(self.blocks):
            x = block(x)
            if self.attention is not None and index == self.attends:
                x = self.attention(x)
        return F.relu(self.flat(x))

    def score(self, maps: Tensor) -> Tensor:
        scores: Tensor = self.last(self.pooled(maps))  # (n, 1)
        return scores.flatten()

    def pooled(self, maps: Tensor) -> Tensor:
        """Sums over all places, (n, features_width)."""
        return maps.sum((2, 3))


def widths_of(levels: int, width: int) -> list[int]:
    """Feature maps a level, halving down to `width`, at most 16 times as many.

    Example:
        >>> widths_of(3, 8)
        [32, 16, 8]
    """
    return [min(width * 2**level, 16 * width) for level in range(levels)][::-1]
