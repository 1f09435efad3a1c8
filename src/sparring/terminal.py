"""What a person sees while it trains: a bar with speed, time left, and each alarm as it comes."""

from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn
from rich.progress import Progress as Bars

from sparring.core import Callback, TrainingState


class Progress(Callback):
    """A progress bar on standard error, where that is a terminal.

    Args:
        quiet: say nothing but alarms.
    """

    every = 10

    def __init__(self, quiet: bool = False) -> None:
        self._console = Console(stderr=True)
        self._bars = Bars(
            SpinnerColumn(),
            BarColumn(),
            TextColumn("{task.description}"),
            console=self._console,
            # Elsewhere a bar would leave nothing but an empty line.
            disable=quiet or not self._console.is_terminal,
            transient=True,
        )
        self._task: Any = None
        self._begun = (0, 0.0)

    def __enter__(self) -> Self:
        self._bars.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._bars.__exit__(kind, error, where)

    def on_start(self, state: TrainingState) -> None:
        self._begun = (state.step, state.seconds)
        self._limit = next((60 * c.minutes for c in state.callbacks if hasattr(c, "minutes")), None)
        if state.backend.main:
            self._task = self._bars.add_task("starting", total=1.0)

    def on_step(self, state: TrainingState) -> None:
        if self._task is None:
            return
        steps, seconds = state.step - self._begun[0], state.seconds - self._begun[1]
        speed = steps / max(seconds, 1e-9)
        done = []
        if state.steps is not None:
            done.append(state.step / state.steps)
        if self._limit is not None:
            done.append(state.seconds / self._limit)
        share = min(1.0, max(done)) if done else 0.0
        left = state.seconds * (1 - share) / max(share, 1e-9)
        words = f"step {state.step:,}  {speed:.1f} steps/s  {_time(left)} left"
        self._bars.update(self._task, completed=share, description=words)

    def announce(self, event: dict[str, Any]) -> None:
        """Print an alarm above the bar."""
        words = f"step {event['step']}: {event['alarm']} {event['state']}: {event.get('saw', '')}"
        self._console.print(words, style="yellow", highlight=False, soft_wrap=True)
        if "advice" in event:
            self._console.print(
                f"  {event['advice']}", style="dim", highlight=False, soft_wrap=True
            )


def _time(seconds: float) -> str:
    """A time in hours, minutes and seconds.

    Example:
        >>> _time(3725)
        '1:02:05'
    """
    whole = int(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"
