"""Convolutions that see what is above, what is to the left, and the pixel itself."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.networks.incremental import Remembers, Turns


class Corner(Remembers, Turns):
    """A convolution whose window ends below and to the right with the pixel itself.

    Salimans et al. 2017 (arXiv 1701.05517), figure 2: the window is shifted down and to the right.

    Args:
        before, after: feature maps in and out.
        window: its height, 1 or 2, and its width.
        stride: in both directions.
        scale: pixels of the picture that lie between two of the maps.

    Shapes:
        (n, before, s, s) to (n, after, s / stride, s / stride), rounded up; while it remembers, the
        next pixel (n, before, 1, 1) to the one of the window that ends there.

    Example:
        >>> layer, x = Corner(1, 1, (2, 2)), torch.zeros(1, 1, 3, 3)
        >>> x[0, 0, 1, 1] = 1.0
        >>> (layer(x) - layer(torch.zeros_like(x))).ne(0)[0, 0].int()
        tensor([[0, 0, 0],
                [0, 1, 1],
                [0, 1, 1]], dtype=torch.int32)
    """

    def __init__(
        self,
        before: int,
        after: int,
        window: tuple[int, int],
        stride: int = 1,
        scale: int = 1,
    ) -> None:
        super().__init__()
        self.before, self.scale = before, scale
        self.high, self.wide = window
        self.layer = nn.Conv2d(before, after, window, stride)
        self._rows: Tensor | None = None
        self._place = 0, 0

    def forward(self, x: Tensor) -> Tensor:
        if self._rows is None:
            found: Tensor = self.layer(F.pad(x, (self.wide - 1, 0, self.high - 1, 0)))
            return found
        column = self._place[1]
        self._rows[:, :, -1, column + self.wide - 1] = x[:, :, 0, 0]
        seen = self._rows[..., column : column + self.wide].flatten(1)
        return F.linear(seen, self.layer.weight.flatten(1), self.layer.bias)[:, :, None, None]

    def remember(self, n: int, side: int) -> None:
        wide = -(-side // self.scale) + self.wide - 1
        self._rows = self.layer.weight.new_zeros(n, self.before, self.high, wide)
        self._place = 0, 0

    def forget(self) -> None:
        self._rows = None

    def turn_to(self, row: int, column: int) -> None:
        row, column = row // self.scale, column // self.scale
        if self._rows is not None and row != self._place[0]:
            nothing = torch.zeros_like(self._rows[:, :, :1])
            self._rows = torch.cat([self._rows[:, :, 1:], nothing], 2)
        self._place = row, column
