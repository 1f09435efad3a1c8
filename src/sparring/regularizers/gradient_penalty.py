"""Gradient penalties that pull the discriminator's slope to one, between or around the data."""

from dataclasses import dataclass

import torch
from torch import Tensor

from sparring.core import Terms, WrongUse, draw
from sparring.regularizers.regularizer import Evaluation, Regularizer, squared_norms


def _unit_slope(evaluation: Evaluation, points: Tensor, weight: float) -> Tensor:
    return (squared_norms(evaluation.slopes_at(points)).sqrt() - 1).square().mean() * weight


def _refuse_negative(of: object, **values: float) -> None:
    for name, value in values.items():
        if value < 0:
            raise WrongUse(f"{name} of {type(of).__name__} must be at least 0, got {value}.")


def _one_each(items: Tensor) -> Tensor:
    """A uniform number in [0, 1) for each item, of shape (n, 1, ...)."""
    ones = (1,) * (items.dim() - 1)
    return draw(
        lambda n: torch.rand(n, *ones, dtype=items.dtype, device=items.device), items.shape[0]
    )


@dataclass(frozen=True)
class GradientPenalty(Regularizer):
    """weight E (|grad D(u x + (1-u) g)| - 1)^2, u uniform, between real x and generated g.

    Gulrajani et al. 2017 (arXiv 1704.00028), eq. 3; one u for each item.

    Args:
        weight: the paper's lambda, at least 0.

    Raises:
        WrongUse: for a negative weight.

    Example:
        >>> import torch
        >>> x = torch.randn(4, 9)
        >>> line = lambda x: x.sum(1)  # its slope has length 3 everywhere
        >>> float(GradientPenalty(10.0)(Evaluation(line, x, line(x), 0))["gradient_penalty"])
        40.0
    """

    weight: float = 10.0

    def __post_init__(self) -> None:
        _refuse_negative(self, weight=self.weight)

    def __call__(self, evaluation: Evaluation) -> Terms:
        real, fake = evaluation.real, evaluation.fake
        points = torch.lerp(fake, real, _one_each(real))
        return {"gradient_penalty": _unit_slope(evaluation, points, self.weight)}


@dataclass(frozen=True)
class DRAGAN(Regularizer):
    """weight E (|grad D(x + e)| - 1)^2 around real x, with e normal of the given deviation.

    Kodali et al. 2017 (arXiv 1705.07215). As in the paper's formula the noise is normal with a
    fixed deviation, not scaled by each batch's own deviation as the authors' code does.

    Args:
        weight: the paper's lambda, at least 0.
        deviation: of the noise, at least 0, in the units of the data (images lie in [-1, 1]).

    Raises:
        WrongUse: for a negative weight or deviation.

    Example:
        >>> DRAGAN().deviation
        0.5
    """

    weight: float = 10.0
    deviation: float = 0.5

    def __post_init__(self) -> None:
        _refuse_negative(self, weight=self.weight, deviation=self.deviation)

    def __call__(self, evaluation: Evaluation) -> Terms:
        real = evaluation.real
        shape, dtype, device = real.shape[1:], real.dtype, real.device
        noise = draw(lambda n: torch.randn(n, *shape, dtype=dtype, device=device), len(real))
        return {"dragan": _unit_slope(evaluation, real + self.deviation * noise, self.weight)}
