"""How well a linear classifier does with few labels on what DCGAN's discriminator has learnt.

Radford et al. 2016 (arXiv 1511.06434, section 5.1 and 5.2): a DCGAN is trained without labels; the
outputs of all of its discriminator's convolutions are max-pooled to 4x4 and joined; on them a
linear support vector machine (squared hinge loss, its C by cross-validation) learns from 1,000
labels, spread evenly over the classes. Beside it stand the same machine on the pixels, and on a
discriminator that has learnt nothing, which does well already: what it gains over that is all that
the training has brought. The paper's figures are of SVHN and of CIFAR-10 with features from
ImageNet-1k; those here are to be compared with each other alone.

Whether learnt or not, a discriminator's batch normalisation takes its statistics from real
pictures.

    python benchmarks/features.py --json
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from torch import Tensor, nn

from provenance import provenance, settings
from sparring.core import evaluating, train
from sparring.data import Batches, Dataset, Source, open_dataset
from sparring.games import DCGAN
from sparring.networks import BatchNormDiscriminator, DCGANGenerator
from sparring.priors import Uniform

LABELS, BATCH, GRID, LATENT = 1000, 128, 4, 100
STRENGTHS = (1e-5, 1e-4, 1e-3, 1e-2)


def pooled(discriminator: BatchNormDiscriminator, x: Tensor) -> Tensor:
    """Every convolution's output, max-pooled to 4x4, one after the other: (n, 16 * maps)."""
    found = []
    for layer in discriminator.layers:
        x = layer(x)
        if isinstance(layer, nn.LeakyReLU):
            found.append(F.adaptive_max_pool2d(x, GRID).flatten(1))
    return torch.cat(found, 1)


def settle(discriminator: BatchNormDiscriminator, source: Source, batches: int = 50) -> None:
    """Take the statistics of batch normalisation from real pictures, all alike."""
    norms = [m for m in discriminator.modules() if isinstance(m, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean over all batches
    stream = Batches(source, BATCH)
    discriminator.train()
    with torch.no_grad():
        for _ in range(batches):
            discriminator.body(next(stream)["x"])


def seen(discriminator: BatchNormDiscriminator, x: Tensor) -> np.ndarray:
    """The features of many pictures."""
    with evaluating(discriminator):
        parts = [pooled(discriminator, part) for part in x.split(500)]
    return torch.cat(parts).numpy()


def labelled(dataset: Dataset, labels: int, seed: int) -> tuple[Tensor, np.ndarray]:
    """So many pictures and their classes, the classes equally often."""
    y, random = dataset.train.y, torch.Generator().manual_seed(seed)  # type: ignore[attr-defined]
    kinds = y.unique().tolist()
    rows = torch.cat(
        [
            (where := (y == kind).nonzero().flatten())[
                torch.randperm(len(where), generator=random)[: labels // len(kinds)]
            ]
            for kind in kinds
        ]
    )
    return dataset.train[rows]["x"], y[rows].numpy()


def support_vectors() -> GridSearchCV:
    """The paper's linear machine, its strength by cross-validation."""
    machine = make_pipeline(StandardScaler(), LinearSVC(dual=True, max_iter=2000))
    return GridSearchCV(machine, {"linearsvc__C": STRENGTHS}, cv=3)


def error(
    machine: GridSearchCV, x: np.ndarray, y: np.ndarray, x_test: np.ndarray, y_test: np.ndarray
) -> float:
    """The share of test items that a linear machine gets wrong, in percent."""
    return round(100 * float((machine.fit(x, y).predict(x_test) != y_test).mean()), 2)


def measure(dataset: Dataset, seed: int, steps: int, width: int, labels: int) -> dict[str, Any]:
    """The errors of one seed, and what they took."""
    began = time.process_time()
    torch.manual_seed(seed)
    channels, size, _ = dataset.modality.shape
    learnt = BatchNormDiscriminator(channels, size, width)
    untrained = BatchNormDiscriminator(channels, size, width)
    game = DCGAN(DCGANGenerator(LATENT, channels, size, width), learnt, Uniform(LATENT))
    train(game, Batches(dataset.train, BATCH, seed), steps=steps, seed=seed)
    trained = time.process_time() - began
    x, y = labelled(dataset, labels, seed)
    test = dataset.heldout[torch.arange(len(dataset.heldout))]
    x_test, y_test = test["x"], test["y"].numpy()
    pixels, test_pixels = x.flatten(1).numpy(), x_test.flatten(1).numpy()
    errors = {"pixels": error(support_vectors(), pixels, y, test_pixels, y_test)}
    for name, discriminator in (("untrained", untrained), ("dcgan", learnt)):
        settle(discriminator, dataset.train)
        found, test_found = seen(discriminator, x), seen(discriminator, x_test)
        errors[name] = error(support_vectors(), found, y, test_found, y_test)
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
    parser.add_argument("--size", type=int, default=32, help="pixels to which they are resized")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=1500, help="of 128 pictures")
    parser.add_argument("--width", type=int, default=32, help="maps of the first convolution")
    parser.add_argument("--labels", type=int, default=LABELS)
    parser.add_argument("--json", action="store_true", help="print JSON alone")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    dataset = open_dataset(asked.data, size=asked.size)
    show(asked, lambda seed: measure(dataset, seed, asked.steps, asked.width, asked.labels))


def show(asked: argparse.Namespace, measured: Callable[[int], dict[str, Any]]) -> None:
    """Measure with every seed, and print what was found."""
    rows = []
    for seed in range(asked.seeds):
        rows.append(measured(seed))
        if not asked.json:
            print(rows[-1], flush=True)
    names = list(rows[0]["error_percent"])
    medians = {n: statistics.median(row["error_percent"][n] for row in rows) for n in names}
    result = {"error_percent": medians, "seeds": rows, "settings": settings(asked), **provenance()}
    print(json.dumps(result) if asked.json else json.dumps(medians, indent=1))


if __name__ == "__main__":
    main()
