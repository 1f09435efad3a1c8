"""Gradient penalties that pull the discriminator's slope at the data to zero."""

from dataclasses import dataclass
from typing import ClassVar

from sparring.core import Moving, Terms, WrongUse, at
from sparring.core.moving import least
from sparring.regularizers.regularizer import FAKE, REAL, Evaluation, Regularizer, squared_norms


@dataclass(frozen=True)
class _ZeroCentred(Regularizer):
    gamma: float | Moving = 1.0

    def __post_init__(self) -> None:
        if least(self.gamma) < 0:
            raise WrongUse(f"gamma of {type(self).__name__} must be at least 0, got {self.gamma}.")

    half: ClassVar[int]

    def sloped(self, step: int) -> frozenset[int]:
        return frozenset({self.half})


@dataclass(frozen=True)
class R1(_ZeroCentred):
    """gamma/2 E |grad_x D(x)|^2 over real items.

    Mescheder et al. 2018 (arXiv 1801.04406), eq. 9. The squared length is a sum over all of an
    item's elements, so that gamma grows with the number of pixels.

    Args:
        gamma: weight, at least 0; it may be moving.

    Raises:
        WrongUse: for a negative gamma.

    Example:
        >>> import torch
        >>> x = torch.ones(2, 3, requires_grad=True)
        >>> float(R1(2.0)(Evaluation(lambda x: x.sum(1), x, x.sum(1), 0))["r1"])
        3.0
    """

    half = REAL

    def __call__(self, evaluation: Evaluation) -> Terms:
        real = evaluation.slopes(self.half)
        return {"r1": squared_norms(real).mean() * (at(self.gamma, evaluation.done) / 2)}


@dataclass(frozen=True)
class R2(_ZeroCentred):
    """gamma/2 E |grad_x D(x)|^2 over generated items.

    Mescheder et al. 2018 (arXiv 1801.04406), eq. 10.

    Args:
        gamma: weight, at least 0; it may be moving.

    Raises:
        WrongUse: for a negative gamma.

    Example:
        >>> R2(0.5).gamma
        0.5
    """

    half = FAKE

    def __call__(self, evaluation: Evaluation) -> Terms:
        fake = evaluation.slopes(self.half)
        return {"r2": squared_norms(fake).mean() * (at(self.gamma, evaluation.done) / 2)}
