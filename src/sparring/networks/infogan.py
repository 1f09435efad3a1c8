"""The pair of InfoGAN, whose discriminator shows features of the whole picture."""

import itertools

import torch
from torch import Tensor, nn

from sparring.networks.conditioning import Projection
from sparring.networks.convolutional import crop
from sparring.networks.discriminator import Conditionings, Discriminator
from sparring.networks.embedding import Embedded

_LEVELS = 2
_DENSE = 16


class InfoGANGenerator(nn.Module):
    """Two linear layers and two transposed convolutions, up to a tanh.

    Chen et al. 2016 (arXiv 1606.03657, appendix C.1): 1,024 units, then 128 maps of a quarter of
    the size, then 64, batch normalisation and ReLU after each. Differs from the paper: the picture
    ends in a tanh.

    Args:
        latent: length of z.
        channels: of the pictures.
        size: side length, at least 8.
        width: feature maps of the last but one layer, 64 in the paper; the layers before follow.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none, else it is embedded and joined to z.

    Shapes:
        z (n, latent), y (n,) or (n, condition); returns (n, channels, size, size) in [-1, 1].

    Example:
        >>> InfoGANGenerator(74, 1, 28, width=8)(torch.randn(2, 74)).shape
        torch.Size([2, 1, 28, 28])
    """

    def __init__(
        self, latent: int, channels: int, size: int, width: int = 64, condition: int = 0
    ) -> None:
        super().__init__()
        self.size, side = size, -(-size // 2**_LEVELS)
        joined = min(condition, 32)
        self.embedding = Embedded(condition, joined) if condition else None
        dense, maps = _DENSE * width, 2 * width
        self.layers = nn.Sequential(
            nn.Linear(latent + joined, dense, bias=False),
            nn.BatchNorm1d(dense),
            nn.ReLU(inplace=True),
            nn.Linear(dense, maps * side**2, bias=False),
            nn.Unflatten(1, (maps, side, side)),
            nn.BatchNorm2d(maps),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(maps, width, 4, 2, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(width, channels, 4, 2, 1),
            nn.Tanh(),
        )
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        if self.embedding is not None:
            z = torch.cat([z, self.embedding(y)], 1)
        return crop(self.layers(z), self.size)


class InfoGANDiscriminator(Discriminator):
    """Two strided convolutions and a linear layer of features, which know what lies where.

    Chen et al. 2016 (arXiv 1606.03657, appendix C.1): 64 and 128 maps, 1,024 features, leaky ReLU
    (slope .1). Differs from the paper: no batch normalisation, since real and generated items are
    scored in one call.

    Args:
        channels: of the pictures.
        size: side length, at least 8.
        width: feature maps of the first layer, 64 in the paper; the layers after follow.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.
        conditioning: how the condition enters.

    Shapes:
        x (n, channels, size, size), y (n,) or (n, condition); returns scores (n,).

    Example:
        >>> InfoGANDiscriminator(1, 28, width=8)(torch.zeros(2, 1, 28, 28)).shape
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
        super().__init__(_DENSE * width, condition, conditioning)
        side, maps = -(-size // 2**_LEVELS), [channels, width, 2 * width]
        self.pad = side * 2**_LEVELS - size
        layers: list[nn.Module] = []
        for before, after in itertools.pairwise(maps):
            layers += [nn.Conv2d(before, after, 4, 2, 1), nn.LeakyReLU(0.1, inplace=True)]
        dense = nn.Linear(maps[-1] * side**2, _DENSE * width)
        self.layers = nn.Sequential(*layers, nn.Flatten(), dense, nn.LeakyReLU(0.1))
        self.last = nn.Linear(_DENSE * width, 1)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def body(self, x: Tensor) -> Tensor:
        if self.pad:
            x = nn.functional.pad(x, (0, self.pad, 0, self.pad), mode="replicate")
        features: Tensor = self.layers(x)  # (n, features_width)
        return features

    def score(self, maps: Tensor) -> Tensor:
        scores: Tensor = self.last(maps).flatten()
        return scores
