"""What a report measures of attributes: are items as they were asked to be?"""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import numpy as np
from torch import Tensor

from sparring.data.conditions import Attributes
from sparring.metrics.trained import Trained
from sparring.report.figures import Kind
from sparring.report.measures import Measure, Round, Sample


def attribute_accuracies(condition: Attributes, cache: Path | None) -> Measure:
    """Of each attribute, how often a classifier sees the value that was asked for.

    Args:
        condition: whose values y says.
        cache: a folder where the classifiers are kept.
    """
    names = [attribute.name for attribute in condition.attributes]
    kinds = tuple(
        Kind(
            f"{name}_accuracy",
            f"Accuracy of {name}",
            "quality",
            "higher",
            f"How often a classifier that was trained on real images sees the {name} that was "
            "asked for; the ceiling is what it sees right in held-out images.",
        )
        for name in names
    )
    judges: list[Trained] = []

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        pool = round.pool.sample
        known, asked = (cast(np.ndarray, items.labels) for items in (pool, sample))
        if not judges:
            judges.extend(
                Trained.on(pool.items, known[:, place], cache=cache) for place in range(len(names))
            )
        return {
            kind.name: float((judge.predict(sample.items) == asked[:, place]).mean())
            for place, (kind, judge) in enumerate(zip(kinds, judges, strict=True))
        }

    def shuffled(round: Round) -> Mapping[str, Sample]:
        held = round.heldout
        order = np.random.default_rng(round.seed).permutation(len(held))
        labels = cast(np.ndarray, held.labels)[order]
        return {
            "held-out images with shuffled attributes": Sample(
                held.items, lambda _: held.vectors, labels
            )
        }

    return Measure(
        kinds,
        value,
        generated=lambda round: cast(Sample, round.labelled),
        floors=shuffled,
        real=lambda round: len(round.pool.sample),
    )


def value_numbers(condition: Attributes, y: Tensor) -> np.ndarray:
    """(n, size) conditions -> (n, attributes) int64: which value of each attribute.

    Example:
        >>> import pandas as pd
        >>> hats = pd.DataFrame({"hat": [True, False], "hair": ["red", "black"]})
        >>> known = Attributes.fit(hats).seen(hats)
        >>> value_numbers(known, known.encode(hats)).tolist()
        [[1, 1], [0, 0]]
    """
    places = []
    start = 0
    for one in condition.attributes:
        block = y[:, start : start + one.width]
        places.append((block[:, 0] > 0.5).long() if one.binary else block.argmax(1))
        start += one.width
    return np.stack([place.numpy() for place in places], axis=1)
