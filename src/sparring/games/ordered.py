"""Games of one whose items are drawn place by place, each place given those before it."""

from abc import abstractmethod

import torch
from torch import Tensor, nn

from sparring.core import (
    Adam,
    Batch,
    Continues,
    Evaluates,
    OptimizerSpec,
    Player,
    Scores,
    Terms,
    evaluating,
)
from sparring.games.conditional import Conditional
from sparring.games.tempering import Tempered
from sparring.losses.pixels import Pixels
from sparring.priors import Prior


class Ordered(Conditional, Continues, Scores, Evaluates, Tempered):
    """A game of one: log p(x) = sum over places i of log p(x_i | x_<i), raised on the data.

    Args:
        network: from items to what is said of every place, of which it sees none that follow.
        pixels: the distribution that it says.
        shape: of an item, (channels, *places).
        labels: distribution of the conditions; None where there are none.
        optimizer: Adam(1e-3, (.9, .99)) by default.
    """

    averaged = ("network",)

    def __init__(
        self,
        network: nn.Module,
        pixels: Pixels,
        shape: tuple[int, ...],
        labels: Prior | None,
        optimizer: OptimizerSpec | None,
    ) -> None:
        super().__init__()
        self.network, self.pixels, self.labels = network, pixels, labels
        self.shape = shape
        self.players = {"model": Player([network], self.loss, optimizer or Adam(1e-3, (0.9, 0.99)))}
        self.turns = ["model"]

    @property
    def discrete(self) -> bool:
        return self.pixels.discrete

    def loss(self, batch: Batch) -> Terms:
        """The surprise of an item, in nats."""
        x, y = self.need("x", batch), self.condition_of(batch)
        return {"loss": self._surprise(x, y).mean()}

    def _surprise(self, x: Tensor, y: Tensor | None) -> Tensor:
        return self.pixels.surprise(x, self.network(self.pixels.seen(x), y))

    def log_prob(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """Log-probability of items (n, channels, *places), in nats, of shape (n,)."""
        return -self._surprise(x, self.condition_of(condition or {}))

    def score(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The log-probability of each item."""
        return self.log_prob(x, condition)

    def latent(self, n: int) -> Tensor:
        """Uniform numbers that draw each place, (n, noises, *places)."""
        weight = next(self.network.parameters())
        return torch.rand(n, self.pixels.noises, *self.shape[1:], device=weight.device)

    def sample(
        self, n: int, condition: Batch | None = None, latent: Tensor | None = None
    ) -> Tensor:
        """n items (n, channels, *places).

        `condition` may hold "y", what they are asked to be, and "x" (n, channels, *places) with
        "known" (n, 1, *places): places that are given. A drawn place looks at those before it
        alone, given or drawn.
        """
        condition = condition or {}
        y = self.wanted(n, condition if "y" in condition else None)
        uniform = self.latent(n) if latent is None else latent
        with torch.no_grad(), evaluating(self):
            return self.drawn(uniform, y, condition)

    @abstractmethod
    def drawn(self, uniform: Tensor, y: Tensor | None, given: Batch) -> Tensor:
        """Items, as uniform numbers (n, noises, *places), conditions and given places say."""
