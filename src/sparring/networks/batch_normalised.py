"""DCGAN's discriminator as it was published."""

from torch import nn

from sparring.networks.conditioning import Projection
from sparring.networks.convolutional import DCGANDiscriminator
from sparring.networks.discriminator import Conditionings


class BatchNormDiscriminator(DCGANDiscriminator):
    """`DCGANDiscriminator` with batch normalisation in all layers but the first.

    Radford et al. 2016 (arXiv 1511.06434), section 3. A score depends on the rest of its batch, so
    that real and generated items must be scored in calls of their own, as `games.DCGAN` does, and
    penalties on slopes don't suit it.

    Args:
        channels, size, width, condition, conditioning: as for `DCGANDiscriminator`.

    Example:
        >>> import torch
        >>> BatchNormDiscriminator(3, 20, width=8)(torch.zeros(2, 3, 20, 20)).shape
        torch.Size([2])
    """

    def __init__(
        self,
        channels: int,
        size: int,
        width: int = 64,
        condition: int = 0,
        conditioning: Conditionings = Projection,
    ) -> None:
        super().__init__(channels, size, width, condition, nn.BatchNorm2d, conditioning)
