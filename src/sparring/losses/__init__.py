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
from sparring.losses.logistics import DiscretisedLogistic, LogisticMixture
from sparring.losses.observing import Known, Shrunk
from sparring.losses.pixels import (
    Bernoulli,
    Gaussian,
    Levels,
    Pixels,
)
from sparring.losses.sounds import MuLaw
from sparring.losses.spaces import Dequantised, DequantisedRows, Plain, Space

__all__ = [
    "completed",
    "AdversarialLoss",
    "Bernoulli",
    "Dequantised",
    "DequantisedRows",
    "DiscretisedLogistic",
    "Gaussian",
    "Hinge",
    "Known",
    "LeastSquares",
    "Levels",
    "LogisticMixture",
    "Minimax",
    "MixedRows",
    "MuLaw",
    "NonSaturating",
    "Pixels",
    "Plain",
    "RelativisticPaired",
    "Space",
    "Shrunk",
    "Wasserstein",
    "normal_divergence",
    "normal_surprise",
]
