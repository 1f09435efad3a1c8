"""Convolutions that see what comes before, row by row, and nothing else."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse
from sparring.networks.incremental import Remembers, Turns


class MaskedConv2d(nn.Conv2d, Remembers, Turns):
    """A convolution whose window ends with its centre.

    Van den Oord et al. 2016 (arXiv 1601.06759), section 3.4 and figure 2: of the rows above all is
    seen, of the centre's row what is left of it. With `here` (the paper's mask B) a map sees of the
    centre itself its own colour and those before; without (mask A) those before alone. The maps of
    a colour follow each other: of 3 colours the first third is red's.

    Args:
        before, after: feature maps in and out.
        kernel: side length of the window, odd.
        here: whether the centre is seen.
        colours: how many there are, each of which may look at those before.

    Raises:
        WrongUse: for an even kernel, or maps that can't be shared out evenly.

    Shapes:
        (n, before, s, s) to (n, after, s, s).

    Example:
        >>> layer, x = MaskedConv2d(1, 1, 3, here=False), torch.zeros(1, 1, 3, 3)
        >>> x[0, 0, 1, 1] = 1.0  # the centre is seen from the right and from below alone
        >>> (layer(x) - layer(torch.zeros_like(x))).ne(0)[0, 0].int()
        tensor([[0, 0, 0],
                [0, 0, 1],
                [1, 1, 1]], dtype=torch.int32)
    """

    mask: Tensor

    def __init__(self, before: int, after: int, kernel: int, here: bool, colours: int = 1) -> None:
        if kernel % 2 == 0:
            raise WrongUse(f"kernel of MaskedConv2d must be odd, got {kernel}.")
        if before % colours or after % colours:
            raise WrongUse(
                f"maps of MaskedConv2d must be multiples of the {colours} colours, got {before} "
                f"and {after}."
            )
        super().__init__(before, after, kernel, padding=kernel // 2)
        middle = kernel // 2
        mask = torch.zeros_like(self.weight)
        mask[:, :, :middle] = 1
        mask[:, :, middle, :middle] = 1
        first = torch.arange(before) * colours // before
        then = (torch.arange(after) * colours // after)[:, None]
        mask[:, :, middle, middle] = (first <= then if here else first < then).float()
        self.register_buffer("mask", mask, persistent=False)
        self._seen: Tensor | None = None
        self._place = [0, 0]

    def forward(self, x: Tensor) -> Tensor:
        if self._seen is None:
            return self._conv_forward(x, self.weight * self.mask, self.bias)
        size = self.kernel_size[0]
        if size > 1:
            row, column = self._place
            self.write(x[:, :, 0, 0], row, column)
            # Of the rows below nothing is seen.
            x = self._seen[:, :, row : row + self.middle + 1, column : column + size]
        return F.linear(x.flatten(1), self._above, self.bias).view(len(x), -1, 1, 1)

    @property
    def middle(self) -> int:
        """Pixels from the window's edge to its centre."""
        return self.kernel_size[0] // 2

    def remember(self, n: int, side: int) -> None:
        around = side + 2 * self.middle
        self._seen = self.weight.new_zeros(n, self.in_channels, around, around)
        # The window's upper half as one row of a matrix for each map.
        self._above = (self.weight * self.mask)[:, :, : self.middle + 1].detach().flatten(1)

    def forget(self) -> None:
        self._seen = None

    def turn_to(self, row: int, column: int) -> None:
        # An attribute of a module is slow to set.
        self._place[:] = row, column

    def write(self, values: Tensor, row: int, column: int) -> None:
        """What was seen at a pixel, (n, before)."""
        assert self._seen is not None
        self._seen[:, :, row + self.middle, column + self.middle] = values
