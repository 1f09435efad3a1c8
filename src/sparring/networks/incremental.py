"""Networks whose outputs follow from one pixel after the other, and layers that remember.

Drawing a picture pixel by pixel, a network that looks at the whole picture anew each time does
almost all of its work again. Here layers keep what they saw, and are shown what is new.
"""

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from torch import Tensor, nn


class Remembers(nn.Module, ABC):
    """A layer that can keep what it saw, and then takes what comes next alone."""

    @abstractmethod
    def remember(self, n: int, side: int) -> None:
        """Begin with n empty pictures of that side length."""

    @abstractmethod
    def forget(self) -> None:
        """Take whole pictures again."""


class Turns(nn.Module, ABC):
    """A layer that must know which pixel comes next."""

    @abstractmethod
    def turn_to(self, row: int, column: int) -> None:
        """Say which it is, by its place in the picture."""


class Remembering(nn.Module):
    """A network with such layers."""

    _turning: Sequence[Turns] = ()

    @contextmanager
    def remembering(self, n: int, side: int) -> Iterator[None]:
        """Inside, layers keep what they saw of n pictures."""
        layers = [layer for layer in self.modules() if isinstance(layer, Remembers)]
        # Found once: looking for them at every pixel took a fifth of the time.
        self._turning = [layer for layer in layers if isinstance(layer, Turns)]
        try:
            for layer in layers:
                layer.remember(n, side)
            yield
        finally:
            for layer in layers:
                layer.forget()


class RowByRow(Remembering, ABC):
    """A network that says of each pixel what follows from those before it, row by row.

    Attributes:
        colours: turns that a pixel takes; see `games.drawing.PixelByPixel`.
    """

    colours: int = 1

    def places(self, side: int) -> Iterator[tuple[slice, slice]]:
        """Each pixel's row and column."""
        for row, column in itertools.product(range(side), range(side)):
            yield slice(row, row + 1), slice(column, column + 1)

    def turn_to(self, row: int, column: int) -> None:
        """Say to all layers which pixel comes next."""
        for layer in self._turning:
            layer.turn_to(row, column)

    @abstractmethod
    def at(self, x: Tensor, place: tuple[slice, slice], y: Tensor | None = None) -> Tensor:
        """Outputs (n, k, 1, 1) for one pixel, inside of `remembering`; pixels come in their order.

        Args:
            x: (n, channels, s, s), of which no more is looked at than what comes before.
            place: row and column of the pixel, as `places` has them.
            y: the condition.
        """
