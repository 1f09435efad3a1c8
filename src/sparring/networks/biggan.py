"""The pair of BigGAN, for any square size from 8 to 128."""

import torch
from torch import Tensor, nn

from sparring.core import WrongUse
from sparring.networks.conditioning import Projection
from sparring.networks.convolutional import crop
from sparring.networks.discriminator import Conditionings
from sparring.networks.embedding import Embedded
from sparring.networks.sizes import pyramid
from sparring.networks.spectral_residual import Growing, SpectralDiscriminator, widths_of


class BigGANGenerator(nn.Module):
    """Latents enter at every resolution, and all normalisations share one embedding.

    Brock et al. 2019 (arXiv 1809.11096), section 3 and appendix B: z is cut into one chunk for the
    first maps and one for each block; a chunk, joined to the embedded condition, is mapped linearly
    to the gains and biases of the block's normalisations. Weights start orthogonal. Differs from
    the paper: gains and biases start at 1 and 0 and aren't spectrally normalised, as those of
    SAGAN; without a condition the chunks alone steer them.

    Args:
        latent: length of z, at least one number a chunk; where it isn't a multiple of the number of
            chunks, the first ones are longer by one.
        channels: of the pictures, 1 or 3.
        size: side length, 8 to 128.
        width: feature maps at the highest resolution; each level down has twice as many, up to 16
            times.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.
        attention: side length at which places attend to each other: the largest that the network
            has and that isn't larger; 0 for none.
        shared: length of the embedded condition.

    Raises:
        WrongUse: for latents with fewer numbers than chunks, or an attention that no side has.

    Shapes:
        z (n, latent), y (n,) or (n, condition); returns (n, channels, size, size) in [-1, 1].

    Example:
        >>> generator = BigGANGenerator(16, 1, 28, width=8, condition=10)
        >>> generator.chunks, generator(torch.randn(2, 16), torch.tensor([3, 7])).shape
        ([6, 5, 5], torch.Size([2, 1, 28, 28]))
    """

    def __init__(
        self,
        latent: int,
        channels: int,
        size: int,
        width: int = 32,
        condition: int = 0,
        attention: int = 16,
        shared: int = 128,
    ) -> None:
        super().__init__()
        sides = pyramid(size)
        widths = widths_of(len(sides), width)
        self.size = size
        self.first = (widths[0], sides[0], sides[0])
        self.chunks = chunks_of(latent, len(sides))
        self.embedding = Embedded(condition, shared) if condition else None
        self.start = nn.Linear(self.chunks[0], widths[0] * sides[0] ** 2)
        joined = shared if condition else 0
        steering = [chunk + joined for chunk in self.chunks[1:]]
        self.growing = Growing(sides, widths, channels, steering, attention)
        self.apply(_start)
        if self.embedding is not None:
            nn.init.orthogonal_(self.embedding.weight)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        first, *steering = z.split(self.chunks, 1)
        if self.embedding is not None:
            embedded = self.embedding(y)  # (n, shared)
            steering = [torch.cat([chunk, embedded], 1) for chunk in steering]
        x = self.start(first).unflatten(1, self.first)
        x = x.contiguous(memory_format=torch.channels_last)
        return crop(self.growing(x, steering), self.size)


class BigGANDiscriminator(SpectralDiscriminator):
    """SAGAN's discriminator with wider blocks.

    Brock et al. 2019 (arXiv 1809.11096), appendix B: between its convolutions a block has as many
    feature maps as after them. Weights start orthogonal.

    Args:
        channels: of the pictures, 1 or 3.
        size: side length, 8 to 128.
        width: feature maps after the first block; each block after has twice as many, up to 16
            times.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.
        attention: as for `BigGANGenerator`.
        conditioning: how the condition enters.

    Raises:
        WrongUse: for an attention that no side has.

    Shapes:
        x (n, channels, size, size), y (n,) or (n, condition); returns scores (n,).

    Example:
        >>> BigGANDiscriminator(3, 20, width=8)(torch.zeros(2, 3, 20, 20)).shape
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
        super().__init__(channels, size, width, condition, attention, conditioning, wide=True)
        self.apply(_start)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def chunks_of(latent: int, chunks: int) -> list[int]:
    """How many numbers of z each chunk has; the first ones take what is left over.

    Raises:
        WrongUse: if there are fewer numbers than chunks.

    Example:
        >>> chunks_of(120, 6), chunks_of(64, 3)
        ([20, 20, 20, 20, 20, 20], [22, 21, 21])
    """
    if latent < chunks:
        raise WrongUse(
            f"latent of BigGANGenerator must have at least a number for each of its {chunks} "
            f"chunks, got {latent}."
        )
    each, left = divmod(latent, chunks)
    return [each + (index < left) for index in range(chunks)]


def _start(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.orthogonal_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
