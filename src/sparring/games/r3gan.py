"""R3GAN: relativistic pairing with penalties on both slopes; the default."""

from typing import Unpack

from torch import nn

from sparring.core import Moving
from sparring.games.common import Common
from sparring.games.gan import GAN
from sparring.losses import RelativisticPaired
from sparring.priors import Prior
from sparring.regularizers import R1, R2


class R3GAN(GAN):
    """The regularized relativistic GAN.

    Huang et al. 2024 (arXiv 2501.05441), eq. 2 with R1 and R2 (eq. 3), which converges locally
    where either penalty alone may not, and has no incentive to drop modes. The paper's schedules
    are arguments: `Moving` for gamma, the second moment's decay and the augmentation's probability,
    `Cosine` for the rates.

    Args:
        generator, discriminator, prior, labels: as for `GAN`.
        gamma: weight of both penalties, at least 0; the paper's grows with resolution, from .05 at
            32 pixels to 150 at 256, and falls to a tenth.
        common: as for `GAN`; both optimizers are Adam(2e-4, (0, .99)) by default, whose first
            moment must stay off.

    Example:
        >>> from sparring.networks import MLP
        >>> from sparring.priors import Normal
        >>> R3GAN(MLP((4,), (2,)), MLP((2,), ()), Normal(4), gamma=0.1).regularizers
        (R1(gamma=0.1), R2(gamma=0.1))
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        labels: Prior | None = None,
        *,
        gamma: float | Moving = 1.0,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            generator,
            discriminator,
            prior,
            labels,
            loss=RelativisticPaired(),
            regularizers=(R1(gamma), R2(gamma)),
            **common,
        )
