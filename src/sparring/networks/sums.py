"""Sums of rows of a table, with derivatives of any order."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Bags:
    """Which rows each sum is made of.

    Attributes:
        index: (m,) int32 rows, those of the first sum before those of the second.
        offsets: (sums + 1,) int32: where each sum's rows begin in `index`, and m.
        weights: (m,) what each is multiplied by; None for 1.
    """

    index: Tensor
    offsets: Tensor
    weights: Tensor | None = None


def sums(table: Tensor, bags: Bags, transposed: Callable[[], Bags]) -> Tensor:
    """(rows, width) of a table -> (sums, width).

    Args:
        table: any numbers.
        bags: what is added up.
        transposed: the same as sums of sums, one for each row of the table: its derivative. Asked
            for when there is one to take.

    Example:
        >>> bags = bags_of(torch.tensor([[0, 1], [1, -1]]))
        >>> sums(torch.tensor([[1.0], [2.0]]), bags, lambda: bags).tolist()
        [[3.0], [2.0]]
    """
    found: Tensor = _Sums.apply(table, bags, transposed)
    return found


class _Sums(torch.autograd.Function):
    """A linear map whose derivative is its transpose, which torch's own bag has to sort for."""

    @staticmethod
    def forward(ctx: Any, table: Tensor, bags: Bags, transposed: Callable[[], Bags]) -> Tensor:
        ctx.bags, ctx.transposed = bags, transposed
        return F.embedding_bag(
            bags.index,
            table,
            bags.offsets,
            mode="sum",
            per_sample_weights=bags.weights,
            include_last_offset=True,
        )

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        bags = ctx.bags
        return sums(gradients[0].contiguous(), ctx.transposed(), lambda: bags), None, None


def bags_of(rows: Tensor) -> Bags:
    """(sums, most) rows of each sum, -1 for none -> Bags."""
    there = rows >= 0
    return Bags(rows[there].int(), _ends(there.sum(1)))


def _ends(counts: Tensor) -> Tensor:
    return F.pad(counts.cumsum(0), (1, 0)).int()


class FixedSums(nn.Module):
    """Sums that are always the same ones.

    Args:
        rows: (sums, most) int64 rows of each sum, -1 for none.
        size: rows of the table.

    Example:
        >>> FixedSums(torch.tensor([[0, 1], [1, -1]]), 2)(torch.tensor([[1.0], [2.0]])).tolist()
        [[3.0], [2.0]]
    """

    def __init__(self, rows: Tensor, size: int) -> None:
        super().__init__()
        self.size = size
        bags = bags_of(rows)
        index, order = bags.index.sort(stable=True)
        owner = torch.arange(len(rows)).repeat_interleave((rows >= 0).sum(1))
        self.same = torch.equal(rows[:, 0], torch.arange(len(rows))) and len(index) == len(rows)
        for name, value in (
            ("index", bags.index),
            ("offsets", bags.offsets),
            ("owners", owner[order].int()),
            ("owned", _ends(index.bincount(minlength=size))),
        ):
            self.register_buffer(name, value, persistent=False)

    index: Tensor
    offsets: Tensor
    owners: Tensor
    owned: Tensor

    def forward(self, table: Tensor) -> Tensor:
        """(size, width) -> (sums, width)."""
        if self.same:
            return table[: len(self.offsets) - 1]
        back = Bags(self.owners, self.owned)
        return sums(table, Bags(self.index, self.offsets), lambda: back)
