"""The variational autoencoder, a game of one."""

import math

import torch
from torch import Tensor, nn

from sparring.core import (
    Adam,
    Batch,
    Encodes,
    Evaluates,
    Moving,
    OptimizerSpec,
    Player,
    Scores,
    Terms,
    WrongUse,
    at,
    draw,
)
from sparring.core.moving import least
from sparring.games.decoding import Decoding
from sparring.games.generating import call
from sparring.losses.likelihood import normal_divergence, normal_surprise
from sparring.losses.pixels import Pixels
from sparring.priors import Normal, Prior


class VAE(Decoding, Scores, Encodes, Evaluates):
    """Encoder and decoder raise a lower bound of the data's likelihood.

    Kingma and Welling 2014 (arXiv 1312.6114), eq. 3 and 10: E_q(z|x)[log p(x|z)] - KL(q(z|x) |
    p(z)), with q normal and independent over the latents. With `beta` the divergence weighs more or
    less (Higgins et al. 2017, beta-VAE, eq. 4); with `free_bits` each latent has so many nats of it
    for nothing, as a mean over the batch (Kingma et al. 2016, arXiv 1606.04934, eq. 15).

    Args:
        encoder: from items to means and log variances, (n, 2, k).
        decoder: from latents (n, k) to what `pixels` takes.
        prior: of the latents, standard normal.
        pixels: what the decoder says of items.
        labels: distribution of the conditions, which both networks see; None where there are none.
        beta: weight of the divergence, at least 0; it may be moving. 1 is the bound.
        free_bits: nats a latent, at least 0.
        draws: latents with which `log_prob` estimates the likelihood of an item.
        optimizer: Adam(1e-3, (.9, .999)) by default.

    Raises:
        WrongUse: for a prior that isn't standard normal, or numbers out of range.

    Example:
        >>> from sparring.losses import Bernoulli
        >>> from sparring.networks import MLP
        >>> pair = MLP((1, 8, 8), (2, 4)), MLP((4,), (1, 8, 8))
        >>> game = VAE(*pair, Normal(4), Bernoulli())
        >>> x = game.sample(3)
        >>> x.shape, game.encode(x).shape, game.log_prob(x).shape
        (torch.Size([3, 1, 8, 8]), torch.Size([3, 4]), torch.Size([3]))
    """

    averaged = ("encoder", "decoder")

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        prior: Prior,
        pixels: Pixels,
        labels: Prior | None = None,
        *,
        beta: float | Moving = 1.0,
        free_bits: float = 0.0,
        draws: int = 100,
        optimizer: OptimizerSpec | None = None,
    ) -> None:
        super().__init__()
        if type(prior) is not Normal:
            raise WrongUse(
                f"the prior of {type(self).__name__} must be Normal, got {type(prior).__name__}."
            )
        for name, value in (("beta", least(beta)), ("free_bits", free_bits)):
            if value < 0:
                raise WrongUse(f"{name} of {type(self).__name__} must be at least 0, got {value}.")
        if draws < 1:
            raise WrongUse(f"draws of {type(self).__name__} must be at least 1, got {draws}.")
        self.encoder, self.decoder, self.prior = encoder, decoder, prior
        self.pixels, self.labels = pixels, labels
        self.beta, self.free_bits, self.draws = beta, free_bits, draws
        optimizer = optimizer or Adam(1e-3, (0.9, 0.999))
        self.players = {"model": Player([encoder, decoder, pixels], self.loss, optimizer)}
        self.turns = ["model"]

    def loss(self, batch: Batch) -> Terms:
        """The surprise of items decoded from their own latents, and the divergence of these."""
        x, y = self.need("x", batch), self.condition_of(batch)
        mean, log_variance = self.posterior(x, y)
        surprise = self.pixels.surprise(x, self.decode(self.near(mean, log_variance), y))
        each = normal_divergence(mean.flatten()[:, None], log_variance.flatten()[:, None])
        divergence = each.view_as(mean).mean(0).clamp_min(self.free_bits).sum()
        return {"loss": surprise.mean(), "divergence": at(self.beta, self.done) * divergence}

    def posterior(self, x: Tensor, y: Tensor | None) -> tuple[Tensor, Tensor]:
        """Means and log variances (n, k) of the latents of items."""
        mean, log_variance = call(self.encoder, x, y).unbind(1)
        return mean, log_variance

    def near(self, mean: Tensor, log_variance: Tensor) -> Tensor:
        """A latent (n, k) from each posterior."""
        noise = draw(lambda n: torch.randn(n, *mean.shape[1:], dtype=mean.dtype), len(mean))
        return mean + (log_variance / 2).exp() * noise.to(mean.device)

    def log_weight(self, x: Tensor, y: Tensor | None, mean: Tensor, log_variance: Tensor) -> Tensor:
        """log p(x, z) - log q(z | x) for a z from this q, (n,); its mean is the bound."""
        z = self.near(mean, log_variance)
        surprise = self.pixels.surprise(x, self.decode(z, y))
        taken = normal_surprise(z, mean, (log_variance / 2).exp()).sum(1)
        return self.prior.log_prob(z) + taken - surprise

    def bound(self, x: Tensor, condition: Batch | None = None, draws: int = 1) -> Tensor:
        """A lower bound of the log-likelihood of items, in nats, (n,): tighter with more draws.

        log 1/k sum_i p(x, z_i) / q(z_i | x), z_i from q(z | x), which is the evidence lower bound
        for one draw, and rises to the log-likelihood with many (Burda et al. 2016, arXiv
        1509.00519, theorem 1). It is drawn anew each time.
        """
        y = self.condition_of(condition or {})
        q = self.posterior(x, y)
        weights = torch.stack([self.log_weight(x, y, *q) for _ in range(draws)])
        return torch.logsumexp(weights, 0) - math.log(draws)

    def log_prob(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """An estimate of the log-likelihood of items, in nats, (n,): `bound` with `draws` draws."""
        return self.bound(x, condition, self.draws)

    def score(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The log-likelihood's estimate."""
        return self.log_prob(x, condition)

    def encode(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The posterior means of items, of shape (n, k)."""
        return self.posterior(x, self.condition_of(condition or {}))[0]
