"""What a network's outputs say of sounds: levels that are close where sounds are quiet."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from sparring.core import WrongUse
from sparring.losses.pixels import Pixels, choose


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


class MuLaw(Pixels):
    """Each sample of a sound is one of so many levels that lie evenly once it is companded.

    Van den Oord et al. 2016 (arXiv 1609.03499), section 2.2, with mu one less than the levels. What
    is drawn, and what `surprise` is of, are levels: of a sound between two, the nearest.

    Args:
        channels: of the sounds, 1.
        levels: at least 2.

    Raises:
        WrongUse: for others.

    Shapes:
        sounds (n, 1, length) in [-1, 1], outputs (n, levels, length).

    Example:
        >>> law, x = MuLaw(levels=4), torch.tensor([[[0.0, 1.0, -1.0]]])
        >>> law.surprise(x, torch.zeros(1, 4, 3))  # 3 log 4
        tensor([4.1589])
        >>> law.nearest(torch.tensor([0.01, 0.6]))  # (4^(1/3) - 1) / 3 and 1
        tensor([0.1958, 1.0000])
    """

    def __init__(self, channels: int = 1, levels: int = 256) -> None:
        super().__init__()
        if channels != 1 or levels < 2:
            raise WrongUse(
                f"MuLaw is of 1 channel and at least 2 levels, got {channels} and {levels}."
            )
        self.levels, self.mu = levels, float(levels - 1)
        self.outputs, self.noises = levels, 1

    def seen(self, x: Tensor) -> Tensor:
        """The number of each sample's level, int64 of x's shape, 0 for -1."""
        return ((compand(x, self.mu) + 1) * (self.mu / 2)).round().long()

    def heard(self, numbers: Tensor) -> Tensor:
        """Where levels of these numbers lie, in [-1, 1]."""
        return expand(numbers * (2 / self.mu) - 1, self.mu)

    def chosen(self, outputs: Tensor, temperature: float, uniform: Tensor) -> Tensor:
        """Numbers of levels that uniform numbers (n, ...) draw from outputs (n, levels, ...)."""
        return choose(outputs / temperature, uniform, 1)

    def nearest(self, x: Tensor) -> Tensor:
        return self.heard(self.seen(x))

    def places(self) -> Tensor:
        """Where the levels lie, ascending, (levels,)."""
        return self.heard(torch.arange(self.levels))

    def edges(self) -> Tensor:
        """What parts one level from the next, ascending, (levels - 1,)."""
        return self.heard(torch.arange(self.levels - 1) + 0.5)

    def surprise(self, x: Tensor, outputs: Tensor) -> Tensor:
        return F.cross_entropy(outputs, self.seen(x)[:, 0], reduction="none").sum(1)

    def _drawn(self, outputs: Tensor, temperature: float, uniform: Tensor) -> Tensor:
        return self.heard(self.chosen(outputs, temperature, uniform[:, 0])).to(outputs)[:, None]

    def mean(self, outputs: Tensor) -> Tensor:
        chances = outputs.softmax(1)  # (n, levels, length)
        return torch.einsum("nlt,l->nt", chances, self.places().to(outputs))[:, None]
