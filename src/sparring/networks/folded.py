"""Conditionals made ready to draw: one lookup a token, column by column."""

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from sparring.networks.candidates import limited
from sparring.networks.picking import BELOW_ONE, pick

_CHUNK = 4096
# Rows for each prefix that occurs, from which on a prefix's distribution is made but once.
_ALIKE = 8


class Folded:
    """Logits and draws of every column; for drawing, not for training.

    In x of shape (n, d) each number is token + position in it, and below 0 what isn't known.

    Args:
        parents: for every column the columns that it may look at, ascending.
        table: (rows + 1, hidden): for every column a row for each token of each of its parents in
            turn; the last row is for nothing.
        bias: (d, hidden) of the hidden units.
        weights: for every column (tokens, hidden), towards its logits.
        output_bias: for every column (tokens,).
    """

    def __init__(
        self,
        parents: Sequence[Sequence[int]],
        table: Tensor,
        bias: Tensor,
        weights: Sequence[Tensor],
        output_bias: Sequence[Tensor],
    ) -> None:
        self.parents, self.tokens = parents, [len(weight) for weight in weights]
        self._table, self._bias, self._output_bias = table, bias, output_bias
        self._weights = [weight.t().contiguous() for weight in weights]
        self._starts: list[Tensor] = []
        rows = 0
        for mine in parents:
            ends = torch.tensor([0, *(self.tokens[i] for i in mine)]).cumsum(0)
            self._starts.append((ends[:-1] + rows).to(table.device))
            rows += int(ends[-1])

    def logits(self, x: Tensor, column: int, seen: Tensor) -> Tensor:
        """Logits (n, tokens) of one column.

        Args:
            x: (n, d) int64 tokens.
            column: which.
            seen: (d,) bool, or (n, d) where rows differ: the columns that it may look at.
        """
        parents, starts = self.parents[column], self._starts[column]
        if seen.dim() == 1:
            known = seen.tolist()
            places = [place for place, parent in enumerate(parents) if known[parent]]
            columns = [parents[place] for place in places]
            # The first columns, as in their own order, need no picking.
            first = columns == list(range(len(columns)))
            index = (x[:, : len(columns)] if first else x[:, columns]) + starts[places]
        else:
            columns = list(parents)
            index = torch.where(seen[:, columns], x[:, columns] + starts, len(self._table) - 1)
        bias = self._bias[column]
        if index.shape[1]:
            hidden = F.embedding_bag(index, self._table, mode="sum").add_(bias).relu_()
        else:
            hidden = bias.relu().expand(len(x), -1)
        return torch.addmm(self._output_bias[column], hidden, self._weights[column])

    def fill(self, x: Tensor, latent: Tensor) -> Tensor:
        """Items (n, d) with what isn't known drawn.

        Args:
            x: what is known.
            latent: (n, 2 d) uniform numbers: for the tokens, and for the positions in them.
        """
        x, latent = x.clone(), latent.to(x)
        # Columns of which few prefixes occur are drawn for all rows at once.
        if len(x) > _CHUNK and bool(((x < 0) == (x[:1] < 0)).all()):
            self._draw_by_prefix(x, latent)
        for part, draws in zip(x.split(_CHUNK), latent.split(_CHUNK), strict=True):
            self._draw_columns(part, draws)
        return x

    def limit(self, x: Tensor, allowed: Mapping[int, Tensor]) -> Tensor:
        """Items (n, d) with all drawn up to the last column that is known or limited.

        As probable as in the columns' own order; see `candidates.limited` for arguments and errors.
        """
        return limited(self, x, allowed)

    def _draw_by_prefix(self, x: Tensor, latent: Tensor) -> None:
        """Draw the first unknown columns of x in place, while many rows are alike in the known."""
        columns = x.shape[1]
        tokens = x.floor().long()
        seen = tokens[0] >= 0
        group = torch.zeros(len(x), dtype=torch.long, device=x.device)
        for j in torch.nonzero(seen).flatten().tolist():
            group = torch.unique(group * self.tokens[j] + tokens[:, j], return_inverse=True)[1]
        for j in torch.nonzero(~seen).flatten().tolist():
            groups = int(group.max()) + 1
            if groups * _ALIKE > len(x):
                return
            one = torch.empty(groups, dtype=torch.long, device=x.device)
            one[group] = torch.arange(len(x), device=x.device)
            chances = self.logits(tokens[one], j, seen).double().softmax(1)
            # All distributions in one ascending line: group 0 in [0, 1), group 1 in [1, 2), ...
            line = (
                chances.cumsum(1).clamp_(max=1.0) + torch.arange(groups, device=x.device)[:, None]
            )
            line[:, -1] = torch.arange(1, groups + 1, device=x.device)
            target = group + latent[:, j].double()
            drawn = (
                torch.searchsorted(line.flatten(), target, right=True) - group * chances.shape[1]
            )
            drawn.clamp_(max=chances.shape[1] - 1)
            tokens[:, j], seen[j] = drawn, True
            x[:, j] = drawn + latent[:, columns + j] * BELOW_ONE
            group = torch.unique(group * self.tokens[j] + drawn, return_inverse=True)[1]

    def _draw_columns(self, x: Tensor, latent: Tensor) -> None:
        """Draw the unknown entries of x in place, column by column."""
        columns = x.shape[1]
        tokens = x.floor().long()
        unknown = tokens < 0
        alike = bool((unknown == unknown[:1]).all())
        waiting = unknown.any(0).tolist()
        for j in range(columns):
            if not waiting[j]:
                continue
            seen = ~unknown[0] if alike else ~unknown  # (d,) or (n, d)
            drawn = pick(self.logits(tokens, j, seen), latent[:, j : j + 1])
            position = drawn + latent[:, columns + j] * BELOW_ONE
            if alike:
                tokens[:, j], x[:, j] = drawn, position
            else:
                rows = unknown[:, j]
                tokens[:, j] = torch.where(rows, drawn, tokens[:, j])
                x[:, j] = torch.where(rows, position, x[:, j])
            unknown[:, j] = False
