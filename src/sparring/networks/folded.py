"""Conditionals made ready to draw: one lookup a token, column by column."""

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from sparring.core import WrongUse

_CHUNK = 4096
# Rows for each prefix that occurs, from which on a prefix's distribution is made but once.
_ALIKE = 8
# Rows drawn for each that is kept, where several columns are limited at once.
_PARTICLES = 8
# The largest position that a token of three digits can have in float32.
_BELOW_ONE = 1 - 2**-14
_BLOCK = 16


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
        """Items (n, d) with limited columns drawn: several candidates an item, one of them kept.

        Args:
            x: what is known.
            allowed: by column (tokens, 2), the least and largest position in each token, equal
                where it must not come.

        Raises:
            WrongUse: if nothing is allowed in a column.
        """
        n, copies = len(x), _PARTICLES if len(allowed) > 1 else 1
        x = x.repeat_interleave(copies, 0)
        tokens = x.floor().long()
        weight = torch.zeros(len(x), device=x.device)
        for j, inside in sorted(allowed.items()):
            inside = inside.to(x)
            size = inside[:, 1] - inside[:, 0]  # (tokens,)
            if not bool((size > 0).any()):
                raise WrongUse(f"nothing is allowed in column {j}.")
            waiting = tokens[:, j] < 0
            logits = self.logits(tokens, j, tokens >= 0).log_softmax(1) + size.log()
            weight += torch.where(waiting, logits.logsumexp(1), 0.0)
            drawn = pick(_relative(logits), torch.rand(len(x), 1, device=x.device))
            low, span = inside[drawn, 0], size[drawn]
            position = (low + torch.rand_like(low) * span).clamp(max=_BELOW_ONE)
            tokens[:, j] = torch.where(waiting, drawn, tokens[:, j])
            x[:, j] = torch.where(waiting, drawn + position, x[:, j])
        if copies == 1:
            return x
        kept = pick(_relative(weight.view(n, copies)), torch.rand(n, 1, device=x.device))
        return x.view(n, copies, -1)[torch.arange(n, device=x.device), kept]

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
            x[:, j] = drawn + latent[:, columns + j] * _BELOW_ONE
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
            position = drawn + latent[:, columns + j] * _BELOW_ONE
            if alike:
                tokens[:, j], x[:, j] = drawn, position
            else:
                rows = unknown[:, j]
                tokens[:, j] = torch.where(rows, drawn, tokens[:, j])
                x[:, j] = torch.where(rows, position, x[:, j])
            unknown[:, j] = False


def _relative(logits: Tensor) -> Tensor:
    """The same distributions with 0 as the largest logit, however improbable all were."""
    return logits - logits.amax(1, keepdim=True)


def pick(logits: Tensor, uniform: Tensor) -> Tensor:
    """Draws from categorical distributions by inverting their cumulative ones.

    Args:
        logits: (n, k), of which the largest are within +-60.
        uniform: (n, 1) in [0, 1).

    Returns:
        (n,) int64.

    Example:
        >>> pick(torch.tensor([[0.0, 0.0, -99.0]]), torch.tensor([[0.75]]))
        tensor([1])
    """
    n, k = logits.shape
    # Beyond +-60 nothing is left to tell, and nothing overflows: faster than the row's maximum.
    chances = logits.clamp(-60, 60).exp_()
    if k <= 2 * _BLOCK:
        return _search(chances, uniform)[0]
    # First the block, then the place in it: sums are faster than running sums.
    blocks = F.pad(chances, (0, -k % _BLOCK)).view(n, -1, _BLOCK)
    block, rest = _search(blocks.sum(2), uniform)
    inside = blocks[torch.arange(n, device=logits.device), block]
    place = _within(inside.cumsum(1), rest[:, None])[:, 0]
    return (block * _BLOCK + place).clamp_(max=k - 1)


def _search(chances: Tensor, uniform: Tensor) -> tuple[Tensor, Tensor]:
    """(n,) the place where running sums pass a share (n, 1) of all, and what is left there."""
    sums = chances.cumsum(1)
    target = uniform * sums[:, -1:]
    place = _within(sums, target)
    before = sums.gather(1, place) - chances.gather(1, place)
    return place[:, 0], (target - before)[:, 0]


def _within(sums: Tensor, target: Tensor) -> Tensor:
    # Rounding may leave a target at the last sum: the last place takes it.
    return torch.searchsorted(sums, target, right=True).clamp_(max=sums.shape[1] - 1)
