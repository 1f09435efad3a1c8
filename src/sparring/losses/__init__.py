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
from sparring.losses.pixels import (
    Bernoulli,
    DiscretisedLogistic,
    Gaussian,
    Levels,
    LogisticMixture,
    Pixels,
)
from sparring.losses.sounds import MuLaw

__all__ = [
    "completed",
    "AdversarialLoss",
    "Bernoulli",
    "DiscretisedLogistic",
    "Gaussian",
    "Hinge",
    "LeastSquares",
    "Levels",
    "LogisticMixture",
    "Minimax",
    "MixedRows",
    "MuLaw",
    "NonSaturating",
    "Pixels",
    "RelativisticPaired",
    "Wasserstein",
    "normal_divergence",
    "normal_surprise",
]
