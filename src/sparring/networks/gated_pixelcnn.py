"""Gated PixelCNN: one stack looks at the rows above, another at the row so far."""

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse
from sparring.networks.embedding import Embedded
from sparring.networks.incremental import Remembers, RowByRow


class Down(Remembers):
    """A convolution that sees the rows above and its own, the latter to both sides.

    Args:
        before, after: feature maps in and out.
        kernel: how wide, odd; it is half as high, its own row included.
        stride: in both directions.
        scale: pixels of the picture that lie between two of the maps.

    Shapes:
        (n, before, s, s) to (n, after, s / stride, s / stride), rounded up; while it remembers, the
        next row (n, before, 1, s) to the one of the windows that end there.
    """

    def __init__(
        self, before: int, after: int, kernel: int, stride: int = 1, scale: int = 1
    ) -> None:
        super().__init__()
        self.reach, self.before, self.scale = kernel // 2, before, scale
        self.layer = nn.Conv2d(before, after, (kernel // 2 + 1, kernel), stride)
        self._rows: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        x = F.pad(x, (self.reach, self.reach, 0, 0))
        if self._rows is None:
            found: Tensor = self.layer(F.pad(x, (0, 0, self.reach, 0)))
            return found
        self._rows = torch.cat([self._rows[:, :, 1:], x], 2)
        return cast(Tensor, self.layer(self._rows))

    def remember(self, n: int, side: int) -> None:
        wide = -(-side // self.scale) + 2 * self.reach
        self._rows = self.layer.weight.new_zeros(n, self.before, self.reach + 1, wide)

    def forget(self) -> None:
        self._rows = None


class Right(Remembers):
    """A convolution that sees, of its own row, what is left of it and itself.

    Args:
        before, after: feature maps in and out.
        kernel: twice as wide as it reaches to the left, odd.

    Shapes:
        (n, before, s, s) to (n, after, s, s); while it remembers, the next pixel (n, before, 1, 1).
    """

    def __init__(self, before: int, after: int, kernel: int) -> None:
        super().__init__()
        self.reach, self.before = kernel // 2, before
        self.layer = nn.Conv2d(before, after, (1, kernel // 2 + 1))
        self._pixels: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        if self._pixels is None:
            found: Tensor = self.layer(F.pad(x, (self.reach, 0, 0, 0)))
            return found
        self._pixels = torch.cat([self._pixels[:, :, :, 1:], x], 3)
        return cast(Tensor, self.layer(self._pixels))

    def remember(self, n: int, side: int) -> None:
        self._pixels = self.layer.weight.new_zeros(n, self.before, 1, self.reach + 1)

    def begin_row(self) -> None:
        """Left of a row's first pixel there is nothing."""
        if self._pixels is not None:
            self._pixels = torch.zeros_like(self._pixels)

    def forget(self) -> None:
        self._pixels = None


def gated(x: Tensor) -> Tensor:
    """tanh of the first half of the maps times the logistic sigmoid of the second.

    Example:
        >>> gated(torch.tensor([[[[100.0]], [[0.0]]]])).flatten()
        tensor([0.5000])
    """
    one, other = x.chunk(2, 1)
    return torch.tanh(one) * torch.sigmoid(other)


class _Everywhere(Embedded):
    """What a condition says is the same at every place: (n, width, 1, 1)."""

    def forward(self, y: Tensor | None) -> Tensor:
        return super().forward(y)[:, :, None, None]


class _Layer(nn.Module):
    """A layer of both stacks; in the first, nothing of a pixel itself has been seen before."""

    def __init__(
        self, before: int, width: int, kernel: int, told: nn.Module | None, first: bool
    ) -> None:
        super().__init__()
        self.down, self.right = Down(before, 2 * width, kernel), Right(before, 2 * width, kernel)
        self.across = nn.Conv2d(2 * width, 2 * width, 1)
        self.out = nn.Conv2d(width, width, 1)
        self.told, self.first = told, first

    def rows(self, v: Tensor, y: Tensor | None) -> tuple[Tensor, Tensor]:
        """What is seen of the rows above: for the next layer, and for this one's other stack."""
        seen = self.down(v)
        across: Tensor = self.across(seen)
        if self.told is None:
            return gated(seen), across
        above, beside = self.told(y).chunk(2, 1)
        return gated(seen + above), across + beside

    def pixels(self, h: Tensor, across: Tensor) -> Tensor:
        """What is seen of the row so far and of the rows above together."""
        found: Tensor = self.out(gated(self.right(h) + across))
        return found if self.first else h + found


class GatedPixelCNN(RowByRow):
    """Two stacks of convolutions without blind spot, and gates in the stead of rectifiers.

    Van den Oord et al. 2016 (arXiv 1606.05328), section 2.1, 2.2, figure 2, eq. 4, and with `maps`
    eq. 5. Nothing is masked: windows are cut, and pictures shifted by a row and a pixel. Differs
    from the paper: channels of a pixel are drawn at once, by a distribution in which they may
    depend on each other.

    Args:
        channels: of the pictures, 1 or 3.
        outputs: k, numbers for a pixel, as a distribution of `losses.pixels` takes them.
        width: feature maps of both stacks.
        depth: layers, at least 1.
        kernel: of the layers, odd and at least 3.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.
        maps: feature maps that come as y and tell of each place, instead of a condition; 0 for
            none. They may know of the whole picture.

    Raises:
        WrongUse: for another depth or kernel, or both a condition and maps.

    Shapes:
        x (n, channels, s, s), y (n, ...) or (n, maps, s, s); returns (n, outputs, s, s).

    Example:
        >>> _ = torch.manual_seed(0)
        >>> network = GatedPixelCNN(1, 1, width=4, depth=2)
        >>> x = torch.zeros(1, 1, 8, 8, requires_grad=True)
        >>> (slope,) = torch.autograd.grad(network(x)[0, 0, 3, 4], x)
        >>> bool(slope[0, 0, 3, 4:].eq(0).all()), bool(slope[0, 0, :3, 5:].ne(0).any())
        (True, True)
    """

    colours = 1

    def __init__(
        self,
        channels: int,
        outputs: int,
        width: int = 32,
        depth: int = 6,
        kernel: int = 5,
        condition: int = 0,
        maps: int = 0,
    ) -> None:
        super().__init__()
        if condition and maps:
            raise WrongUse(
                f"GatedPixelCNN looks at a condition or at maps, got {condition} and {maps}; tell "
                f"the condition to what makes the maps."
            )
        if depth < 1 or kernel < 3 or kernel % 2 == 0:
            raise WrongUse(
                f"GatedPixelCNN must have at least 1 layer and an odd kernel of at least 3, got "
                f"{depth} and {kernel}."
            )

        def told() -> nn.Module | None:
            if maps:
                return nn.Conv2d(maps, 4 * width, 1, bias=False)
            return _Everywhere(condition, 4 * width) if condition else None

        self.layers = nn.ModuleList(
            _Layer(width if number else channels, width, kernel, told(), first=not number)
            for number in range(depth)
        )
        self.gather, self.last = nn.Conv2d(width, width, 1), nn.Conv2d(width, outputs, 1)
        self._above: list[Tensor] = []

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        above = self._rows(F.pad(x, (0, 0, 1, -1)), y)
        return self._pixels(F.pad(x, (1, -1)), above)

    def _rows(self, v: Tensor, y: Tensor | None) -> list[Tensor]:
        """What each layer takes from the rows above."""
        found = []
        for layer in cast(list[_Layer], self.layers):
            v, across = layer.rows(v, y)
            found.append(across)
        return found

    def _pixels(self, h: Tensor, above: list[Tensor]) -> Tensor:
        for layer, across in zip(cast(list[_Layer], self.layers), above, strict=True):
            h = layer.pixels(h, across)
        found: Tensor = self.last(F.relu(self.gather(F.relu(h))))
        return found

    def at(self, x: Tensor, place: tuple[slice, slice], y: Tensor | None = None) -> Tensor:
        row, column = place[0].start, place[1].start
        if column == 0:
            over = x[:, :, row - 1 : row] if row else torch.zeros_like(x[:, :, :1])
            told = y[:, :, row : row + 1] if y is not None and y.dim() == 4 else y
            self._above = self._rows(over, told)
            for layer in cast(list[_Layer], self.layers):
                layer.right.begin_row()
        before = x[:, :, place[0], column - 1 : column]
        left = before if column else torch.zeros_like(x[:, :, :1, :1])
        return self._pixels(left, [across[..., place[1]] for across in self._above])
