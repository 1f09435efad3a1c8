"""What is added to a player: penalties on its slopes, constraints on its weights."""

from sparring.regularizers.gradient_penalty import DRAGAN, GradientPenalty
from sparring.regularizers.regularizer import Evaluation, Lazy, Regularizer
from sparring.regularizers.weights import Clip, spectrally_normalise
from sparring.regularizers.zero_centred import R1, R2

__all__ = [
    "DRAGAN",
    "R1",
    "R2",
    "Clip",
    "Evaluation",
    "GradientPenalty",
    "Lazy",
    "Regularizer",
    "spectrally_normalise",
]
