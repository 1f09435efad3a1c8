"""The semantic loss: how improbable it is that all of a constraint holds."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sparring.core import Terms, WrongUse
from sparring.regularizers.hint import Generation, Hint
from sparring.regularizers.hints import check_weight

_MOST = 1 << 16


def semantic_loss(probabilities: Tensor, allowed: Tensor) -> Tensor:
    """-log of the probability that independent choices make one of the allowed ones.

    Xu et al. 2018 (arXiv 1711.11157), definition 1: -log sum over allowed a of
    prod_{i: a_i = 1} p_i prod_{i: a_i = 0} (1 - p_i).

    Args:
        probabilities: p, of shape (n, k), each in [0, 1]: that choice i is 1.
        allowed: (m, k) of 0 and 1, the allowed choices.

    Returns:
        (n,) nats, at least 0; 0 where all probability lies on allowed choices.

    Example:
        >>> one_of_two = torch.tensor([[1, 0], [0, 1]])
        >>> semantic_loss(torch.tensor([[1.0, 0.0], [0.5, 0.5]]), one_of_two).exp()
        tensor([1.0000, 2.0000])
    """
    p = probabilities.clamp(1e-6, 1 - 1e-6)
    a = allowed.to(p.dtype)
    each = p.log() @ a.t() + (1 - p).log() @ (1 - a).t()  # (n, m)
    return -torch.logsumexp(each, 1).clamp(max=0)


@functools.lru_cache(maxsize=8)
def _as_tensor(allowed: Sequence[Sequence[int]]) -> Tensor:
    return torch.tensor(allowed)


@dataclass(frozen=True)
class Semantic(Hint):
    """weight times the semantic loss of some of a picture's pixels, taken as chances of being on.

    Di Liello et al. 2020 (arXiv 2007.13178), with the constraint spelled out as the choices that it
    allows, in the stead of a circuit: for up to 65,536 of them.

    Args:
        places: which numbers of a flattened item take part, k of them; p = (x + 1) / 2.
        allowed: m choices of k zeros and ones.
        weight: at least 0.

    Raises:
        WrongUse: for choices of another length, none, too many, or a negative weight.

    Example:
        >>> exactly_one = Semantic((0, 1), ((1, 0), (0, 1)))
        >>> x = torch.tensor([[[[1.0, -1.0]]]])
        >>> round(float(exactly_one(Generation(None, x, None, x, 0))["semantic"]), 3)
        0.0
    """

    places: Sequence[int]
    allowed: Sequence[Sequence[int]]
    weight: float = 1.0

    def __post_init__(self) -> None:
        check_weight(self, self.weight)
        if not 1 <= len(self.allowed) <= _MOST:
            raise WrongUse(
                f"allowed of Semantic must be 1 to {_MOST:,} choices, got {len(self.allowed):,}; "
                f"constrain fewer places at a time."
            )
        if any(len(choice) != len(self.places) for choice in self.allowed):
            raise WrongUse(
                f"each allowed choice of Semantic must say {len(self.places)} places, 0 or 1."
            )
        object.__setattr__(self, "allowed", tuple(tuple(choice) for choice in self.allowed))

    def __call__(self, generation: Generation) -> Terms:
        x = generation.x.flatten(1)
        if max(self.places) >= x.shape[1]:
            raise WrongUse(
                f"places of Semantic must be below {x.shape[1]}, the numbers of an item, got "
                f"{max(self.places)}."
            )
        p = (x[:, list(self.places)] + 1) / 2
        loss = semantic_loss(p, _as_tensor(self.allowed).to(p.device))
        return {"semantic": self.weight * loss.mean()}
