"""MADE: an autoencoder of pictures, masked so that pixels follow from one another in an order."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from sparring.core import WrongUse
from sparring.networks.embedding import Embedded
from sparring.networks.masked_mlp import MaskedMLP, Steps


class MaskedAutoencoder(nn.Module):
    """Masked linear layers over all pixels of a picture, in one of several orders.

    Germain et al. 2015, MADE (arXiv 1502.03509), section 4. Differs from the paper: the first order
    is row by row, the others are drawn once; see `MaskedMLP` for the hidden units.

    Args:
        channels: of the pictures.
        outputs: k, numbers for a pixel, as a distribution of `losses.pixels` takes them.
        side: length of the pictures.
        width: of the hidden layers.
        depth: hidden layers, at least 1.
        orders: how many orders of the pixels there are, at least 1.
        seed: from which all orders but the first are drawn.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.
        colours: 1, or the number of channels where each looks at those before it.
        direct: whether pixels are seen without hidden units too; see `MaskedMLP`.

    Attributes:
        order: the one in use, from 0; see `along`.

    Raises:
        WrongUse: without an order.

    Shapes:
        x (n, channels, s, s), y (n, ...); returns (n, outputs, s, s).

    Example:
        >>> network = MaskedAutoencoder(1, 1, 8, width=16, orders=2)
        >>> with network.along(1):
        ...     network(torch.zeros(3, 1, 8, 8)).shape
        torch.Size([3, 1, 8, 8])
    """

    def __init__(
        self,
        channels: int,
        outputs: int,
        side: int,
        width: int = 500,
        depth: int = 2,
        orders: int = 8,
        seed: int = 0,
        condition: int = 0,
        colours: int = 1,
        direct: bool = False,
    ) -> None:
        super().__init__()
        if orders < 1:
            raise WrongUse(f"orders of MaskedAutoencoder must be at least 1, got {orders}.")
        self.side, self.orders, self.colours, self.order = side, orders, colours, 0
        source, size = torch.Generator().manual_seed(seed), side * side
        drawn = [torch.randperm(size, generator=source) for _ in range(orders - 1)]
        told = min(condition, 32)
        self.embedding = Embedded(condition, told) if condition else None
        self.layers = MaskedMLP(
            size,
            outputs,
            (width,) * depth,
            told,
            torch.stack([torch.arange(size), *drawn]),
            channels,
            colours,
            direct,
        )
        self._steps: Steps | None = None

    @contextmanager
    def along(self, order: int) -> Iterator[None]:
        """Inside, pixels follow from one another in this order."""
        kept, self.order = self.order, order
        try:
            yield
        finally:
            self.order = kept

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        found: Tensor = self.layers(x, self._context(y), self.order)
        return found.unflatten(2, (self.side, self.side))

    def _context(self, y: Tensor | None) -> Tensor | None:
        return None if self.embedding is None else self.embedding(y)

    def places(self, side: int) -> Iterator[tuple[slice, slice]]:
        """Each pixel's row and column, in the order that is in use."""
        for place in self.layers.orders[self.order].argsort().tolist():
            row, column = divmod(place, side)
            yield slice(row, row + 1), slice(column, column + 1)

    @contextmanager
    def remembering(self, n: int, side: int) -> Iterator[None]:
        """Inside, units that were computed are kept for n pictures."""
        self._steps = self.layers.steps(n, self.order)
        try:
            yield
        finally:
            self._steps = None

    def at(self, x: Tensor, place: tuple[slice, slice], y: Tensor | None = None) -> Tensor:
        """Outputs (n, k, 1, 1) for one pixel, inside of `remembering`; pixels come in their order.

        Args:
            x: (n, channels, s, s), of which no more is looked at than what comes before.
            place: row and column of the pixel, as `places` has them.
            y: the condition.

        Raises:
            WrongUse: outside of `remembering`.
        """
        if self._steps is None:
            raise WrongUse("a MaskedAutoencoder is asked for single pixels inside of remembering.")
        return self._steps.next(x, self._context(y))[:, :, None, None]
