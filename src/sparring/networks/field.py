"""A generator whose latent is a field without end, so that its pictures have no edges.

Every layer looks at a few cells around each and at nothing else: no padding, no normalisation over
a picture. So a part of the latent field makes a part of the picture, wherever it lies, and two
parts that overlap agree where they do.
"""

import itertools

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse
from sparring.networks.equalised import EqualisedConv2d, PixelNorm

_SLOPE = 0.2
_AROUND = 1  # cells that a 3x3 convolution sees to each side


class FieldGenerator(nn.Module):
    """Convolutions without padding and doublings, from a field of latents to pictures.

    Fully convolutional sampling from a spatial latent: Jetchev et al. 2016 (arXiv 1611.08207);
    without padding and with cells that follow from their place as in InfinityGAN (Lin et al. 2021,
    arXiv 2104.03963). A cell of the field is 2^levels pixels wide.

    Args:
        latent: numbers in a cell of the field.
        channels: of the pictures, 1 or 3.
        size: side length of the pictures that `forward` returns, 8 to 128.
        width: feature maps of the last layer; twice as many a level down, up to 8 times.
        levels: doublings, at least 1.
        condition: must be 0: a world is one.

    Shapes:
        z (n, latent, side, side) with `side` cells; returns (n, channels, size, size), unbounded,
        meant in [-1, 1].

    Raises:
        WrongUse: for a condition, or no levels.

    Example:
        >>> generator = FieldGenerator(4, 1, 32, width=8)
        >>> generator(torch.randn(2, 4, generator.side, generator.side)).shape
        torch.Size([2, 1, 32, 32])
    """

    def __init__(
        self,
        latent: int,
        channels: int,
        size: int,
        width: int = 32,
        levels: int = 4,
        condition: int = 0,
    ) -> None:
        super().__init__()
        self.size, self.levels = size, levels
        widths = [min(width * 2 ** (levels - level), 8 * width) for level in range(levels + 1)]
        if condition:
            raise WrongUse("a world has no conditions; fit it with conditional=False.")
        if levels < 1:
            raise WrongUse(f"levels of FieldGenerator must be at least 1, got {levels}.")
        self.first = EqualisedConv2d(latent, widths[0], 3, padding=0)
        self.layers = nn.ModuleList(
            EqualisedConv2d(before, after, 3, padding=0)
            for before, after in itertools.pairwise(widths)
        )
        self.picture = EqualisedConv2d(widths[-1], channels, 1, gain=1.0)
        self.norm = PixelNorm()
        # Any crop of `size` pixels must be covered, wherever in a cell it begins.
        self.side = self.cells(0, size + self.cell - 1)[1]

    @property
    def cell(self) -> int:
        """How many pixels wide a cell of the field is."""
        return 1 << self.levels

    def cells(self, start: int, length: int) -> tuple[int, int]:
        """Which cells are seen by some pixels of a row or column.

        Args:
            start: the first pixel, any whole number.
            length: how many, at least 1.

        Returns:
            The first cell, and how many.
        """
        first, last = start, start + length - 1
        for _ in range(self.levels):  # from the picture down to the field
            first, last = (first - _AROUND) // 2, (last + _AROUND) // 2
        first, last = first - _AROUND, last + _AROUND
        return first, last - first + 1

    def render(self, z: Tensor, cell: tuple[int, int], part: tuple[int, int, int, int]) -> Tensor:
        """A part of the world, from the cells that it needs.

        Args:
            z: (n, latent, rows, columns) cells of the field.
            cell: row and column of the first of them in the world.
            part: top, left, height and width of what is wanted, in the world's pixels.

        Returns:
            (n, channels, height, width).
        """
        x = F.leaky_relu(self.norm(self.first(z)), _SLOPE)
        at = [cell[0] + _AROUND, cell[1] + _AROUND]
        for layer in self.layers:
            x = F.interpolate(x, scale_factor=2.0, mode="nearest")
            x = F.leaky_relu(self.norm(layer(x)), _SLOPE)
            at = [2 * at[0] + _AROUND, 2 * at[1] + _AROUND]
        top, left, height, width = part[0] - at[0], part[1] - at[1], part[2], part[3]
        return self.picture(x[:, :, top : top + height, left : left + width])

    def forward(self, z: Tensor) -> Tensor:
        # Where in a cell the picture begins is drawn, so that all places are learnt alike.
        top, left = torch.randint(self.cell, (2,)).tolist() if self.training else (0, 0)
        first, _ = self.cells(0, 1)
        return self.render(z, (first, first), (top, left, self.size, self.size))
