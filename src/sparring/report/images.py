"""What a report measures and shows of images."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from sparring.data import Dataset, Image
from sparring.data.conditions import Attributes
from sparring.data.stacked import stacked_in
from sparring.metrics.features import Features, choose, frechet_name
from sparring.metrics.intra import intra_class_distance
from sparring.metrics.neighbours import nearest
from sparring.report.attributes import attribute_accuracies
from sparring.report.classifying import Classifier, with_labels
from sparring.report.drawing import picture
from sparring.report.figures import Exhibit, Kind
from sparring.report.measures import Measure, Round, Sample, Subject
from sparring.report.shared import copying, detection, distances, neighbourhoods
from sparring.report.stacked import stacked

_GRID = 64
_PAIRS = 8
# Fewer have no covariance worth comparing, and chance may leave none.
_FEWEST_OF_A_CLASS = 20


def features(
    dataset: Dataset, real: np.ndarray, labels: np.ndarray | None, named: Any, cache: Path | None
) -> Features:
    """What the user named, or the best that is installed (see `metrics.features.choose`)."""
    return choose(named, *with_labels(real, labels), cache)


def mean_image(real: np.ndarray, n: int, random: np.random.Generator) -> np.ndarray:
    """The mean image plus normal noise of each pixel's own deviation."""
    levels = real.astype(np.float32)
    noise = random.standard_normal((n, *real.shape[1:]), dtype=np.float32)
    noisy = levels.mean(axis=0) + levels.std(axis=0) * noise
    return noisy.round().clip(0, 255).astype(np.uint8)


def uniform_noise(real: np.ndarray, n: int, random: np.random.Generator) -> np.ndarray:
    """Every level of every pixel equally often."""
    return random.integers(0, 256, size=(n, *real.shape[1:]), dtype=np.uint8)


def measures(
    dataset: Dataset, features: Features, labelled: bool, cache: Path | None
) -> Sequence[Measure]:
    """Distances in features, neighbourhoods, detection, copying; classes and stacks if any."""
    found = [*distances(features), *neighbourhoods(), detection(wide=True), *copying()]
    if labelled and dataset.classes is not None:
        found.append(_class_accuracy(cache))
        if _rarest(dataset) >= _FEWEST_OF_A_CLASS:
            found.append(_within_classes(features))
    if labelled and isinstance(dataset.condition, Attributes):
        found.append(attribute_accuracies(dataset.condition, cache))
    digits, unseen = stacked_in(dataset.train), stacked_in(dataset.heldout)
    return [stacked(digits, unseen, cache), *found] if digits and unseen else found


def _class_accuracy(cache: Path | None) -> Measure:
    kind = Kind(
        "class_accuracy",
        "Class accuracy",
        "quality",
        "higher",
        "How often a classifier that was trained on real images sees the class that was asked for.",
    )
    classifier = Classifier(cache)

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        seen = classifier.of(round).predict(sample.items)
        return {kind.name: float((seen == sample.labels).mean())}

    return Measure(
        (kind,),
        value,
        generated=lambda round: cast(Sample, round.labelled),
        floors=_shuffled,
        real=lambda round: len(round.pool.sample),
    )


def _rarest(dataset: Dataset) -> float:
    """How many items of the rarest class a sample holds, on average."""
    share = 0.0 if dataset.condition is None else float(dataset.condition.frequencies().min())
    return share * min(IMAGES.n, len(dataset.heldout))


def _within_classes(features: Features) -> Measure:
    name = f"intra_{frechet_name(features)}"
    kind = Kind(
        name,
        f"Fréchet distance within classes ({features.name})",
        "diversity",
        "lower",
        "The mean of the classes' own distances: large where a class is made of few pictures, or "
        "of another class's.",
    )

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        real = round.reference
        known, asked = (cast(np.ndarray, items.labels) for items in (real, sample))
        distance = intra_class_distance(real.vectors, known, sample.vectors, asked)
        return {kind.name: distance}

    return Measure(
        (kind,), value, generated=lambda round: cast(Sample, round.labelled), floors=_shuffled
    )


def _shuffled(round: Round) -> Mapping[str, Sample]:
    held = round.heldout
    order = np.random.default_rng(round.seed).permutation(len(held))
    labels = cast(np.ndarray, held.labels)[order]
    return {
        "held-out images with shuffled labels": Sample(held.items, lambda _: held.vectors, labels)
    }


def exhibits(round: Round) -> Sequence[Exhibit]:
    """A grid of samples, one of held-out images, and samples with their nearest training image."""
    image = cast(Image, round.dataset.modality)
    made, real = round.generated.items[:_GRID], round.heldout.items[:_GRID]
    shown = [
        Exhibit(
            "Generated",
            f"The first {len(made)} that were drawn, not chosen.",
            picture(image.show(made, 8), f"A grid of {len(made)} generated images"),
        ),
        Exhibit(
            "Held-out real data",
            f"{len(real)} images that the generator never saw.",
            picture(image.show(real, 8), f"A grid of {len(real)} held-out real images"),
        ),
    ]
    return [*shown, *_neighbours(round, image)]


def _neighbours(round: Round, image: Image) -> list[Exhibit]:
    """Samples above their nearest training images: the first ones, and the closest of all."""
    pool = round.pool
    distances, indices = nearest(pool.compact(round.generated.vectors), pool.compacted)
    first = np.arange(min(_PAIRS, len(indices)))
    closest = np.argsort(distances, kind="stable")[:_PAIRS]
    of = f"{len(pool.sample):,} of {len(round.dataset.train):,} training images"
    found = []
    for title, caption, rows in (
        ("Nearest training images", "The first samples (above)", first),
        ("The closest of all", "The samples that are nearest to a training image (above)", closest),
    ):
        pairs = np.concatenate([round.generated.items[rows], pool.sample.items[indices[rows]]])
        found.append(
            Exhibit(
                title,
                f"{caption}, and below each the nearest of {of}, by the features.",
                picture(image.show(pairs, len(rows)), f"{caption}, each over its nearest image"),
            )
        )
    return found


IMAGES = Subject(
    n=2000,
    pool=10_000,
    features=features,
    floors={"mean image plus noise": mean_image, "uniform noise": uniform_noise},
    measures=measures,
    exhibits=exhibits,
    redrawn=False,
)
