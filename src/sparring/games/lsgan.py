"""LSGAN: scores are pulled to targets by least squares."""

from typing import Unpack

from torch import nn

from sparring.games.common import Common
from sparring.games.gan import GAN
from sparring.losses import LeastSquares
from sparring.priors import Prior


class LSGAN(GAN):
    """The GAN of least squares.

    Mao et al. 2017 (arXiv 1611.04076), eq. 2, with its 0-1-1 coding (eq. 9) as the default; a=-1,
    b=1, c=0 (eq. 8) minimises the Pearson chi-squared divergence.

    Args:
        generator, discriminator, prior, labels: as for `GAN`.
        a: the score the discriminator wants for generated items.
        b: the score the discriminator wants for real ones.
        c: the score the generator wants for its items.
        common: as for `GAN`.

    Example:
        >>> from sparring.networks import MLP
        >>> from sparring.priors import Normal
        >>> LSGAN(MLP((4,), (2,)), MLP((2,), ()), Normal(4), a=-1, c=0).adversarial_loss
        LeastSquares(a=-1, b=1.0, c=0)
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        labels: Prior | None = None,
        *,
        a: float = 0.0,
        b: float = 1.0,
        c: float = 1.0,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            generator,
            discriminator,
            prior,
            labels,
            loss=LeastSquares(a, b, c),
            **common,
        )
