"""Pictures to latents that are maps of a quarter of their side, and back."""

import torch.nn.functional as F
from torch import Tensor, nn

from sparring.networks.convolutional import crop
from sparring.networks.embedding import Embedded


def quarter(size: int) -> int:
    """A side length halved twice, rounded up.

    Example:
        >>> quarter(28), quarter(9)
        (7, 3)
    """
    return (size + 3) // 4


class MapEncoder(nn.Module):
    """Two strided convolutions of 5x5 and one of 3x3, with ELU between.

    Args:
        channels: of the pictures.
        numbers: told for each latent.
        latents: maps of latents.
        width: feature maps of the first layer, of the second twice as many.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.

    Shapes:
        x (n, channels, s, s), y (n, ...); returns (n, numbers, latents, s / 4, s / 4).

    Example:
        >>> import torch
        >>> MapEncoder(1, 2, 3, width=4)(torch.zeros(5, 1, 28, 28)).shape
        torch.Size([5, 2, 3, 7, 7])
    """

    def __init__(
        self, channels: int, numbers: int, latents: int, width: int = 16, condition: int = 0
    ) -> None:
        super().__init__()
        self.shape = numbers, latents
        self.first = nn.Conv2d(channels, width, 5, 2, 2)
        self.then = nn.Conv2d(width, 2 * width, 5, 2, 2)
        self.last = nn.Conv2d(2 * width, numbers * latents, 3, 1, 1)
        self.embedding = Embedded(condition, 2 * width) if condition else None

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        maps = self.then(F.elu(self.first(x)))
        if self.embedding is not None:
            maps = maps + self.embedding(y)[:, :, None, None]
        found: Tensor = self.last(F.elu(maps)).unflatten(1, self.shape)
        return found


class MapDecoder(nn.Module):
    """A convolution of 3x3 and two transposed ones, with ELU between, cropped to the size.

    Args:
        latents: maps of latents.
        maps: feature maps that it makes.
        size: side length of these.
        width: feature maps before the last layer, twice as many before those.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.

    Shapes:
        z (n, latents, s / 4, s / 4), y (n, ...); returns (n, maps, s, s).

    Example:
        >>> import torch
        >>> MapDecoder(3, 8, 28, width=4)(torch.zeros(5, 3, 7, 7)).shape
        torch.Size([5, 8, 28, 28])
    """

    def __init__(
        self, latents: int, maps: int, size: int, width: int = 16, condition: int = 0
    ) -> None:
        super().__init__()
        self.size = size
        self.first = nn.Conv2d(latents, 2 * width, 3, 1, 1)
        self.then = nn.ConvTranspose2d(2 * width, width, 4, 2, 1)
        self.last = nn.ConvTranspose2d(width, maps, 4, 2, 1)
        self.embedding = Embedded(condition, 2 * width) if condition else None

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        maps = self.first(z)
        if self.embedding is not None:
            maps = maps + self.embedding(y)[:, :, None, None]
        return crop(self.last(F.elu(self.then(F.elu(maps)))), self.size)
