"""PixelCNN++: shifted windows in two streams, gated residual blocks, at several resolutions."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse
from sparring.networks.corner import Corner
from sparring.networks.ctgan import SharedDropout
from sparring.networks.embedding import Embedded
from sparring.networks.gated_pixelcnn import Down
from sparring.networks.incremental import Remembers, RowByRow, Turns

# A level's maps of the rows above, for each of its blocks, and those of the levels below.
Above = tuple[list[Tensor], "Above | None"]

_START = 0.1
"""How large the last weights of a block begin: blocks begin near the identity."""


def doubled_elu(x: Tensor) -> Tensor:
    """ELU of the maps and of their negatives, twice as many.

    Shang et al. 2016 (arXiv 1603.05201), with ELU as in PixelCNN++.

    Example:
        >>> doubled_elu(torch.tensor([[1.0]]))
        tensor([[ 1.0000, -0.6321]])
    """
    return F.elu(torch.cat([x, -x], 1))


class _Block(nn.Module):
    """Two convolutions and a gate, added to what came in; maps from elsewhere join in between."""

    def __init__(
        self, window: Remembers, then: Remembers, width: int, beside: int, told: int, rate: float
    ) -> None:
        super().__init__()
        self.look, self.then = window, then
        self.join = nn.Conv2d(2 * beside, width, 1) if beside else None
        self.dropout = SharedDropout(rate)
        self.told = Embedded(told, 2 * width) if told else None

    def forward(self, x: Tensor, beside: Tensor | None, y: Tensor | None) -> Tensor:
        found = self.look(doubled_elu(x))
        if self.join is not None and beside is not None:
            found = found + self.join(doubled_elu(beside))
        found = self.then(self.dropout(doubled_elu(found)))
        if self.told is not None:
            found = found + self.told(y)[:, :, None, None]
        change, gate = found.chunk(2, 1)
        return x + change * torch.sigmoid(gate)


def _of_rows(width: int, scale: int, beside: int, told: int, rate: float) -> _Block:
    """Sees the rows above and its own: 2x3."""
    first, then = (Down(2 * width, after, 3, scale=scale) for after in (width, 2 * width))
    return _begun(_Block(first, then, width, beside, told, rate), then.layer)


def _of_pixels(width: int, scale: int, beside: int, told: int, rate: float) -> _Block:
    """Sees what is above, to the left, and itself: 2x2."""
    first, then = (Corner(2 * width, after, (2, 2), scale=scale) for after in (width, 2 * width))
    return _begun(_Block(first, then, width, beside, told, rate), then.layer)


@torch.no_grad()
def _begun(block: _Block, last: nn.Conv2d) -> _Block:
    last.weight *= _START
    return block


class _Level(Remembers, Turns):
    """Blocks of one resolution on the way down and up, and the coarser levels between the two.

    One stream is of rows: of the rows above all is seen. The other is of pixels, which see the
    first beside them. On the way up blocks see what those on the way down made.
    """

    def __init__(
        self, width: int, depth: int, levels: int, told: int, rate: float, scale: int = 1
    ) -> None:
        super().__init__()
        more = (told, rate)
        up = depth + (1 if levels > 1 else 0)
        self.down_rows = nn.ModuleList(_of_rows(width, scale, 0, *more) for _ in range(depth))
        self.down_pixels = nn.ModuleList(
            _of_pixels(width, scale, width, *more) for _ in range(depth)
        )
        self.up_rows = nn.ModuleList(_of_rows(width, scale, width, *more) for _ in range(up))
        self.up_pixels = nn.ModuleList(
            _of_pixels(width, scale, 2 * width, *more) for _ in range(up)
        )
        self.inner: _Level | None = None
        if levels > 1:
            self.halve_rows = Down(width, width, 3, stride=2, scale=scale)
            self.halve_pixels = Corner(width, width, (2, 2), stride=2, scale=scale)
            self.inner = _Level(width, depth, levels - 1, *more, 2 * scale)
            self.double_rows = nn.ConvTranspose2d(width, width, 2, 2)
            self.double_pixels = nn.ConvTranspose2d(width, width, 2, 2)
        self.width, self.scale = width, scale
        self._place: tuple[int, int] | None = None

    def rows(self, u: Tensor, y: Tensor | None) -> tuple[Tensor, Above]:
        """The stream of rows, (n, width, h, w), and what the other takes of it."""
        passed = [u]
        for block in self.down_rows:
            passed.append(block(passed[-1], None, y))
        seen, below = passed[1:], None
        if self.inner is None:
            u = passed.pop()
        else:
            u, below = self._coarse_rows(self.inner, passed[-1], y)
        for block in self.up_rows:
            u = block(u, passed.pop(), y)
            seen.append(u)
        return u, (seen, below)

    def _coarse_rows(self, inner: "_Level", u: Tensor, y: Tensor | None) -> tuple[Tensor, Above]:
        high, wide = u.shape[2:]
        coarse = self.halve_rows(u)
        if self._place is None:
            low, below = inner.rows(coarse, y)
            return self.double_rows(low)[:, :, :high, :wide], below
        half = self._place[0] % 2
        if half == 0:  # the next row has the same coarse one
            low, below = inner.rows(coarse, y)
            self._rows = self.double_rows(low)[..., :wide], below
        return self._rows[0][:, :, half : half + 1], self._rows[1]

    def pixels(self, ul: Tensor, above: Above, y: Tensor | None) -> Tensor:
        """The stream of pixels, (n, width, h, w)."""
        maps, below = above
        if self._place is not None:
            column = self._place[1]
            maps = [rows[..., column : column + 1] for rows in maps]
        passed = [ul]
        down, up = maps[: len(self.down_pixels)], maps[len(self.down_pixels) :]
        for block, rows in zip(self.down_pixels, down, strict=True):
            passed.append(block(passed[-1], rows, y))
        if self.inner is None or below is None:
            ul = passed.pop()
        else:
            ul = self._coarse_pixels(self.inner, passed[-1], below, y)
        for block, rows in zip(self.up_pixels, up, strict=True):
            ul = block(ul, torch.cat([rows, passed.pop()], 1), y)
        return ul

    def _coarse_pixels(self, inner: "_Level", ul: Tensor, below: Above, y: Tensor | None) -> Tensor:
        high, wide = ul.shape[2:]
        coarse = self.halve_pixels(ul)
        if self._place is None:
            low: Tensor = self.double_pixels(inner.pixels(coarse, below, y))
            return low[:, :, :high, :wide]
        row, column = self._place
        if row % 2 == 0 and column % 2 == 0:
            low = self.double_pixels(inner.pixels(coarse, below, y))
            self._pixels[..., column : column + 2] = low
        return self._pixels[:, :, row % 2, column, None, None]

    def remember(self, n: int, side: int) -> None:
        self._place = 0, 0
        wide = 2 * -(-side // (2 * self.scale))
        weight = next(self.parameters())
        self._pixels = weight.new_zeros(n, self.width, 2, wide)

    def forget(self) -> None:
        self._place = None
        self._pixels = self._rows = None  # type: ignore[assignment]

    def turn_to(self, row: int, column: int) -> None:
        self._place = row // self.scale, column // self.scale


class PixelCNNPlusPlus(RowByRow):
    """Two streams through gated residual blocks, halved and doubled in size, with ways across.

    Salimans et al. 2017 (arXiv 1701.05517), section 2.3 to 2.5 and figure 2. The channels of a
    pixel are drawn at once, by a mixture of logistics in which they depend on each other (2.1 and
    2.2). Differs from the paper: sizes are doubled in windows of 2x2, a last convolution's weights
    begin small in the stead of a normalisation by data, and the drawing of pictures keeps what was
    seen, coarse levels every other row and pixel.

    Args:
        channels: of the pictures, 1 or 3.
        outputs: k, numbers for a pixel, as a distribution of `losses.pixels` takes them.
        width: feature maps of both streams; the paper has 160.
        depth: blocks a level on the way down, at least 1; the paper has 5.
        levels: sizes, each half of the one before, at least 1; the paper has 3.
        dropout: share of the maps left out within blocks, in [0, 1); the paper has .5 for its
            width.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.

    Raises:
        WrongUse: for numbers out of range.

    Shapes:
        x (n, channels, s, s), y (n, ...); returns (n, outputs, s, s).

    Example:
        >>> _ = torch.manual_seed(0)
        >>> network = PixelCNNPlusPlus(1, 1, width=4, depth=1, levels=2).eval()
        >>> x = torch.zeros(1, 1, 8, 8, requires_grad=True)
        >>> (slope,) = torch.autograd.grad(network(x)[0, 0, 3, 4], x)
        >>> bool(slope[0, 0, 3, 4:].eq(0).all()), bool(slope[0, 0, :3, 5:].ne(0).any())
        (True, True)
    """

    def __init__(
        self,
        channels: int,
        outputs: int,
        width: int = 32,
        depth: int = 2,
        levels: int = 3,
        dropout: float = 0.1,
        condition: int = 0,
    ) -> None:
        super().__init__()
        if depth < 1 or levels < 1 or not 0 <= dropout < 1:
            raise WrongUse(
                f"PixelCNNPlusPlus must have at least 1 block and 1 level, and dropout in [0, 1), "
                f"got {depth}, {levels} and {dropout}."
            )
        self.first_rows = Down(channels, width, 3)
        self.first_above = nn.Conv2d(channels, width, (1, 3), padding=(0, 1))
        self.first_left = Corner(channels, width, (2, 1))
        self.body = _Level(width, depth, levels, condition, dropout)
        self.last = nn.Conv2d(2 * width, outputs, 1)
        self._above: tuple[Tensor, Above] | None = None

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        beside, above = self._rows(F.pad(x, (0, 0, 1, -1)), y)
        return self._pixels(F.pad(x, (1, -1)), beside, above, y)

    def _rows(self, over: Tensor, y: Tensor | None) -> tuple[Tensor, Above]:
        """What pixels take from the rows above, which come one row lower."""
        return self.first_above(over), self.body.rows(self.first_rows(over), y)[1]

    def _pixels(self, left: Tensor, beside: Tensor, above: Above, y: Tensor | None) -> Tensor:
        """Outputs, given the pixels one further to the right, and the rows above."""
        maps = self.body.pixels(self.first_left(left) + beside, above, y)
        found: Tensor = self.last(doubled_elu(maps))
        return found

    def at(self, x: Tensor, place: tuple[slice, slice], y: Tensor | None = None) -> Tensor:
        row, column = place[0].start, place[1].start
        self.turn_to(row, column)
        if column == 0 or self._above is None:
            over = x[:, :, row - 1 : row] if row else torch.zeros_like(x[:, :, :1])
            self._above = self._rows(over, y)
        beside, above = self._above
        before = x[:, :, place[0], column - 1 : column]
        left = before if column else torch.zeros_like(x[:, :, :1, :1])
        return self._pixels(left, beside[..., place[1]], above, y)
