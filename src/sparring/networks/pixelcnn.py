"""PixelCNN: masked convolutions, each pixel's outputs from the pixels before it."""

import torch.nn.functional as F
from torch import Tensor, nn

from sparring.networks.embedding import Embedded
from sparring.networks.incremental import RowByRow
from sparring.networks.masked import MaskedConv2d


class _Block(nn.Module):
    """1x1 to half the maps, 3x3 masked, 1x1 back, added to what came in."""

    def __init__(self, width: int, colours: int) -> None:
        super().__init__()
        self.narrow = MaskedConv2d(2 * width, width, 1, True, colours)
        self.look = MaskedConv2d(width, width, 3, True, colours)
        self.widen = MaskedConv2d(width, 2 * width, 1, True, colours)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.narrow(F.relu(x)))
        change: Tensor = self.widen(F.relu(self.look(y)))
        return x + change


class PixelCNN(RowByRow):
    """A masked 7x7 convolution, residual blocks of masked 3x3 ones, two of 1x1.

    Van den Oord et al. 2016 (arXiv 1601.06759), section 3.4, 3.5 and table 1. Differs from the
    paper: a condition is added to the first layer's maps, and blocks are as narrow as one likes.

    Args:
        channels: of the pictures, 1 or 3.
        outputs: k, numbers for a pixel, as a distribution of `losses.pixels` takes them.
        width: h; blocks have 2 h maps outside and h inside.
        blocks: residual blocks; the paper has 7 for digits.
        kernel: of the first layer, odd.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.
        colours: 1, or the number of channels where each looks at those before it.

    Shapes:
        x (n, channels, s, s), y (n, ...); returns (n, outputs, s, s).

    Example:
        >>> import torch
        >>> _ = torch.manual_seed(0)
        >>> network = PixelCNN(1, 1, width=4, blocks=1)
        >>> x = torch.zeros(1, 1, 8, 8, requires_grad=True)
        >>> (slope,) = torch.autograd.grad(network(x)[0, 0, 3, 4], x)
        >>> bool(slope[0, 0, 3, 4:].eq(0).all()), bool(slope[0, 0, 3, :4].ne(0).any())
        (True, True)
    """

    def __init__(
        self,
        channels: int,
        outputs: int,
        width: int = 16,
        blocks: int = 7,
        kernel: int = 7,
        condition: int = 0,
        colours: int = 1,
    ) -> None:
        super().__init__()
        self.colours = colours
        self.first = MaskedConv2d(channels, 2 * width, kernel, False, colours)
        self.embedding = Embedded(condition, 2 * width) if condition else None
        self.blocks = nn.ModuleList(_Block(width, colours) for _ in range(blocks))
        self.gather = MaskedConv2d(2 * width, 2 * width, 1, True, colours)
        self.last = MaskedConv2d(2 * width, outputs, 1, True, colours)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        maps = self.first(x)
        if self.embedding is not None:
            maps = maps + self.embedding(y)[:, :, None, None]
        for block in self.blocks:
            maps = block(maps)
        found: Tensor = self.last(F.relu(self.gather(F.relu(maps))))
        return found

    def at(self, x: Tensor, place: tuple[slice, slice], y: Tensor | None = None) -> Tensor:
        row, column = place[0].start, place[1].start
        side = x.shape[3]
        if (row, column) != (0, 0):  # what the pixel before has become
            before = divmod(row * side + column - 1, side)
            self.first.write(x[:, :, before[0], before[1]], *before)
        self.turn_to(row, column)
        return self(x[(..., *place)], y)
