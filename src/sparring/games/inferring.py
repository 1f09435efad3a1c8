"""Finding the latents of items, by an encoder that says a law of them."""

from typing import cast

import torch
from torch import Tensor, nn

from sparring.core import Batch, Encodes, draw
from sparring.games.conditional import Conditional
from sparring.games.generating import call
from sparring.games.posteriors import Posterior
from sparring.priors import Prior


class Inferring(Conditional, Encodes):
    """A game with an encoder of items x and conditions y.

    Attributes:
        encoder: from items, and conditions (n, ...) if there are such, to what `posterior` takes,
            (n, numbers, ...).
        posterior: the law of an item's latents, a `Posterior`.
        prior: of latents.
    """

    encoder: nn.Module
    posterior: nn.Module
    prior: Prior

    @property
    def law(self) -> Posterior:
        """The posterior, as what it is to games."""
        return cast(Posterior, self.posterior)

    def told(self, x: Tensor, condition: Batch | None) -> Tensor:
        """What the encoder tells of items, (n, numbers, ...)."""
        return call(self.encoder, x, self.condition_of(condition or {}))

    def noise(self, told: Tensor, draws: int = 1) -> Tensor:
        """Standard normal numbers for so many latents of each item, (n draws, ...)."""
        shape = draws, *told.shape[2:]
        noise = draw(lambda n: torch.randn(n, *shape, dtype=told.dtype), len(told))
        return noise.flatten(0, 1).to(told.device)

    def encode(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """Where noise of 0 leads to, (n, ...): the means of posteriors that are normal."""
        told = self.told(x, condition)
        return self.law(told, torch.zeros_like(told[:, 0]))[0]

    def infer(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """A draw from each item's posterior, (n, ...)."""
        told = self.told(x, condition)
        return self.law(told, self.noise(told))[0]

    def gain(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """log q(z | x) - log p(z) for a draw of each item's z, (n,) nats.

        The mean is the divergence of latents from the prior: what they say of items.
        """
        told = self.told(x, condition)
        z, taken = self.law(told, self.noise(told))
        return -taken.flatten(1).sum(1) - self.prior.log_prob(z)
