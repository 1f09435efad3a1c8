"""What a person sees: what data are taken for, a bar with speed and time left, each alarm."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from sparring.core import Callback, TrainingState
from sparring.data import Dataset
from sparring.report.drawing import number
from sparring.tasks.contest import Result, verdict
from sparring.tasks.looking import Look, look_at

MOST_COLUMNS = 20
MOST_RULES = 12


class Progress(Callback):
    """What the data are taken for, then a progress bar on standard error, where it is a terminal.

    Args:
        quiet: say nothing but alarms.
    """

    every = 10

    def __init__(self, quiet: bool = False) -> None:
        self._console = Console(stderr=True)
        self._quiet = quiet
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
        self._title = ""
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

    def on_data(self, dataset: Dataset) -> None:
        """Print what the data are taken for (see `tasks.looking.Looks`)."""
        if not self._quiet:
            show_look(look_at(dataset))

    def on_contestant(self, game: str, number: int, games: int) -> None:
        """Name the game beside its bar (see `tasks.contest.Follows`)."""
        self._title = f"{game}, {number} of {games} games  "

    def on_contest(self, results: Sequence[Result]) -> None:
        """Print who won a contest, and by how much."""
        self._title = ""
        if not self._quiet:
            words = f"Boosted trees told rows apart from real ones: {verdict(results)}."
            self._console.print(words, highlight=False, soft_wrap=True, markup=False)

    def on_start(self, state: TrainingState) -> None:
        self._begun = (state.step, state.seconds)
        self._limit = next((60 * c.minutes for c in state.callbacks if hasattr(c, "minutes")), None)
        if self._task is not None:
            self._bars.remove_task(self._task)
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
        words = f"{self._title}step {state.step:,}  {speed:.1f} steps/s  at most {_time(left)} left"
        self._bars.update(self._task, completed=share, description=words)

    def announce(self, event: dict[str, Any]) -> None:
        """Print an alarm above the bar."""
        words = f"step {event['step']}: {event['alarm']} {event['state']}: {event.get('saw', '')}"
        self._console.print(words, style="yellow", highlight=False, soft_wrap=True)
        if "advice" in event:
            self._console.print(
                f"  {event['advice']}", style="dim", highlight=False, soft_wrap=True
            )


def show_look(look: Look) -> None:
    """Print what data are taken for: at most 20 columns and 12 rules of a table."""
    # In a pipe there is no edge to cut at.
    console = Console(width=None if sys.stdout.isatty() else 1000, highlight=False)
    what = _ITEMS.get(look.modality, "items")
    sizes = f"{look.items:,} {what} to learn from, {look.heldout:,} kept to judge."
    console.print(f"{look.name}: {sizes}", markup=False)
    if look.about:
        console.print(look.about, markup=False)
    if look.columns:
        _show_columns(console, look)
    if look.rules:
        console.print(f"Rules that hold in every row, and will ({len(look.rules):,}):")
        lines = [f"  {rule}" for rule, _ in look.rules]
        _show_some(console, lines, MOST_RULES)
    for sentence in look.unsearched:
        console.print(sentence, markup=False)


_ITEMS = {
    "image": "pictures",
    "table": "rows",
    "matrix": "rows",
    "points": "points",
    "audio": "sounds",
}


def _show_columns(console: Console, look: Look) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("column", "kind", "missing", "holds"):
        table.add_column(title, no_wrap=True, justify="right" if title == "missing" else "left")
    for column in look.columns[:MOST_COLUMNS]:
        words = (column.name, column.kind, _share(column.missing), column.holds)
        # Text: a name in brackets is no mark-up.
        table.add_row(*(Text(word) for word in words))
    console.print(table)
    if len(look.columns) > MOST_COLUMNS:
        console.print(f"… and {len(look.columns) - MOST_COLUMNS:,} more columns (--json has all)")


def _share(missing: float | None) -> str:
    """A share in percent, "" where it is none or not known.

    Example:
        >>> _share(0.0571), _share(1e-5), _share(0.0)
        ('5.7 %', '<0.1 %', '')
    """
    if not missing:
        return ""
    return f"{100 * missing:.1f} %" if missing >= 0.001 else "<0.1 %"


def _show_some(console: Console, lines: Sequence[str], most: int) -> None:
    for line in lines[:most]:
        console.print(line, markup=False, soft_wrap=True)
    if len(lines) > most:
        console.print(f"  … and {len(lines) - most:,} more (--json has all)")


def show_figures(figures: Sequence[Mapping[str, Any]]) -> None:
    """Print what a report found, a line each: the figure, its floor and ceiling, and the verdict.

    Args:
        figures: as report.json has them.
    """
    console = Console(width=None if sys.stdout.isatty() else 1000, highlight=False)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("figure", "this", "floor", "ceiling", "verdict"):
        right = title in ("this", "floor", "ceiling")
        table.add_column(title, no_wrap=right, justify="right" if right else "left")
    for figure in figures:
        marks = (figure["value"], figure["floor"]["value"], figure["ceiling"]["value"])
        table.add_row(figure["title"], *map(number, marks), figure["verdict"])
    console.print(table)


@contextmanager
def counting(title: str, total: int, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """A bar on standard error that is told how many of so many are done.

    Args:
        title: what is counted.
        total: how many there will be.
        quiet: show nothing.
    """
    console = Console(stderr=True)
    with Bars(
        SpinnerColumn(),
        BarColumn(),
        TextColumn("{task.completed:,} of {task.total:,} {task.description}"),
        console=console,
        disable=quiet or not console.is_terminal,
        transient=True,
    ) as bars:
        task = bars.add_task(title, total=total)
        yield lambda done: bars.update(task, completed=done)


def _time(seconds: float) -> str:
    """A time in hours, minutes and seconds.

    Example:
        >>> _time(3725)
        '1:02:05'
    """
    whole = int(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"
