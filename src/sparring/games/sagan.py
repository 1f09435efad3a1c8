"""SAGAN: the hinge loss under spectral normalisation of both players, at two rates."""

from typing import Unpack

from torch import nn

from sparring.core import Adam
from sparring.games.common import Common, stepping
from sparring.games.gan import GAN
from sparring.losses import Hinge
from sparring.priors import Prior
from sparring.regularizers import spectrally_normalise


class SAGAN(GAN):
    """The self-attention GAN, whose attention is in its networks.

    Zhang et al. 2019 (arXiv 1805.08318), eq. 4 and section 4: the hinge loss, every linear and
    convolutional weight of both players normalised, in place, and a discriminator that learns four
    times as fast instead of more often. The tables of a conditional generator stay as they are.
    `SAGANGenerator` and `SAGANDiscriminator` are the paper's networks; any others will do.

    Args:
        generator, discriminator, prior, labels: as for `GAN`.
        discriminator_turns: discriminator moves a step.
        common: as for `GAN`; the optimizers are Adam(1e-4, (0, .9)) for the generator and
            Adam(4e-4, (0, .9)) for the discriminator by default.

    Example:
        >>> from sparring.networks import SAGANDiscriminator, SAGANGenerator
        >>> from sparring.priors import Normal
        >>> pair = SAGANGenerator(8, 1, 8, width=8), SAGANDiscriminator(1, 8, width=8)
        >>> SAGAN(*pair, Normal(8)).sample(2).shape
        torch.Size([2, 1, 8, 8])
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        labels: Prior | None = None,
        *,
        discriminator_turns: int = 1,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            spectrally_normalise(generator, embeddings=False),
            spectrally_normalise(discriminator),
            prior,
            labels,
            loss=Hinge(),
            discriminator_turns=discriminator_turns,
            **stepping(common, Adam(1e-4, (0.0, 0.9)), Adam(4e-4, (0.0, 0.9))),
        )
