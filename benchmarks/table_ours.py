"""Fits sparring's Synthesizer to a table, samples from it and says what that cost.

`tables.py` and `table_growth.py` call it, so that its memory and processor time are its own. A
small table is fitted first: what is imported at first use is no part of the costs.
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from overhead_memory import peak_of_this_process
from table_conditions import Condition, kept, within


class Clock:
    """A callback that keeps the processor time of the first and the last step."""

    every = 1

    def __init__(self) -> None:
        self.started = self.ended = math.nan
        self.steps = self.batch_size = 0

    def on_start(self, state: Any) -> None:
        if math.isnan(self.started):
            self.started = time.process_time()

    def on_step(self, state: Any) -> None:
        self.steps += 1
        self.batch_size = state.batches.batch_size

    def on_end(self, state: Any) -> None:
        self.ended = time.process_time()

    def state_dict(self) -> dict[str, Any]:
        return {}

    def load_state_dict(self, state: Any) -> None:
        """Nothing is kept."""


def warm_up(game: str | None) -> None:
    """Let everything be imported."""
    rows = range(40)
    frame = pd.DataFrame(
        {
            "number": [0.1 * row**2 for row in rows],
            "word": ["left" if row % 3 else "right" for row in rows],
            "day": [f"2024-01-{row % 28 + 1:02d}" for row in rows],
        }
    )
    _synthesizer(game, steps=1, alarms=False).fit(frame).sample(10, seed=0)


def _synthesizer(game: str | None, **settings: Any) -> Any:
    from sparring.tasks import Synthesizer

    named = {} if game is None else {"game": game}
    known = {name: value for name, value in settings.items() if value is not None}
    return Synthesizer(**named, **known)


def fitted(
    train: pd.DataFrame, seed: int, game: str | None, steps: int | None
) -> tuple[Any, dict[str, Any]]:
    """A synthesizer that has learnt the rows, and what that cost.

    Returns:
        It, and train_cpu_s: processor seconds of `fit`; encode_s: those before the first step,
        for inferring and encoding columns and building networks; steps, and step_ms of each.
    """
    clock = Clock()
    synthesizer = _synthesizer(game, seed=seed, steps=steps, callbacks=[clock])
    before = time.process_time()
    synthesizer.fit(train)
    costs = {
        "train_cpu_s": round(time.process_time() - before, 2),
        "encode_s": round(clock.started - before, 3),
        "steps": clock.steps,
        "batch_size": clock.batch_size,
        "step_ms": round(1000 * (clock.ended - clock.started) / max(clock.steps, 1), 3),
        "game": synthesizer.game,
    }
    return synthesizer, costs


def sampled(synthesizer: Any, rows: int, seed: int) -> tuple[pd.DataFrame, int]:
    """Made rows, and how many are made in a second of the processor."""
    before = time.process_time()
    made: pd.DataFrame = synthesizer.sample(rows, seed=seed)
    return made, round(rows / (time.process_time() - before))


def main() -> None:
    """Fit, sample, write the rows and print the costs."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("table", type=Path, help="training rows, .parquet")
    options.add_argument("rows", type=Path, help="where made rows go, .parquet")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--game", help="another than Synthesizer's own choice")
    options.add_argument("--steps", type=int, help="another than its own number")
    asked = options.parse_args()
    with telling():
        # Dates stand in conditions, and are told as text.
        json.dump(costs_of(asked), sys.stdout, default=str)


@contextmanager
def telling() -> Iterator[None]:
    """End with the sentence of what was refused or failed, not with a traceback."""
    from sparring.core.errors import Failure, WrongUse

    try:
        yield
    except (WrongUse, Failure) as error:
        sys.exit(str(error))


def costs_of(asked: argparse.Namespace) -> dict[str, Any]:
    """Fit to a file's rows, write as many made ones, and ask for conditions."""
    warm_up(asked.game)
    train = pd.read_parquet(asked.table)
    synthesizer, costs = fitted(train, asked.seed, asked.game, asked.steps)
    made, costs["sample_rows_per_s"] = sampled(synthesizer, len(train), asked.seed)
    costs["peak_mb"] = round(peak_of_this_process() / 2**20)
    made.to_parquet(asked.rows)

    def sample(rows: int, condition: Condition | None, seed: int) -> pd.DataFrame:
        drawn: pd.DataFrame = synthesizer.sample(rows, condition=condition, seed=seed)
        return drawn

    return costs | kept(train, sample, asked.seed) | within(train, sample, asked.seed)


if __name__ == "__main__":
    main()
