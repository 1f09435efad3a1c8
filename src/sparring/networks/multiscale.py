"""A multiscale PixelCNN: a small picture pixel by pixel, and ever finer ones in a few groups."""

import itertools
from collections.abc import Iterator
from contextlib import AbstractContextManager

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse
from sparring.networks.embedding import Embedded
from sparring.networks.pixelcnn import PixelCNN

_CORNERS = ((0, 1), (1, 0), (1, 1))
"""Of each square of 2x2 pixels, whose first is known: the others in their order."""


class _Residual(nn.Module):
    """Two 3x3 convolutions, added to what came in."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.then = (nn.Conv2d(width, width, 3, padding=1) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        change: Tensor = self.then(F.relu(self.first(F.relu(x))))
        return x + change


class _Corner(nn.Module):
    """What is said of one corner of every square, given those before it."""

    def __init__(self, given: int, outputs: int, width: int, depth: int, told: int) -> None:
        super().__init__()
        self.enter = nn.Conv2d(given, width, 5, padding=2)
        self.embedding = Embedded(told, width) if told else None
        self.body = nn.Sequential(*(_Residual(width) for _ in range(depth)))
        self.last = nn.Conv2d(width, outputs, 1)

    def forward(self, given: Tensor, y: Tensor | None) -> Tensor:
        maps = self.enter(given)
        if self.embedding is not None:
            maps = maps + self.embedding(y)[:, :, None, None]
        found: Tensor = self.last(F.relu(self.body(maps)))
        return found


class MultiscalePixelCNN(nn.Module):
    """Groups of pixels, each drawn at once given the groups before: O(log s) looks at a picture.

    Reed et al. 2017 (arXiv 1703.03664), section 3. The first group is a picture of every so many
    pixels, drawn one by one by a PixelCNN. Then its size is doubled several times: of each square
    of 2x2 pixels the first is known, and the second, third and fourth are drawn for all squares
    together, each by a residual network that sees the ones before. Given those, pixels of a group
    are independent of each other (the paper's simpler form).

    Args:
        channels: of the pictures, 1 or 3.
        outputs: k, numbers for a pixel, as a distribution of `losses.pixels` takes them.
        side: length of the pictures, above 2 ** (scales - 1).
        width: feature maps.
        depth: residual blocks a group.
        scales: how often the size is doubled, at least 1.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.

    Raises:
        WrongUse: for another side, or no scale.

    Shapes:
        x (n, channels, s, s), y (n, ...); returns (n, outputs, s, s).

    Example:
        >>> network = MultiscalePixelCNN(1, 1, 32, width=4, depth=1, scales=3)
        >>> network(torch.zeros(2, 1, 32, 32)).shape
        torch.Size([2, 1, 32, 32])
        >>> len(list(network.places(32)))  # 4 x 4 pixels one by one, then 3 groups 3 times
        25
    """

    colours = 1

    def __init__(
        self,
        channels: int,
        outputs: int,
        side: int,
        width: int = 32,
        depth: int = 3,
        scales: int = 2,
        condition: int = 0,
    ) -> None:
        super().__init__()
        if scales < 1 or side <= 2 ** (scales - 1):
            raise WrongUse(
                f"pictures of MultiscalePixelCNN must be doubled at least once, and have a side "
                f"above {2 ** max(0, scales - 1)} for that, got scales={scales} and side={side}."
            )
        self.strides = [2**scale for scale in range(scales, 0, -1)]
        self.base = PixelCNN(channels, outputs, max(1, width // 2), depth, condition=condition)
        self.corners = nn.ModuleList(
            _Corner(channels * (1 + before), outputs, width, depth, condition)
            for _ in self.strides
            for before in range(3)
        )
        self.outputs = outputs
        first = slice(None, None, self.strides[0])
        self._first = first, first
        # The pixels of each group, through all scales.
        self._groups = [
            self._squares(scale, corner) for scale in range(scales) for corner in _CORNERS
        ]

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        found = x.new_empty(len(x), self.outputs, *x.shape[2:])
        found[(..., *self._first)] = self.base(x[(..., *self._first)], y)
        for number, place in enumerate(self._groups):
            found[(..., *place)] = self._corner(x, number, y)
        return found

    def _squares(self, scale: int, corner: tuple[int, int]) -> tuple[slice, slice]:
        """One pixel of every square of a scale."""
        stride = self.strides[scale]
        row, column = (slice(place * stride // 2, None, stride) for place in corner)
        return row, column

    def _corner(self, x: Tensor, number: int, y: Tensor | None) -> Tensor:
        """What is said of a group, given those before it in the picture."""
        scale, corner = divmod(number, 3)
        before = [self._squares(scale, place) for place in ((0, 0), *_CORNERS[:corner])]
        parts = [x[(..., *place)] for place in before]
        high, wide = parts[0].shape[2:]
        # Squares at the right and lower edge of odd pictures are not whole.
        padded = [F.pad(p, (0, wide - p.shape[3], 0, high - p.shape[2])) for p in parts]
        found: Tensor = self.corners[number](torch.cat(padded, 1), y)
        here = x[(..., *self._groups[number])]
        return found[:, :, : here.shape[2], : here.shape[3]]

    def places(self, side: int) -> Iterator[tuple[slice, slice]]:
        """The pixels of the first group one by one, then the other groups."""
        stride = self.strides[0]
        for row, column in itertools.product(range(0, side, stride), repeat=2):
            yield slice(row, row + 1), slice(column, column + 1)
        yield from self._groups

    def remembering(self, n: int, side: int) -> AbstractContextManager[None]:
        """Inside, what was seen of n pictures of the first group is kept."""
        return self.base.remembering(n, -(-side // self.strides[0]))

    def at(self, x: Tensor, place: tuple[slice, slice], y: Tensor | None = None) -> Tensor:
        """Outputs (n, k, ...) for the pixels of a place, inside of `remembering`, in their order.

        Args:
            x: (n, channels, s, s), of which no more is looked at than what comes before.
            place: rows and columns of the pixels, as `places` has them.
            y: the condition.
        """
        if place in self._groups:
            return self._corner(x, self._groups.index(place), y)
        row, column = (part.start // self.strides[0] for part in place)
        small = x[(..., *self._first)]
        return self.base.at(small, (slice(row, row + 1), slice(column, column + 1)), y)
