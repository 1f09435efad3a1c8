"""The log of a run: what each player's terms were, how fast it went, what the alarms saw."""

import importlib.util
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from sparring.callbacks.store import cannot_write
from sparring.core import Callback, Failure, TrainingState, WrongUse

FORMAT = 1


class Record(Callback):
    """Writes `log.jsonl`, and TensorBoard events, and clears `state.terms`.

    One line every `every` steps: `step`, `samples`, `seconds`, `steps_per_second`, and the mean of
    each `player/term` since the line before; null where that isn't finite. Each event of
    `state.events` has a line of its own, `{"step": ..., "alarm": ..., ...}`. The first line says
    what the log is. The log of a run that was killed and resumed equals the log of one that wasn't,
    but for the times.

    Args:
        folder: the run's folder; gets `log.jsonl` and `tensorboard/`.
        every: steps between two lines, at least 1.
        tensorboard: whether to write TensorBoard events; None where the package is installed.

    Raises:
        WrongUse: if `every` is below 1, or TensorBoard is asked for and not installed.
        Failure: if the log can't be written.

    Example:
        >>> Record("runs/first", every=100, tensorboard=False).path
        PosixPath('runs/first/log.jsonl')
    """

    def __init__(
        self, folder: Path | str, every: int = 50, tensorboard: bool | None = None
    ) -> None:
        if every < 1:
            raise WrongUse(f"every of Record must be at least 1, got {every}.")
        installed = importlib.util.find_spec("tensorboard") is not None
        if tensorboard and not installed:
            raise WrongUse(
                "TensorBoard events were asked for and tensorboard isn't installed; "
                "pip install 'sparring[track]', or give tensorboard=False."
            )
        self.folder, self.path = Path(folder), Path(folder) / "log.jsonl"
        self.interval = every
        self.tensorboard = installed if tensorboard is None else tensorboard
        self._chosen = tensorboard is not None
        self._state: TrainingState | None = None
        self._pending: dict[str, list[float]] = {}
        self._last = (0, 0.0)
        self._events = 0
        self._size: int | None = None
        self._writer: Any = None

    # Beside the training

    def on_start(self, state: TrainingState) -> None:
        self._state = state
        self._last = (state.step, state.seconds)
        if state.backend.main:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                self._cut(state.step)
                if self.path.stat().st_size == 0:
                    self._write([{"log": FORMAT, "tensorboard": self._about_tensorboard()}])
            except OSError as error:
                raise Failure(cannot_write(self.path, error)) from error
        self._open_writer(state)
        self._tell_events(state)

    def on_step(self, state: TrainingState) -> None:
        if len(state.events) != self._events:
            self._tell_events(state)
        if state.step % self.interval == 0:
            self._tell_terms(state)

    def on_end(self, state: TrainingState) -> None:
        self._tell_events(state)
        self._tell_terms(state)
        if self._writer is not None:
            self._writer.close()

    # Going on

    def state_dict(self) -> dict[str, Any]:
        """The place in the log and the terms not yet in it; called in every process."""
        if self._state is not None:
            self._take(self._state)
        size = self.path.stat().st_size if self.path.exists() else 0
        return {"size": size, "pending": self._pending, "events": self._events}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._pending = {name: list(values) for name, values in state["pending"].items()}
        if self._state is None:
            self._size, self._events = int(state["size"]), int(state["events"])
        else:
            # Rolled back while it runs: the log keeps what happened.
            self._last = (-1, 0.0)

    def _cut(self, step: int) -> None:
        """Drop what a killed process wrote beyond the state from which the run goes on."""
        self.path.touch()
        if self._size is not None and self._size <= self.path.stat().st_size:
            with self.path.open("r+b") as stream:
                stream.truncate(self._size)
            return
        kept = []
        for line in self.path.read_text("utf-8").splitlines():
            try:
                content = json.loads(line)
            except ValueError:
                break
            if content.get("step", 0) > step or step == 0:
                break
            kept.append(line + "\n")
        self.path.write_text("".join(kept), "utf-8")

    # What is written

    def _tell_terms(self, state: TrainingState) -> None:
        self._take(state)
        if not self._pending:
            return
        step, seconds = self._last
        means = {name: math.fsum(v) / len(v) for name, v in self._pending.items()}
        rate = None
        if 0 <= step < state.step and state.seconds > seconds:
            rate = round((state.step - step) / (state.seconds - seconds), 3)
        self._last = (state.step, state.seconds)
        self._pending = {}
        if not state.backend.main:
            return
        line = {
            "step": state.step,
            "samples": state.samples,
            "seconds": round(state.seconds, 3),
            "steps_per_second": rate,
            **{name: mean if math.isfinite(mean) else None for name, mean in means.items()},
        }
        self._write([line])
        if self._writer is not None:
            for name, mean in means.items():
                self._writer.add_scalar(name, mean, state.step)

    def _tell_events(self, state: TrainingState) -> None:
        new, self._events = state.events[self._events :], len(state.events)
        if new and state.backend.main:
            self._write(new)
            if self._writer is not None:
                for event in new:
                    self._writer.add_text("alarms", json.dumps(event), event.get("step"))

    def _write(self, lines: list[dict[str, Any]]) -> None:
        before = self.path.stat().st_size if self.path.exists() else 0
        try:
            with self.path.open("a", encoding="utf-8") as stream:
                stream.writelines(json.dumps(line) + "\n" for line in lines)
        except OSError as error:
            with self.path.open("r+b") as stream:
                stream.truncate(before)
            raise Failure(cannot_write(self.path, error)) from error

    def _take(self, state: TrainingState) -> None:
        """Move the players' latest terms here, in one transfer, as means over the processes."""
        if not state.terms:
            return
        names = [name for terms in state.terms for name in terms]
        device = state.backend.device
        values = torch.stack(
            [
                torch.as_tensor(value, dtype=torch.double, device=device).reshape(())
                for terms in state.terms
                for value in terms.values()
            ]
        )
        state.terms.clear()
        state.backend.average([values])
        for name, value in zip(names, values.tolist(), strict=True):
            self._pending.setdefault(name, []).append(value)

    # TensorBoard

    def _about_tensorboard(self) -> str:
        if self.tensorboard:
            return "in tensorboard/"
        return "not asked for" if self._chosen else "absent: pip install 'sparring[track]'"

    def _open_writer(self, state: TrainingState) -> None:
        if self.tensorboard and state.backend.main:
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(
                str(self.folder / "tensorboard"), purge_step=state.step + 1 if state.step else None
            )
