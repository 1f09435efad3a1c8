"""A small network a column: what its token is, given the tokens of any other columns."""

import math
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse, draw
from sparring.networks.folded import Folded

_ORDERED = ("ordinal", "ordinal or missing")
_GROUPS = (4, 16)
# How large the weights of single tokens begin beside those of their groups.
_OWN = 0.1


class Conditionals(nn.Module):
    """For each of d columns of tokens, a network of one hidden layer over its parent columns.

    h_j = relu(b_j + sum over known parents i of W_ij[x_i]), logits_j = V_j h_j + c_j, after the
    neural autoregressive distribution estimator (Larochelle and Murray 2011; Uria et al. 2014,
    arXiv 1310.1757), eq. 4 and 5. Tokens are looked up and never made one-hot. Differs from the
    paper: each column has hidden units of its own, and the weights of an ordered token are a sum of
    its own and those of its groups of 4 and of 16 neighbours, so that what was learnt of one holds
    a little for the next.

    Args:
        spans: kind and number of tokens of every column, such as ("token", 5), ("ordinal", 64).
        hidden: units a column.
        parents: for every column the columns that it may look at; all others by default.
        dropout: share of hidden units left out in training.

    Raises:
        WrongUse: for an unknown kind, a span without tokens, or a column that is its own parent.

    Example:
        >>> network = Conditionals([("token", 2), ("ordinal", 9)], hidden=4)
        >>> x, known = torch.tensor([[1, 8]]), torch.zeros(1, 2, 2, dtype=torch.bool)
        >>> [logits.shape[1] for logits in network(x, known)]
        [2, 9]
    """

    def __init__(
        self,
        spans: Sequence[tuple[str, int]],
        hidden: int = 128,
        parents: Sequence[Sequence[int]] | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        for kind, tokens in spans:
            if kind not in ("token", *_ORDERED) or tokens < 1:
                raise WrongUse(
                    f"a span of Conditionals must be 'token', 'ordinal' or 'ordinal or missing' "
                    f"with at least 1 token, got {(kind, tokens)}."
                )
        columns = len(spans)
        if parents is None:
            parents = [[i for i in range(columns) if i != j] for j in range(columns)]
        if any(j in mine for j, mine in enumerate(parents)):
            raise WrongUse("a column of Conditionals can't be its own parent.")
        self.tokens = [tokens for _, tokens in spans]
        self.hidden, self.dropout = hidden, dropout
        codes, sizes = _codes(spans)
        first = torch.tensor([0, *self.tokens]).cumsum(0)
        most = max(1, *(len(mine) for mine in parents))
        padded = torch.tensor([[*mine, *[-1] * (most - len(mine))] for mine in parents])
        blocks = sizes[padded.clamp(min=0)] * (padded >= 0)  # (d, p) rows of each block
        begin = blocks.flatten().cumsum(0) - blocks.flatten()
        rows = int(blocks.sum())
        for name, value in (
            ("first", first[:-1]),
            ("codes", codes),
            ("parents", padded),
            ("begin", begin.view_as(padded)),
            ("unordered", (codes[:, 1:] < 0).all(1)),
            ("folding", _folding(padded, begin.view_as(padded), codes, first, rows)),
            ("shares", (codes + _offsets(sizes, self.tokens)).masked_fill(codes < 0, -1)),
        ):
            self.register_buffer(name, value, persistent=False)
        self.rows = rows
        self.lookup = nn.Parameter(torch.randn(rows + 1, hidden) / math.sqrt(most))
        self.bias = nn.Parameter(torch.zeros(columns, hidden))
        self.output = nn.Parameter(torch.randn(int(sizes.sum()) + 1, hidden) * 0.5 / hidden**0.5)
        self.output_bias = nn.Parameter(torch.zeros(sum(self.tokens)))
        self._start()

    first: Tensor
    codes: Tensor
    parents: Tensor
    begin: Tensor
    unordered: Tensor
    folding: Tensor
    shares: Tensor

    @torch.no_grad()
    def _start(self) -> None:
        """Weights of single ordered tokens begin small, and the row for nothing is nothing."""
        own = self.shares[:, 0]
        scale = torch.where(self.unordered, 1.0, _OWN)[:, None]
        self.output[own] *= scale
        for j in range(len(self.tokens)):
            for place, parent in enumerate(self.parents[j].tolist()):
                if parent >= 0:
                    start, count = int(self.begin[j, place]), self.tokens[parent]
                    at = int(self.first[parent])
                    self.lookup[start : start + count] *= scale[at : at + count]
        self.lookup[-1] = self.output[-1] = 0

    def forward(self, x: Tensor, known: Tensor) -> list[Tensor]:
        """Logits of every column.

        Args:
            x: (n, d) int64 tokens; negative ones are never known.
            known: (n, d, d) or (1, d, d) bool: whether column j, the second index, may look at
                column i, the third.

        Returns:
            For each column (n, tokens).
        """
        n, columns = x.shape
        codes = self._codes_of(x)  # (n, d, levels), -1 for nothing
        chosen = self.parents.clamp(min=0)  # (d, p)
        seen = known.gather(2, chosen.expand(len(known), -1, -1)) & (self.parents >= 0)
        of_parents = codes[:, chosen]  # (n, d, p, levels)
        index = torch.where(
            seen[..., None] & (of_parents >= 0), of_parents + self.begin[..., None], self.rows
        )
        bags = index.view(n * columns, -1)
        total = _bag(bags, self.lookup)
        hidden = F.relu(total.view(n, columns, -1) + self.bias)
        if self.dropout and self.training:
            hidden = hidden * self._kept(hidden)
        weights = self._output_weights().split(self.tokens)
        biases = self.output_bias.split(self.tokens)
        return [
            torch.addmm(bias, h, weight.t())
            for bias, h, weight in zip(biases, hidden.unbind(1), weights, strict=True)
        ]

    def _kept(self, hidden: Tensor) -> Tensor:
        """Which hidden units (n, d, hidden) stay, scaled up, drawn for all processes together."""
        share = 1 - self.dropout
        one = hidden.detach()[:1]
        return draw(lambda m: one.new_empty(m, *one.shape[1:]).bernoulli_(share), len(hidden)).div_(
            share
        )

    def _codes_of(self, x: Tensor) -> Tensor:
        codes = self.codes[(x.clamp(min=0) + self.first)]
        return codes.masked_fill((x < 0)[..., None], -1)

    def _output_weights(self) -> Tensor:
        """(all tokens, hidden): each token's own weights and those of its groups."""
        last = len(self.output) - 1
        index = torch.where(self.shares >= 0, self.shares, last)
        return _bag(index, self.output)

    def folded(self) -> Folded:
        """The same network with the groups' weights added up, for fast draws."""
        table = _bag(self.folding, self.lookup)
        return Folded(
            [[i for i in mine if i >= 0] for mine in self.parents.tolist()],
            torch.cat([table, torch.zeros_like(table[:1])]),
            self.bias,
            self._output_weights().split(self.tokens),
            self.output_bias.split(self.tokens),
        )


class _Bag(torch.autograd.Function):
    """Sums of rows of a table, whose gradient can itself be differentiated.

    torch's own bag is as fast, but ends there, and some update rules go on.
    """

    @staticmethod
    def forward(ctx: Any, index: Tensor, table: Tensor) -> Tensor:
        with torch.enable_grad():
            inner = table.detach().requires_grad_()
            result = F.embedding_bag(index, inner, mode="sum", padding_idx=len(table) - 1)
        ctx.save_for_backward(index)
        ctx.inner, ctx.result = inner, result
        return result.detach()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, Tensor]:
        (gradient,) = gradients
        if not torch.is_grad_enabled():
            return None, torch.autograd.grad(ctx.result, ctx.inner, gradient, retain_graph=True)[0]
        (index,) = ctx.saved_tensors
        rows = len(ctx.inner)
        each = gradient.repeat_interleave(index.shape[1], 0)  # (n p, hidden)
        each = each * (index.flatten() < rows - 1)[:, None]
        return None, torch.zeros_like(ctx.inner).index_add(0, index.flatten(), each)


