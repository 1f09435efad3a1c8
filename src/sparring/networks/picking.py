"""Draws from categorical distributions."""

import torch
from torch import Tensor

BELOW_ONE = 1 - 2**-14
"""The largest position that a token of three digits can have in float32."""

_BLOCK = 16


def pick(logits: Tensor, uniform: Tensor) -> Tensor:
    """Draws from categorical distributions by inverting their cumulative ones.

    Args:
        logits: (n, k), of which the largest are within +-60; they are overwritten.
        uniform: (n, 1) in [0, 1).

    Returns:
        (n,) int64.

    Example:
        >>> pick(torch.tensor([[0.0, 0.0, -99.0]]), torch.tensor([[0.75]]))
        tensor([1])
    """
    k = logits.shape[1]
    # Beyond +-60 nothing is left to tell, and nothing overflows: faster than the row's maximum.
    chances = logits.clamp_(-60, 60).exp_()
    if k <= 2 * _BLOCK:
        return _search(chances, uniform)[0]
    # First the block, then the place in it: sums are faster than running sums.
    whole = k - k % _BLOCK
    sums = chances[:, :whole].unflatten(1, (-1, _BLOCK)).sum(2)
    if whole < k:
        sums = torch.cat([sums, chances[:, whole:].sum(1, keepdim=True)], 1)
    block, rest = _search(sums, uniform)
    places = (block * _BLOCK)[:, None] + torch.arange(_BLOCK, device=logits.device)
    inside = chances.gather(1, places.clamp_(max=k - 1))
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
