"""PixelRNN: memories that go through a picture along its diagonals, from both upper corners."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.networks.incremental import Remembers, Turns
from sparring.networks.masked import MaskedConv2d
from sparring.networks.pixelcnn import MaskedStack


class _Diagonal(nn.Module):
    """An LSTM from the upper left corner: a pixel's state follows from those to the left and above.

    Van den Oord et al. 2016 (arXiv 1601.06759), section 3.2 and eq. 3.
    """

    def __init__(self, before: int, width: int, colours: int) -> None:
        super().__init__()
        self.enter = MaskedConv2d(before, 4 * width, 1, True, colours)
        self.between = nn.Linear(2 * width, 4 * width, bias=False)
        self.width, self.colours = width, colours

    def forward(self, x: Tensor) -> Tensor:
        """States (n, width, s, s), a diagonal at a time."""
        gates = skewed(self.enter(x))
        side = x.shape[2]
        place = torch.arange(gates.shape[3], device=x.device)
        column = place - place[:side, None]
        # Beyond the picture's edges there is nothing to remember.
        inside = ((column >= 0) & (column < side)).to(x.dtype)
        state = cell = x.new_zeros(len(x), self.width, side)
        found = []
        for now, there in zip(gates.unbind(3), inside.unbind(1), strict=True):
            state, cell = self.step(now, state, F.pad(state, (1, -1)), cell)
            state, cell = state * there, cell * there
            found.append(state)
        return straight(torch.stack(found, 3))

    def step(
        self, gates: Tensor, left: Tensor, above: Tensor, cell: Tensor
    ) -> tuple[Tensor, Tensor]:
        """States and cells (n, width, pixels), from those to the left and states above."""
        gates = gates + self.between.weight @ torch.cat([left, above], 1)
        # The maps of a colour follow each other, those of its four gates one after the other.
        parts = gates.unflatten(1, (self.colours, 4, -1)).unbind(2)
        out, keep, take, new = (part.flatten(1, 2) for part in parts)
        cell = torch.sigmoid(keep) * cell + torch.sigmoid(take) * torch.tanh(new)
        return torch.sigmoid(out) * torch.tanh(cell), cell


def skewed(x: Tensor) -> Tensor:
    """Each row one further to the right than that above: (n, c, s, s) to (n, c, s, 2 s - 1).

    Example:
        >>> skewed(torch.ones(1, 1, 2, 2))[0, 0]
        tensor([[1., 1., 0.],
                [0., 1., 1.]])
    """
    side = x.shape[2]
    wide = F.pad(x, (0, side)).flatten(2)[:, :, : side * (2 * side - 1)]
    return wide.unflatten(2, (side, 2 * side - 1))


def straight(x: Tensor) -> Tensor:
    """Pictures (n, c, s, s) of skewed ones.

    Example:
        >>> x = torch.rand(1, 2, 3, 3)
        >>> torch.equal(straight(skewed(x)), x)
        True
    """
    side = x.shape[2]
    return F.pad(x.flatten(2), (0, side)).unflatten(2, (side, 2 * side))[..., :side]


class _Block(Remembers, Turns):
    """States from both sides, those from the right a row lower; added to what came in."""

    def __init__(self, width: int, colours: int) -> None:
        super().__init__()
        self.left = _Diagonal(2 * width, width, colours)
        self.right = _Diagonal(2 * width, width, colours)
        self.widen = MaskedConv2d(width, 2 * width, 1, True, colours)
        self.width = width
        self._place: tuple[int, int] | None = None

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.widen(self._both(x) if self._place is None else self._next(x))
        return x + found

    def _both(self, x: Tensor) -> Tensor:
        from_right: Tensor = self.right(x.flip(3)).flip(3)
        found: Tensor = self.left(x) + F.pad(from_right, (0, 0, 1, -1))
        return found

    def _next(self, x: Tensor) -> Tensor:
        """The state at one pixel, given those of the row so far and of the row above."""
        assert self._place is not None
        column = self._place[1]
        self._row[..., column : column + 1] = x[:, :, 0]
        # The first place is that to the left of the picture.
        left, cell = (kept[..., column : column + 1] for kept in (self._states, self._cells))
        above = self._above[..., column + 1 : column + 2]
        state, cell = self.left.step(self.left.enter(x)[:, :, 0], left, above, cell)
        self._states[..., column + 1 : column + 2] = state
        self._cells[..., column + 1 : column + 2] = cell
        return (state + self._from_right[..., column : column + 1])[:, :, None]

    def remember(self, n: int, side: int) -> None:
        weight = self.widen.weight
        self._place = 0, 0
        self._row = weight.new_zeros(n, 2 * self.width, side)
        self._states, self._cells, self._above = (
            weight.new_zeros(n, self.width, side + 1) for _ in range(3)
        )
        self._from_right = weight.new_zeros(n, self.width, side)

    def forget(self) -> None:
        self._place = None

    def turn_to(self, row: int, column: int) -> None:
        if self._place is not None and row != self._place[0]:
            self._end_row()
        self._place = row, column

    def _end_row(self) -> None:
        """Only now the row is known as far as its right end."""
        state = cell = torch.zeros_like(self._from_right[..., :1])
        for column in reversed(range(self._row.shape[2])):
            here = slice(column, column + 1)
            gates = self.right.enter(self._row[:, :, None, here])[:, :, 0]
            state, cell = self.right.step(gates, state, self._from_right[..., here], cell)
            self._from_right[..., here] = state
        self._above = self._states
        self._states, self._cells = torch.zeros_like(self._above), torch.zeros_like(self._cells)


class PixelRNN(MaskedStack):
    """A masked 7x7 convolution, residual blocks of diagonal BiLSTMs, two convolutions of 1x1.

    Van den Oord et al. 2016 (arXiv 1601.06759), section 3.2 to 3.5, figure 3 to 5 and table 1. One
    block sees all rows above, but for the right end of the last one: states from the right come a
    row lower, and began with a convolution that doesn't see its centre. Differs from the paper: a
    condition is added to the first layer's maps, and beyond the picture's edges states are 0.

    Args:
        channels: of the pictures, 1 or 3.
        outputs: k, numbers for a pixel, as a distribution of `losses.pixels` takes them.
        width: h; blocks have 2 h maps outside, and h states from each side.
        blocks: of both LSTMs; the paper has 1 to 7 for digits.
        kernel: of the first layer, odd.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.
        colours: 1, or the number of channels where each looks at those before it.

    Shapes:
        x (n, channels, s, s), y (n, ...); returns (n, outputs, s, s).

    Example:
        >>> _ = torch.manual_seed(0)
        >>> network = PixelRNN(1, 1, width=4, kernel=3)
        >>> x = torch.zeros(1, 1, 8, 8, requires_grad=True)
        >>> (slope,) = torch.autograd.grad(network(x)[0, 0, 3, 4], x)
        >>> slope[0, 0, 3].ne(0).int().tolist(), bool(slope[0, 0, :2].ne(0).all())
        ([1, 1, 1, 1, 0, 0, 0, 0], True)
    """

    def __init__(
        self,
        channels: int,
        outputs: int,
        width: int = 16,
        blocks: int = 1,
        kernel: int = 7,
        condition: int = 0,
        colours: int = 1,
    ) -> None:
        super().__init__(
            channels,
            outputs,
            width,
            lambda: _Block(width, colours),
            blocks,
            kernel,
            condition,
            colours,
        )
