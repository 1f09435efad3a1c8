"""Rows of which something is asked: candidates in an order that starts with it, and a choice.

An order that has what is asked for first draws it at once, but was learnt from few rows; the
columns' own order was learnt best, but leaves what is asked for to chance. So candidates are drawn
in the first and one of them is kept in proportion to how much more probable the second finds it:
sampling and importance resampling (Rubin 1987), which tends to the own order's law of what is
asked as the candidates become many.
"""

from collections.abc import Mapping
from typing import Protocol

import torch
from torch import Tensor

from sparring.core import WrongUse
from sparring.networks.picking import BELOW_ONE, pick

_CHUNK = 4096
_PILOT_ROWS, _PILOT = 256, 16
"""Rows and candidates a row that tell how many candidates it takes."""
_MOST = 64
_VARIATION = 0.025
"""The total variation between the kept rows and the own order's law that is aimed at."""


class Draws(Protocol):
    """What gives the logits of each column, such as `folded.Folded`."""

    def logits(self, x: Tensor, column: int, seen: Tensor) -> Tensor:
        """(n, tokens), of tokens (n, d) and what may be looked at, (d,) or (n, d)."""


def limited(draws: Draws, x: Tensor, allowed: Mapping[int, Tensor]) -> Tensor:
    """Items (n, d) with all drawn up to the last column that is known or limited.

    Args:
        draws: the logits of each column.
        x: what is known, below 0 elsewhere; what items know may differ.
        allowed: by column (tokens, 2), the least and largest position in each token, equal where
            it must not come.

    Raises:
        WrongUse: if nothing is allowed in a column.
    """
    for column, inside in allowed.items():
        if not bool((inside[:, 1] > inside[:, 0]).any()):
            raise WrongUse(f"nothing is allowed in column {column}.")
    asked = [*torch.nonzero((x >= 0).any(0)).flatten().tolist(), *allowed]
    if not asked or not len(x) or bool((x[:, : max(asked) + 1] >= 0).all()):
        return x
    copies = _copies(draws, x, allowed)
    return torch.cat(
        [
            _chosen(*_candidates(draws, part.repeat_interleave(copies, 0), allowed), copies)
            for part in x.split(max(1, _CHUNK // copies))
        ]
    )


def _copies(draws: Draws, x: Tensor, allowed: Mapping[int, Tensor]) -> int:
    """How many candidates a row takes: one where both orders agree."""
    rows = torch.arange(_PILOT_ROWS, device=x.device) * len(x) // _PILOT_ROWS
    pilot = x[rows].repeat_interleave(_PILOT, 0)
    share = _candidates(draws, pilot, allowed)[1].view(-1, _PILOT).softmax(1)
    # The total variation of unweighed candidates, of which about a k-th is left of k.
    variation = float(0.5 * (_PILOT * share - 1).abs().mean())
    return min(max(1, round(variation / _VARIATION)), _MOST)


def _candidates(draws: Draws, x: Tensor, allowed: Mapping[int, Tensor]) -> tuple[Tensor, Tensor]:
    """Items with what is limited drawn first, then the columns before, and (n,) log weights."""
    x, tokens = x.clone(), x.floor().long()
    seen = tokens >= 0
    last = max([*torch.nonzero(seen.any(0)).flatten().tolist(), *allowed])
    weight = torch.zeros(len(x), device=x.device)
    for j in [*sorted(allowed), *(j for j in range(last + 1) if j not in allowed)]:
        waiting = ~seen[:, j]
        if not bool(waiting.any()):
            continue
        logits = draws.logits(tokens, j, _alike(seen)).log_softmax(1)
        drawn, position, surprise = _draw(logits, allowed.get(j))
        tokens[:, j] = torch.where(waiting, drawn, tokens[:, j])
        x[:, j] = torch.where(waiting, drawn + position, x[:, j])
        weight += torch.where(waiting, surprise, 0.0)
        seen[:, j] = True
    own = torch.zeros_like(seen[0])
    for j in range(last + 1):
        logits = draws.logits(tokens, j, own).log_softmax(1)
        weight += logits.gather(1, tokens[:, j : j + 1])[:, 0]
        own[j] = True
    return x, weight


def _alike(seen: Tensor) -> Tensor:
    """(d,) what all items have seen, or (n, d) where they differ."""
    return seen[0] if bool((seen == seen[:1]).all()) else seen


def _draw(logits: Tensor, inside: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
    """Tokens (n,), positions in them, and what their draw surprises by, in nats.

    Args:
        logits: (n, tokens) log-probabilities.
        inside: (tokens, 2) the least and largest position in each, or None for all.
    """
    n, device = len(logits), logits.device
    total = torch.zeros(n, device=device)
    within = logits
    low, size = torch.zeros(1, device=device), torch.ones(1, device=device)
    if inside is not None:
        low, size = inside[:, 0].to(logits), (inside[:, 1] - inside[:, 0]).to(logits)
        within = logits + size.log()
        total = within.logsumexp(1)
    # 0 as the largest logit, however improbable all were.
    drawn = pick(within - within.amax(1, keepdim=True), torch.rand(n, 1, device=device))
    low, size = low.expand(logits.shape[1])[drawn], size.expand(logits.shape[1])[drawn]
    position = (low + torch.rand(n, device=device) * size).clamp(max=BELOW_ONE)
    return drawn, position, total - logits.gather(1, drawn[:, None])[:, 0]


def _chosen(x: Tensor, weight: Tensor, copies: int) -> Tensor:
    """One of so many candidates for each item, in proportion to the weights."""
    if copies == 1:
        return x
    weight = weight.view(-1, copies)
    weight = weight - weight.amax(1, keepdim=True)
    kept = pick(weight, torch.rand(len(weight), 1, device=x.device))
    return x.view(len(weight), copies, -1)[torch.arange(len(weight), device=x.device), kept]
