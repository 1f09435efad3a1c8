"""Checkpoints: a training that is killed goes on as if nothing had happened."""

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from sparring.callbacks.clock import together
from sparring.callbacks.store import Damaged, cannot_write, check, read_tensors, tidy_all
from sparring.callbacks.store import write_tensors as _write
from sparring.core import Callback, Failure, TrainingState, WrongUse

_NAME = re.compile(r"step-(\d{8,})")


@dataclass
class Found:
    """What stands in a run's folder of checkpoints.

    Attributes:
        path: the newest whose checksums hold, or None.
        damaged: newer ones that were passed over, and what is wrong with each.
    """

    path: Path | None = None
    damaged: dict[Path, str] = field(default_factory=dict)


def newest(folder: Path | str) -> Found:
    """Find a run's newest good checkpoint by its checksums.

    Args:
        folder: the run's folder, which holds `checkpoints/`.

    Raises:
        Failure: if a newer version of sparring wrote it.

    Example:
        >>> newest("no/such/run")
        Found(path=None, damaged={})
    """
    found = Found()
    for path in sorted(_all(Path(folder) / "checkpoints"), key=step_of, reverse=True):
        try:
            check(path)
        except Damaged as error:
            found.damaged[path] = str(error)
            continue
        found.path = path
        break
    return found


def step_of(path: Path) -> int:
    """The step that a checkpoint's folder is named by.

    Example:
        >>> step_of(Path("checkpoints/step-00000120"))
        120
    """
    return int(path.name.removeprefix("step-"))


