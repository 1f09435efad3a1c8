"""What is added to a player: penalties on its slopes, constraints on its weights."""

from sparring.regularizers.augmentation import Augmentation
from sparring.regularizers.gradient_penalty import DRAGAN, GradientPenalty
from sparring.regularizers.hint import Generation, Hint
from sparring.regularizers.orthogonal import Orthogonal
from sparring.regularizers.regularizer import Evaluation, Lazy, Regularizer
from sparring.regularizers.weights import Clip, spectrally_normalise
from sparring.regularizers.zero_centred import R1, R2

__all__ = [
    "DRAGAN",
    "R1",
    "R2",
    "Augmentation",
    "Clip",
    "Evaluation",
    "Generation",
    "GradientPenalty",
    "Hint",
    "Lazy",
    "Orthogonal",
    "Regularizer",
    "spectrally_normalise",
]
