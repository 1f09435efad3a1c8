"""DCGAN: the first recipe under which convolutional GANs were stable."""

from typing import Unpack

import torch
from torch import Tensor, nn

from sparring.core import Adam
from sparring.games.common import Common, stepping
from sparring.games.gan import GAN
from sparring.losses import NonSaturating
from sparring.priors import Prior


class DCGAN(GAN):
    """The GAN whose discriminator sees real and generated items apart, for batch normalisation.

    Radford et al. 2016 (arXiv 1511.06434), section 4: Adam at 2e-4 with betas .5 and .999, batches
    of 128, networks with batch normalisation in all layers but the generator's last and the
    discriminator's first (networks "dcgan-batchnorm"), and 100 uniform latents. Where real and
    generated items are normalised together, either kind's statistics give the other away; here each
    kind is normalised by its own. Differs from the paper: on several processes each normalises by
    its own share.

    Args:
        generator, discriminator, prior, labels: as for `GAN`.
        common: see `Common`; Adam(2e-4, (.5, .999)) by default.

    Example:
        >>> from sparring.networks import BatchNormDiscriminator, DCGANGenerator
        >>> from sparring.priors import Uniform
        >>> pair = DCGANGenerator(100, 1, 8, width=4), BatchNormDiscriminator(1, 8, width=4)
        >>> DCGAN(*pair, Uniform(100)).sample(2).shape
        torch.Size([2, 1, 8, 8])
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        labels: Prior | None = None,
        **common: Unpack[Common],
    ) -> None:
        adam = Adam(2e-4, (0.5, 0.999))
        super().__init__(
            generator,
            discriminator,
            prior,
            labels,
            loss=NonSaturating(),
            **stepping(common, adam, adam),
        )

    def judge_both(self, x: Tensor, y: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """As `judge`, the real half in a call of its own and the generated half in another."""
        ys = (None, None) if y is None else y.chunk(2)
        (d_real, h_real), (d_fake, h_fake) = (
            self.judge(half, asked) for half, asked in zip(x.chunk(2), ys, strict=True)
        )
        features = None if h_real is None or h_fake is None else torch.cat([h_real, h_fake])
        return torch.cat([d_real, d_fake]), features
