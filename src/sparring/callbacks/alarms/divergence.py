"""Numbers that are none, or have left all bounds: the training goes back and tries more slowly."""

import math
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from sparring.callbacks.alarms.base import Alarm, Finding
from sparring.callbacks.alarms.probe import Probe
from sparring.callbacks.checkpoint import Checkpoint
from sparring.core import TrainingState

_LATEST = 64


class Divergence(Alarm):
    """Terms or weights are NaN or infinite, or larger than any training makes them.

    Raised, it takes the training back to the last good checkpoint, halves every learning rate, and
    goes on with other latents and the data that comes next, so that it can't run into the very same
    failure. A rollback to the checkpoint that the one before also went to goes one further back.
    After `times` rollbacks, or where there is no Checkpoint among the callbacks, the training ends
    with a Failure.

    Args:
        terms: largest size of a player's term, in its early size (at least 1).
        weights: largest root mean square of a player's weights, in that at the start.
        times: rollbacks before it gives up, at least 0.
        factor: on the learning rates at each rollback, in (0, 1).
    """

    name = "divergence"
    advice = "Lower the learning rates, or regularise the discriminator (R1, spectral norm)."
    patience = 1

    def __init__(
        self, terms: float = 1e4, weights: float = 100.0, times: int = 3, factor: float = 0.5
    ) -> None:
        self.terms, self.weights, self.times, self.factor = terms, weights, times, factor
        self.count = 0
        self.given_up: str | None = None
        self._early: dict[str, float] = {}
        self._last: str | None = None

    def start(self, state: TrainingState) -> None:
        """Remember how large the weights are before the first step."""
        for name, size in _sizes(state).items():
            self._early.setdefault(name, size)

    def look(self, probe: Probe) -> Finding | None:
        sizes = _sizes(probe.state)
        wrong = []
        for name, size in sizes.items():
            limit = self._limit(name)
            if not math.isfinite(size):
                wrong.append(f"{name} is not finite")
            elif limit is not None and size > limit:
                wrong.append(f"{name} has size {size:.3g}, {limit:.3g} at most")
        if not wrong:
            for name, size in sizes.items():
                self._early.setdefault(name, size)
        return Finding(bool(wrong), not wrong, ", ".join(wrong) or "all numbers in bounds")

    def _limit(self, name: str) -> float | None:
        if name not in self._early:
            return None
        if name.startswith("weights of"):
            return self.weights * max(self._early[name], 0.1)
        return self.terms * max(self._early[name], 1.0)

    def respond(self, state: TrainingState, finding: Finding) -> None:
        """Go back to the last good checkpoint, or give up."""
        where = f"training diverged at step {state.step} ({finding.saw})"
        keeper = next((c for c in state.callbacks if isinstance(c, Checkpoint)), None)
        if keeper is None:
            self._give_up(state, f"{where} and no checkpoints are kept to go back to; {self._help}")
            return
        if self.count >= self.times:
            self._give_up(
                state, f"{where} after {self.count} rollbacks to lower rates; {self._help}"
            )
            return
        before, position, count = state.step, state.batches.state_dict(), self.count + 1
        avoid = None if self._last is None else keeper.folder / self._last
        path = keeper.roll_back(state, avoid)
        if path is None:
            self._give_up(state, f"{where} and no checkpoint is whole to go back to; {self._help}")
            return
        # What is loaded knows of fewer rollbacks, and its rates are higher.
        state.scale_rates(self.factor ** (count - self.count))
        self._move_on(state, position, count, path)
        state.events.append(
            {
                "step": before,
                "alarm": self.name,
                "state": "rolled back",
                "to": state.step,
                "saw": f"rollback {count} of {self.times}, learning rates now {state.rate:g} "
                f"of the first",
            }
        )

    def _move_on(
        self, state: TrainingState, position: dict[str, Any], count: int, path: Path
    ) -> None:
        state.batches.load_state_dict(position)
        torch.manual_seed((state.seed + 1) * 1_000_003 + count)
        self.count, self._last = count, path.name

    @property
    def _help(self) -> str:
        return self.advice[0].lower() + self.advice[1:]

    def _give_up(self, state: TrainingState, why: str) -> None:
        self.given_up = why
        event = {"step": state.step, "alarm": self.name, "state": "given up", "saw": why}
        state.events.append(event)
        state.stop(why)

    def state_dict(self) -> dict[str, Any]:
        return {"count": self.count, "early": self._early, "last": self._last}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.count, self._last = int(state["count"]), state["last"]
        self._early = dict(state["early"])


def _sizes(state: TrainingState) -> dict[str, float]:
    """The largest of each of the latest terms and the weights of each player, in one transfer."""
    device = state.backend.device
    found: dict[str, list[Tensor]] = {}
    for terms in islice(reversed(state.terms), _LATEST):
        for name, value in terms.items():
            if not name.startswith("watch/"):
                number = torch.as_tensor(value, dtype=torch.float, device=device)
                found.setdefault(name, []).append(number.reshape(()))
    sizes = {name: torch.stack(values).abs().max() for name, values in found.items()}
    for player, parameters in state.parameters.items():
        count = sum(parameter.numel() for parameter in parameters)
        weights = [parameter.detach() for parameter in parameters]
        norm = torch.stack(torch._foreach_norm(weights)).norm()
        sizes[f"weights of {player}"] = norm.float() / count**0.5
    numbers = torch.stack(list(sizes.values()))
    state.backend.average([numbers])
    return dict(zip(sizes, numbers.tolist(), strict=True))
