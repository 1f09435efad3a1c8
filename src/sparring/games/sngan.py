"""SNGAN: the hinge loss under spectral normalisation."""

from typing import Unpack

from torch import nn

from sparring.core import Adam
from sparring.games.common import Common, stepping
from sparring.games.gan import GAN
from sparring.losses import Hinge
from sparring.priors import Prior
from sparring.regularizers import spectrally_normalise


class SNGAN(GAN):
    """The GAN whose discriminator is kept Lipschitz by spectral normalisation.

    Miyato et al. 2018 (arXiv 1802.05957), eq. 16 and 17, with its settings for residual networks:
    Adam at 2e-4 with betas 0 and .9, five discriminator moves a step. Every linear and
    convolutional weight of the given discriminator is normalised, in place.

    Args:
        generator, discriminator, prior, labels: as for `GAN`.
        discriminator_turns: discriminator moves a step.
        common: as for `GAN`; both optimizers are Adam(2e-4, (0, .9)) by default.

    Example:
        >>> from sparring.networks import MLP
        >>> from sparring.priors import Normal
        >>> SNGAN(MLP((4,), (2,)), MLP((2,), ()), Normal(4)).adversarial_loss
        Hinge()
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        labels: Prior | None = None,
        *,
        discriminator_turns: int = 5,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            generator,
            spectrally_normalise(discriminator),
            prior,
            labels,
            loss=Hinge(),
            discriminator_turns=discriminator_turns,
            **stepping(common, Adam(2e-4, (0.0, 0.9)), Adam(2e-4, (0.0, 0.9))),
        )
