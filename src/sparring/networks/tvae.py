"""The pair of TVAE: fully connected, with ReLU."""

import itertools
from collections.abc import Sequence

from torch import Tensor, nn


def _layers(widths: Sequence[int]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, after in itertools.pairwise(widths):
        layers += [nn.Linear(before, after), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class TVAEEncoder(nn.Module):
    """From rows to the mean and the log variance of their latents.

    Xu et al. 2019 (arXiv 1907.00503), section 4.5.

    Args:
        width: of a row.
        latent: length of z.
        hidden: widths of the hidden layers.

    Shapes:
        x (n, width); returns (n, 2, latent): means, then log variances.

    Example:
        >>> import torch
        >>> TVAEEncoder(6, latent=4)(torch.zeros(3, 6)).shape
        torch.Size([3, 2, 4])
    """

    def __init__(self, width: int, latent: int = 128, hidden: Sequence[int] = (128, 128)) -> None:
        super().__init__()
        self.layers = _layers([width, *hidden, 2 * latent])
        self.latent = latent

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.layers(x)
        return result.view(-1, 2, self.latent)


class TVAEDecoder(nn.Module):
    """From latents to what a row's distribution is made of, before any squashing.

    Xu et al. 2019 (arXiv 1907.00503), section 4.5.

    Args:
        width: of a row.
        latent: length of z.
        hidden: widths of the hidden layers.

    Shapes:
        z (n, latent); returns (n, width).

    Example:
        >>> import torch
        >>> TVAEDecoder(6, latent=4)(torch.zeros(3, 4)).shape
        torch.Size([3, 6])
    """

    def __init__(self, width: int, latent: int = 128, hidden: Sequence[int] = (128, 128)) -> None:
        super().__init__()
        self.layers = _layers([latent, *hidden, width])

    def forward(self, z: Tensor) -> Tensor:
        result: Tensor = self.layers(z)
        return result
