"""NADE: the columns of a row one after the other, in any order that a condition asks for."""

from collections.abc import Mapping
from typing import Any

import torch
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


class NADE(Game, Samples, Scores, Evaluates, Completes):
    """The orderless neural autoregressive distribution estimator, a game of one.

    p(x) = prod_j p(x_o(j) | x_o(<j)) (Uria, Murray and Larochelle 2014, arXiv 1310.1757), over
    columns of tokens (`sparring.data.tokens`). Trained with two kinds of orders, so that any set of
    columns can be given and the others drawn: their own, and any set of columns before all others.
    Differs from the paper: every order of a step goes through all columns, and the network is one
    of small ones, a column each (`networks.Conditionals`).

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
        columns = torch.arange(x.shape[1], device=x.device)
        turns = torch.where(first, columns, columns + len(columns))
        return self.network.log_prob(x.floor().long(), turns).sum(1)  # type: ignore[operator]

    def log_prob(self, x: Tensor, condition: Batch | None = None) -> Tensor:
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
                may have, equal where it must not come.

        Rows come as probable as they are among `sample`'s that do as asked.

        Raises:
            WrongUse: if nothing is allowed in a column.
        """
        with torch.no_grad():
            x = self._folded().limit(x, allowed or {})
        return self._fill(x, self.latent(len(x)))

    @torch.no_grad()
    def chance(self, x: Tensor, column: int, reach: Tensor) -> Tensor:
        """(n,) how probable it is that a column of x lies from reach[:, 0] to reach[:, 1]."""
        others = torch.arange(x.shape[1], device=x.device) != column
        shares = self._folded().logits(x.floor().long(), column, others).double().softmax(1)
        sums = shares.cumsum(1) - shares  # (n, tokens), of what lies below each token
        tokens = reach.long().clamp(0, shares.shape[1] - 1)
        below = sums.gather(1, tokens) + shares.gather(1, tokens) * (reach - tokens)
        return (below[:, 1] - below[:, 0]).clamp(0, 1)

    @torch.no_grad()
    def _fill(self, x: Tensor, latent: Tensor) -> Tensor:
        return self._folded().fill(x, latent)

    def _folded(self) -> Any:
        return self.network.folded()  # type: ignore[operator]
