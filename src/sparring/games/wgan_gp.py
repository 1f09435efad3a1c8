"""WGAN-GP: the earth mover's distance, by a penalty on slopes."""

from typing import Unpack

from torch import nn

from sparring.core import Adam
from sparring.games.common import Common, stepping
from sparring.games.gan import GAN
from sparring.losses import Wasserstein
from sparring.priors import Prior
from sparring.regularizers import GradientPenalty


class WGANGP(GAN):
    """The Wasserstein GAN with gradient penalty.

    Gulrajani et al. 2017 (arXiv 1704.00028), algorithm 1 with its settings: weight 10, five
    discriminator moves a step, Adam at 1e-4 with betas 0 and .9. The discriminator must score each
    item by itself, so batch normalisation has no place in it.

    Args:
        generator, discriminator, prior, labels: as for `GAN`.
        penalty: weight of the gradient penalty.
        discriminator_turns: discriminator moves a step.
        common: as for `GAN`; both optimizers are Adam(1e-4, (0, .9)) by default.

    Example:
        >>> from sparring.networks import MLP
        >>> from sparring.priors import Normal
        >>> WGANGP(MLP((4,), (2,)), MLP((2,), ()), Normal(4)).regularizers
        (GradientPenalty(weight=10.0),)
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        labels: Prior | None = None,
        *,
        penalty: float = 10.0,
        discriminator_turns: int = 5,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            generator,
            discriminator,
            prior,
            labels,
            loss=Wasserstein(),
            regularizers=(GradientPenalty(penalty),),
            discriminator_turns=discriminator_turns,
            **stepping(common, Adam(1e-4, (0.0, 0.9)), Adam(1e-4, (0.0, 0.9))),
        )
