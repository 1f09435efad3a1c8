"""Items as vectors of plain numbers with a density, and back: what a flow plays in.

Levels and choices have probabilities, not densities. Noise spreads each over an interval of its
own, in which a density can stand for it.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sparring.core import WrongUse, draw
from sparring.losses.pixels import to_levels


class Space(nn.Module, ABC):
    """From items (n, *shape) to vectors (n, numbers) and back.

    Args:
        shape: of an item.

    Attributes:
        discrete: whether `spread` bounds probabilities; else densities of the items follow from
            those of the vectors exactly.
    """

    discrete = False

    def __init__(self, shape: Sequence[int]) -> None:
        super().__init__()
        self.shape = tuple(shape)
        self.numbers = math.prod(self.shape)

    @abstractmethod
    def spread(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Vectors (n, numbers), and what makes their log-densities those of the items, (n,).

        log p(x) = log p(vector) + that; where noise is added, the mean of it is no more than log
        P(x), the logarithm of a probability.
        """

    @abstractmethod
    def gather(self, vectors: Tensor) -> Tensor:
        """The items (n, *shape) of vectors; differentiable, so between levels where there are."""

    def nearest(self, x: Tensor) -> Tensor:
        """The nearest items that there could be."""
        return x


class Plain(Space):
    """Items as they are, which are numbers; densities are in their units.

    Example:
        >>> vectors, volume = Plain((2, 2)).spread(torch.zeros(3, 2, 2))
        >>> vectors.shape, volume
        (torch.Size([3, 4]), tensor([0., 0., 0.]))
    """

    def spread(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x.flatten(1), x.new_zeros(len(x))

    def gather(self, vectors: Tensor) -> Tensor:
        return vectors.view(-1, *self.shape)


class Dequantised(Space):
    """Pictures in [-1, 1] whose levels are spread evenly over an interval each.

    Level l of L becomes v = (l + u) / L with u uniform in [0, 1). Jensen's inequality gives log
    P(x) >= E_u[log p(v)] - numbers log L (Theis et al. 2016, arXiv 1511.01844, section 3.1): the
    mean of what a flow says is a lower bound of the probability of the 8-bit picture. The vector is
    the logit of a + (1 - 2 a) v (Dinh et al. 2017, arXiv 1605.08803, section 4.1), which no flow
    can leave the levels' range with; or 2 v - 1.

    Args:
        shape: of a picture.
        levels: L, at least 2, which lie evenly. For pictures of fewer than 256, such as scans of 16
            greys, say how many: else all that lie between are taken to be possible.
        logit: a, above 0 and below .5; None takes 2 v - 1.

    Raises:
        WrongUse: for other numbers.

    Example:
        >>> space = Dequantised((1, 1, 2), levels=4, logit=None)
        >>> vectors, volume = space.spread(torch.tensor([[[[-1.0, 1.0]]]]))
        >>> bool((vectors[0] * 2).floor().equal(torch.tensor([-2.0, 1.0])))  # the outer quarters
        True
        >>> float(volume)  # 2 log 2 - 2 log 4
        -1.3862...
    """

    discrete = True

    def __init__(self, shape: Sequence[int], levels: int = 256, logit: float | None = 0.05) -> None:
        super().__init__(shape)
        if levels < 2:
            raise WrongUse(f"levels of Dequantised must be at least 2, got {levels}.")
        if logit is not None and not 0 < logit < 0.5:
            raise WrongUse(f"logit of Dequantised must be between 0 and .5, got {logit}.")
        self.levels, self.logit = levels, logit

    def spread(self, x: Tensor) -> tuple[Tensor, Tensor]:
        last = self.levels - 1
        level = ((x.flatten(1) + 1) * (last / 2)).round().clamp(0, last)
        v = (level + _noise(level)) / self.levels
        volume = v.new_full((len(v),), -self.numbers * math.log(self.levels))
        if self.logit is None:
            return 2 * v - 1, volume + self.numbers * math.log(2)
        inner = 1 - 2 * self.logit
        w = self.logit + inner * v
        # ds/dv = (1 - 2 a) / (w (1 - w))
        logs = w.log(), (-w).log1p()
        steepness = self.numbers * math.log(inner) - (logs[0] + logs[1]).sum(1)
        return logs[0] - logs[1], volume + steepness

    def gather(self, vectors: Tensor) -> Tensor:
        if self.logit is None:
            v = (vectors + 1) / 2
        else:
            v = (torch.sigmoid(vectors) - self.logit) / (1 - 2 * self.logit)
        # The middle of a level's interval is the level, whose neighbours are half an interval off.
        x = (2 * self.levels * v - 1) / (self.levels - 1) - 1
        return x.view(-1, *self.shape)

    def nearest(self, x: Tensor) -> Tensor:
        return to_levels(x, self.levels)


class DequantisedRows(Space):
    """Encoded rows of a table whose choices, of 0 and 1, are spread over an interval each.

    A 0 becomes u - 1 and a 1 becomes u, with u uniform in [0, 1), so that a choice's probability is
    the density's mass there; numbers stay as they are, and count by their density in encoded units.

    Args:
        spans: kinds and widths of the columns; "category" and "mode" are choices.

    Example:
        >>> space = DequantisedRows([("number", 1), ("category", 2)])
        >>> vectors, _ = space.spread(torch.tensor([[0.3, 0.0, 1.0]]))
        >>> (vectors >= 0).tolist(), float(vectors[0, 0])
        ([[True, False, True]], 0.3...)
    """

    choices: Tensor

    def __init__(self, spans: Sequence[tuple[str, int]]) -> None:
        kinds = [kind for kind, width in spans for _ in range(width)]
        super().__init__((len(kinds),))
        chosen = [kind in ("category", "mode") for kind in kinds]
        self.register_buffer("choices", torch.tensor(chosen), persistent=False)

    def spread(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return torch.where(self.choices, x + _noise(x) - 1, x), x.new_zeros(len(x))

    def gather(self, vectors: Tensor) -> Tensor:
        # In the middle of its interval a choice is what it was.
        return torch.where(self.choices, vectors + 0.5, vectors)


def _noise(like: Tensor) -> Tensor:
    """Uniform numbers in [0, 1) of such a shape (n, numbers)."""
    noise = draw(lambda n: torch.rand(n, like.shape[1], dtype=like.dtype), len(like))
    return noise.to(like.device)
