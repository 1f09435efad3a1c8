"""What an encoder says of an item's latents: their law, given the item."""

import math
from typing import Protocol, runtime_checkable

from torch import Tensor, nn

from sparring.losses.likelihood import normal_divergence


@runtime_checkable
class Posterior(Protocol):
    """The law q(z | x) of an item's latents, from what an encoder tells of the item.

    Attributes:
        numbers: how many an encoder tells for each latent.
    """

    numbers: int

    def __call__(self, told: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Latents (n, ...), and of each of their numbers its part of -log q, in nats, (n, ...).

        Args:
            told: (n, numbers, ...).
            noise: standard normal, (n, ...), from which latents are made.
        """

    def divergence(self, told: Tensor, z: Tensor, taken: Tensor) -> Tensor:
        """KL(q | standard normal) in nats, by the latents' numbers, (n, ...).

        It may be exact, or an estimate by the latents and their surprise that were drawn.
        """


class IndependentNormal(nn.Module):
    """Latents are normal, and independent of each other.

    Kingma and Welling 2014 (arXiv 1312.6114), eq. 9 and 10, and appendix B. The encoder tells means
    and log variances.

    Example:
        >>> import torch
        >>> told, noise = torch.zeros(1, 2, 3), torch.zeros(1, 3)
        >>> IndependentNormal()(told, noise)[1]  # log(2 pi) / 2
        tensor([[0.9189, 0.9189, 0.9189]])
    """

    numbers = 2

    def forward(self, told: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance = told.unbind(1)
        taken = (noise.square() + log_variance + math.log(2 * math.pi)) / 2
        return mean + (log_variance / 2).exp() * noise, taken

    def divergence(self, told: Tensor, z: Tensor, taken: Tensor) -> Tensor:
        """KL(q | standard normal), exact, by latents (n, ...)."""
        mean, log_variance = told.unbind(1)
        each = normal_divergence(mean.flatten()[:, None], log_variance.flatten()[:, None])
        return each.view_as(mean)
