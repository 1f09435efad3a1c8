"""What the discriminator sees in the stead of items, so that it can't learn few of them by heart."""

from abc import ABC, abstractmethod

from torch import Tensor, nn


class Augmentation(nn.Module, ABC):
    """A random, differentiable change of items that keeps their shape."""

    @abstractmethod
    def forward(self, x: Tensor) -> Tensor:
        """Items (n, ...) as the discriminator sees them, of the same shape."""

    def observe(self, real_scores: Tensor, done: float) -> None:
        """Told how real items were scored, after each of the discriminator's moves.

        Args:
            real_scores: (n, ...), detached.
            done: the share of the training that is over, in [0, 1].
        """
