"""What a report measures of pictures by learning from them: the classification accuracy score."""

from collections.abc import Mapping
from typing import cast

import numpy as np

from sparring.metrics.classification import classification_accuracy_score
from sparring.metrics.trained import Settings
from sparring.report.classifying import with_labels
from sparring.report.figures import Kind
from sparring.report.measures import Measure, Round, Sample

# Enough for some thousand images, and few enough to learn from each sample anew.
_SETTINGS = Settings(steps=200)

KINDS = (
    Kind(
        "classification_accuracy_score",
        "Classification accuracy score",
        "diversity",
        "higher",
        "How well a classifier that has seen generated images alone does on held-out real ones: "
        "it needs the classes that were asked for, and all their variety.",
    ),
)


def accuracy_score() -> Measure:
    """Accuracy on the held-out images of a classifier that learnt from a sample.

    Ravuri and Vinyals 2019 (arXiv 1905.10887). Between the same classifier on training images
    (the ceiling) and on ones whose labels are shuffled (the floor).
    """

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        held, asked = round.heldout, cast(np.ndarray, sample.labels)
        settings = Settings(_SETTINGS.steps, seed=round.seed)
        score = classification_accuracy_score(
            sample.items, asked, held.items, cast(np.ndarray, held.labels), settings
        )
        return {KINDS[0].name: score}

    return Measure(
        KINDS,
        value,
        generated=lambda round: cast(Sample, round.labelled),
        floors=_shuffled,
        ceiling=_real,
        real=lambda round: len(round.heldout),
    )


def _real(round: Round) -> tuple[str, Sample]:
    """As many training images, of those that have labels."""
    n, pool = len(round.heldout), round.pool.sample
    items, labels = with_labels(pool.items, pool.labels)
    chosen = np.random.default_rng(round.seed).permutation(len(items))[:n]
    name = "as many" if len(chosen) == n else f"the {len(chosen):,}"
    return f"{name} training images with labels", Sample(
        items[chosen], round.features, cast(np.ndarray, labels)[chosen]
    )


def _shuffled(round: Round) -> Mapping[str, Sample]:
    _, real = _real(round)
    labels = cast(np.ndarray, real.labels)
    order = np.random.default_rng(round.seed).permutation(len(labels))
    name = "training images with shuffled labels"
    return {name: Sample(real.items, round.features, labels[order])}
