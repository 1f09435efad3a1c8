"""The last layer of a generator of mixed rows: numbers and one-of-many blocks side by side."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sparring.core import WrongUse, draw

NUMBERS = ("number", "bounded")
CHOICES = ("category", "mode")


class MixedOutput(nn.Module):
    """Numbers pass through, bounded ones by a tanh; each block becomes a nearly one-hot choice.

    The choice is a Gumbel softmax (Jang et al. 2017, arXiv 1611.01144, eq. 2): differentiable, and
    random, so that a generator can give a category with a probability.

    Args:
        spans: the kinds and widths of the columns in order, such as ("number", 1), ("category", 5);
            numbers are "number" or, within [-1, 1], "bounded"; choices are "category" or "mode".
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

    choices: Tensor
    group: Tensor
    bounded: Tensor

    def __init__(self, spans: Sequence[tuple[str, int]], temperature: float = 0.3) -> None:
        super().__init__()
        if temperature <= 0:
            raise WrongUse(f"temperature of MixedOutput must be above 0, got {temperature}.")
        for kind, width in spans:
            if kind not in NUMBERS + CHOICES or width < 1:
                raise WrongUse(
                    f"a span of MixedOutput must be 'number', 'bounded', 'category' or 'mode' with "
                    f"a width of at least 1, got {(kind, width)}."
                )
        self.spans = [(kind, width) for kind, width in spans]
        self.temperature = temperature
        kinds = [kind for kind, width in self.spans for _ in range(width)]
        blocks = [width for kind, width in self.spans if kind in CHOICES]
        self.groups = len(blocks)
        columns = {
            "choices": [index for index, kind in enumerate(kinds) if kind in CHOICES],
            "group": [block for block, width in enumerate(blocks) for _ in range(width)],
            "bounded": [index for index, kind in enumerate(kinds) if kind == "bounded"],
        }
        for name, indices in columns.items():
            tensor = torch.tensor(indices, dtype=torch.long)
            self.register_buffer(name, tensor, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        if len(self.bounded):
            squashed = x.index_select(1, self.bounded).tanh()
            x = x.index_copy(1, self.bounded, squashed)
        if not self.groups:
            return x
        chosen = self._choose(x.index_select(1, self.choices))
        return x.to(chosen.dtype).index_copy(1, self.choices, chosen)

    def _choose(self, logits: Tensor) -> Tensor:
        """A Gumbel softmax within each block, of shape (n, all choices) as the logits."""
        columns, device = logits.shape[1], logits.device
        uniform = draw(lambda n: torch.rand(n, columns, device=device), len(logits))
        noise = -torch.log(-torch.log(uniform.clamp(1e-20, 1 - 1e-7)))
        logits = (logits + noise) / self.temperature
        with torch.no_grad():  # a softmax is the same whatever is subtracted from its block
            top = logits.new_full((len(logits), self.groups), -torch.inf)
            top = top.scatter_reduce(1, self.group.expand_as(logits), logits, "amax")
        weights = (logits - top.index_select(1, self.group)).exp()
        sums = torch.zeros_like(top, dtype=weights.dtype).index_add(1, self.group, weights)
        return weights / sums.index_select(1, self.group)
