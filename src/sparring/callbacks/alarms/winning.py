"""One side has won, and the other learns nothing any more."""

from collections.abc import Mapping
from statistics import median
from typing import Any

from sparring.callbacks.alarms.base import Alarm, Finding
from sparring.callbacks.alarms.probe import Probe

_EARLY = 3


class _Fading:
    """A gradient's length against its own early level: the median of the first few."""

    def __init__(self) -> None:
        self.early: list[float] = []
        self.late: list[float] = []

    def share(self, length: float | None) -> float:
        """The latest few in the first few; 1 as long as nothing can be said."""
        if length is None:
            return 1.0
        if len(self.early) < _EARLY:
            self.early.append(length)
        self.late = [*self.late[-_EARLY + 1 :], length]
        if len(self.early) < _EARLY:
            return 1.0
        return median(self.late) / max(median(self.early), 1e-30)

    def state_dict(self) -> dict[str, Any]:
        return {"early": self.early, "late": self.late}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.early, self.late = list(state["early"]), list(state["late"])


class DiscriminatorWinning(Alarm):
    """The discriminator tells nearly every item apart, and there is nothing left to learn from it.

    That is: real items outscore generated ones in nearly every pair, and the generator's gradient
    has faded (where the loss saturates), or the discriminator's own has (where it doesn't: it is
    as sure as can be, and stops moving).

    Args:
        accuracy: raised above this share of pairs in which the real item scores higher.
        fading: and below this share of either gradient in its early length, the median of the
            first three probes.
        patience: in probes.
    """

    name = "discriminator winning"
    advice = (
        "Lower the discriminator's learning rate, regularise it (R1 and R2), or take a loss that "
        "doesn't saturate."
    )

    def __init__(self, accuracy: float = 0.99, fading: float = 0.1, patience: int = 4) -> None:
        self.accuracy, self.fading, self.patience = accuracy, fading, patience
        self._maker, self._judge = _Fading(), _Fading()

    def look(self, probe: Probe) -> Finding | None:
        accuracy = probe.accuracy
        if accuracy is None or not probe.judges:
            return None
        maker = self._maker.share(probe.gradient(probe.makers))
        judge = self._judge.share(probe.gradient(probe.judges))
        share = min(maker, judge)
        ill = accuracy > self.accuracy and share < self.fading
        well = accuracy < self.accuracy - 0.02 or share > 2 * self.fading
        saw = (
            f"real items outscore generated ones in {accuracy:.1%} of pairs, and the generator's "
            f"gradient is {maker:.2g} times, the discriminator's {judge:.2g} times as long as early"
        )
        return Finding(ill, well, saw, {"generator_gradient": maker})

    def state_dict(self) -> dict[str, Any]:
        return {"maker": self._maker.state_dict(), "judge": self._judge.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._maker.load_state_dict(state["maker"])
        self._judge.load_state_dict(state["judge"])


class GeneratorWinning(Alarm):
    """Generated items outscore real ones and go on doing so: the discriminator follows no more.

    Args:
        accuracy: raised below this share of pairs in which the real item scores higher.
        patience: in probes.
    """

    name = "generator winning"
    advice = (
        "Raise the discriminator's learning rate, its capacity, or its turns a step; or lower the "
        "generator's learning rate."
    )

    def __init__(self, accuracy: float = 0.1, patience: int = 4) -> None:
        self.accuracy, self.patience = accuracy, patience
        self._judge = _Fading()

    def look(self, probe: Probe) -> Finding | None:
        accuracy = probe.accuracy
        if accuracy is None or not probe.judges:
            return None
        share = self._judge.share(probe.gradient(probe.judges))
        ill, well = accuracy < self.accuracy, accuracy > self.accuracy + 0.1
        saw = (
            f"real items outscore generated ones in {accuracy:.1%} of pairs, where guessing gives "
            f"50 %, and the discriminator's gradient is {share:.2g} times as long as early"
        )
        numbers = {"accuracy": accuracy, "discriminator_gradient": share}
        return Finding(ill, well, saw, numbers)

    def state_dict(self) -> dict[str, Any]:
        return self._judge.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._judge.load_state_dict(state)
