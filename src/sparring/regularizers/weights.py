"""Constraints on a discriminator's weights."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import spectral_norm

from sparring.core import WrongUse


@dataclass(frozen=True)
class Clip:
    """A player's projection: every weight is brought into [-limit, limit] after each move.

    Arjovsky et al. 2017 (arXiv 1701.07875), algorithm 1.

    Args:
        limit: the paper's c, above 0.

    Raises:
        WrongUse: for a limit that isn't above 0.

    Example:
        >>> weight = nn.Parameter(torch.tensor([0.5, -0.001]))
        >>> with torch.no_grad():
        ...     Clip(0.01)([weight])
        >>> weight.tolist()
        [0.00999..., -0.0010...]
    """

    limit: float = 0.01

    def __post_init__(self) -> None:
        if self.limit <= 0:
            raise WrongUse(f"limit of Clip must be above 0, got {self.limit}.")

    def __call__(self, parameters: list[nn.Parameter]) -> None:
        torch._foreach_clamp_min_([*parameters], -self.limit)
        torch._foreach_clamp_max_([*parameters], self.limit)


_LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose2d)


def spectrally_normalise(network: nn.Module, embeddings: bool = True) -> nn.Module:
    """Divide every linear and convolutional weight by its largest singular value, in place.

    Miyato et al. 2018 (arXiv 1802.05957), eq. 8 and algorithm 1: one power iteration a forward
    pass in training. Convolution kernels count as matrices of shape (out, in * h * w), and as there
    the result bounds the convolution's true norm only up to a constant. A weight that starts at
    zero has no direction to keep and starts orthogonal instead.

    Args:
        network: its layers that already are normalised stay as they are.
        embeddings: whether tables of classes are normalised as well, as in a discriminator, where
            they are part of the score; what a generator is asked for may have any length.

    Returns:
        The same network.

    Example:
        >>> layer = spectrally_normalise(nn.Linear(3, 3)).eval()
        >>> float(torch.linalg.matrix_norm(layer.weight, 2).detach()) < 1.1
        True
    """
    kinds = (*_LAYERS, nn.Embedding) if embeddings else _LAYERS
    for module in network.modules():
        if isinstance(module, kinds) and not parametrize.is_parametrized(module, "weight"):
            if not module.weight.any():
                nn.init.orthogonal_(module.weight)
            spectral_norm(module)
    return network
