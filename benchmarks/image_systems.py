"""Every game for pictures with the same budget, judged alike, between a floor and a ceiling.

Each game is fitted as `Synthesizer(game=NAME, seed=...)` fits it, with its own defaults, on one
thread until so many minutes of the processor are spent, and judged as `sparring report` judges, in
the features of one classifier that was trained once on the data's training part. Nothing is chosen
by what came out. Every fit is kept under --work, so that what was broken off goes on where it was.

    python benchmarks/image_systems.py --data fashion-mnist --minutes 10 --seeds 2 --json
    python benchmarks/image_systems.py --data cifar10 --minutes 30 --games r3gan dcgan sngan --json
    python benchmarks/image_systems.py --data digits --unconditional --binarise half \
        --minutes 1 --games vae made rbm
    python benchmarks/image_systems.py --results systems.json
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from provenance import provenance
from sparring import Synthesizer
from sparring.core import Callback, TrainingState
from sparring.data import open_dataset
from sparring.games.rows import GENERAL, PICTURES
from sparring.tasks.judging import judge_synthesizer

COLUMNS = (
    "nats", "bits_per_dimension", "fd_trained", "kid_trained", "precision", "recall", "coverage",
    "class_accuracy", "copying_ct",
)  # fmt: skip


COSTS = ("steps_per_s", "milliseconds_a_sample")


@dataclass(frozen=True)
class Prepared:
    """How pictures are made binary, and whether games are told classes: None where they can be."""

    binarise: str | None
    conditional: bool | None


class ProcessorMinutes(Callback):
    """Ends the training when so much processor time has been spent in it.

    Args:
        minutes: of this process.
    """

    def __init__(self, minutes: float) -> None:
        self.seconds, self.used, self.began = 60 * minutes, 0.0, 0.0

    def on_start(self, state: TrainingState) -> None:
        self.began = time.process_time()

    def on_step(self, state: TrainingState) -> None:
        self.used = time.process_time() - self.began
        state.done = min(1.0, self.used / self.seconds)
        if self.used >= self.seconds:
            state.stop("its processor time is spent")


def games_of_pictures() -> list[str]:
    """The GANs of the catalogue that play with pictures."""
    return [name for name, entry in {**GENERAL, **PICTURES}.items() if entry.encoding == "scores"]


def fit_and_judge(
    data: str, game: str, seed: int, minutes: float, work: Path, prepared: Prepared
) -> dict[str, Any]:
    """Train one game, judge it, keep its first samples as a picture."""
    made_by = provenance()
    budget = ProcessorMinutes(minutes)
    # The clock's limit is one that is never reached.
    synthesizer = Synthesizer(
        game=game, seed=seed, minutes=100 * minutes, alarms=False, callbacks=[budget],
        previews=False, **asdict(prepared),
    ).fit(data)  # fmt: skip
    before = time.process_time()
    drawn = synthesizer.sample(100, seed=0)
    drawing = time.process_time() - before
    synthesizer.modality_.show(drawn, 10).save(work / f"{_kept(data, game, seed, prepared)}.png")
    real = open_dataset(data, binarise=prepared.binarise)
    judgement = judge_synthesizer(
        synthesizer, real, seed=seed, features="trained", cache=work / "cache"
    )
    steps = synthesizer.model_.step
    return {
        "data": data,
        "game": game,
        "seed": seed,
        "minutes": minutes,
        **asdict(prepared),
        "networks": synthesizer.spec_.networks,
        "weights": sum(p.numel() for p in synthesizer.model_.parameters()),
        "steps": steps,
        "steps_per_s": steps / budget.used,
        "milliseconds_a_sample": 10 * drawing,
        "figures": {
            figure.name: {
                "value": figure.value,
                "deviation": figure.deviation,
                "floor": figure.floor.value,
                "ceiling": figure.ceiling.value,
            }
            for figure in judgement
        },
        **made_by,
    }


def _kept(data: str, game: str, seed: int, prepared: Prepared) -> str:
    """What the files of a fit are called."""
    classed = ["unconditional"] if prepared.conditional is False else []
    binary = [prepared.binarise] if prepared.binarise else []
    return "-".join([data, *binary, *classed, game, str(seed)])


def run(
    data: str, games: Sequence[str], seeds: int, minutes: float, work: Path, prepared: Prepared
) -> list[dict[str, Any]]:
    """All fits, those that were kept included; first each game's first seed."""
    work.mkdir(parents=True, exist_ok=True)
    rows = []
    for seed in range(seeds):
        for game in games:
            kept = work / f"{_kept(data, game, seed, prepared)}-{minutes:g}.json"
            if not kept.exists():
                print(f"{data}: {game}, seed {seed}", file=sys.stderr, flush=True)
                row = fit_and_judge(data, game, seed, minutes, work, prepared)
                kept.write_text(json.dumps(row, indent=1) + "\n", encoding="utf-8")
            rows.append(json.loads(kept.read_text(encoding="utf-8")))
    return rows


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Markdown: one row a game, means over the seeds, and what they lie between."""
    names = [name for name in COLUMNS if any(name in row["figures"] for row in rows)]
    costs = [name for name in COSTS if all(name in row for row in rows)]
    lines = [
        f"| game | {' | '.join([*names, *costs])} |",
        f"|---|{'---:|' * (len(names) + len(costs))}",
    ]
    by_game: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_game.setdefault(row["game"], []).append(row)
    first = "fd_trained"

    def values(of: Sequence[dict[str, Any]], name: str, what: str = "value") -> list[float]:
        return [row["figures"][name][what] for row in of if name in row["figures"]]

    for game, of in sorted(
        by_game.items(), key=lambda one: statistics.fmean(values(one[1], first))
    ):
        cells = [_cell(values(of, name)) for name in names]
        lines.append(f"| {game} | {' | '.join([*cells, *(_cost(of, cost) for cost in costs)])} |")
    for what in ("floor", "ceiling"):
        cells = [f"{statistics.fmean(values(rows, name, what)):.3g}" for name in names]
        lines.append(f"| *{what}* | {' | '.join(cells)} |{' |' * len(costs)}")
    return "\n".join(lines)


def _cell(values: Sequence[float]) -> str:
    """The mean, and half of what lies between the extremes."""
    if not values:
        return ""
    spread = f" ± {(max(values) - min(values)) / 2:.2g}" if len(values) > 1 else ""
    return f"{statistics.fmean(values):.3g}{spread}"


def _cost(of: Sequence[dict[str, Any]], name: str) -> str:
    return f"{statistics.fmean(row[name] for row in of):.3g}"


def main() -> None:
    """Fit what is asked for, or show what was found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", default="fashion-mnist")
    parser.add_argument("--games", nargs="+", default=games_of_pictures())
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--work", type=Path, default=Path("image-systems"))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--results", type=Path)
    parser.add_argument("--binarise", choices=("dynamic", "static", "half"))
    parser.add_argument("--unconditional", action="store_true", help="without classes")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    if asked.results is not None:
        rows = json.loads(asked.results.read_text(encoding="utf-8"))["rows"]
    else:
        prepared = Prepared(asked.binarise, False if asked.unconditional else None)
        rows = run(asked.data, asked.games, asked.seeds, asked.minutes, asked.work, prepared)
    print(json.dumps({"rows": rows}) if asked.json else table(rows))


if __name__ == "__main__":
    main()
