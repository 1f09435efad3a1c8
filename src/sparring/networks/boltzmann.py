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

    def couplings(self) -> tuple[Tensor, Tensor, Tensor]:
        """Weights, and the biases of visible and hidden units."""
        return self.weight, self.visible_bias, self.hidden_bias


class DeepCoupling(nn.Module):
    """Three layers of units, each coupled with the next: a deep Boltzmann machine's.

    The energy of visible v and hidden h, g is -v'Wh - h'Ug - b'v - c'h - d'g (Salakhutdinov and
    Hinton 2009, "Deep Boltzmann machines", eq. 9, with biases).

    Args:
        visible, hidden, top: units of the layers, at least 1.

    Raises:
        WrongUse: for fewer.

    Shapes:
        v (n, visible), h (n, hidden), g (n, top) of 0 and 1, or chances between.

    Example:
        >>> coupling = DeepCoupling(4, 3, 2)
        >>> [layer.shape for layer in coupling.mean_field(torch.zeros(5, 4), 10)]
        [torch.Size([5, 3]), torch.Size([5, 2])]
    """

    def __init__(self, visible: int, hidden: int, top: int) -> None:
        super().__init__()
        if min(visible, hidden, top) < 1:
            raise WrongUse(f"layers must have at least 1 unit, got {visible}, {hidden} and {top}.")
        self.lower = nn.Parameter(_DEVIATION * torch.randn(visible, hidden))
        self.upper = nn.Parameter(_DEVIATION * torch.randn(hidden, top))
        self.visible_bias = nn.Parameter(torch.zeros(visible))
        self.hidden_bias = nn.Parameter(torch.zeros(hidden))
        self.top_bias = nn.Parameter(torch.zeros(top))

    def outer(self, h: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of the visible and of the top units, given those between."""
        return h @ self.lower.t() + self.visible_bias, h @ self.upper + self.top_bias

    def inner(self, v: Tensor, g: Tensor) -> Tensor:
        """Logits of the units between, given both others."""
        return v @ self.lower + g @ self.upper.t() + self.hidden_bias

    def energy(self, v: Tensor, h: Tensor, g: Tensor) -> Tensor:
        """Of states, or of chances where units are independent: (n,)."""
        outer = v @ self.visible_bias + g @ self.top_bias
        return -outer - (h * self.inner(v, g)).sum(1)

    def mean_field(self, v: Tensor, rounds: int) -> tuple[Tensor, Tensor]:
        """The chances of h and g that are each other's consequence, given v.

        Section 3 there: h and then g in turn, from g without any knowledge of h's upper side: the
        weights from below count twice at first.
        """
        h = torch.sigmoid(2 * (v @ self.lower) + self.hidden_bias)
        g = torch.sigmoid(h @ self.upper + self.top_bias)
        for _ in range(rounds):
            h = torch.sigmoid(self.inner(v, g))
            g = torch.sigmoid(h @ self.upper + self.top_bias)
        return h, g

    def couplings(self) -> tuple[Tensor, Tensor, Tensor]:
        """The units between as one layer, all others as another: weights, and both biases."""
        weight = torch.cat([self.lower.t(), self.upper], 1)
        return weight, self.hidden_bias, torch.cat([self.visible_bias, self.top_bias])
