"""Which values can be asked of a row, how often they come, and whether a row has them."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse
from sparring.priors import Categorical


class Asking(nn.Module):
    """The values of a table's categories, numbered in one run in the order of its columns.

    Args:
        spans: kinds and widths of the encoded columns; values are those of a "category".
        frequencies: how often each value comes; those of a block sum to 1.

    Raises:
        WrongUse: for frequencies that don't fit the spans.

    Attributes:
        columns: (values,) which column of a row a value is.
        block: (values,) which block of categories it is of.

    Example:
        >>> asking = Asking([("number", 1), ("category", 2)], [0.9, 0.1])
        >>> asking.surprise(torch.zeros(1, 3), torch.tensor([1]))  # log 2
        tensor(0.6931)
        >>> asking.impose(torch.tensor([[0.3, 0.8, 0.2]]), torch.tensor([1]))
        tensor([[0.3000, 0.0000, 1.0000]])
    """

    columns: Tensor
    block: Tensor

    def __init__(self, spans: Sequence[tuple[str, int]], frequencies: Sequence[float]) -> None:
        super().__init__()
        kinds = [kind for kind, width in spans for _ in range(width)]
        widths = [width for kind, width in spans if kind == "category"]
        if len(frequencies) != sum(widths):
            raise WrongUse(
                f"frequencies must be one a category, {sum(widths)} for these spans, got "
                f"{len(frequencies)}."
            )
        columns = [index for index, kind in enumerate(kinds) if kind == "category"]
        blocks = [block for block, width in enumerate(widths) for _ in range(width)]
        self.register_buffer("columns", torch.tensor(columns, dtype=torch.long), persistent=False)
        self.register_buffer("block", torch.tensor(blocks, dtype=torch.long), persistent=False)
        # Each block's frequencies sum to 1: drawn from all of them, blocks come equally often.
        self.values = Categorical(frequencies) if columns else None

    def sample(self, n: int) -> Tensor | None:
        """n values, (n,) int64: a block evenly, in it by frequency; None where there are none."""
        return None if self.values is None else self.values.sample(n)

    def _own(self, asked: Tensor) -> Tensor:
        """(n, values): which are in the block of the asked one."""
        return self.block == self.block[asked][:, None]

    def surprise(self, logits: Tensor, asked: Tensor) -> Tensor:
        """Mean of -log p(asked value) within its block, in nats.

        Args:
            logits: (n, columns) whose softmax in each block is p.
            asked: (n,) int64.
        """
        values = logits.index_select(1, self.columns)
        return F.cross_entropy(values.masked_fill(~self._own(asked), -torch.inf), asked)

    def check(self, asked: Tensor, n: int) -> None:
        """Refuse what isn't one value a row.

        Raises:
            WrongUse: if `asked` isn't (n,) numbers of values.
        """
        last = len(self.block) - 1
        if asked.shape != (n,) or bool(((asked < 0) | (asked > last)).any()):
            raise WrongUse(
                f"condition['condition'] must name {n} values from 0 to {last}, one a row, got "
                f"{asked}."
            )

    def impose(self, rows: Tensor, asked: Tensor) -> Tensor:
        """Rows of shape (n, columns) with the values that are asked of them, (n,) int64."""
        one_hot = F.one_hot(asked, len(self.block)).to(rows.dtype)
        values = rows.index_select(1, self.columns)
        values = torch.where(self._own(asked), one_hot, values)
        return rows.index_copy(1, self.columns, values)
