"""Every place of a picture looks at every other."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse


class SelfAttention(nn.Module):
    """y = gamma v(o) + x, where o gathers h(x) from all places as g(x) asks and f(x) answers.

    Zhang et al. 2019 (arXiv 1805.08318), eq. 1 to 3: of h(x_i) place j takes
    the share b_ji = exp(f(x_i) g(x_j)) / sum over i, and gamma starts at 0, so that the layer
    starts as the identity. As in the authors' code, and unlike the paper's text, h has half the
    feature maps (f and g an eighth), and the places i are pooled by 2, a quarter as many.

    Args:
        width: feature maps in and out.

    Shapes:
        (n, width, s, s) to the same, s at least 2.

    Example:
        >>> attention, x = SelfAttention(16), torch.randn(2, 16, 4, 4)
        >>> torch.equal(attention(x), x), attention.shares(x).shape
        (True, torch.Size([2, 16, 4]))
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        eighth, half = max(1, width // 8), max(1, width // 2)
        self.asks = nn.Conv2d(width, eighth, 1, bias=False)  # the paper's g
        self.answers = nn.Conv2d(width, eighth, 1, bias=False)  # f
        self.gives = nn.Conv2d(width, half, 1, bias=False)  # h
        self.project = nn.Conv2d(half, width, 1, bias=False)  # v
        self.gamma = nn.Parameter(torch.zeros(1))

    def shares(self, x: Tensor) -> Tensor:
        """How much each place takes from each pooled one, (n, s s, (s // 2)^2); rows sum to 1."""
        asks = self.asks(x).flatten(2)  # (n, width / 8, places)
        answers = F.max_pool2d(self.answers(x), 2).flatten(2)  # (n, width / 8, pooled places)
        return torch.softmax(asks.transpose(1, 2) @ answers, 2)

    def forward(self, x: Tensor) -> Tensor:
        gives = F.max_pool2d(self.gives(x), 2).flatten(2)  # (n, width / 2, pooled places)
        gathered = gives @ self.shares(x).transpose(1, 2)  # (n, width / 2, places)
        change: Tensor = self.project(gathered.unflatten(2, x.shape[2:]))
        return x + self.gamma * change


def attending(sides: Sequence[int], attention: int) -> int | None:
    """Which of the sides that a network has its attention is at: the largest that isn't larger.

    Args:
        sides: lengths, in pixels.
        attention: the side length asked for, 0 for none.

    Returns:
        Its index, or None for no attention.

    Raises:
        WrongUse: if all sides are larger, or the length is negative.

    Example:
        >>> attending([14, 28], 16), attending([14, 28], 0)
        (0, None)
    """
    if attention == 0:
        return None
    fitting = [index for index, side in enumerate(sides) if side <= attention]
    if not fitting:
        raise WrongUse(
            f"attention must be 0 or a side length of at least {min(sides)}, the smallest that the "
            f"network has, got {attention}."
        )
    return max(fitting, key=lambda index: sides[index])
