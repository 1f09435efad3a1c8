"""Ends of a training that no number of steps decides."""

from sparring.callbacks.alarms.progress import NoProgress
from sparring.callbacks.alarms.watch import Watch
from sparring.callbacks.clock import together
from sparring.core import Callback, TrainingState, WrongUse


class StopAfter(Callback):
    """Ends the training when it has taken so much time, over all its sittings.

    Args:
        minutes: the budget, above 0; the step in which it runs out is finished.

    Raises:
        WrongUse: if `minutes` isn't above 0.

    Example:
        >>> StopAfter(minutes=10).minutes
        10.0
    """

    def __init__(self, minutes: float) -> None:
        if not minutes > 0:
            raise WrongUse(f"minutes must be above 0, got {minutes}.")
        self.minutes = float(minutes)

    def on_start(self, state: TrainingState) -> None:
        if state.seconds >= 60 * self.minutes:
            self._stop(state)

    def on_step(self, state: TrainingState) -> None:
        seconds = together(state, state.seconds)
        if seconds is None:
            return
        if state.steps is None:
            state.done = min(1.0, seconds / (60 * self.minutes))
        if seconds >= 60 * self.minutes:
            self._stop(state)

    def _stop(self, state: TrainingState) -> None:
        state.stop(f"its {self.minutes:g} minutes are over")


class StopWithoutProgress(Callback):
    """Ends the training when nothing has improved for long, be it good or bad by then.

    Args:
        watch: whose probes are judged, and which holds a `NoProgress`; it stands among the
            callbacks too, before this one.
        steps: how many may pass without an improvement, at least 1.

    Raises:
        WrongUse: if `steps` is below 1, or the watch holds no `NoProgress`.
    """

    def __init__(self, watch: Watch, steps: int) -> None:
        if steps < 1:
            raise WrongUse(f"steps of StopWithoutProgress must be at least 1, got {steps}.")
        alarms = [alarm for alarm in watch.alarms if isinstance(alarm, NoProgress)]
        if not alarms:
            raise WrongUse("StopWithoutProgress needs a Watch that holds a NoProgress alarm.")
        self.steps, self.progress, self.every = steps, alarms[0], watch.every

    def on_step(self, state: TrainingState) -> None:
        best = self.progress.best_step
        if best is not None and state.step - best >= self.steps:
            state.stop(
                f"nothing has improved since step {best} (best {self.progress.best:.3g} in the "
                f"data's spread)"
            )
