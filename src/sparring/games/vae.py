"""The variational autoencoder, a game of one."""

import math

import torch
from torch import Tensor, nn

from sparring.core import (
    Adam,
    Batch,
    Evaluates,
    Moving,
    OptimizerSpec,
    Player,
    Scores,
    Terms,
    WrongUse,
    at,
)
from sparring.core.moving import least
from sparring.games.above import Above
from sparring.games.decoding import Decoding
from sparring.games.inferring import Inferring
from sparring.games.posteriors import IndependentNormal
from sparring.losses.pixels import Pixels
from sparring.priors import Normal, Prior


class VAE(Decoding, Inferring, Scores, Evaluates):
    """Encoder and decoder raise a lower bound of the data's likelihood.

    Kingma and Welling 2014 (arXiv 1312.6114), eq. 3 and 10: E_q(z|x)[log p(x|z)] - KL(q(z|x) |
    p(z)), with q normal and independent over the latents unless another posterior is given. With
    `beta` the divergence weighs more or less (Higgins et al. 2017, beta-VAE, eq. 4); with
    `free_bits` each latent has so many nats of it for nothing, as a mean over the batch (Kingma et
    al. 2016, arXiv 1606.04934, eq. 15).

    Args:
        encoder: from items to what `posterior` takes, (n, 2, k) means and log variances.
        decoder: from latents (n, k) to what `pixels` takes.
        prior: of the latents, standard normal, or `Above`.
        pixels: what the decoder says of items.
        labels: distribution of the conditions, which both networks see; None where there are none.
        posterior: q, from what the encoder tells; None for `IndependentNormal`.
        beta: weight of the divergence, at least 0; it may be moving. 1 is the bound.
        free_bits: nats a latent, at least 0.
        draws: latents with which `log_prob` estimates the likelihood of an item.
        optimizer: Adam(1e-3, (.9, .999)) by default.

    Raises:
        WrongUse: for another prior, or numbers out of range.

    Example:
        >>> from sparring.losses import Bernoulli
        >>> from sparring.networks import MLP
        >>> pair = MLP((1, 8, 8), (2, 4)), MLP((4,), (1, 8, 8))
        >>> game = VAE(*pair, Normal(4), Bernoulli())
        >>> x = game.sample(3)
        >>> x.shape, game.encode(x).shape, game.log_prob(x).shape
        (torch.Size([3, 1, 8, 8]), torch.Size([3, 4]), torch.Size([3]))
    """

    averaged: tuple[str, ...] = ("encoder", "decoder", "posterior", "prior")
    at_once = 2048  # latents that are decoded together where likelihoods are estimated

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        prior: Prior,
        pixels: Pixels,
        labels: Prior | None = None,
        posterior: nn.Module | None = None,
        *,
        beta: float | Moving = 1.0,
        free_bits: float = 0.0,
        draws: int = 100,
        optimizer: OptimizerSpec | None = None,
    ) -> None:
        super().__init__()
        title = type(self).__name__
        if type(prior) not in (Normal, Above):
            raise WrongUse(f"the prior of {title} must be Normal, got {type(prior).__name__}.")
        for name, value in (("beta", least(beta)), ("free_bits", free_bits)):
            if value < 0:
                raise WrongUse(f"{name} of {title} must be at least 0, got {value}.")
        if draws < 1:
            raise WrongUse(f"draws of {title} must be at least 1, got {draws}.")
        self.encoder, self.decoder, self.prior = encoder, decoder, prior
        self.pixels, self.labels, self.posterior = pixels, labels, posterior or IndependentNormal()
        self.beta, self.free_bits, self.draws = beta, free_bits, draws
        parts = [encoder, decoder, pixels, self.posterior, prior]
        self.players = {"model": Player(parts, self.loss, optimizer or Adam(1e-3, (0.9, 0.999)))}
        self.turns = ["model"]

    def loss(self, batch: Batch) -> Terms:
        """The surprise of items decoded from their own latents, and the divergence of these."""
        x, y = self.need("x", batch), self.condition_of(batch)
        told = self.told(x, batch)
        z, taken = self.law(told, self.noise(told))
        each = self._divergence(told, z, taken).mean(0)
        # Estimates may lie below 0, and stay there where no bits are free.
        divergence = (each.clamp_min(self.free_bits) if self.free_bits else each).sum()
        weighed = at(self.beta, self.done) * divergence
        return {"loss": self.surprise(x, z, y).mean(), "divergence": weighed}

    def surprise(self, x: Tensor, z: Tensor, y: Tensor | None) -> Tensor:
        """-log p(x | z) in nats, of items (n, ...) with m latents each (n m, ...): (n, m)."""
        return self.pixels.surprises(x, self.decode(z, y))

    def _divergence(self, told: Tensor, z: Tensor, taken: Tensor) -> Tensor:
        """Of latents from the prior: by the latents (n, ...), or of all together (n, 1)."""
        if isinstance(self.prior, Above):
            return -(self.prior.log_prob(z) + taken.flatten(1).sum(1))[:, None]
        return self.law.divergence(told, z, taken)

    def log_weights(self, x: Tensor, y: Tensor | None, told: Tensor, noise: Tensor) -> Tensor:
        """log p(x, z) - log q(z | x) for z of noise (n m, ...), (n, m): one call of the decoder."""
        draws = len(noise) // len(x)
        y = None if y is None else y.repeat_interleave(draws, 0)
        z, taken = self.law(told.repeat_interleave(draws, 0), noise)
        latents = self.prior.log_prob(z) + taken.flatten(1).sum(1)
        return latents.view(-1, draws) - self.surprise(x, z, y)

    def bound(self, x: Tensor, condition: Batch | None = None, draws: int = 1) -> Tensor:
        """A lower bound of the log-likelihood of items, in nats, (n,): tighter with more draws.

        log 1/k sum_i p(x, z_i) / q(z_i | x), z_i from q(z | x), drawn anew each time: the evidence
        lower bound for one draw, and the log-likelihood for very many (Burda et al. 2016, arXiv
        1509.00519, theorem 1).
        """
        y, told = self.condition_of(condition or {}), self.told(x, condition)
        weights = self.log_weights(x, y, told, self.noise(told, draws))
        return torch.logsumexp(weights, 1) - math.log(draws)

    glance = bound  # of one draw: `draws` of them would take longer than the training

    def log_prob(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """An estimate of the log-likelihood of items, in nats, (n,): the bound of `draws` draws."""
        y, told = self.condition_of(condition or {}), self.told(x, condition)
        most = max(1, self.at_once // len(x))
        pieces = [min(most, self.draws - start) for start in range(0, self.draws, most)]
        found = [self.log_weights(x, y, told, self.noise(told, piece)) for piece in pieces]
        return torch.logsumexp(torch.cat(found, 1), 1) - math.log(self.draws)

    def score(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The log-likelihood's estimate."""
        return self.log_prob(x, condition)
