"""What goes on beside a training, in the order in which `train` wants them:

`[Average, Watch, KeepBest, Record, Preview, StopAfter, StopWithoutProgress, Checkpoint]`, as many
as are needed: Watch looks at terms that Record clears, and Checkpoint keeps what all before it have
done.
"""

from sparring.callbacks.alarms import (
    Alarm,
    DiscriminatorWinning,
    Divergence,
    Finding,
    GeneratorWinning,
    Memorising,
    ModeCollapse,
    NoProgress,
    Probe,
    Projection,
    Watch,
    default_alarms,
)
from sparring.callbacks.average import Average
from sparring.callbacks.best import KeepBest
from sparring.callbacks.checkpoint import Checkpoint, Found, newest
from sparring.callbacks.preview import Preview
from sparring.callbacks.record import Record
from sparring.callbacks.stop import StopAfter, StopWithoutProgress
from sparring.callbacks.store import Damaged, read_tensors, write_tensors

__all__ = [
    "Alarm",
    "Average",
    "Checkpoint",
    "Damaged",
    "DiscriminatorWinning",
    "Divergence",
    "Finding",
    "Found",
    "GeneratorWinning",
    "KeepBest",
    "Memorising",
    "ModeCollapse",
    "NoProgress",
    "Preview",
    "Probe",
    "Projection",
    "Record",
    "StopAfter",
    "StopWithoutProgress",
    "Watch",
    "default_alarms",
    "newest",
    "read_tensors",
    "write_tensors",
]
