"""One look at the game for all alarms, every so many steps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor

from sparring.callbacks.alarms.base import Alarm, Finding, Onset
from sparring.callbacks.alarms.collapse import ModeCollapse
from sparring.callbacks.alarms.divergence import Divergence
from sparring.callbacks.alarms.probe import Features, Probe, Projection, Reference, cast
from sparring.callbacks.alarms.progress import NoProgress
from sparring.callbacks.alarms.winning import DiscriminatorWinning, GeneratorWinning
from sparring.callbacks.record import Record
from sparring.core import Batch, Callback, Failure, TrainingState, WrongUse, evaluating

Event = dict[str, Any]


def default_alarms() -> list[Alarm]:
    """Fresh alarms for whatever game: divergence, collapse, one side winning, no progress."""
    return [
        Divergence(),
        ModeCollapse(),
        DiscriminatorWinning(),
        GeneratorWinning(),
        NoProgress(),
    ]


class Watch(Callback):
    """Shows every alarm the same small probe of the game, and tells what they find.

    An alarm is raised once when it has been ill for its patience, and cleared once when it has
    been well for as long. Both stand in `state.events`:
    `{"step", "alarm", "state": "raised" | "cleared", "since", "saw", "numbers", "advice"}`. The
    numbers of each look are recorded as `watch/...` beside the players' terms. Looking leaves no
    trace in the training. It stands before Record among the callbacks.

    Args:
        real: real items of shape (n, ...), or a batch with "x" and what the game is conditioned
            on; at least 16, 256 are plenty, on any device.
        alarms: which; `default_alarms()` if None.
        every: steps between two probes, at least 1; thresholds count in probes.
        features: from items (n, ...) to vectors (n, d); by default flattened and projected.
        announce: called with each event as it comes, in the first process.
        n: how many items the game makes for a probe, at least 16.
        cells: of the clustering of real features, in which modes are looked for.
        seed: of what a probe draws.

    Raises:
        WrongUse: for fewer than 16 items, real or made, or `every` below 1, or a Record that
            stands before.
        Failure: at the end of a training that an alarm has given up.

    Example:
        >>> watch = Watch(torch.randn(64, 2), every=50)
        >>> [alarm.name for alarm in watch.alarms][:2]
        ['divergence', 'mode collapse']
    """

    def __init__(
        self,
        real: Tensor | Batch,
        alarms: Sequence[Alarm] | None = None,
        every: int = 250,
        *,
        features: Features | None = None,
        announce: Callable[[Event], None] | None = None,
        n: int = 256,
        cells: int = 16,
        seed: int = 0,
    ) -> None:
        self.real: Batch = {"x": real} if isinstance(real, Tensor) else real
        if len(self.real["x"]) < 16:
            raise WrongUse(
                f"Watch needs at least 16 real items to look for, got {len(self.real['x'])}."
            )
        if n < 16:
            raise WrongUse(f"n of Watch must be at least 16, got {n}.")
        if every < 1:
            raise WrongUse(f"every of Watch must be at least 1, got {every}.")
        self.alarms = list(default_alarms() if alarms is None else alarms)
        self.every, self.features = every, features or Projection()
        self.announce, self.n, self.cells, self.seed = announce, n, cells, seed
        self.onsets = [Onset() for _ in self.alarms]
        self._reference: Reference | None = None
        self._cast: tuple[list[str], list[str]] = ([], [])

    def on_start(self, state: TrainingState) -> None:
        for earlier in list(state.callbacks)[: list(state.callbacks).index(self)]:
            if isinstance(earlier, Record):
                raise WrongUse(
                    "Watch must stand before Record among the callbacks, which clears the terms "
                    "that Watch looks at; move Record behind it."
                )
        with state.aside():
            real = state.backend.place(self.real)
            self._reference = Reference(real, self.features, self.cells, self.seed, self.n)
            self._cast = cast(state, self._reference)
        for alarm in self.alarms:
            alarm.start(state)

    def on_step(self, state: TrainingState) -> None:
        if self._reference is None:
            return
        step = state.step
        with state.aside(), evaluating(state.game):
            # The same latents at every probe: what changes is the game.
            torch.manual_seed(self.seed)
            probe = Probe(state, self._reference, *self._cast)
            findings = [alarm.look(probe) for alarm in self.alarms]
        self._keep_numbers(state, findings)
        for alarm, onset, finding in zip(self.alarms, self.onsets, findings, strict=True):
            if finding is None:
                continue
            change = onset.change(finding, step, alarm.patience)
            if change is None:
                continue
            self.tell(state, alarm, onset, finding, change)
            if change == "raised":
                told = len(state.events)
                alarm.respond(state, finding)
                self._announce(state, told)
            if state.step != step or state.stopped is not None:
                break

    def on_end(self, state: TrainingState) -> None:
        for alarm in self.alarms:
            if isinstance(alarm, Divergence) and alarm.given_up is not None:
                raise Failure(alarm.given_up)

    def tell(
        self, state: TrainingState, alarm: Alarm, onset: Onset, finding: Finding, change: str
    ) -> None:
        """Put an event into the training state, and announce it."""
        told = len(state.events)
        event: Event = {"step": state.step, "alarm": alarm.name, "state": change}
        event |= {"since": onset.since, "saw": finding.saw, "numbers": finding.numbers}
        if change == "raised":
            event["advice"] = alarm.advice
        state.events.append(event)
        self._announce(state, told)

    def _announce(self, state: TrainingState, told: int) -> None:
        if self.announce is not None and state.backend.main:
            for event in state.events[told:]:
                self.announce(event)

    def _keep_numbers(self, state: TrainingState, findings: list[Finding | None]) -> None:
        numbers = {
            name: torch.tensor(value, device=state.backend.device)
            for finding in findings
            if finding is not None
            for name, value in finding.numbers.items()
        }
        if numbers:
            state.record("watch", numbers)

    def state_dict(self) -> dict[str, Any]:
        return {
            "onsets": [asdict(onset) for onset in self.onsets],
            "alarms": [[alarm.name, alarm.state_dict()] for alarm in self.alarms],
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        kept = zip(state["onsets"], state["alarms"], strict=True)
        by_name = {name: (onset, own) for onset, (name, own) in kept}
        for index, alarm in enumerate(self.alarms):
            if alarm.name in by_name:
                onset, own = by_name[alarm.name]
                self.onsets[index] = Onset(**onset)
                alarm.load_state_dict(own)
