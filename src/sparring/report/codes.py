"""What a report measures of codes: do those that were learnt without classes find them?"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np

from sparring.metrics.matching import matched_accuracy
from sparring.metrics.trained import Trained
from sparring.report.figures import Kind
from sparring.report.measures import Measure, Round, Sample

Codes = Callable[[Any], Any]
"""n decoded items -> the value (n,) of the code that is read off each."""

KINDS = (
    Kind(
        "code_match",
        "Classes found by the code",
        "quality",
        "higher",
        "The share of held-out images whose code is that of their class, each value of the code "
        "paired with one class as suits best; the model was never told the classes.",
    ),
)


def codes_of(codes: Codes, cache: Path | None) -> Measure:
    """The agreement of codes and classes on held-out images.

    Its samples are readings, not images: codes in the place of items.

    Args:
        codes: reads them.
        cache: where the classifier is kept that the ceiling comes from.
    """
    judges: list[Trained] = []

    def read(round: Round, values: Any) -> Sample:
        return Sample(np.asarray(values), np.asarray, cast(np.ndarray, round.heldout.labels))

    def shuffled(round: Round) -> Mapping[str, Sample]:
        values = np.asarray(codes(round.heldout.items))
        order = np.random.default_rng(round.seed).permutation(len(values))
        return {"the same codes, shuffled": read(round, values[order])}

    def told(round: Round) -> tuple[str, Sample]:
        if not judges:
            pool = round.pool.sample
            judges.append(Trained.on(pool.items, cast(np.ndarray, pool.labels), cache=cache))
        found = judges[0].predict(round.heldout.items)
        return "a classifier that was told the classes", read(round, found)

    def value(_: Round, sample: Sample) -> Mapping[str, float]:
        return {"code_match": matched_accuracy(sample.items, cast(np.ndarray, sample.labels))}

    return Measure(
        KINDS,
        value,
        generated=lambda round: read(round, codes(round.heldout.items)),
        floors=shuffled,
        ceiling=told,
    )
