"""What is added to a player: penalties on its slopes, constraints on its weights."""

from sparring.regularizers.augmentation import ADA, Augment, Augmentation, DiffAugment
from sparring.regularizers.checked import Checked
from sparring.regularizers.consistency import Consistency
from sparring.regularizers.drift import Drift
from sparring.regularizers.gradient_penalty import DRAGAN, GradientPenalty
from sparring.regularizers.hint import Generation, Hint, LearningHint
from sparring.regularizers.hints import Alike, Amount, Mirror, Violation
from sparring.regularizers.lecam import LeCam
from sparring.regularizers.orthogonal import Orthogonal
from sparring.regularizers.path_length import PathLength, Styled, styled
from sparring.regularizers.regularizer import Evaluation, Lazy, Regularizer
from sparring.regularizers.semantic import Semantic, semantic_loss
from sparring.regularizers.weights import Clip, spectrally_normalise
from sparring.regularizers.zero_centred import R1, R2

__all__ = [
    "ADA",
    "DRAGAN",
    "R1",
    "R2",
    "Alike",
    "Amount",
    "Augment",
    "Augmentation",
    "Checked",
    "Clip",
    "Consistency",
    "DiffAugment",
    "Drift",
    "Evaluation",
    "Generation",
    "GradientPenalty",
    "Hint",
    "Lazy",
    "LeCam",
    "LearningHint",
    "Mirror",
    "Orthogonal",
    "PathLength",
    "Regularizer",
    "Semantic",
    "Styled",
    "Violation",
    "semantic_loss",
    "spectrally_normalise",
    "styled",
]
