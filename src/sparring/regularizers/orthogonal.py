"""Filters of the generator that don't resemble each other."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from sparring.core import Terms, WrongUse
from sparring.regularizers.hint import Generation, Hint

_TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
_LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d, *_TRANSPOSED)


@dataclass(frozen=True)
class Orthogonal(Hint):
    """strength times the sum over the generator's weights W of |W^T W o (1 - I)|^2.

    Brock et al. 2019 (arXiv 1809.11096), eq. 3: the columns of W are filters, flattened, and what
    is off the diagonal are the products of two different ones, so that filters keep their lengths
    and lose their likeness. It makes generators that bear latents they rarely saw, as truncated
    ones are. W are the weights of linear and convolutional layers, before spectral normalisation if
    there is any; embeddings, and with them the gains of `ConditionalBatchNorm`, are none.

    Args:
        strength: the paper's beta, at least 0.

    Raises:
        WrongUse: for a negative strength.

    Example:
        >>> layer = nn.Linear(2, 2, bias=False)
        >>> layer.weight.data = torch.tensor([[1.0, 0.0], [3.0, 1.0]])
        >>> z = torch.zeros(1, 2)
        >>> float(Orthogonal(0.5)(Generation(layer, z, None, z, 0))["orthogonality"])  # 2 * 3^2 / 2
        9.0
    """

    strength: float = 1e-4

    def __post_init__(self) -> None:
        if self.strength < 0:
            raise WrongUse(f"strength of Orthogonal must be at least 0, got {self.strength}.")

    def __call__(self, generation: Generation) -> Terms:
        likeness = [_likeness(filters) for filters in _matrices(generation.generator)]
        if not likeness or self.strength == 0:
            return {}
        return {"orthogonality": torch.stack(likeness).sum() * self.strength}


def _matrices(network: nn.Module) -> Iterator[Tensor]:
    """Weights of linear and convolutional layers, a flattened filter a row."""
    for module in network.modules():
        if isinstance(module, _LAYERS):
            weight: Tensor = module.weight
            if parametrize.is_parametrized(module, "weight"):
                weight = module.get_parameter("parametrizations.weight.original")
            yield (weight.transpose(0, 1) if isinstance(module, _TRANSPOSED) else weight).flatten(1)


def _likeness(filters: Tensor) -> Tensor:
    """The sum of squared products of every two different rows, each pair counted both ways."""
    many, numbers = filters.shape
    if many <= numbers:
        products = filters @ filters.t()
        return (products - products.diagonal().diag()).square().sum()
    # Both Gram matrices have the same norm; here the other is the smaller one. So many rows can't
    # be orthogonal, so that the difference is never one of two almost equal numbers.
    lengths = filters.square().sum(1)
    return (filters.t() @ filters).square().sum() - lengths.square().sum()
