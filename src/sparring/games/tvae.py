"""TVAE: a variational autoencoder of rows of a table."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sparring.core import (
    Adam,
    Batch,
    Encodes,
    Game,
    OptimizerSpec,
    Player,
    Samples,
    Terms,
    WrongUse,
)
from sparring.losses import MixedRows, normal_divergence
from sparring.priors import Normal, Prior

LEAST, FIRST, MOST = 0.01, 0.1, 1.0
"""Bounds of the deviations of numbers, and where they start, in units of the encoded column."""


class Deviations(nn.Module):
    """A learnt deviation for each column of numbers."""

    def __init__(self, numbers: int) -> None:
        super().__init__()
        first = torch.full((numbers,), math.log(FIRST))
        self.log = nn.Parameter(first, requires_grad=numbers > 0)

    def forward(self) -> Tensor:
        """(numbers,), above 0."""
        return self.log.exp()


class TVAE(Game, Samples, Encodes):
    """A game of one: encoder and decoder raise the evidence lower bound of the rows.

    Xu et al. 2019 (arXiv 1907.00503), section 4.5: numbers are normal around the decoder's tanh,
    with a learnt deviation a column; modes and categories follow its softmax. Minimised is
    `reconstruction` E[-log p(x | z)] + KL(q(z | x) | p(z)), a mean over rows.

    Differs from the paper: the reconstruction counts twice, and weights decay, as in the authors'
    code (`reconstruction=1` is the bound itself); deviations are kept within [.01, 1], else that of
    a column of atoms falls to zero.

    Args:
        encoder: from rows (n, width) to means and log variances (n, 2, k).
        decoder: from latents (n, k) to one number a column (n, width).
        prior: of the latents, standard normal.
        spans: kinds and widths of the encoded columns, such as ("bounded", 1), ("category", 5).
        reconstruction: weight of the rows' surprise, above 0.
        optimizer: Adam(1e-3, (.9, .999)) with a weight decay of 1e-5 by default.

    Raises:
        WrongUse: for a prior that isn't normal, or a weight that isn't above 0.

    Example:
        >>> from sparring.networks import TVAEDecoder, TVAEEncoder
        >>> spans = [("bounded", 1), ("mode", 2), ("category", 3)]
        >>> game = TVAE(TVAEEncoder(6, 4), TVAEDecoder(6, 4), Normal(4), spans=spans)
        >>> game.sample(2).shape, game.encode(torch.zeros(3, 6)).shape
        (torch.Size([2, 6]), torch.Size([3, 4]))
    """

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        prior: Prior,
        *,
        spans: Sequence[tuple[str, int]],
        reconstruction: float = 2.0,
        optimizer: OptimizerSpec | None = None,
    ) -> None:
        super().__init__()
        if not isinstance(prior, Normal):
            raise WrongUse(f"the prior of TVAE must be Normal, got {type(prior).__name__}.")
        if reconstruction <= 0:
            raise WrongUse(f"reconstruction of TVAE must be above 0, got {reconstruction}.")
        self.encoder, self.decoder, self.prior = encoder, decoder, prior
        self.rows, self.reconstruction = MixedRows(spans), reconstruction
        self.deviations = Deviations(self.rows.numbers)
        self.players = {
            "model": Player(
                [encoder, decoder, self.deviations],
                self.loss,
                optimizer or Adam(1e-3, (0.9, 0.999), weight_decay=1e-5),
                projection=self._keep_within,
            )
        }
        self.turns = ["model"]

    def loss(self, batch: Batch) -> Terms:
        """The surprise of rows decoded from their own latents, and the divergence of these."""
        x = self.need("x", batch)
        mean, log_variance = self.encoder(x).unbind(1)  # (n, k) each
        z = mean + (log_variance / 2).exp() * self.prior.sample(len(x))
        surprise = self.rows.surprise(x, self.decoder(z), self.deviations())
        return {
            "loss": self.reconstruction * surprise.mean(),
            "divergence": normal_divergence(mean, log_variance).mean(),
        }

    def _keep_within(self, parameters: list[nn.Parameter]) -> None:
        self.deviations.log.clamp_(math.log(LEAST), math.log(MOST))

    def latent(self, n: int) -> Tensor:
        """n draws from the prior, of shape (n, k)."""
        return self.prior.sample(n)

    def sample(
        self, n: int, condition: Batch | None = None, latent: Tensor | None = None
    ) -> Tensor:
        """n rows of shape (n, width), choices one-hot; a condition is not looked at."""
        z = self.prior.sample(n) if latent is None else latent
        return self.rows.sample(self.decoder(z), self.deviations())

    def encode(self, x: Tensor) -> Tensor:
        """The posterior means of rows (n, width), of shape (n, k)."""
        mean: Tensor = self.encoder(x)[:, 0]
        return mean
