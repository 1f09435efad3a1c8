"""Networks whose outputs follow from one pixel after the other, and layers that remember.

Drawing a picture pixel by pixel, a network that looks at the whole picture anew each time does
almost all of its work again. Here layers keep what they saw, and are shown what is new.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


class Remembers(nn.Module, ABC):
    """A layer that can keep what it saw, and then takes what comes next alone."""

    @abstractmethod
    def remember(self, n: int, side: int) -> None:
        """Begin with n empty pictures of that side length."""

    @abstractmethod
    def forget(self) -> None:
        """Take whole pictures again."""


class Remembering(nn.Module):
    """A network with such layers."""

    @contextmanager
    def remembering(self, n: int, side: int) -> Iterator[None]:
        """Inside, layers keep what they saw of n pictures."""
        layers = [layer for layer in self.modules() if isinstance(layer, Remembers)]
        try:
            for layer in layers:
                layer.remember(n, side)
            yield
        finally:
            for layer in layers:
                layer.forget()
