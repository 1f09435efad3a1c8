"""How surprising data is under a model, in nats: negative log likelihoods and divergences."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sparring.core import WrongUse, draw


def normal_surprise(x: Tensor, mean: Tensor, deviation: Tensor) -> Tensor:
    """-log N(x; mean, deviation^2), element by element.

    Args:
        x, mean: of any one shape.
        deviation: above 0, of a shape that fits.

    Example:
        >>> zero = torch.zeros(())
        >>> float(normal_surprise(zero, zero, torch.ones(())))  # log(2 pi) / 2
        0.9189...
    """
    return ((x - mean) / deviation).square() / 2 + deviation.log() + math.log(2 * math.pi) / 2


def normal_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, variance) | N(0, 1)), summed over each item's latents.

    Kingma and Welling 2014 (arXiv 1312.6114), appendix B.

    Args:
        mean, log_variance: (n, k).

    Returns:
        (n,) nats, at least 0.

    Example:
        >>> normal_divergence(torch.tensor([[0.0, 0.0], [1.0, 1.0]]), torch.zeros(2, 2))
        tensor([0., 1.])
    """
    return (mean.square() + log_variance.exp() - log_variance - 1).sum(1) / 2


class MixedRows(nn.Module):
    """The distribution of rows of numbers and one-of-many choices, all independent of each other.

    Xu et al. 2019 (arXiv 1907.00503), section 4.5. It is made of one number a column: a number is
    normal around it ("number") or around its tanh ("bounded"), with a deviation of the column; a
    block of choices ("category", "mode") has the softmax of its numbers.

    Args:
        spans: kinds and widths of the columns.

    Raises:
        WrongUse: for another kind.

    Attributes:
        numbers: how many columns have a deviation.

    Example:
        >>> rows = MixedRows([("bounded", 1), ("category", 2)])
        >>> x, outputs = torch.tensor([[0.0, 1.0, 0.0]]), torch.zeros(1, 3)
        >>> rows.surprise(x, outputs, torch.ones(1))  # log(2 pi) / 2 + log 2
        tensor([1.6121])
        >>> rows.sample(outputs, torch.ones(1)).shape
        torch.Size([1, 3])
    """

    places: Tensor
    bounded: Tensor
    choices: Tensor
    group: Tensor

    def __init__(self, spans: Sequence[tuple[str, int]]) -> None:
        super().__init__()
        for kind, width in spans:
            if kind not in ("number", "bounded", "category", "mode"):
                raise WrongUse(
                    f"a span of MixedRows must be 'number', 'bounded', 'category' or 'mode', got "
                    f"{(kind, width)}."
                )
        kinds = [kind for kind, width in spans for _ in range(width)]
        blocks = [width for kind, width in spans if kind in ("category", "mode")]
        numeric = [index for index, kind in enumerate(kinds) if kind in ("number", "bounded")]
        chosen = [index for index, kind in enumerate(kinds) if kind in ("category", "mode")]
        group = [block for block, width in enumerate(blocks) for _ in range(width)]
        self.numbers, self.groups = len(numeric), len(blocks)
        for name, indices in {"places": numeric, "choices": chosen, "group": group}.items():
            tensor = torch.tensor(indices, dtype=torch.long)
            self.register_buffer(name, tensor, persistent=False)
        within = torch.tensor([kinds[index] == "bounded" for index in numeric], dtype=torch.bool)
        self.register_buffer("bounded", within, persistent=False)

    def surprise(self, x: Tensor, outputs: Tensor, deviation: Tensor) -> Tensor:
        """-log p(x), of shape (n,).

        Args:
            x: (n, columns) rows, choices one-hot; a block of zeros counts nothing.
            outputs: (n, columns) what the distribution is made of.
            deviation: (numbers,), above 0.
        """
        values = x.index_select(1, self.places)
        surprise = normal_surprise(values, self._means(outputs), deviation).sum(1)
        if not self.groups:
            return surprise
        logits, chosen = outputs.index_select(1, self.choices), x.index_select(1, self.choices)
        top = self._tops(logits)
        weights = (logits - top.index_select(1, self.group)).exp()
        none = torch.zeros_like(top, dtype=weights.dtype)
        totals = none.index_add(1, self.group, weights).log() + top  # logsumexp of each block
        there = none.index_add(1, self.group, chosen.to(none.dtype))  # 0 for a block of zeros
        return surprise + (totals * there).sum(1) - (logits * chosen).sum(1)

    def sample(self, outputs: Tensor, deviation: Tensor) -> Tensor:
        """A row each, choices one-hot and bounded numbers within [-1, 1], of shape (n, columns)."""
        means = self._means(outputs)
        noise = draw(lambda n: torch.randn(n, self.numbers, device=means.device), len(means))
        numbers = means + deviation * noise
        numbers = torch.where(self.bounded, numbers.clamp(-1, 1), numbers)
        row = outputs.index_copy(1, self.places, numbers)
        if not self.groups:
            return row
        logits = outputs.index_select(1, self.choices)
        columns = logits.shape[1]
        uniform = draw(lambda n: torch.rand(n, columns, device=logits.device), len(logits))
        # The largest logit plus Gumbel noise is a draw from the softmax.
        logits = logits - torch.log(-torch.log(uniform.clamp(1e-20, 1 - 1e-7)))
        largest = logits == self._tops(logits).index_select(1, self.group)
        return row.index_copy(1, self.choices, largest.to(row.dtype))

    def _means(self, outputs: Tensor) -> Tensor:
        means = outputs.index_select(1, self.places)
        return torch.where(self.bounded, means.tanh(), means)

    def _tops(self, logits: Tensor) -> Tensor:
        """The largest of each block, (n, blocks), a constant to gradients."""
        logits = logits.detach()
        top = logits.new_full((len(logits), self.groups), -torch.inf)
        return top.scatter_reduce(1, self.group.expand_as(logits), logits, "amax")
