"""How well a linear classifier does with few labels on the hidden units of a Boltzmann machine.

A restricted Boltzmann machine learns digits without labels, by chains that go on (Tieleman 2008).
Logistic regression, its strength by cross-validation, then learns from 1,000 labels, spread evenly
over the classes: on the chances of the hidden units, on those of a machine that has learnt nothing,
on the binary pixels that the machine sees, and on grey ones, of which it knows nothing. A published
reproduction has 93.52 % right on 1,024 hidden units and 88.70 % on pixels
(github.com/yell/boltzmann-machines).

    python benchmarks/rbm_features.py --json
"""

import argparse
import time
from typing import Any

import torch
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from torch import Tensor

from features import LABELS, error, labelled, show
from sparring.core import SGD, Cosine, train
from sparring.data import Batches, Dataset, open_dataset
from sparring.games import RBM
from sparring.networks.boltzmann import Coupling

BATCH, SIDE = 100, 28
STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)


def logistic() -> GridSearchCV:
    """Logistic regression."""
    return GridSearchCV(LogisticRegression(max_iter=300), {"C": STRENGTHS}, cv=3)


def binary(x: Tensor) -> Tensor:
    """Pixels cut at the middle."""
    return torch.where(x > 0, 1.0, -1.0)


def measure(dataset: Dataset, seed: int, steps: int, hidden: int, labels: int) -> dict[str, Any]:
    """The errors of one seed, and what they took."""
    began = time.process_time()
    torch.manual_seed(seed)
    game = RBM(
        Coupling(SIDE * SIDE, hidden),
        (1, SIDE, SIDE),
        optimizer=SGD(0.05, momentum=0.5, schedule=Cosine(end=0.05)),
    )
    x, y = labelled(dataset, labels, seed)
    test = dataset.heldout[torch.arange(len(dataset.heldout))]
    x_test, y_test = test["x"], test["y"].numpy()

    def wrong(seen: Any) -> float:
        with torch.no_grad():
            parts = [((seen(some) + 1) / 2).flatten(1).numpy() for some in (x, x_test)]
        return error(logistic(), parts[0], y, parts[1], y_test)

    def units(some: Tensor) -> Tensor:
        return 2 * game.encode(binary(some)) - 1

    errors = {"grey pixels": wrong(lambda some: some), "pixels": wrong(binary)}
    errors["untrained"] = wrong(units)
    before = time.process_time()
    source = open_dataset(dataset.name, size=SIDE, binarise="half").train
    train(game, Batches(source, BATCH, seed), steps=steps, seed=seed)
    trained = time.process_time() - before
    errors["rbm"] = wrong(units)
    return {
        "seed": seed,
        "error_percent": errors,
        "train_cpu_seconds": round(trained, 1),
        "cpu_seconds": round(time.process_time() - began, 1),
    }


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="mnist", help="a named set of pictures with classes")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=3000, help="of 100 pictures")
    parser.add_argument("--hidden", type=int, default=500, help="units")
    parser.add_argument("--labels", type=int, default=LABELS)
    parser.add_argument("--json", action="store_true", help="print JSON alone")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    dataset = open_dataset(asked.data, size=SIDE)
    show(asked, lambda seed: measure(dataset, seed, asked.steps, asked.hidden, asked.labels))


if __name__ == "__main__":
    main()
