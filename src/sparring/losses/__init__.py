"""Pure functions of scores and targets."""

from sparring.losses.adversarial import (
    AdversarialLoss,
    Hinge,
    LeastSquares,
    Minimax,
    NonSaturating,
    RelativisticPaired,
    Wasserstein,
)
from sparring.losses.conditional import completed
from sparring.losses.likelihood import MixedRows, normal_divergence, normal_surprise

__all__ = [
    "completed",
    "AdversarialLoss",
    "Hinge",
    "LeastSquares",
    "Minimax",
    "MixedRows",
    "NonSaturating",
    "RelativisticPaired",
    "Wasserstein",
    "normal_divergence",
    "normal_surprise",
]
