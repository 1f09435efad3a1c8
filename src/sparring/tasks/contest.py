"""Which game learns a table best: each is tried on a part of it and judged by rows kept apart."""

import json
import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import pandas as pd

from sparring.core.errors import Failure, WrongUse
from sparring.data import Table
from sparring.data.splitting import split
from sparring.metrics.two_sample import two_sample_auc
from sparring.tasks.effort import Effort

AUTO = "auto"
"""What `game` is set to for a contest."""

GAMES = ("nade", "r3gan", "tvae")
"""Who takes part; the first sets the measure of work, and is taken where chance decides."""

FILE = "contest.json"
MOST_ROWS = 50_000
"""On so many rows, at most, games are tried."""
LEAST_ROWS = 200
"""Fewer training rows leave too few apart for boosted trees to see anything."""
LEAST_WORK = 30e6
"""What every game may do, in microseconds of a core (see `Effort`)."""
_APART = 0.2
# Not for a data frame, which has been read already.
_READ: dict[str, Any] = {
    **dict.fromkeys(("separator", "table", "stream", "modality")),
    **dict.fromkeys(("missing", "categories", "drop"), ()),
}
_ALONE: dict[str, Any] = {
    "run": None,
    "processes": 1,
    "previews": False,
    "alarms": False,
    "patience": None,
}


@dataclass(frozen=True)
class Result:
    """How a game did.

    Attributes:
        game: its name.
        auc: of boosted trees that tell its rows from real ones that no game saw; 0.5 at best.
        error: the AUC's standard error.
        seconds: of the clock that training took.
        steps: that it took.
        planned: steps that it would have taken, where the limit cut it short; else None.
        failed: why its training broke off, "" if it didn't; its AUC is 1 then.
    """

    game: str
    auc: float
    error: float
    seconds: float
    steps: int
    planned: int | None
    failed: str = ""


@runtime_checkable
class Follows(Protocol):
    """A callback that is told how a contest goes; it sees each game's training as well."""

    def on_contestant(self, game: str, number: int, games: int) -> None:
        """Called before a game is trained, the `number`-th of so many, from 1."""

    def on_contest(self, results: Sequence[Result]) -> None:
        """Called when all have been judged, with what `contest` returns."""


def contest(synthesizer: Any, data: Any) -> list[Result]:
    """Let each of `GAMES` learn four fifths of a table's training part, and judge by the rest.

    Neither the held-out part nor an official test part is looked at. Of a table of more than 50,000
    training rows so many are drawn.

    All games may do the same work: as much as the first, the default for tables, does until it
    ends by itself, but at least half a minute of a core, as it learns small tables in seconds. Work
    is counted and not timed (`Effort`), so that the same seed gives the same contest whatever else
    the machine does. So on small tables a contest takes about a minute of a core more than the
    first game alone, and on large ones three times as long as that. Where the synthesizer's
    `minutes` are set, each game has a third of them instead.

    The lowest AUC wins; but where another is no more than one standard error above it, and stands
    before it in `GAMES`, that one is taken (the one-standard-error rule of Breiman and others,
    "Classification and Regression Trees", 1984).

    Args:
        synthesizer: whose other parameters all games get. Those of its callbacks that are `Follows`
            are told how it goes.
        data: as `Synthesizer.fit` takes it.

    Returns:
        One result a game: the winner, then the others, the best first.

    Raises:
        WrongUse: if the data is no table, or has fewer than 200 training rows.
        Failure: if the training of every game breaks off.
    """
    rows = _rows(synthesizer, data)
    learnt, apart = (
        rows.iloc[part].reset_index(drop=True)
        for part in split(len(rows), _APART, synthesizer.seed)
    )
    followers = [callback for callback in synthesizer.callbacks if isinstance(callback, Follows)]
    results: list[Result] = []
    limit = None
    for number, game in enumerate(GAMES, start=1):
        for follower in followers:
            follower.on_contestant(game, number, len(GAMES))
        with Effort(limit) as effort:
            tried = _like(synthesizer, game, (effort, *followers))
            results.append(_try(tried, learnt, apart, effort))
        if limit is None and synthesizer.minutes is None and not results[-1].failed:
            limit = max(effort.work, LEAST_WORK)
    if all(result.failed for result in results):
        raise Failure(f"no game could learn the table; {results[0].game}: {results[0].failed}")
    ranked = _rank(results)
    for follower in followers:
        follower.on_contest(ranked)
    return ranked


