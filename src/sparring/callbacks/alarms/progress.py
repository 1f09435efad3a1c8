"""Nothing gets better any more, and it isn't because all is well."""

from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

from sparring.callbacks.alarms.base import Alarm, Finding
from sparring.callbacks.alarms.probe import Probe

Quality = Callable[[Probe], float | None]


class NoProgress(Alarm):
    """A measure of quality has not improved for a long while, and is far from that of real data.

    The default is the energy distance between generated and real features, in the data's spread;
    smoothed by the median of three probes. A training that has arrived, within `arrived` of what
    real data has from real data, has no need of progress and raises nothing.

    Args:
        quality: from a probe to a number, lower is better; None for the energy distance.
        patience: in probes since the last improvement.
        better: an improvement is at least this share of the best so far.
        arrived: quality at which nothing more is asked for, in the same unit.
    """

    name = "no progress"
    advice = (
        "Lower the learning rates now, give the networks more capacity, or stop: the best weights "
        "may lie behind."
    )

    def __init__(
        self,
        quality: Quality | None = None,
        patience: int = 30,
        better: float = 0.02,
        arrived: float = 0.05,
    ) -> None:
        self.quality, self.long, self.better = quality, patience, better
        self.arrived = arrived
        self.patience = 1
        self.best: float = float("inf")
        self.best_step: int | None = None
        self._probes = 0
        self._latest: list[float] = []

    def look(self, probe: Probe) -> Finding | None:
        value = probe.distance if self.quality is None else self.quality(probe)
        if value is None:
            return None
        if self.quality is not None:
            (value,) = probe.agree(value)
        self._latest = [*self._latest[-2:], value]
        smooth = median(self._latest)
        self._probes += 1
        # A first value is no progress yet, but the step from which it is counted.
        if self.best_step is None or smooth < self.best * (1 - self.better):
            self.best, self.best_step, self._probes = smooth, probe.step, 0
        stands = self._probes >= self.long
        ill = stands and smooth > self.arrived
        saw = (
            f"the distance to real items is {smooth:.3g} and its best, {self.best:.3g} at step "
            f"{self.best_step}, was {self._probes} probes ago"
        )
        return Finding(ill, not stands or not ill, saw, {"distance": value})

    def state_dict(self) -> dict[str, Any]:
        best = self.best if self.best_step is not None else None
        return {
            "best": best,
            "step": self.best_step,
            "probes": self._probes,
            "latest": self._latest,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.best = float("inf") if state["best"] is None else float(state["best"])
        self.best_step, self._probes = state["step"], int(state["probes"])
        self._latest = list(state["latest"])
