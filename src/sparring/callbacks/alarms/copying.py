"""The generator repeats its training items."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from sparring.callbacks.alarms.base import Alarm, Finding
from sparring.callbacks.alarms.probe import Probe
from sparring.core import WrongUse

Copying = Callable[[Tensor, Tensor, Tensor], float]
"""From features of training, held-out and generated items, each (n, d) on the CPU, to a z-score
such as C_T (Meehan et al. 2020, arXiv 2004.05675): far below 0 when generated items lie closer to
the training items than held-out ones do. Raises WrongUse for items that it can't judge."""


class Memorising(Alarm):
    """Generated items lie closer to the training items than unseen real ones do.

    Args:
        copying: the statistic, called as `copying(train, heldout, generated)` with features.
        train: training items of shape (n, ...), those that may be copied; all of them if they are
            few, else some thousands.
        heldout: real items of shape (m, ...) that are not trained on, at least 16.
        threshold: raised below it, in standard deviations.
        patience: in looks.
        every: probes between two looks, since the statistic costs more than the others.

    Raises:
        WrongUse: for fewer than 16 held-out items, or `every` below 1.
    """

    name = "memorising"
    advice = "Train on more items, augment them, stop earlier, or make the networks smaller."

    def __init__(
        self,
        copying: Copying,
        train: Tensor,
        heldout: Tensor,
        threshold: float = -3.0,
        patience: int = 2,
        every: int = 5,
    ) -> None:
        if len(heldout) < 16:
            raise WrongUse(f"Memorising needs at least 16 held-out items, got {len(heldout)}.")
        if every < 1:
            raise WrongUse(f"every of Memorising must be at least 1, got {every}.")
        self.copying, self.threshold, self.patience = copying, threshold, patience
        self.train, self.heldout, self.every = train, heldout, every
        self._features: tuple[Tensor, Tensor] | None = None
        self._probes = 0

    def look(self, probe: Probe) -> Finding | None:
        self._probes += 1
        if self._probes % self.every or probe.features is None or not _finite(probe):
            return None
        if self._features is None:
            device = probe.features.device
            train, heldout = (
                probe.reference.of(items.to(device)).float().cpu()
                for items in (self.train, self.heldout)
            )
            # Wrong sets are refused here, at once; later it is the generated items that are wrong.
            self.copying(train, heldout, heldout)
            self._features = train, heldout
        (value,) = probe.agree(self._judge(*self._features, probe.features.cpu()))
        if not math.isfinite(value):
            return None
        saw = (
            f"generated items are closer to the training items than held-out ones are, C_T = "
            f"{value:.1f} standard deviations"
        )
        ill, well = value < self.threshold, value > self.threshold + 1
        return Finding(ill, well, saw, {"copying": value})

    def _judge(self, train: Tensor, heldout: Tensor, generated: Tensor) -> float:
        try:
            return self.copying(train, heldout, generated)
        except WrongUse:
            # A generator far off the data has no items near it to judge.
            return math.nan

    def state_dict(self) -> dict[str, Any]:
        return {"probes": self._probes}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._probes = int(state["probes"])


def _finite(probe: Probe) -> bool:
    # A generator that has diverged copies nothing, and the distance says so to all processes.
    return probe.distance is not None and math.isfinite(probe.distance)
