"""Items that the discriminator has just seen, for the generator's turn."""

from dataclasses import dataclass
from typing import Any, Self

from torch import Tensor, nn


@dataclass(frozen=True)
class Shown:
    """What a generator made for the discriminator, with the graph that its own turn needs.

    The generator's turn can be about the same items: the generator is then called once a step and
    not twice. That holds while it hasn't moved, and is asked for the same.

    Attributes:
        moves: how often each of the generator's weights had been changed.
        n: how many items. y: what was asked for.
        z, x: latents and items.
    """

    moves: tuple[int, ...]
    n: int
    y: Tensor | None
    z: Tensor
    x: Tensor

    @classmethod
    def of(cls, generator: nn.Module, n: int, y: Tensor | None, z: Tensor, x: Tensor) -> Self:
        """What has been made just now."""
        return cls(_moves(generator), n, y, z, x)

    def suits(self, generator: nn.Module, n: int, y: Tensor | None) -> bool:
        """Whether these are what the generator would be asked for now."""
        return self.n == n and self.y is y and self.moves == _moves(generator)

    def __deepcopy__(self, memo: dict[int, Any]) -> None:
        """A copy of a game begins its turns anew."""


def _moves(network: nn.Module) -> tuple[int, ...]:
    return tuple(parameter._version for parameter in network.parameters())