def _bag(index: Tensor, table: Tensor) -> Tensor:
    """(n, p) rows of a table -> (n, hidden) their sums; its last row stands for nothing."""
    result: Tensor = _Bag.apply(index, table)
    return result


def _codes(spans: Sequence[tuple[str, int]]) -> tuple[Tensor, Tensor]:
    """(all tokens, levels) rows of each token within its column's block, and rows a block."""
    codes, sizes = [], []
    for kind, tokens in spans:
        token = torch.arange(tokens)
        levels, rows = [token], tokens
        for size in _GROUPS:
            if kind in _ORDERED:
                group = token // size + rows
                rows = int(group.max()) + 1
                if kind == "ordinal or missing":
                    group[-1] = -1
            else:
                group = torch.full_like(token, -1)
            levels.append(group)
        codes.append(torch.stack(levels, 1))
        sizes.append(rows)
    return torch.cat(codes), torch.tensor(sizes)


def _folding(parents: Tensor, begin: Tensor, codes: Tensor, first: Tensor, rows: int) -> Tensor:
    """(tokens of all parents of all columns, levels) the rows that make up each token's weights."""
    blocks = [
        torch.where(mine >= 0, mine + start, rows)
        for column, starts in zip(parents.tolist(), begin.tolist(), strict=True)
        for parent, start in zip(column, starts, strict=True)
        if parent >= 0
        for mine in [codes[first[parent] : first[parent + 1]]]
    ]
    return torch.cat(blocks) if blocks else torch.empty(0, codes.shape[1], dtype=torch.long)


def _offsets(sizes: Tensor, tokens: list[int]) -> Tensor:
    """(all tokens, 1): where the block of each token's column begins among all blocks."""
    begin = sizes.cumsum(0) - sizes
    return begin.repeat_interleave(torch.tensor(tokens))[:, None]
