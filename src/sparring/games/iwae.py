"""The importance weighted autoencoder: a tighter bound from several latents an item."""

import math
from typing import cast

import torch
from torch import Tensor, nn

from sparring.core import Batch, OptimizerSpec, Terms, WrongUse, draw
from sparring.games.vae import VAE
from sparring.losses.pixels import Pixels
from sparring.priors import Prior


class IWAE(VAE):
    """A VAE whose bound is the logarithm of a mean over k latents of each item.

    Burda et al. 2016 (arXiv 1509.00519), eq. 8: E log 1/k sum_i p(x, z_i) / q(z_i | x), z_i from
    q(z | x); with k = 1 that is the VAE's bound.

    Args:
        encoder, decoder, prior, pixels, labels, posterior: as for `VAE`.
        k: latents an item in training, at least 1.
        paths: through how many of them the gradient goes, drawn by their weights, at least 1: an
            unbiased estimate, whose pass backwards is k / paths times as cheap. None for all.
        draws, optimizer: as for `VAE`.

    Raises:
        WrongUse: as for `VAE`, and for a k below 1.

    Example:
        >>> from sparring.losses import Bernoulli
        >>> from sparring.networks import MLP
        >>> from sparring.priors import Normal
        >>> IWAE(MLP((1, 8, 8), (2, 4)), MLP((4,), (1, 8, 8)), Normal(4), Bernoulli(), k=5).k
        5
    """

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        prior: Prior,
        pixels: Pixels,
        labels: Prior | None = None,
        posterior: nn.Module | None = None,
        *,
        k: int = 5,
        paths: int | None = None,
        draws: int = 100,
        optimizer: OptimizerSpec | None = None,
    ) -> None:
        parts = encoder, decoder, prior, pixels, labels, posterior
        super().__init__(*parts, draws=draws, optimizer=optimizer)
        for name, value in (("k", k), ("paths", 1 if paths is None else paths)):
            if value < 1:
                raise WrongUse(f"{name} of IWAE must be at least 1, got {value}.")
        self.k, self.paths = k, paths

    def loss(self, batch: Batch) -> Terms:
        """The negative bound, a mean over items."""
        x = self.need("x", batch)
        bound = self.bound if self.paths is None else self._sparsely
        return {"loss": -bound(x, batch, self.k).mean()}

    def _sparsely(self, x: Tensor, condition: Batch, draws: int) -> Tensor:
        """The bound (n,), whose slope is that of the latents drawn by their weights.

        The bound's slope is the mean of the slopes of log w_i by the weights w_i (section 3).
        """
        y, told = self.condition_of(condition), self.told(x, condition)
        paths, noise = cast(int, self.paths), self.noise(told, draws)
        with torch.no_grad():
            weights = self.log_weights(x, y, told, noise)
            levels = draw(lambda n: torch.rand(n, paths, device=x.device), len(x))
            chosen = torch.searchsorted(weights.softmax(1).cumsum(1), levels).clamp_max(draws - 1)
            # Latents of an item follow each other.
            first = torch.arange(0, len(noise), draws, device=x.device)[:, None]
        few = self.log_weights(x, y, told, noise[(first + chosen).flatten()]).mean(1)
        bound = torch.logsumexp(weights, 1) - math.log(draws)
        return bound + few - few.detach()
