"""WGAN: the earth mover's distance, by clipped weights."""

from typing import Unpack

from torch import nn

from sparring.core import RMSprop
from sparring.games.common import Common, stepping
from sparring.games.gan import GAN
from sparring.losses import Wasserstein
from sparring.priors import Prior
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
        common: as for `GAN`; both optimizers are RMSprop(5e-5) by default.

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
        labels: Prior | None = None,
        *,
        clip: float = 0.01,
        discriminator_turns: int = 5,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            generator,
            discriminator,
            prior,
            labels,
            loss=Wasserstein(),
            projection=Clip(clip),
            discriminator_turns=discriminator_turns,
            **stepping(common, RMSprop(), RMSprop()),
        )
