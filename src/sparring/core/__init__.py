"""What any game is, and the one loop that plays it. Imports nothing of ours and torch alone."""

from sparring.core.backend import Backend
from sparring.core.errors import Failure, WrongUse
from sparring.core.game import (
    Backward,
    Batch,
    Batches,
    Completes,
    Encodes,
    Evaluates,
    Game,
    Gradient,
    Player,
    Predicts,
    Samples,
    Scores,
    Terms,
    Translates,
    Turn,
    evaluating,
)
from sparring.core.optimizers import SGD, Adam, Cosine, OptimizerSpec, RMSprop, Schedule
from sparring.core.rules import (
    Alternating,
    Consensus,
    Extragradient,
    Optimistic,
    Simultaneous,
    UpdateRule,
)
from sparring.core.shares import draw, share
from sparring.core.state import TrainingState
from sparring.core.train import Callback, train

__all__ = [
    "SGD",
    "Adam",
    "Alternating",
    "Backend",
    "Backward",
    "Batch",
    "Batches",
    "Callback",
    "Completes",
    "Consensus",
    "Cosine",
    "Encodes",
    "Evaluates",
    "Extragradient",
    "Failure",
    "Game",
    "Gradient",
    "OptimizerSpec",
    "Optimistic",
    "Player",
    "Predicts",
    "RMSprop",
    "Samples",
    "Schedule",
    "Scores",
    "Simultaneous",
    "Terms",
    "TrainingState",
    "Translates",
    "Turn",
    "UpdateRule",
    "WrongUse",
    "draw",
    "evaluating",
    "share",
    "train",
]
