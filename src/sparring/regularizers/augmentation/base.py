"""What the discriminator sees in the stead of items: few of them it would learn by heart."""

from abc import ABC, abstractmethod

from torch import Tensor, nn


class Augmentation(nn.Module, ABC):
    """A random, differentiable change of items that keeps their shape; none in evaluation mode."""

    @abstractmethod
    def forward(self, x: Tensor, batches: int = 1) -> Tensor:
        """Items as the discriminator sees them.

        Args:
            x: items (n, ...).
            batches: how many batches x is, one after another: 2 for real items, then generated
                ones. Several processes so draw for their items what one would.

        Returns:
            Items of the same shape.
        """

    def observe(self, real_scores: Tensor, done: float) -> None:
        """Told how real items were scored, after each of the discriminator's moves.

        Args:
            real_scores: (n, ...), detached; above 0 where the discriminator takes them for real.
            done: the share of the training that is over, in [0, 1].
        """
