"""What an alarm is: it looks at a probe, and says whether something is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sparring.callbacks.alarms.probe import Probe
from sparring.core import TrainingState


@dataclass(frozen=True)
class Finding:
    """What an alarm saw in one probe.

    Attributes:
        ill: whether this is past the threshold.
        well: whether this is clearly on the right side of it; between the two nothing changes.
        saw: numbers in words, with units, for people.
        numbers: the same for programs and curves.
    """

    ill: bool
    well: bool
    saw: str
    numbers: dict[str, float] = field(default_factory=dict)


class Alarm(Protocol):
    """Something to watch for; subclass it, and give it to `Watch(alarms=[...])`.

    Attributes:
        name: what stands in the log.
        advice: one sentence on what usually helps.
        patience: it is raised after so many ill probes in a row, and over after so many well ones.

    Example:
        >>> class Bright(Alarm):
        ...     name = "too bright"
        ...     advice = "Look at the range of the data."
        ...     patience = 2
        ...
        ...     def look(self, probe):
        ...         mean = float(probe.generated.mean())
        ...         return Finding(mean > 0.9, mean < 0.8, f"mean {mean:.2f} of 1", {"mean": mean})
        >>> Bright().patience
        2
    """

    name: str
    advice: str
    patience: int

    def start(self, state: TrainingState) -> None:
        """Called before the first step of a sitting."""
        return

    def look(self, probe: Probe) -> Finding | None:
        """What this alarm sees, or None if it has nothing to look at in this game."""
        ...

    def respond(self, state: TrainingState, finding: Finding) -> None:
        """Called when it is raised; an alarm that only tells does nothing."""
        return

    def state_dict(self) -> dict[str, Any]:
        """What it needs to go on, JSON-able."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned."""


@dataclass
class Onset:
    """Whether an alarm stands, and since when: raised and cleared once each, not at every probe.

    Example:
        >>> onset = Onset()
        >>> [onset.change(Finding(True, False, ""), step, patience=2) for step in (10, 20, 30)]
        [None, 'raised', None]
        >>> onset.since
        10
    """

    ill: int = 0
    well: int = 0
    since: int | None = None
    raised: bool = False

    def change(self, finding: Finding, step: int, patience: int) -> str | None:
        """Count one finding; "raised" or "cleared" if that changes anything."""
        self.ill = self.ill + 1 if finding.ill else 0
        self.well = self.well + 1 if finding.well else 0
        if not self.raised:
            if finding.ill and self.ill == 1:
                self.since = step
            if self.ill >= patience:
                self.raised = True
                return "raised"
        elif self.well >= patience:
            self.raised = False
            return "cleared"
        return None
