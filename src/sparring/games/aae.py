"""The adversarial autoencoder: latents are made to look like draws from the prior."""

import torch
from torch import Tensor, nn

from sparring.core import (
    Adam,
    Batch,
    Encodes,
    OptimizerSpec,
    Player,
    Terms,
    WrongUse,
)
from sparring.games.decoding import Decoding
from sparring.games.generating import call
from sparring.losses import AdversarialLoss, NonSaturating
from sparring.losses.pixels import Pixels
from sparring.priors import Prior


class AAE(Decoding, Encodes):
    """An autoencoder whose encoder also plays against a discriminator of latents.

    Makhzani et al. 2016 (arXiv 1511.05644), section 2 and figure 1: the discriminator tells draws
    from the prior, real here, from latents of the data; the encoder fools it, and with the decoder
    keeps items recognisable. Any prior will do of which draws can be taken. Differs from the paper:
    the encoder's two aims are one loss and one step, and the encoder is deterministic.

    Args:
        encoder: from items to latents (n, k).
        decoder: from latents to what `pixels` takes.
        discriminator: from latents to scores (n,).
        prior: that latents are made to follow.
        pixels: what the decoder says of items.
        labels: distribution of the conditions, which encoder and decoder see; None for none.
        weight: of the encoder's wish to fool the discriminator, at least 0.
        loss: what both want of latents; it must not compare pairs.
        optimizer, discriminator_optimizer: Adam(1e-3, (.5, .999)) by default.

    Raises:
        WrongUse: for a negative weight, or a loss of pairs.

    Example:
        >>> from sparring.losses import Bernoulli
        >>> from sparring.networks import MLP
        >>> from sparring.priors import Normal
        >>> pair = MLP((1, 8, 8), (4,)), MLP((4,), (1, 8, 8))
        >>> game = AAE(*pair, MLP((4,), ()), Normal(4), Bernoulli())
        >>> x = game.sample(3)
        >>> x.shape, game.encode(x).shape
        (torch.Size([3, 1, 8, 8]), torch.Size([3, 4]))
    """

    averaged = ("encoder", "decoder")

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        pixels: Pixels,
        labels: Prior | None = None,
        *,
        weight: float = 1.0,
        loss: AdversarialLoss | None = None,
        optimizer: OptimizerSpec | None = None,
        discriminator_optimizer: OptimizerSpec | None = None,
    ) -> None:
        super().__init__()
        self.adversarial_loss = loss or NonSaturating()
        if weight < 0:
            raise WrongUse(f"weight of AAE must be at least 0, got {weight}.")
        if self.adversarial_loss.relative:
            raise WrongUse("the loss of AAE must not compare pairs; take NonSaturating or another.")
        self.encoder, self.decoder, self.discriminator = encoder, decoder, discriminator
        self.prior, self.pixels, self.labels = prior, pixels, labels
        self.weight = weight
        adam = Adam(1e-3, (0.5, 0.999))
        judging = discriminator_optimizer or adam
        self.players = {
            "discriminator": Player([discriminator], self.discriminator_loss, judging),
            "autoencoder": Player([encoder, decoder, pixels], self.loss, optimizer or adam),
        }
        self.turns = ["discriminator", "autoencoder"]

    def discriminator_loss(self, batch: Batch) -> Terms:
        """The loss on draws from the prior, and latents of the data."""
        x, y = self.need("x", batch), self.condition_of(batch)
        with self.fixed():
            z = call(self.encoder, x, y)
        scores = self.discriminator(torch.cat([self.prior.sample(len(x)).to(z.dtype), z]))
        return {"loss": self.adversarial_loss.discriminator(*scores.chunk(2))}

    def loss(self, batch: Batch) -> Terms:
        """The surprise of items decoded from their latents, and the latents' own loss."""
        x, y = self.need("x", batch), self.condition_of(batch)
        z = call(self.encoder, x, y)
        surprise = self.pixels.surprise(x, self.decode(z, y))
        fooling = self.adversarial_loss.generator(None, self.discriminator(z))
        return {"loss": surprise.mean(), "fooling": self.weight * fooling}

    def encode(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The latents of items, of shape (n, k)."""
        return call(self.encoder, x, self.condition_of(condition or {}))

    def infer(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The latents of items: each has but one."""
        return self.encode(x, condition)
