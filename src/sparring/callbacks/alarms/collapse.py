"""The generator makes the same few things again and again."""

from collections.abc import Mapping
from typing import Any

from sparring.callbacks.alarms.base import Alarm, Finding
from sparring.callbacks.alarms.probe import Probe

_SCATTERED = 1.25


class ModeCollapse(Alarm):
    """Generated items lie closer together than real ones, or leave modes of the data empty.

    Two numbers: the mean distance between generated features in that between real ones, and the
    share of the data in k-means cells of the real features that get less than a tenth of the items
    that they should. A generator that has not yet learnt to spread is no collapse: numbers that
    still get better don't count as ill. Nor is one whose items are scattered wider than the data:
    it misses the data, and that is for other alarms to tell.

    Args:
        spread: raised below this share of the data's spread, in (0, 1).
        missing: raised above this share of the data, in (0, 1).
        patience: in probes.
    """

    name = "mode collapse"
    advice = (
        "Regularise the discriminator (R1 and R2), take the relativistic paired loss, give the "
        "generator more capacity, or lower its learning rate."
    )

    def __init__(self, spread: float = 0.4, missing: float = 0.4, patience: int = 4) -> None:
        self.spread, self.missing, self.patience = spread, missing, patience
        self._past: list[list[float]] = []

    def look(self, probe: Probe) -> Finding | None:
        spread, missing = probe.spread, probe.missing
        if spread is None or missing is None:
            return None
        self._past = [*self._past[-2 * self.patience + 1 :], [spread, missing]]
        getting_better = self._getting_better()
        narrow = spread < self.spread or (missing > self.missing and spread < _SCATTERED)
        ill = narrow and not getting_better
        well = spread > 1.25 * self.spread and missing < 0.75 * self.missing
        saw = (
            f"the spread of generated items is {spread:.0%} of the data's, and {missing:.0%} of "
            f"the data is in modes where hardly anything is generated"
        )
        return Finding(ill, well, saw, {"spread": spread, "missing": missing})

    def _getting_better(self) -> bool:
        """Whether the later half of the latest numbers is better than the earlier one."""
        if len(self._past) < 2 * self.patience:
            return True
        early, late = self._past[: self.patience], self._past[self.patience :]
        spreads = sum(s for s, _ in late) / max(sum(s for s, _ in early), 1e-12)
        gaps = sum(m for _, m in early) - sum(m for _, m in late)
        towards = sum(s for s, _ in late) < self.patience
        return (towards and spreads > 1.1) or gaps > 0.05 * self.patience

    def state_dict(self) -> dict[str, Any]:
        return {"past": self._past}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._past = [list(pair) for pair in state["past"]]
