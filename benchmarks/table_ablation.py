"""What each ingredient of the default for tables is worth: left out one at a time.

    python benchmarks/table_ablation.py --data adult california --json

Every row is one training of NADE from the same rows and seed. Utility, detection, shapes and pairs
are those of `table_scores.py`; `nll` is the mean negative log-likelihood in nats of rows that were
not learnt from, in the table's own order of columns, comparable among rows with the same bins and
rules alone; `nll_given` the same when a random set of columns comes first.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import torch

from table_exchange import parts
from table_scores import scores


@dataclass(frozen=True)
class Variant:
    """What differs from the default.

    Attributes:
        network: arguments of `Conditionals`; game: of `NADE`.
        spans: from the table's spans to those that the network is told.
        best: whether the weights that were best on rows kept apart are taken, and end it.
        averaged: whether weights are averaged.
        rules: whether rules leave the model.
        bins: of quantities, at most.
    """

    network: Mapping[str, Any] = field(default_factory=dict)
    game: Mapping[str, Any] = field(default_factory=dict)
    spans: Callable[[Any], Any] = tuple
    best: bool = True
    averaged: bool = True
    rules: bool = True
    bins: int = 128


def _unordered(spans: Any) -> list[tuple[str, int]]:
    return [("token", tokens) for _, tokens in spans]


VARIANTS: dict[str, Variant] = {
    "default": Variant(),
    "no groups of neighbours": Variant(spans=_unordered),
    "no dropout": Variant(network={"dropout": 0.0}),
    "32 units a column": Variant(network={"hidden": 32}),
    "one order of columns": Variant(game={"given": 0.0}),
    "all steps, last weights": Variant(best=False),
    "no average of weights": Variant(averaged=False),
    "no rules": Variant(rules=False),
    "32 bins": Variant(bins=32),
}


def run(variant: Variant, train: pd.DataFrame, seed: int) -> tuple[Any, dict[str, Any]]:
    """Made rows, and what the training cost and reached."""
    from sparring.callbacks import Average, KeepBest
    from sparring.core import evaluating
    from sparring.core import train as play
    from sparring.data import Batches, Subset, open_dataset, tokenfitting
    from sparring.data.dataset import choose
    from sparring.games import NADE
    from sparring.networks import Conditionals
    from sparring.tasks.choices import OWN_DEFAULTS

    tokenfitting.BINS = variant.bins
    start = time.process_time()
    dataset = open_dataset(train, encoding="tokens", rules=variant.rules, seed=seed)
    defaults = OWN_DEFAULTS["conditionals"](dataset)
    own = {"hidden": defaults.width, "dropout": defaults.dropout, **variant.network}
    torch.manual_seed(seed)
    game = NADE(Conditionals(variant.spans(dataset.modality.spans), **own), **variant.game)
    rows = choose(len(dataset.train), len(dataset.train), seed)
    apart = min(2000, len(rows) // 10)
    judged = Subset(dataset.train, rows[:apart])[torch.arange(apart)]["x"]
    learnt = Subset(dataset.train, rows[apart:])
    every = len(learnt) // defaults.batch_size
    look = KeepBest(
        lambda game: -float(game.log_prob(judged).mean()),
        every,
        max(1, (defaults.patience or 1) // every) if variant.best else None,
    )
    # A half-life of next to nothing keeps the weights as they are.
    average = Average(defaults.half_life) if variant.averaged else Average(1e-6, ramp=None)
    state = play(
        game,
        Batches(learnt, defaults.batch_size, seed),
        steps=defaults.steps,
        callbacks=[average, look],
        seed=seed,
    )
    kept = state.averages["best" if variant.best else "game"]
    for tensor, average_of_it in zip(game.averaged_tensors(), kept, strict=True):
        tensor.copy_(average_of_it)
    spent = time.process_time() - start
    with evaluating(game), torch.random.fork_rng():
        torch.manual_seed(seed)
        first = torch.rand_like(judged) < torch.rand(len(judged), 1)
        found = {
            "nll": -float(game.log_prob(judged).mean()),
            "nll_given": -float(game._log_prob(judged, first).mean()),
        }
        made = dataset.modality.decode(game.sample(len(train)))
    return made, {**found, "steps": state.step, "cpu_s": round(spent, 1)}


def main() -> None:
    """Train every variant on every set and print what came out."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", nargs="+", default=["adult", "california"])
    options.add_argument("--variants", nargs="+", choices=list(VARIANTS), default=list(VARIANTS))
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--json", action="store_true", help="as JSON")
    asked = options.parse_args()
    torch.set_num_threads(1)
    results: dict[str, dict[str, Any]] = {}
    for data in asked.data:
        train, test, target = parts(data)
        for name in asked.variants:
            made, found = run(VARIANTS[name], train, asked.seed)
            found |= scores(train, made, test, target, asked.seed)
            results.setdefault(data, {})[name] = {k: round(v, 4) for k, v in found.items()}
            print(data, name, results[data][name], file=sys.stderr, flush=True)
    if asked.json:
        json.dump({"seed": asked.seed, "results": results}, sys.stdout, indent=2)


if __name__ == "__main__":
    main()
