"""What is known of items, and what else a generator is held to."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from torch import Tensor, nn

from sparring.core import OptimizerSpec, Terms


@dataclass
class Generation:
    """What a generator has made in its turn.

    Args:
        generator: who made it.
        z: latents, of shape (n, ...).
        y: what was asked for, or None.
        x: items, of shape (n, ...), in model space; gradients flow back through them.
        step: steps taken so far.
        done: the share of the training that is over, in [0, 1].
    """

    generator: nn.Module
    z: Tensor
    y: Tensor | None
    x: Tensor
    step: int
    done: float = 0.0


class Hint(ABC):
    """A term added to the generator's loss."""

    @abstractmethod
    def __call__(self, generation: Generation) -> Terms:
        """Named terms to be added to the loss; empty where there is nothing to add."""


class LearningHint(nn.Module, Hint):
    """A hint whose network is a player of its own.

    Attributes:
        name: of the player.
        optimizer: how it steps.
    """

    name: str
    optimizer: OptimizerSpec

    @abstractmethod
    def learn(self, real: Tensor, fake: Tensor) -> Terms:
        """The player's loss on real and generated items, each (n, ...)."""
