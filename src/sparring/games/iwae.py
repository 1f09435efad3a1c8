"""The importance weighted autoencoder: a tighter bound from several latents an item."""

from torch import nn

from sparring.core import Batch, OptimizerSpec, Terms, WrongUse
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
        draws: int = 100,
        optimizer: OptimizerSpec | None = None,
    ) -> None:
        parts = encoder, decoder, prior, pixels, labels, posterior
        super().__init__(*parts, draws=draws, optimizer=optimizer)
        if k < 1:
            raise WrongUse(f"k of IWAE must be at least 1, got {k}.")
        self.k = k

    def loss(self, batch: Batch) -> Terms:
        """The negative bound, a mean over items."""
        return {"loss": -self.bound(self.need("x", batch), batch, self.k).mean()}
