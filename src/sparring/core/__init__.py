"""What any game is, and the one loop that plays it. Imports nothing of ours and torch alone."""

from sparring.core.abilities import (
    Completes,
    Continues,
    Encodes,
    Evaluates,
    Interpolates,
    Mixes,
    Predicts,
    Reconstructs,
    Samples,
    Scores,
    Translates,
    Truncates,
)
from sparring.core.backend import Backend
from sparring.core.ensemble import train_together
from sparring.core.errors import Failure, WrongUse
from sparring.core.evolution import Evolution, Evolves
from sparring.core.game import (
    Backward,
    Batch,
    Batches,
    Game,
    Gradient,
    Player,
    Terms,
    Turn,
    evaluating,
)
from sparring.core.moving import Moving, at
from sparring.core.optimizers import SGD, Adam, Cosine, OptimizerSpec, RMSprop, Schedule
from sparring.core.rules import (
    Alternating,
    Consensus,
    Extragradient,
    Optimistic,
    Simultaneous,
    UpdateRule,
)
from sparring.core.shares import draw, over_processes, share
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
    "Continues",
    "Consensus",
    "Cosine",
    "Encodes",
    "Evaluates",
    "Evolution",
    "Evolves",
    "Extragradient",
    "Failure",
    "Game",
    "Gradient",
    "Interpolates",
    "Mixes",
    "Moving",
    "OptimizerSpec",
    "Optimistic",
    "Player",
    "Predicts",
    "Reconstructs",
    "RMSprop",
    "Samples",
    "Schedule",
    "Scores",
    "Simultaneous",
    "Terms",
    "TrainingState",
    "Translates",
    "Truncates",
    "Turn",
    "UpdateRule",
    "WrongUse",
    "at",
    "draw",
    "evaluating",
    "over_processes",
    "share",
    "train",
    "train_together",
]
