"""The pair of the self-attention GAN, for any square size from 8 to 128."""

import torch
from torch import Tensor, nn

from sparring.networks.conditioning import Projection
from sparring.networks.convolutional import crop
from sparring.networks.discriminator import Conditionings
from sparring.networks.sizes import pyramid
from sparring.networks.spectral_residual import Growing, SpectralDiscriminator, widths_of


class SAGANGenerator(nn.Module):
    """Residual blocks under conditional batch normalisation, with self-attention between two.

    Zhang et al. 2019 (arXiv 1805.08318), section 5.2, where it does well at 32 of 128 pixels;
    weights start as Glorot and Bengio (2010) have them.

    Args:
        latent: length of z.
        channels: of the pictures, 1 or 3.
        size: side length, 8 to 128.
        width: feature maps at the highest resolution; each level down has twice as many, up to 16
            times.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none, else each has a gain and a bias in every normalisation.
        attention: side length at which places attend to each other: the largest that the network
            has and that isn't larger; 0 for none.

    Raises:
        WrongUse: for an attention that no side has.

    Shapes:
        z (n, latent), y (n,) or (n, condition); returns (n, channels, size, size) in [-1, 1].

    Example:
        >>> SAGANGenerator(16, 1, 28, width=8)(torch.randn(2, 16)).shape
        torch.Size([2, 1, 28, 28])
    """

    def __init__(
        self,
        latent: int,
        channels: int,
        size: int,
        width: int = 32,
        condition: int = 0,
        attention: int = 16,
    ) -> None:
        super().__init__()
        sides = pyramid(size)
        widths = widths_of(len(sides), width)
        self.size = size
        self.first = (widths[0], sides[0], sides[0])
        self.start = nn.Linear(latent, widths[0] * sides[0] ** 2)
        conditions = [condition] * (len(sides) - 1)
        self.growing = Growing(sides, widths, channels, conditions, attention)
        self.apply(_start)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        x = self.start(z).unflatten(1, self.first).contiguous(memory_format=torch.channels_last)
        return crop(self.growing(x, [y] * len(self.growing.blocks)), self.size)


class SAGANDiscriminator(SpectralDiscriminator):
    """Residual blocks with self-attention between two, down to sums over places and one score.

    Zhang et al. 2019 (arXiv 1805.08318), section 5, after Miyato et al. 2018 (arXiv 1802.05957),
    table 6 of the appendix.

    Args:
        channels: of the pictures, 1 or 3.
        size: side length, 8 to 128.
        width: feature maps after the first block; each block after has twice as many, up to 16
            times.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.
        attention: as for `SAGANGenerator`.
        conditioning: how the condition enters.

    Raises:
        WrongUse: for an attention that no side has.

    Shapes:
        x (n, channels, size, size), y (n,) or (n, condition); returns scores (n,).

    Example:
        >>> SAGANDiscriminator(3, 20, width=8)(torch.zeros(2, 3, 20, 20)).shape
        torch.Size([2])
    """

    def __init__(
        self,
        channels: int,
        size: int,
        width: int = 32,
        condition: int = 0,
        attention: int = 16,
        conditioning: Conditionings = Projection,
    ) -> None:
        super().__init__(channels, size, width, condition, attention, conditioning, wide=False)
        self.apply(_start)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def _start(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
