"""Layers of units that are on or off, coupled with each other."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse

_DEVIATION = 0.01


class Coupling(nn.Module):
    """Two layers of units, each of which knows the other alone: a restricted Boltzmann machine's.

    The energy of visible v and hidden h is -v'Wh - b'v - c'h (Hinton 2012, "A practical guide to
    training restricted Boltzmann machines", eq. 1); weights start normal with deviation .01
    (section 8).

    Args:
        visible, hidden: units of both layers, at least 1.

    Raises:
        WrongUse: for fewer.

    Shapes:
        v (n, visible) and h (n, hidden) of 0 and 1, or chances between.

    Example:
        >>> coupling = Coupling(3, 2)
        >>> coupling.up(torch.zeros(4, 3)).shape, coupling.down(torch.zeros(4, 2)).shape
        (torch.Size([4, 2]), torch.Size([4, 3]))
    """

    def __init__(self, visible: int, hidden: int) -> None:
        super().__init__()
        if visible < 1 or hidden < 1:
            raise WrongUse(f"layers must have at least 1 unit, got {visible} and {hidden}.")
        self.weight = nn.Parameter(_DEVIATION * torch.randn(visible, hidden))
        self.visible_bias = nn.Parameter(torch.zeros(visible))
        self.hidden_bias = nn.Parameter(torch.zeros(hidden))

    def up(self, v: Tensor) -> Tensor:
        """Logits of the hidden units, given the visible ones."""
        return v @ self.weight + self.hidden_bias

    def down(self, h: Tensor) -> Tensor:
        """Logits of the visible units, given the hidden ones."""
        return h @ self.weight.t() + self.visible_bias

    def free_energy(self, v: Tensor) -> Tensor:
        """-log of the sum over all hidden states of exp(-energy), (n,)."""
        return -(v @ self.visible_bias) - F.softplus(self.up(v)).sum(1)


def flipped(logits: Tensor) -> Tensor:
    """Units drawn with these logits, 0 or 1.

    Example:
        >>> flipped(torch.tensor([-100.0, 100.0]))
        tensor([0., 1.])
    """
    return torch.bernoulli(torch.sigmoid(logits))
