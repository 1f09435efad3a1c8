"""The VAE/GAN: pictures come back alike in the features by which a discriminator judges them."""

import math
from typing import Protocol, cast, runtime_checkable

import torch
from torch import Tensor, nn

from sparring.core import Adam, Batch, OptimizerSpec, Player, Terms, WrongUse
from sparring.games.generating import Generating, call
from sparring.games.inferring import Inferring
from sparring.games.judging import Judging
from sparring.games.posteriors import IndependentNormal
from sparring.losses import AdversarialLoss, NonSaturating
from sparring.priors import Normal, Prior


@runtime_checkable
class Looks(Protocol):
    """A discriminator that shows what it sees at every place."""

    def look(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Scores (n,), and the features (n, ...) behind them."""


class VAEGAN(Generating, Inferring, Judging):
    """Three players: an encoder, a generator that decodes, and a discriminator.

    Larsen et al. 2016 (arXiv 1512.09300), eq. 6 to 10 and algorithm 1: a VAE whose p(x|z) is normal
    in the discriminator's features of x (eq. 6). The encoder minimises that surprise and the
    divergence of latents from the prior; the generator fools the discriminator with items from the
    prior and with those that came back, and has `likeness` times the surprise beside; the
    discriminator tells real items from both kinds, and doesn't see the surprise. Differs from the
    paper: the surprise is a mean over features, times `sharpness`, not their sum, so that one
    setting serves all widths; the generator's loss is the non-saturating one.

    Args:
        encoder: from items to means and log variances, (n, 2, k).
        generator: from latents (n, k) to items.
        discriminator: from items to scores; it shows its features, as `Looks` says.
        prior: of the latents, standard normal.
        labels: distribution of the conditions, which all three see; None where there are none.
        likeness: gamma, at least 0: how much the generator cares to bring items back.
        sharpness: above 0: how many independent features the mean over them stands for.
        loss: what both want of scores; it must not compare pairs.
        optimizer: of all three players; Adam(2e-4, (.5, .999)) by default.

    Raises:
        WrongUse: for another prior, numbers out of range, a loss of pairs, or a discriminator that
            doesn't show its features.

    Example:
        >>> from sparring.networks import ConvolutionalEncoder, DCGANDiscriminator, DCGANGenerator
        >>> pair = ConvolutionalEncoder(1, 16, (2, 4), 2), DCGANGenerator(4, 1, 16, 2)
        >>> game = VAEGAN(*pair, DCGANDiscriminator(1, 16, 2), Normal(4))
        >>> x = game.sample(3)
        >>> x.shape, game.encode(x).shape
        (torch.Size([3, 1, 16, 16]), torch.Size([3, 4]))
    """

    averaged = ("encoder", "generator")

    def __init__(
        self,
        encoder: nn.Module,
        generator: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        labels: Prior | None = None,
        *,
        likeness: float = 0.5,
        sharpness: float = 200.0,
        loss: AdversarialLoss | None = None,
        optimizer: OptimizerSpec | None = None,
    ) -> None:
        super().__init__()
        self.adversarial_loss = loss or NonSaturating()
        if type(prior) is not Normal:
            raise WrongUse(f"the prior of VAEGAN must be Normal, got {type(prior).__name__}.")
        if likeness < 0 or not 0 < sharpness < math.inf:
            raise WrongUse(
                f"likeness of VAEGAN must be at least 0 and sharpness above 0, got {likeness} and "
                f"{sharpness}."
            )
        if self.adversarial_loss.relative:
            raise WrongUse("the loss of VAEGAN must not compare pairs; take NonSaturating.")
        if not isinstance(discriminator, Looks):
            raise WrongUse(
                f"{type(discriminator).__name__} doesn't show its features; VAEGAN needs a "
                f"discriminator such as DCGANDiscriminator."
            )
        self.encoder, self.generator, self.discriminator = encoder, generator, discriminator
        self.prior, self.labels, self.posterior = prior, labels, IndependentNormal()
        self.likeness, self.sharpness, self.augmentation = likeness, sharpness, None
        adam = optimizer or Adam(2e-4, (0.5, 0.999))
        self.players = {
            "discriminator": Player([discriminator], self.discriminator_loss, adam),
            "encoder": Player([encoder], self.encoder_loss, adam),
            "generator": Player([generator], self.generator_loss, adam),
        }
        self.turns = list(self.players)

    def look(self, x: Tensor, y: Tensor | None) -> tuple[Tensor, Tensor]:
        """The discriminator's scores of items, and its features."""
        return cast(Looks, self.discriminator).look(x, y)

    def surprise(self, features: Tensor, others: Tensor) -> Tensor:
        """-log p of features under a normal law around others, up to a constant; a mean."""
        return self.sharpness * (features - others).square().mean() / 2

    def discriminator_loss(self, batch: Batch) -> Terms:
        """What it costs to tell real items from those that came back, and from new ones."""
        x, y = self.need("x", batch), self.condition_of(batch)
        with self.fixed():
            z = torch.cat([self.infer(x, batch), self.latent(len(x))])
            fake = call(self.generator, z, None if y is None else torch.cat([y, y]))
        thrice = None if y is None else torch.cat([y, y, y])
        real, back, new = self.look(torch.cat([x, fake]), thrice)[0].chunk(3)
        loss = self.adversarial_loss
        terms = loss.discriminator(real, back), loss.discriminator(real, new)
        return {"loss": (terms[0] + terms[1]) / 2}

    def encoder_loss(self, batch: Batch) -> Terms:
        """The surprise at the items' features where they come back, and the divergence."""
        x, y = self.need("x", batch), self.condition_of(batch)
        told = self.told(x, batch)
        z, taken = self.law(told, self.noise(told))
        with self.fixed():
            features = self.look(x, y)[1]
        return {
            "loss": self.surprise(features, self.look(call(self.generator, z, y), y)[1]),
            "divergence": self.law.divergence(told, z, taken).sum(1).mean(),
        }

    def generator_loss(self, batch: Batch) -> Terms:
        """What it costs that items are told from real ones, and the surprise at their features."""
        x, y = self.need("x", batch), self.condition_of(batch)
        with self.fixed():
            features = self.look(x, y)[1]
            z = torch.cat([self.infer(x, batch), self.latent(len(x))])
        twice = None if y is None else torch.cat([y, y])
        scores, seen = self.look(call(self.generator, z, twice), twice)
        surprise = self.surprise(features, seen.chunk(2)[0])
        return {
            "loss": self.adversarial_loss.generator(None, scores),
            "surprise": self.likeness * surprise,
        }
