"""The generator makes the same few things again and again."""

from collections.abc import Mapping
from typing import Any

from sparring.callbacks.alarms.base import Alarm, Finding
from sparring.callbacks.alarms.probe import Probe

_SCATTERED = 1.25


class ModeCollapse(Alarm):
    """Generated items lie closer together than real ones, or leave modes of the data empty.

    Three numbers: the mean distance between generated features in that between real ones; the same
    for the median distance to the nearest other item, which falls when every class or mode has but
    one item; and the share of the data in k-means cells of the real features that get less than a
    tenth of the items that they should. A generator that has not yet learnt to spread is no
    collapse: numbers that still get better don't count as ill. Nor is one whose items are
    scattered wider than the data: it misses the data, and that is for other alarms to tell.

    Args:
        spread: raised below this share of the data's spread, in (0, 1).
        missing: raised above this share of the data, in (0, 1).
        gap: raised below this share of the data's median distance to the nearest, in (0, 1).
        patience: in probes.
    """

    name = "mode collapse"
    advice = (
        "Regularise the discriminator (R1 and R2), take the relativistic paired loss, give the "
        "generator more capacity, or lower its learning rate."
    )

    def __init__(
        self, spread: float = 0.4, missing: float = 0.4, gap: float = 0.25, patience: int = 4
    ) -> None:
        self.spread, self.missing, self.gap, self.patience = spread, missing, gap, patience
        self._past: list[list[float]] = []

    def look(self, probe: Probe) -> Finding | None:
        spread, missing, gap = probe.spread, probe.missing, probe.gap
        if spread is None or missing is None or gap is None:
            return None
        self._past = [*self._past[-2 * self.patience + 1 :], [spread, missing, gap]]
        better, closer = self._getting_better()
        narrow = spread < self.spread or (missing > self.missing and spread < _SCATTERED)
        ill = (narrow and not better) or (gap < self.gap and not closer)
        well = (
            spread > 1.25 * self.spread and missing < 0.75 * self.missing and gap > 1.25 * self.gap
        )
        saw = (
            f"the spread of generated items is {spread:.0%} of the data's, their distance to the "
            f"nearest other {gap:.0%} of the data's, and {missing:.0%} of the data is in modes "
            f"where hardly anything is generated"
        )
        return Finding(ill, well, saw, {"spread": spread, "missing": missing, "gap": gap})

    def _getting_better(self) -> tuple[bool, bool]:
        """Whether the later half of the latest numbers is better: of spread or modes, of gaps."""
        if len(self._past) < 2 * self.patience:
            return True, True
        early, late = self._past[: self.patience], self._past[self.patience :]
        spreads, missings, gaps = (
            (sum(past[i] for past in early), sum(past[i] for past in late)) for i in range(3)
        )
        towards = spreads[1] < self.patience
        wider = towards and spreads[1] > 1.1 * spreads[0]
        fuller = missings[0] - missings[1] > 0.05 * self.patience
        return wider or fuller, gaps[1] > 1.1 * gaps[0]

    def state_dict(self) -> dict[str, Any]:
        return {"past": self._past}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._past = [list(numbers) for numbers in state["past"]]
