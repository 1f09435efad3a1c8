"""The adversarial autoencoder: latents are made to look like draws from the prior."""

import torch
from torch import Tensor, nn

from sparring.core import (
    Adam,
    Batch,
    Encodes,
    Interpolates,
    OptimizerSpec,
    Player,
    Terms,
    WrongUse,
)
from sparring.games.conditional import Conditional
from sparring.games.generating import call
from sparring.losses import AdversarialLoss, NonSaturating
from sparring.losses.pixels import Pixels
from sparring.priors import Normal, Prior


class AAE(Conditional, Interpolates, Encodes):
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
        surprise = self.pixels.surprise(x, call(self.decoder, z, y))
        fooling = self.adversarial_loss.generator(None, self.discriminator(z))
        return {"loss": surprise.mean(), "fooling": self.weight * fooling}

    @property
    def spherical(self) -> bool:
        """Whether ways between latents are arcs: between normal ones, near a sphere."""
        return isinstance(self.prior, Normal)

    def latent(self, n: int) -> Tensor:
        """n draws from the prior, of shape (n, k)."""
        return self.prior.sample(n)

    def ends(self, n: int, condition: Batch | None = None) -> Tensor:
        """n draws from the prior."""
        return self.latent(n)

    def sample(
        self, n: int, condition: Batch | None = None, latent: Tensor | None = None
    ) -> Tensor:
        """n items: the means of what is said of them, or what is nearest to these."""
        z = self.latent(n) if latent is None else latent
        outputs = call(self.decoder, z, self.wanted(n, condition))
        return self.pixels.nearest(self.pixels.mean(outputs))

    def encode(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The latents of items, of shape (n, k)."""
        return call(self.encoder, x, self.condition_of(condition or {}))