class Checkpoint(Callback):
    """Keeps all that a training is, so that it can go on from there bit by bit.

    `folder/checkpoints/step-00001234/` is written aside, flushed to the disk and renamed: a
    process killed at any moment leaves whole checkpoints only. The first is written before the
    first step, for a training that diverges early has to go back to something. A state whose
    weights aren't finite is not kept, and stands as an event instead. It stands last among the
    callbacks: what a later one did in the same step would be lost.

    Args:
        folder: the run's folder.
        every: steps between two checkpoints, at least 1.
        seconds: also after so much time without one.
        keep: how many of the newest stay on the disk, at least 1; with one, a checkpoint that gets
            damaged has no predecessor.

    Raises:
        WrongUse: for arguments out of range; if a callback that keeps something stands behind; at
            the start of a new run in the folder of another.
        Failure: if the disk is full, or the folder can't be written.

    Example:
        >>> Checkpoint("runs/first", every=500).keep
        2
    """

    def __init__(
        self,
        folder: Path | str,
        every: int = 1000,
        seconds: float | None = None,
        keep: int = 2,
    ) -> None:
        for name, value in (("every", every), ("keep", keep)):
            if value < 1:
                raise WrongUse(f"{name} of Checkpoint must be at least 1, got {value}.")
        if seconds is not None and seconds <= 0:
            raise WrongUse(f"seconds of Checkpoint must be above 0, got {seconds}.")
        self.run, self.folder = Path(folder), Path(folder) / "checkpoints"
        self.interval, self.seconds, self.keep = every, seconds, keep
        self.every = every if seconds is None else 1
        self._good: list[Path] = []
        self._last: tuple[int, float] | None = None

    # Going on

    def restore(self, state: TrainingState) -> None:
        """Bring back the newest good checkpoint: give it to `train(restore=...)`.

        Does nothing where no checkpoint was ever written. Damaged ones that were passed over
        stand in `state.events`.

        Raises:
            Failure: if every checkpoint is damaged, or the newest is of a newer version or of
                another game.
        """
        found = newest(self.run)
        if found.path is None:
            if found.damaged:
                raise Failure(
                    f"none of the {len(found.damaged)} checkpoints in {self.folder} is whole; "
                    f"start the run again in another folder."
                )
            return
        state.load_state_dict(*read_tensors(found.path))
        state.events += _passed_over(state.step, list(found.damaged.values()))
        self._good = [found.path]
        self._last = (state.step, state.seconds)

    def roll_back(self, state: TrainingState, avoid: Path | None = None) -> Path | None:
        """Take a training back to its newest good checkpoint, and drop those that are newer.

        Args:
            state: becomes what it was, but for its seconds and events.
            avoid: a checkpoint that has proven no good, passed over if there is an older one.

        Returns:
            The checkpoint, or None where there is none, and nothing has changed.
        """
        candidates = sorted(_all(self.folder), key=step_of)
        if avoid in candidates and len(candidates) > 1:
            candidates.remove(avoid)
        damaged: list[str] = []
        while candidates:
            path = candidates.pop()
            try:
                tensors, meta = read_tensors(path)
            except Damaged as error:
                damaged.append(str(error))
                continue
            kept = state.seconds, state.events + _passed_over(state.step, damaged)
            state.load_state_dict(tensors, meta)
            state.seconds, state.events = kept
            self._drop(state, [p for p in _all(self.folder) if step_of(p) > step_of(path)])
            self._good = [p for p in self._good if step_of(p) <= step_of(path)]
            self._last = (state.step, state.seconds)
            return path
        return None

    # Keeping

    def on_start(self, state: TrainingState) -> None:
        self._check_place(state)
        if state.backend.main and self.folder.is_dir():
            try:
                tidy_all(self.folder)
            except OSError as error:
                raise Failure(cannot_write(self.folder, error)) from error
        state.backend.barrier()
        if self._last is None:
            others = sorted(map(step_of, _all(self.folder)))
            if others:
                raise WrongUse(
                    f"{self.run} already holds the checkpoints of a run that came to step "
                    f"{others[-1]}; resume that run, or name another folder."
                )
            state.backend.barrier()
            self.save(state)

    def on_step(self, state: TrainingState) -> None:
        if state.step % self.interval == 0 or self._overdue(state):
            self.save(state)

    def on_end(self, state: TrainingState) -> None:
        if self._last is None or self._last[0] != state.step:
            self.save(state)

    def save(self, state: TrainingState) -> None:
        """Write a checkpoint now; called in every process, written by the first.

        Raises:
            Failure: if the disk is full, or the folder can't be written.
        """
        self._last = (state.step, state.seconds)
        tensors, meta = state.state_dict()
        if not _finite(tensors):
            state.events.append(
                {
                    "step": state.step,
                    "alarm": "checkpoint",
                    "state": "not kept",
                    "saw": "weights that aren't finite",
                }
            )
            return
        path = self.folder / f"step-{state.step:08d}"
        if state.backend.main:
            _write(path, tensors, meta)
        self._good = [p for p in self._good if p != path][-self.keep + 1 :] if self.keep > 1 else []
        self._good.append(path)
        # An older one is spared until the new one is on the disk.
        old = [p for p in _all(self.folder) if step_of(p) < state.step and p not in self._good]
        self._drop(state, old)

    def _drop(self, state: TrainingState, paths: list[Path]) -> None:
        state.backend.barrier()
        if state.backend.main:
            for path in paths:
                shutil.rmtree(path, ignore_errors=True)
        state.backend.barrier()

    def _overdue(self, state: TrainingState) -> bool:
        if self.seconds is None or self._last is None:
            return False
        since = together(state, state.seconds - self._last[1])
        return since is not None and since >= self.seconds

    def _check_place(self, state: TrainingState) -> None:
        callbacks = list(state.callbacks)
        for later in callbacks[callbacks.index(self) + 1 :] if self in callbacks else []:
            if getattr(type(later), "state_dict", None) is not Callback.state_dict:
                raise WrongUse(
                    f"Checkpoint must stand behind {type(later).__name__} among the callbacks, "
                    f"else a resumed run loses a step of it; move Checkpoint to the end."
                )


def _passed_over(step: int, damaged: list[str]) -> list[dict[str, Any]]:
    event = {"step": step, "alarm": "damaged checkpoint", "state": "passed over"}
    return [{**event, "saw": why} for why in damaged]


def _all(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if _NAME.fullmatch(path.name)]


def _finite(tensors: dict[str, Tensor]) -> bool:
    weights = [
        tensor.detach()
        for name, tensor in tensors.items()
        if name.startswith("game/") and tensor.is_floating_point() and tensor.numel()
    ]
    if not weights:
        return True
    return bool(torch.stack(torch._foreach_norm(weights, float("inf"))).isfinite().all())
