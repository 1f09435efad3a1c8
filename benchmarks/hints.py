"""What hints do for pictures that must obey a rule: how many do, and whether they stay various.

The data are line charts: 8 x 8 pixels, in each column exactly one lit, each at most two above or
below its neighbours. A GAN learns the rule but loosely. It is told beside

- the semantic loss of each column (exactly one of 8; Di Liello et al. 2020, arXiv 2007.13178), or
- nothing but a check that says yes or no of a whole chart (`Checked`).

Valid are the charts of 10,000 that obey the whole rule, after pixels are cut at a half; distinct is
how many different ones are among the first 1,000 valid ones. Medians over seeds.

    python benchmarks/hints.py --json
"""

import argparse
import json
import statistics
import time
from typing import Any

import numpy as np
import torch
from torch import Tensor

from provenance import provenance
from sparring import Synthesizer
from sparring.networks import MLP
from sparring.regularizers import Checked, Hint, Semantic

SIDE, MOST, JUDGED, COMPARED = 8, 2, 10_000, 1000
ADAM = {"part": "Adam", "lr": 1e-3, "schedule": {"part": "Cosine", "end": 0.1}}


def charts(count: int, seed: int = 0) -> np.ndarray:
    """Uint8 pictures (n, 8, 8), walks that are turned back at the edges."""
    rng = np.random.default_rng(seed)
    heights = np.empty((count, SIDE), np.int64)
    heights[:, 0] = rng.integers(0, SIDE, count)
    for column in range(1, SIDE):
        moved = heights[:, column - 1] + rng.integers(-MOST, MOST + 1, count)
        heights[:, column] = np.clip(moved, 0, SIDE - 1)
    pictures = np.zeros((count, SIDE, SIDE), np.uint8)
    np.put_along_axis(pictures, heights[:, None], 255, 1)
    return pictures


def obeys(lit: Tensor) -> Tensor:
    """Which charts (n, 8, 8) of booleans obey the rule, (n,)."""
    one = (lit.sum(1) == 1).all(1)
    steps = lit.float().argmax(1).diff(dim=1).abs().amax(1)
    return one & (steps <= MOST)


def one_in_each_column() -> list[Hint]:
    """The rule for each column, spelled out."""
    choices = tuple(tuple(int(i == k) for i in range(SIDE)) for k in range(SIDE))
    return [
        Semantic(tuple(range(column, SIDE * SIDE, SIDE)), choices, weight=0.1)
        for column in range(SIDE)
    ]


def only_a_check() -> list[Hint]:
    """Yes or no."""
    torch.manual_seed(0)
    network = MLP((1, SIDE, SIDE), (), (128, 128))
    return [Checked(lambda x: obeys(x[:, 0] > 0), network)]


def measure(hints: list[Hint], seed: int, steps: int) -> dict[str, float]:
    """Train once, and look at what comes out."""
    began = time.process_time()
    synthesizer = Synthesizer(
        networks="dcgan", width=32, steps=steps, hints=hints, seed=seed, alarms=False,
        options={"gamma": 0.1, "generator_optimizer": ADAM, "discriminator_optimizer": ADAM},
    ).fit(charts(20_000))  # fmt: skip
    lit = torch.from_numpy(synthesizer.sample(JUDGED, seed=seed)) > 127
    valid = lit[obeys(lit)]
    kept = valid[:COMPARED]
    return {
        "valid": len(valid) / JUDGED,
        "distinct": len(kept.flatten(1).unique(dim=0)) / max(1, len(kept)),
        "cpu_seconds": time.process_time() - began,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=6000)
    args = parser.parse_args()
    torch.set_num_threads(1)
    hints = {"none": list, "semantic": one_in_each_column, "checked": only_a_check}
    found: dict[str, Any] = {}
    for name, make in hints.items():
        rows = [measure(make(), seed, args.steps) for seed in range(args.seeds)]
        found[name] = {
            key: round(statistics.median(row[key] for row in rows), 4) for key in rows[0]
        } | {"every": rows}
    found |= {"steps": args.steps, "seeds": args.seeds, **provenance()}
    print(json.dumps(found, indent=None if args.json else 1))


if __name__ == "__main__":
    main()
