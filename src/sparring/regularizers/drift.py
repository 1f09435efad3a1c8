"""A penalty that keeps a critic's scores from drifting away."""

from dataclasses import dataclass

from sparring.core import Terms, WrongUse
from sparring.regularizers.regularizer import Evaluation, Regularizer


@dataclass(frozen=True)
class Drift(Regularizer):
    """weight E D(x)^2 over real items: where scores count only by their difference, they stay near.

    Karras et al. 2018 (arXiv 1710.10196), appendix A.1.

    Args:
        weight: the paper's epsilon, at least 0.

    Raises:
        WrongUse: for a negative weight.

    Example:
        >>> import torch
        >>> scores = torch.tensor([3.0, 100.0])  # one real item, one generated
        >>> float(Drift(0.5)(Evaluation(None, torch.zeros(2, 1), scores, 0))["drift"])
        4.5
    """

    weight: float = 0.001

    def __post_init__(self) -> None:
        if self.weight < 0:
            raise WrongUse(f"weight of Drift must be at least 0, got {self.weight}.")

    def __call__(self, evaluation: Evaluation) -> Terms:
        real = evaluation.scores.chunk(2)[0]
        return {"drift": self.weight * real.square().mean()}