def _rows(synthesizer: Any, data: Any) -> pd.DataFrame:
    dataset = _like(synthesizer, GAMES[0])._open(data)
    if type(dataset.modality) is not Table:
        raise WrongUse(
            f"game='auto' compares games on tables, got {dataset.modality.name} data; leave game "
            f"out for the one that suits it."
        )
    if len(dataset.train) < LEAST_ROWS:
        raise WrongUse(
            f"game='auto' needs at least {LEAST_ROWS} rows to train on, as it judges by a fifth of "
            f"them, got {len(dataset.train)}; leave game out for the one that suits small tables."
        )
    rows: pd.DataFrame = dataset.real(MOST_ROWS, synthesizer.seed)
    return rows


def _like(synthesizer: Any, game: str, callbacks: Sequence[Any] | None = None) -> Any:
    """A synthesizer of the same parameters for a game; with callbacks it is one to be tried."""
    # No clone: it would copy callbacks, and a progress bar can't be copied.
    parameters = {**synthesizer.get_params(deep=False), "game": game}
    if callbacks is not None:
        parameters |= {**_READ, **_ALONE, "callbacks": callbacks}
        if synthesizer.minutes is not None:
            parameters["minutes"] = synthesizer.minutes / len(GAMES)
    return type(synthesizer)(**parameters)


def _try(tried: Any, learnt: pd.DataFrame, apart: pd.DataFrame, effort: Effort) -> Result:
    start = time.perf_counter()
    auc, error, failed = 1.0, 0.0, ""
    try:
        tried.fit(learnt)
        made = tried.sample(len(apart), seed=tried.seed)
        auc = two_sample_auc(apart, made, seed=tried.seed)
        error = standard_error(auc, len(apart))
    except Failure as broken:
        failed = str(broken)
    seconds = round(time.perf_counter() - start, 1)
    planned = effort.planned if effort.cut else None
    return Result(
        tried.game, round(auc, 4), round(error, 4), seconds, effort.steps, planned, failed
    )


def standard_error(auc: float, n: int) -> float:
    """Of an area under the ROC curve between n items and n others.

    Hanley and McNeil, "The meaning and use of the area under a receiver operating characteristic
    (ROC) curve", Radiology 1982, with their Q of exponential scores.

    Example:
        >>> round(standard_error(0.5, 50), 3), standard_error(1.0, 50)
        (0.058, 0.0)
    """
    auc = max(auc, 1 - auc)
    first, second = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    spread = auc * (1 - auc) + (n - 1) * (first + second - 2 * auc * auc)
    return math.sqrt(max(0.0, spread)) / n


def _worth(result: Result) -> float:
    # Below one half is chance as well.
    return max(result.auc, 0.5)


def _rank(results: Sequence[Result]) -> list[Result]:
    """From the order of `GAMES` to the winner and the others, the best first."""
    best = min(results, key=_worth)
    winner = next(r for r in results if not r.failed and _worth(r) <= _worth(best) + best.error)
    others = [result for result in results if result is not winner]
    return [winner, *sorted(others, key=_worth)]


def verdict(results: Sequence[Result]) -> str:
    """Who won a contest and by how much, in a line.

    Example:
        >>> verdict(
        ...     [
        ...         Result("nade", 0.56, 0.031, 8.0, 3000, None),
        ...         Result("r3gan", 0.68, 0.029, 9.5, 310, 4000),
        ...     ]
        ... )
        'nade won by 0.120 (standard error 0.031): nade 0.560 in 8 s; r3gan 0.680 in 10 s, 310 of
        4,000 steps'
    """
    winner, second = results[0], results[1]
    ahead = _worth(second) - _worth(winner)
    error = (winner if ahead >= 0 else second).error
    by = f"by {abs(ahead):.3f} (standard error {error:.3f})"
    if ahead > error:
        who = f"{winner.game} won {by}"
    elif ahead >= 0:
        who = f"{winner.game} is ahead of {second.game} {by}, within chance"
    else:
        who = f"{winner.game} is taken, as {second.game} is ahead {by}, within chance"
    return f"{who}: {'; '.join(map(_line, results))}"


def _line(result: Result) -> str:
    if result.failed:
        return f"{result.game} broke off ({result.failed.rstrip('.')})"
    line = f"{result.game} {result.auc:.3f} in {result.seconds:.0f} s"
    if result.planned is None:
        return line
    return f"{line}, {result.steps:,} of {result.planned:,} steps"


def write_results(folder: Path, results: Sequence[Result]) -> None:
    """Keep the results beside the run that they chose."""
    content = json.dumps([asdict(result) for result in results], indent=2)
    (folder / FILE).write_text(content + "\n", encoding="utf-8")


def told(folder: Path) -> str | None:
    """The verdict on a run's contest, if it had one."""
    if not (folder / FILE).is_file():
        return None
    content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return verdict([Result(**result) for result in content])
