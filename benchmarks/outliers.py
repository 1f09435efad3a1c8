"""What scores of normality see of digits, plain pictures and noise, in a model of clothes.

Nalisnick et al. 2019 (arXiv 1810.09136, figure 2): a likelihood model of Fashion-MNIST finds MNIST
more probable than what it was trained on. A game is trained on clothes; held-out clothes and others
are scored by the likelihood, by typicality, and by its ratio to PNG's code length (Serra et al.
2020, arXiv 1909.11480) and to a model of perturbed clothes (Ren et al. 2019, arXiv 1906.02845). For
each score: the area under the ROC curve (1 finds all others, .5 none, 0 takes all of them for more
normal), and the share that a `Detector` with a contamination of 5 % flags, of held-out clothes too.

    python benchmarks/outliers.py --json --png outliers.png
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import roc_auc_score

from provenance import provenance
from sparring import Detector, Synthesizer
from sparring.data import open_dataset
from sparring.tasks.outlier_scores import (
    CodeLength,
    Likelihood,
    LikelihoodRatio,
    Score,
    Typicality,
    perturbed,
)

CONTAMINATION = 0.05


def others(name: str, size: int, n: int, seed: int) -> dict[str, np.ndarray]:
    """Pictures that are no clothes: another data set's, of one level each, and noise."""
    random = np.random.default_rng(seed)
    plain = random.integers(0, 256, (n, 1, 1), dtype=np.uint8)
    return {
        name: open_dataset(name, size=size).unseen(n, seed),
        "plain": np.broadcast_to(plain, (n, size, size)).copy(),
        "noise": random.integers(0, 256, (n, size, size), dtype=np.uint8),
    }


def auc(normal: np.ndarray, other: np.ndarray) -> float:
    """How often a normal item has the higher score."""
    known = np.r_[np.ones(len(normal)), np.zeros(len(other))]
    return round(float(roc_auc_score(known, np.r_[normal, other])), 3)


def judged(
    model: Synthesizer, by: Score, kept: np.ndarray, new: np.ndarray, odd: dict[str, np.ndarray]
) -> dict[str, Any]:
    """A score's areas, and the shares that its detector flags."""
    detector = Detector(model, by=by, contamination=CONTAMINATION).fit(kept)
    normal = detector.score_samples(new)
    scores = {name: detector.score_samples(items) for name, items in odd.items()}
    below = {"held-out": normal, **scores}
    return {
        "auc": {name: auc(normal, found) for name, found in scores.items()},
        "flagged": {
            name: round(float((s < detector.offset_).mean()), 3) for name, s in below.items()
        },
        "mean": {name: round(float(s.mean()), 1) for name, s in below.items()},
    }


def draw(likelihoods: dict[str, np.ndarray], path: Path) -> None:
    """Histograms of the log-likelihoods of held-out and of other pictures."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4))
    everything = np.concatenate(list(likelihoods.values()))
    bins = np.linspace(np.quantile(everything, 0.001), everything.max(), 80)
    for name, values in likelihoods.items():
        axes.hist(np.clip(values, bins[0], None), bins, alpha=0.55, label=name, density=True)
    axes.set_xlabel("log-likelihood (nats a picture); what is lower than shown stands at the left")
    axes.set_ylabel("share of the pictures, per nat")
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="fashion-mnist", help="what is normal")
    parser.add_argument("--others", default="mnist", help="a data set that isn't")
    parser.add_argument("--game", default="vae", help="a game with a density of pictures")
    parser.add_argument("--options", type=json.loads, default={"draws": 10}, help="of the game")
    parser.add_argument("--size", type=int, default=28, help="pixels to which they are resized")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--width", type=int, default=None)
    parser.add_argument("--images", type=int, default=10_000, help="to train on")
    parser.add_argument("--items", type=int, default=400, help="of each kind that are scored")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--png", type=Path, help="where histograms of the likelihoods go")
    parser.add_argument("--json", action="store_true", help="print JSON alone")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    began = time.process_time()
    clothes = open_dataset(asked.data, size=asked.size)
    train = clothes.real(asked.images, asked.seed)
    unseen = clothes.unseen(3 * asked.items, asked.seed)
    kept, new = unseen[asked.items :], unseen[: asked.items]
    odd = others(asked.others, asked.size, asked.items, asked.seed)

    settings: dict[str, Any] = {"game": asked.game, "steps": asked.steps, "width": asked.width}
    settings["options"] = asked.options
    quiet: dict[str, Any] = {"alarms": False, "previews": False, "seed": asked.seed}
    model = Synthesizer(**settings, **quiet).fit(train)
    background = Synthesizer(**settings, **quiet).fit(perturbed(train, seed=asked.seed))
    trained = time.process_time() - began
    scores: dict[str, Score] = {
        "likelihood": Likelihood(),
        "typicality": Typicality(),
        "ratio to PNG": LikelihoodRatio(CodeLength()),
        "ratio to perturbed": LikelihoodRatio(background),
    }
    found = {}
    for name, by in scores.items():
        found[name] = judged(model, by, kept, new, odd)
        if not asked.json:
            print(name, found[name], flush=True)
    if asked.png is not None:
        shown = {f"{asked.data}, held out": new, asked.others: odd[asked.others]}
        shown["plain pictures"] = odd["plain"]
        draw({name: model.log_prob(items) for name, items in shown.items()}, asked.png)
    cost = {
        "train_cpu_seconds": round(trained, 1),
        "cpu_seconds": round(time.process_time() - began, 1),
    }
    result = {"scores": found, **cost, "settings": settings(asked), **provenance()}
    print(json.dumps(result) if asked.json else json.dumps(cost))


if __name__ == "__main__":
    main()
