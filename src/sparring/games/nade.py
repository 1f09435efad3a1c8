"""NADE: the columns of a row one after the other, in any order that a condition asks for."""

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import (
    Adam,
    Batch,
    Completes,
    Evaluates,
    Game,
    OptimizerSpec,
    Player,
    Samples,
    Scores,
    Terms,
    WrongUse,
    draw,
)

_CHUNK = 4096
# Rows for each prefix that occurs, from which on a prefix's distribution is made but once.
_ALIKE = 8
# Rows drawn for each that is kept, where several columns are limited at once.
_PARTICLES = 8


class NADE(Game, Samples, Scores, Evaluates, Completes):
    """The orderless neural autoregressive distribution estimator, a game of one.

    p(x) = prod_j p(x_o(j) | x_o(<j)) (Uria, Murray and Larochelle 2014, arXiv 1310.1757, eq. 1 and
    10), over columns of tokens (`sparring.data.tokens`). Trained with two kinds of orders, so that
    any set of columns can be given and the others drawn: their own, and any set of columns before
    all others. Differs from the paper: every order of a step goes through all columns, and the
    network is one of small ones, a column each (`networks.Conditionals`).

    In x of shape (n, d) each number is token + position in it, and below 0 what isn't known.

    Args:
        network: from tokens (n, d) and what each column may look at to logits of all columns; its
            `tokens` count each column's, its `folded()` draws.
        given: share of the items that are trained with a column, or a set of columns, before the
            others, within [0, 1].
        optimizer: Adam(2e-3, (.9, .99)) by default.

    Raises:
        WrongUse: if `given` is out of range.

    Example:
        >>> from sparring.networks import Conditionals
        >>> game = NADE(Conditionals([("token", 2), ("token", 3)], hidden=4))
        >>> game.complete(torch.tensor([[1.5, -1.0]])).floor()[0, 0]
        tensor(1.)
    """

    averaged = ("network",)

    def __init__(
        self, network: nn.Module, *, given: float = 0.9, optimizer: OptimizerSpec | None = None
    ) -> None:
        super().__init__()
        if not 0 <= given <= 1:
            raise WrongUse(f"given must be within [0, 1], got {given}.")
        self.network, self.given = network, given
        optimizer = optimizer or Adam(2e-3, (0.9, 0.99))
        self.players = {"model": Player([network], self.loss, optimizer)}
        self.turns = ["model"]

    def loss(self, batch: Batch) -> Terms:
        """The mean negative log-likelihood of a row, in nats."""
        x = self.need("x", batch)
        first = self._first(len(x), x.shape[1], x.device)
        return {"loss": -self._log_prob(x, first).mean()}

    def _first(self, n: int, columns: int, device: torch.device) -> Tensor:
        """(n, d) bool: the columns that come before the others in each item's order."""
        chance = draw(lambda m: torch.rand(m, columns + 3, device=device), n)
        some = chance[:, :1] < self.given
        many = chance[:, 3:] < chance[:, 1:2]
        one = torch.arange(columns, device=device) == (chance[:, 1:2] * columns).long()
        # What is asked for is mostly one column; what is to be completed, any number of them.
        return some & torch.where(chance[:, 2:3] < 0.5, one, many)

    def _log_prob(self, x: Tensor, first: Tensor) -> Tensor:
        """(n,) log-probability of what is known of each row, its `first` columns first."""
        tokens = x.floor().long()
        columns = x.shape[1]
        before = torch.ones(columns, columns, dtype=torch.bool, device=x.device).tril(-1)
        seen = (before & (~first[:, :, None] | first[:, None, :])) | (
            first[:, None, :] & ~first[:, :, None]
        )
        losses = [
            F.cross_entropy(logits, token, ignore_index=-1, reduction="none")
            for logits, token in zip(
                self.network(tokens, seen), tokens.clamp(min=-1).unbind(1), strict=True
            )
        ]
        return -torch.stack(losses, 1).sum(1)

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-probability of the known tokens of items (n, d), in nats, of shape (n,)."""
        return self._log_prob(x, torch.zeros_like(x, dtype=torch.bool))

    def score(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The log-probability of each item."""
        return self.log_prob(x)

    def latent(self, n: int) -> Tensor:
        """Uniform numbers (n, 2 d): what draws each token, and the position in it."""
        columns = len(self.network.tokens)  # type: ignore[arg-type]
        weight = next(self.network.parameters())
        return torch.rand(n, 2 * columns, device=weight.device)

    def sample(
        self, n: int, condition: Batch | None = None, latent: Tensor | None = None
    ) -> Tensor:
        """n items (n, d); `condition["x"]` of that shape gives what is known of them."""
        latent = self.latent(n) if latent is None else latent
        if condition is None:
            return self._fill(torch.full_like(latent[:, : latent.shape[1] // 2], -1.0), latent)
        x = self.need("x", condition)
        if len(x) != n:
            raise WrongUse(f"condition['x'] must have {n} rows, one a sample, got {len(x)}.")
        return self._fill(x, latent)

    def complete(self, x: Tensor, allowed: Mapping[int, Tensor] | None = None) -> Tensor:
        """Items (n, d) with what is below 0 drawn anew.

        Args:
            x: what is known of each item.
            allowed: for some columns (tokens, 2), the least and largest position that each token
                may have, equal where it must not come. They are drawn before the others, in
                proportion to how probable all of them are together.

        Raises:
            WrongUse: if nothing is allowed in a column.
        """
        if not allowed:
            return self._fill(x, self.latent(len(x)))
        x = self._limited(x, allowed)
        return self._fill(x, self.latent(len(x)))

    @torch.no_grad()
    def _fill(self, x: Tensor, latent: Tensor) -> Tensor:
        draw_from = self.network.folded()  # type: ignore[operator]
        x, latent = x.clone(), latent.to(x)
        # Columns of which few prefixes occur are drawn for all rows at once.
        if len(x) > _CHUNK and bool(((x < 0) == (x[:1] < 0)).all()):
            _draw_by_prefix(draw_from, x, latent)
        for part, draws in zip(x.split(_CHUNK), latent.split(_CHUNK), strict=True):
            _draw_columns(draw_from, part, draws)
        return x

    @torch.no_grad()
    def _limited(self, x: Tensor, allowed: Mapping[int, Tensor]) -> Tensor:
        """x with the limited columns drawn: several candidates a row, one of them kept."""
        network = self.network.folded()  # type: ignore[operator]
        n, copies = len(x), _PARTICLES if len(allowed) > 1 else 1
        x = x.repeat_interleave(copies, 0)
        tokens = x.floor().long()
        weight = torch.zeros(len(x), device=x.device)
        for j, inside in sorted(allowed.items()):
            inside = inside.to(x)
            size = inside[:, 1] - inside[:, 0]  # (tokens,)
            if not bool((size > 0).any()):
                raise WrongUse(f"nothing is allowed in column {j}.")
            logits = network.logits(tokens, j, (tokens >= 0)).log_softmax(1) + size.log()
            weight += logits.logsumexp(1)
            drawn = pick(_relative(logits), torch.rand(len(x), 1, device=x.device))
            low, span = inside[drawn, 0], size[drawn]
            tokens[:, j] = drawn
            position = low + torch.rand_like(low) * span
            x[:, j] = drawn + position.clamp(max=_BELOW_ONE)
        if copies == 1:
            return x
        kept = pick(_relative(weight.view(n, copies)), torch.rand(n, 1, device=x.device))
        return x.view(n, copies, -1)[torch.arange(n, device=x.device), kept]


def _draw_by_prefix(network: Any, x: Tensor, latent: Tensor) -> None:
    """Draw the first unknown columns of x in place, as long as rows are mostly alike in what is
    known of them: then one distribution serves many rows."""
    columns = x.shape[1]
    tokens = x.floor().long()
    seen = tokens[0] >= 0
    group = torch.zeros(len(x), dtype=torch.long, device=x.device)
    for j in torch.nonzero(seen).flatten().tolist():
        group = torch.unique(group * network.tokens[j] + tokens[:, j], return_inverse=True)[1]
    for j in torch.nonzero(~seen).flatten().tolist():
        groups = int(group.max()) + 1
        if groups * _ALIKE > len(x):
            return
        one = torch.empty(groups, dtype=torch.long, device=x.device)
        one[group] = torch.arange(len(x), device=x.device)
        chances = network.logits(tokens[one], j, seen).double().softmax(1)
        # All distributions in one ascending line: group 0 in [0, 1), group 1 in [1, 2), ...
        line = chances.cumsum(1).clamp_(max=1.0) + torch.arange(groups, device=x.device)[:, None]
        line[:, -1] = torch.arange(1, groups + 1, device=x.device)
        target = group + latent[:, j].double()
        drawn = torch.searchsorted(line.flatten(), target, right=True) - group * chances.shape[1]
        drawn.clamp_(max=chances.shape[1] - 1)
        tokens[:, j], seen[j] = drawn, True
        x[:, j] = drawn + latent[:, columns + j] * _BELOW_ONE
        group = torch.unique(group * network.tokens[j] + drawn, return_inverse=True)[1]


def _draw_columns(network: Any, x: Tensor, latent: Tensor) -> None:
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
        drawn = pick(network.logits(tokens, j, seen), latent[:, j : j + 1])
        position = drawn + latent[:, columns + j] * _BELOW_ONE
        if alike:
            tokens[:, j], x[:, j] = drawn, position
        else:
            rows = unknown[:, j]
            tokens[:, j] = torch.where(rows, drawn, tokens[:, j])
            x[:, j] = torch.where(rows, position, x[:, j])
        unknown[:, j] = False


# The largest position that a token of three digits can have in float32.
_BELOW_ONE = 1 - 2**-14
_BLOCK = 16


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
