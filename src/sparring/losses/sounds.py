"""What a network's outputs say of sounds: levels that are close where sounds are quiet."""

import math

import torch
from torch import Tensor

from sparring.losses.pixels import Levels, to_levels


def compand(x: Tensor, mu: float = 255.0) -> Tensor:
    """sign(x) log(1 + mu |x|) / log(1 + mu): from [-1, 1] to itself, quiet sounds spread out.

    Van den Oord et al. 2016 (arXiv 1609.03499), section 2.2; ITU-T G.711.

    Args:
        x: in [-1, 1], of any shape; what lies outside is cut.
        mu: above 0.

    Example:
        >>> compand(torch.tensor([-1.0, 0.0, 15 / 255, 1.0]))  # log 16 / log 256 = 1/2
        tensor([-1.0000,  0.0000,  0.5000,  1.0000])
    """
    return x.sign() * torch.log1p(mu * x.abs().clamp_max(1)) / math.log1p(mu)


def expand(x: Tensor, mu: float = 255.0) -> Tensor:
    """The inverse of `compand`: sign(x) ((1 + mu)^|x| - 1) / mu.

    Args:
        x: in [-1, 1], of any shape.
        mu: above 0.

    Example:
        >>> expand(torch.tensor([0.5])) * 255
        tensor([15.])
    """
    return x.sign() * torch.expm1(x.abs() * math.log1p(mu)) / mu


class MuLaw(Levels):
    """Each sample of a sound is one of so many levels that lie evenly once it is companded.

    Van den Oord et al. 2016 (arXiv 1609.03499), section 2.2, with mu one less than the levels. What
    is drawn, and what `surprise` is of, are levels: of a sound between two, the nearest.

    Args:
        channels: of the sounds, 1.
        levels: at least 2.

    Raises:
        WrongUse: for fewer.

    Shapes:
        sounds (n, 1, length) in [-1, 1], outputs (n, levels, length).

    Example:
        >>> law, x = MuLaw(levels=4), torch.tensor([[[0.0, 1.0, -1.0]]])
        >>> law.surprise(x, torch.zeros(1, 4, 3))  # 3 log 4
        tensor([4.1589])
        >>> law.nearest(torch.tensor([0.01, 0.6]))  # (4^(1/3) - 1) / 3 and 1
        tensor([0.1958, 1.0000])
    """

    @property
    def mu(self) -> float:
        """How much quiet sounds are spread out."""
        return float(self.levels - 1)

    def seen(self, x: Tensor) -> Tensor:
        """Companded, and on the nearest level."""
        return to_levels(compand(x, self.mu), self.levels)

    def nearest(self, x: Tensor) -> Tensor:
        return expand(self.seen(x), self.mu)

    def places(self) -> Tensor:
        """Where the levels lie, ascending, (levels,)."""
        return expand(torch.linspace(-1, 1, self.levels), self.mu)

    def edges(self) -> Tensor:
        """What parts one level from the next, ascending, (levels - 1,)."""
        half = torch.linspace(-1, 1, 2 * self.levels - 1)[1::2]
        return expand(half, self.mu)

    def surprise(self, x: Tensor, outputs: Tensor) -> Tensor:
        return super().surprise(compand(x, self.mu), outputs)

    def _drawn(self, outputs: Tensor, temperature: float, uniform: Tensor) -> Tensor:
        return expand(super()._drawn(outputs, temperature, uniform), self.mu)

    def mean(self, outputs: Tensor) -> Tensor:
        chances = self._logits(outputs).softmax(2)  # (n, 1, levels, length)
        return torch.einsum("nclt,l->nct", chances, self.places().to(outputs))
