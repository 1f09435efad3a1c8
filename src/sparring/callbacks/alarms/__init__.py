"""Alarms: what can go wrong in a game, seen while it is played."""

from sparring.callbacks.alarms.base import Alarm, Finding
from sparring.callbacks.alarms.collapse import ModeCollapse
from sparring.callbacks.alarms.copying import Memorising
from sparring.callbacks.alarms.divergence import Divergence
from sparring.callbacks.alarms.probe import Probe, Projection
from sparring.callbacks.alarms.progress import NoProgress
from sparring.callbacks.alarms.watch import Watch, default_alarms
from sparring.callbacks.alarms.winning import DiscriminatorWinning, GeneratorWinning

__all__ = [
    "Alarm",
    "DiscriminatorWinning",
    "Divergence",
    "Finding",
    "GeneratorWinning",
    "Memorising",
    "ModeCollapse",
    "NoProgress",
    "Probe",
    "Projection",
    "Watch",
    "default_alarms",
]
