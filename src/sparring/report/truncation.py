"""What a report measures of truncation: does drawing less widely trade variety for quality?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, cast

import numpy as np

from sparring.data import Image
from sparring.metrics.frechet import frechet_distance
from sparring.metrics.trading import Width, monotone_share, share_in_any_order
from sparring.report.classifying import Classifier
from sparring.report.drawing import picture, sweep
from sparring.report.figures import Exhibit, Kind
from sparring.report.measures import Measure, Round, Sample

Narrowed = Callable[[int, int, float], tuple[Any, np.ndarray | None]]
"""(n, seed, truncation) -> n decoded items drawn so widely, of the same latents for the same seed,
and the classes (n,) that they were asked for; None where they weren't."""

_MOST = 1000
_SHOWN = 10

KINDS = (
    Kind(
        "truncation_monotone",
        "Truncation trades variety for quality",
        "diversity",
        "higher",
        "The share of steps towards a narrower draw at which a classifier is as sure of the "
        "images or surer, and those of a class are more alike.",
    ),
)


@dataclass(frozen=True)
class _Point:
    """What items are like at one truncation."""

    width: Width
    frechet: float
    first: Any


class Widths(Sample):
    """What items are like at several widths, widest first, in the place of items.

    Args:
        widths: at least 2.
        n: items at each of them.
        ordered: whether their order is known.
    """

    def __init__(self, widths: Sequence[Width], n: int, ordered: bool = True) -> None:
        super().__init__(widths, np.asarray)
        self._n, self.ordered = n, ordered

    def __len__(self) -> int:
        return self._n


class _Curve:
    """The generator at each truncation, measured once a round."""

    def __init__(
        self, narrowed: Narrowed, truncations: Sequence[float], classifier: Classifier
    ) -> None:
        self._narrowed, self.truncations, self._classifier = narrowed, truncations, classifier
        self.rounds: dict[int, list[_Point]] = {}

    def of(self, round: Round) -> Widths:
        """What the generator's items are like."""
        if round.seed not in self.rounds:
            self.rounds[round.seed] = [self._point(round, at) for at in self.truncations]
        return Widths([point.width for point in self.rounds[round.seed]], _items(round))

    def _point(self, round: Round, truncation: float) -> _Point:
        items, labels = self._narrowed(_items(round), round.seed, truncation)
        made = Sample(items, round.features, labels)
        real = round.reference.vectors[: len(made)]
        distance = frechet_distance(real, made.vectors)
        return _Point(self.width(round, made), distance, items[:_SHOWN])

    def width(self, round: Round, sample: Sample) -> Width:
        """What a sample is like; its classes are those that are seen, where none is known."""
        classifier = self._classifier.of(round)
        sure = classifier.probabilities(sample.items)
        seen = classifier.classes[sure.argmax(axis=1)]
        known = sample.labels is not None and sample.labels.ndim == 1
        return Width.of(sure, sample.vectors, cast(np.ndarray, sample.labels) if known else seen)


def truncation_curve(
    narrowed: Narrowed, truncations: Sequence[float], cache: Path | None
) -> Measure:
    """Whether truncation is monotone, and the curve to look at.

    Brock et al. 2019 (arXiv 1809.11096), section 3.1. The floor is the same samples without their
    order; the ceiling is held-out images, of which ever more that are far from the mean of their
    class are left out.

    Args:
        narrowed: draws items.
        truncations: at which, widest first, at least 2.
        cache: where the classifier is kept.
    """
    curve = _Curve(narrowed, truncations, Classifier(cache))

    def value(_: Round, sample: Sample) -> Mapping[str, float]:
        found = cast(Widths, sample)
        share = monotone_share if found.ordered else share_in_any_order
        return {KINDS[0].name: share(found.items)}

    def unordered(round: Round) -> Mapping[str, Sample]:
        own = curve.of(round)
        return {"the same samples in any order": Widths(own.items, len(own), ordered=False)}

    return Measure(
        KINDS,
        value,
        generated=curve.of,
        floors=unordered,
        ceiling=lambda round: ("held-out images, ever nearer to their mean", _real(round, curve)),
        exhibits=lambda round: _exhibits(round, curve),
    )


def _items(round: Round) -> int:
    return min(_MOST, len(round.reference))


def _real(round: Round, curve: _Curve) -> Widths:
    """Held-out images in as many steps: all of each class, and ever fewer next to its mean."""
    held = round.heldout
    labels = np.zeros(len(held)) if held.labels is None else held.labels
    _, places = np.unique(labels, axis=0, return_inverse=True)
    rank = np.empty(len(held))  # of each in its class by its distance to the mean, in [0, 1)
    for one in range(places.max() + 1):
        rows = np.flatnonzero(places.reshape(-1) == one)
        away = np.linalg.norm(held.vectors[rows] - held.vectors[rows].mean(axis=0), axis=1)
        rank[rows[np.argsort(away, kind="stable")]] = np.arange(len(rows)) / len(rows)
    count = len(curve.truncations)
    kept = [held.take(np.flatnonzero(rank < 1 - step / (count + 1))) for step in range(count)]
    return Widths([curve.width(round, sample) for sample in kept], len(held))


def _exhibits(round: Round, curve: _Curve) -> list[Exhibit]:
    image = cast(Image, round.dataset.modality)
    names = [f"{at:g}" for at in curve.truncations]
    rows = [point.first for point in curve.rounds[round.seed]]
    grid = image.show(np.concatenate(rows), len(rows[0]))
    widest, narrowest = names[0], names[-1]
    return [
        Exhibit(
            "Truncation, in numbers",
            f"How sure the classifier is, how far images of a class are from each other, and the "
            f"Fréchet distance ({round.features.name}) at truncations {', '.join(names)}; "
            f"{_items(round):,} images each, medians over the resamples.",
            _charts(names, list(curve.rounds.values())),
        ),
        Exhibit(
            "Truncation",
            f"The same latents in each column, drawn at {', '.join(names)} from top to bottom.",
            picture(grid, f"Rows of generated images at truncations {widest} to {narrowest}"),
        ),
    ]


_READ: Mapping[str, Callable[[_Point], float]] = {
    "Confidence": lambda point: point.width.confidence,
    "Distance within a class": lambda point: point.width.diversity,
    "Fréchet distance": lambda point: point.frechet,
}


def _charts(names: Sequence[str], rounds: Sequence[Sequence[_Point]]) -> str:
    charts = []
    for title, read in _READ.items():
        values = [median(map(read, points)) for points in zip(*rounds, strict=True)]
        drawn = sweep(dict(zip(names, values, strict=True)), f"{title} by truncation")
        charts.append(f"<figure><figcaption>{title}</figcaption>{drawn}</figure>")
    return f'<div class="charts">{"".join(charts)}</div>'
