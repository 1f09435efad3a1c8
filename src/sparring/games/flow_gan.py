"""Flow-GAN: a generator that can be undone, taught by a discriminator and by likelihood."""

from typing import Unpack

from torch import nn

from sparring.core import Adam, Batch, Terms, WrongUse
from sparring.games.common import Common, stepping
from sparring.games.flowing import FlowGenerator, Flowing
from sparring.games.gan import GAN
from sparring.losses import AdversarialLoss, Wasserstein
from sparring.losses.spaces import Space
from sparring.priors import Prior
from sparring.regularizers import GradientPenalty


class FlowGAN(Flowing, GAN):
    """A GAN whose generator is a flow, so that its likelihood is known, and may be raised as well.

    Grover et al. 2018 (arXiv 1705.08868): the generator minimises its adversarial loss less
    `weight` times the mean log-likelihood of the data. With weight 0 it is taught by the
    discriminator alone, and its likelihood is only looked at: the paper's finding is that it is
    worse than that of a mixture around the training items. The discriminator sees real items with
    the noise that likelihoods are taken of, lest it tells levels from numbers between.

    Args:
        network: as for `Flow`.
        discriminator: from items, and conditions, to scores of shape (n, ...), logits.
        prior, space, labels: as for `Flow`.
        weight: of the surprise in nats an item, at least 0.
        loss: what both want; the paper's WGAN by default.
        penalty: weight of the gradient penalty, at least 0; 0 goes without.
        discriminator_turns: discriminator moves a step.
        common: as for `GAN`; both optimizers are Adam(1e-4, (.5, .9)) by default.

    Raises:
        WrongUse: for a negative weight, a network that can't be undone, or a prior of another size.

    Example:
        >>> from sparring.losses.spaces import Plain
        >>> from sparring.networks import MLP
        >>> from sparring.networks.flows import NICE
        >>> from sparring.priors import Normal
        >>> game = FlowGAN(NICE((2,), width=8), MLP((2,), ()), Normal(2), Plain((2,)), weight=0.1)
        >>> x = game.sample(3)
        >>> x.shape, game.log_prob(x).shape, game.score(x).shape
        (torch.Size([3, 2]), torch.Size([3]), torch.Size([3]))
    """

    def __init__(
        self,
        network: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        space: Space,
        labels: Prior | None = None,
        *,
        weight: float = 1.0,
        loss: AdversarialLoss | None = None,
        penalty: float = 10.0,
        discriminator_turns: int = 5,
        **common: Unpack[Common],
    ) -> None:
        if weight < 0:
            raise WrongUse(f"weight of FlowGAN must be at least 0, got {weight}.")
        super().__init__(
            FlowGenerator(network, space),
            discriminator,
            prior,
            labels,
            loss=loss or Wasserstein(),
            regularizers=(GradientPenalty(penalty),) if penalty else (),
            discriminator_turns=discriminator_turns,
            **stepping(common, Adam(1e-4, (0.5, 0.9)), Adam(1e-4, (0.5, 0.9))),
        )
        self.space, self.weight = space, weight
        self.check_latents()

    def discriminator_loss(self, batch: Batch) -> Terms:
        """As a GAN's, on real items with noise."""
        return super().discriminator_loss(self.noisy(batch))

    def generator_loss(self, batch: Batch) -> Terms:
        """As a GAN's, and the surprise of the data."""
        terms = super().generator_loss(self.noisy(batch))
        if not self.weight:
            return terms
        surprise = -self.log_prob(self.need("x", batch), batch).mean()
        return {**terms, "surprise": self.weight * surprise}

    def noisy(self, batch: Batch) -> Batch:
        """The batch with its items spread within their levels."""
        return {**batch, "x": self.space.gather(self.space.spread(self.need("x", batch))[0])}
