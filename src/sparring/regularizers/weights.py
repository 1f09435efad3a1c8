"""Constraints on a discriminator's weights."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrize

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


_TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
_LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d, *_TRANSPOSED)
_FIRST_PASSES = 15  # from a random start; then weights move less than one pass a step can follow


class Spectral(nn.Module):
    """W / (u^T W v), u and v the directions of W's largest singular value, kept by power iteration.

    Miyato et al. 2018 (arXiv 1802.05957), algorithm 1: a call in training is one iteration. In
    evaluation the directions stay, and are divided by their lengths: means over time, which
    averaged networks have for directions, are shorter than 1.

    Args:
        weight: what it starts with, (out, ...), or (in, out, ...).
        transposed: whether outputs come second.

    Example:
        >>> spectral = Spectral(2 * torch.eye(2)).eval()
        >>> torch.allclose(spectral(torch.eye(2)), torch.eye(2))
        True
    """

    _u: Tensor
    _v: Tensor

    def __init__(self, weight: Tensor, transposed: bool = False) -> None:
        super().__init__()
        self.transposed = transposed
        matrix = self._matrix(weight.detach())
        self.register_buffer("_u", F.normalize(matrix.new_empty(matrix.shape[0]).normal_(), dim=0))
        self.register_buffer("_v", F.normalize(matrix.new_empty(matrix.shape[1]).normal_(), dim=0))
        for _ in range(_FIRST_PASSES):
            self._follow(matrix)

    def _matrix(self, weight: Tensor) -> Tensor:
        return (weight.transpose(0, 1) if self.transposed else weight).flatten(1)

    @torch.no_grad()
    def _follow(self, matrix: Tensor) -> None:
        self._v.copy_(F.normalize(matrix.t().mv(self._u), dim=0))
        self._u.copy_(F.normalize(matrix.mv(self._v), dim=0))

    def forward(self, weight: Tensor) -> Tensor:
        matrix = self._matrix(weight)
        if self.training:
            self._follow(matrix)
            # Copies: the next call moves the directions before this one's backward pass.
            u, v = self._u.clone(), self._v.clone()
        else:
            u, v = F.normalize(self._u, dim=0), F.normalize(self._v, dim=0)
        return weight / u.dot(matrix.mv(v))


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
            spectral = Spectral(module.weight, isinstance(module, _TRANSPOSED))
            parametrize.register_parametrization(module, "weight", spectral)
    return network
