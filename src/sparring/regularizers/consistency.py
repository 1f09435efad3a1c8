"""Scores that changes of an item leave alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sparring.core import Terms, WrongUse
from sparring.regularizers.augmentation import Chance, Change, Flip, Shift, change_all
from sparring.regularizers.regularizer import Evaluation, Regularizer


@dataclass(frozen=True)
class Consistency(Regularizer):
    """weight E (D(x) - D(T(x)))^2 over real x, and the same over generated items where wanted.

    Zhang et al. 2020 (CR, arXiv 1910.12027) on scores alone, where T flips and shifts by a few
    pixels; with `generated` above 0 it is balanced as in Zhao et al. 2020 (bCR, arXiv 2002.04724),
    algorithm 1. Both players' own losses see x as it is.

    Args:
        weight: of real items, the paper's lambda, at least 0.
        generated: of generated items, at least 0; 10 balances.
        changes: what T is made of, each applied to every item.

    Raises:
        WrongUse: for a negative weight, or no changes.

    Example:
        >>> x = torch.randn(4, 1, 8, 8)
        >>> blind = lambda x: torch.zeros(len(x))
        >>> Consistency()(Evaluation(blind, x, blind(x), 0))["consistency_real"]
        tensor(0.)
    """

    weight: float = 10.0
    generated: float = 0.0
    changes: Sequence[Change] = (Flip(), Shift())

    def __post_init__(self) -> None:
        for name, value in (("weight", self.weight), ("generated", self.generated)):
            if value < 0:
                raise WrongUse(f"{name} of Consistency must be at least 0, got {value}.")
        if not self.changes:
            raise WrongUse("changes of Consistency must name at least one, got none.")

    def __call__(self, evaluation: Evaluation) -> Terms:
        d_real, d_fake = evaluation.scores.chunk(2)
        terms = {"consistency_real": self.weight * self._apart(evaluation, evaluation.real, d_real)}
        if self.generated:
            apart = self._apart(evaluation, evaluation.fake, d_fake)
            terms["consistency_generated"] = self.generated * apart
        return terms

    def _apart(self, evaluation: Evaluation, x: Tensor, scores: Tensor) -> Tensor:
        always = torch.ones((), dtype=torch.promote_types(x.dtype, torch.float32), device=x.device)
        changed = change_all(self.changes, x.detach(), Chance(len(x), always))
        return (scores - evaluation.discriminator(changed)).square().mean()
