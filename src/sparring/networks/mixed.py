"""The last layer of a generator of mixed rows: numbers and one-of-many blocks side by side."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sparring.core import WrongUse, draw


class MixedOutput(nn.Module):
    """Numbers pass through; each block of categories becomes a nearly one-hot choice.

    The choice is a Gumbel softmax (Jang et al. 2017, arXiv 1611.01144, eq. 2): differentiable, and
    random, so that a generator can give a category with a probability.

    Args:
        spans: the kinds and widths of the columns in order, such as ("number", 1), ("category", 5).
        temperature: above 0; smaller is nearer to one-hot.

    Raises:
        WrongUse: for another kind, a width below 1, or a temperature that isn't above 0.

    Shapes:
        (n, d) to (n, d), d the sum of the widths.

    Example:
        >>> output = MixedOutput([("number", 1), ("category", 3)])
        >>> row = output(torch.zeros(1, 4))
        >>> float(row[0, 0]), round(float(row[0, 1:].sum()), 4)
        (0.0, 1.0)
    """

    def __init__(self, spans: Sequence[tuple[str, int]], temperature: float = 0.3) -> None:
        super().__init__()
        if temperature <= 0:
            raise WrongUse(f"temperature of MixedOutput must be above 0, got {temperature}.")
        for kind, width in spans:
            if kind not in ("number", "category") or width < 1:
                raise WrongUse(
                    f"a span of MixedOutput must be 'number' or 'category' with a width of at "
                    f"least 1, got {(kind, width)}."
                )
        self.spans = [(kind, width) for kind, width in spans]
        self.temperature = temperature
        blocks: list[int] = []
        for index, (kind, width) in enumerate(self.spans):
            blocks += [index if kind == "category" else -1] * width
        block = torch.tensor(blocks)
        chosen = block >= 0
        self.register_buffer("choices", chosen.nonzero().flatten(), persistent=False)
        _, group = torch.unique(block[chosen], return_inverse=True)
        self.register_buffer("group", group, persistent=False)
        self.groups = int(group.max()) + 1 if len(group) else 0

    choices: Tensor
    group: Tensor

    def forward(self, x: Tensor) -> Tensor:
        if not self.groups:
            return x
        logits = x[:, self.choices]  # (n, all categories)
        uniform = draw(lambda n: torch.rand(n, len(self.choices), device=x.device), len(x))
        noise = -torch.log(-torch.log(uniform.clamp(1e-20, 1 - 1e-7)))
        logits = (logits + noise) / self.temperature
        index = self.group.expand_as(logits)
        top = torch.full((len(x), self.groups), -torch.inf, device=x.device, dtype=logits.dtype)
        top = top.scatter_reduce(1, index, logits.detach(), "amax")
        weights = (logits - top.gather(1, index)).exp()
        sums = torch.zeros_like(top).scatter_add(1, index, weights)
        return x.to(weights.dtype).index_copy(1, self.choices, weights / sums.gather(1, index))
