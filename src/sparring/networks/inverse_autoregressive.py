"""Posteriors by inverse autoregressive flow: normal latents, changed step by step."""

import math
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse
from sparring.networks.masked_mlp import MaskedMLP


class InverseAutoregressive(nn.Module):
    """Latents that depend on each other: z = s z' + (1 - s) m, where s and m of a number look at
    the numbers of z' before it.

    Kingma et al. 2016 (arXiv 1606.04934), algorithm 1 and eq. 13 and 14: the first z' is normal and
    independent, s is a logistic sigmoid, and the order is reversed from step to step. All numbers
    change at once, and -log q is that of the normal noise plus the sum of all log s. As a posterior
    of a VAE it takes from the encoder means, log variances and a context, that every step sees.

    Args:
        latent: length of z.
        steps: at least 1.
        units: of each step's hidden layer.
        gate: from where s starts, before its sigmoid: the higher, the nearer to the identity; the
            paper has 1 to 2.

    Attributes:
        numbers: 3, which an encoder tells of each latent.

    Raises:
        WrongUse: for less than a step.

    Shapes:
        told (n, 3, latent) and noise (n, latent); returns latents and their parts of -log q in
        nats, (n, latent) each.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> posterior, told = InverseAutoregressive(4, steps=2), torch.randn(5, 3, 4)
        >>> noise = torch.randn(5, 4)
        >>> z, taken = posterior(told, noise)
        >>> torch.allclose(posterior.inverse(told, z), noise, atol=1e-5)
        True
    """

    numbers = 3

    def __init__(self, latent: int, steps: int = 2, units: int = 320, gate: float = 2.0) -> None:
        super().__init__()
        if steps < 1:
            raise WrongUse(f"steps of InverseAutoregressive must be at least 1, got {steps}.")
        order = torch.arange(latent)[None]
        self.steps = nn.ModuleList(
            MaskedMLP(latent, 2, (units,), latent, order.flip(1) if step % 2 else order)
            for step in range(steps)
        )
        for network in cast(list[MaskedMLP], self.steps):
            bias = cast(nn.Linear, network.layers[-1]).bias
            nn.init.constant_(bias.data.view(2, latent)[1], gate)

    def forward(self, told: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance, context = told.unbind(1)
        z = mean + (log_variance / 2).exp() * noise
        taken = (noise.square() + log_variance + math.log(2 * math.pi)) / 2
        for network in self.steps:
            middle, logit = network(z, context).unbind(1)
            z = torch.lerp(middle, z, torch.sigmoid(logit))
            taken = taken + F.logsigmoid(logit)
        return z, taken

    def divergence(self, told: Tensor, z: Tensor, taken: Tensor) -> Tensor:
        """An estimate of KL(q | standard normal), by the latents that were drawn, (n, latent)."""
        return (z.square() + math.log(2 * math.pi)) / 2 - taken

    def inverse(self, told: Tensor, z: Tensor) -> Tensor:
        """The noise from which latents were made, number by number, (n, latent)."""
        mean, log_variance, context = told.unbind(1)
        for network in reversed(cast(list[MaskedMLP], list(self.steps))):
            before = torch.zeros_like(z)
            for place in network.orders[0].argsort().tolist():
                middle, logit = network(before, context)[:, :, place].unbind(1)
                scale = torch.sigmoid(logit)
                changed = before.clone()
                changed[:, place] = (z[:, place] - (1 - scale) * middle) / scale
                before = changed
            z = before
        return (z - mean) * (-log_variance / 2).exp()
