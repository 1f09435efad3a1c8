"""WGAN: the earth mover's distance, by clipped weights."""

from torch import nn

from sparring.core import OptimizerSpec, RMSprop
from sparring.games.gan import GAN
from sparring.losses import Wasserstein
from sparring.priors import Categorical, Prior
from sparring.regularizers import Clip


class WGAN(GAN):
    """The Wasserstein GAN with weight clipping.

    Arjovsky et al. 2017 (arXiv 1701.07875), algorithm 1 with its settings: RMSprop at 5e-5, weights
    in [-.01, .01], five discriminator moves a step. A normalised discriminator isn't Lipschitz:
    give it one without.

    Args:
        generator, discriminator, prior, labels: as for `GAN`.
        clip: limit of the discriminator's weights, above 0.
        discriminator_turns: discriminator moves a step.
        generator_optimizer, discriminator_optimizer: RMSprop(5e-5) by default.

    Example:
        >>> from sparring.networks import MLP
        >>> from sparring.priors import Normal
        >>> WGAN(MLP((4,), (2,)), MLP((2,), ()), Normal(4)).players["discriminator"].projection
        Clip(limit=0.01)
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        labels: Categorical | None = None,
        *,
        clip: float = 0.01,
        discriminator_turns: int = 5,
        generator_optimizer: OptimizerSpec | None = None,
        discriminator_optimizer: OptimizerSpec | None = None,
    ) -> None:
        super().__init__(
            generator,
            discriminator,
            prior,
            labels,
            loss=Wasserstein(),
            projection=Clip(clip),
            discriminator_turns=discriminator_turns,
            generator_optimizer=generator_optimizer or RMSprop(),
            discriminator_optimizer=discriminator_optimizer or RMSprop(),
        )
