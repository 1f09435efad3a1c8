"""What a report measures of captioned pictures: do they show what held-out captions say?"""

import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from sparring.core.errors import WrongUse
from sparring.data import Dataset
from sparring.data.conditions import Texts
from sparring.data.conditions.sources import WithCaptions
from sparring.data.dataset import choose
from sparring.data.shapes import Scene, draw, scenes
from sparring.metrics.attributes import Reader
from sparring.metrics.retrieval import WRONG, Matcher
from sparring.report.figures import Kind
from sparring.report.measures import Measure, Round, Sample

Paint = Callable[[Sequence[str], int], Any]
"""(n captions, seed) -> n decoded pictures of them."""

_LEARNT = 20_000
_DRAWINGS = 12
_ATTRIBUTES = {
    "colour": "Colour",
    "shape": "Shape",
    "number": "Number",
    "size": "Size",
    "relation": "Relation",
    "other_colour": "Colour of the other",
    "other_shape": "Shape of the other",
}

PRECISION = Kind(
    "r_precision",
    f"R-precision (1 of {WRONG + 1})",
    "quality",
    "higher",
    "How often a picture that was asked for by a held-out caption looks more like it than like "
    f"{WRONG} other ones, to a model that learnt from training pictures; by chance "
    f"{1 / (WRONG + 1):g}. Where they are few, a generator that learnt from the same ones may be "
    "above real pictures, which are less like them.",
)
READ = tuple(
    Kind(
        f"attribute_{name}",
        f"{title} as asked for",
        "quality",
        "higher",
        "How often a network that learnt to read drawn scenes sees in a picture what its held-out "
        "caption says.",
    )
    for name, title in _ATTRIBUTES.items()
)
KINDS = (PRECISION, *READ)


def captioned(dataset: Dataset) -> bool:
    """Whether pictures are asked for by texts, and some are held out."""
    return isinstance(dataset.condition, Texts) and isinstance(dataset.heldout, WithCaptions)


def captions_of(dataset: Dataset, paint: Paint, cache: Path | None) -> list[Measure]:
    """R-precision on held-out captions, and of drawn scenes what is seen of each attribute.

    Args:
        dataset: captioned.
        paint: makes pictures of captions.
        cache: where the networks are kept that judge.
    """
    samples = _samples(dataset, paint)
    found = [_precision(dataset, samples, cache)]
    if all(map(_is_scene, _texts(dataset.heldout))):
        found.append(_attributes(samples, cache))
    return found


def _texts(source: Any) -> list[str]:
    """The first text of each item."""
    return [group[0] for group in source.y.groups]


def _is_scene(text: str) -> bool:
    try:
        Scene.from_caption(text)
    except WrongUse:
        return False
    return True


def _samples(dataset: Dataset, paint: Paint) -> dict[str, Any]:
    """What a measure is asked about: pictures whose labels are held-out captions."""
    texts = np.array(_texts(dataset.heldout))

    known: dict[str, tuple[int, Sample]] = {}

    def once(name: str, round: Round, make: Callable[[], Sample]) -> Sample:
        """A sample of this round, which several measures ask for."""
        if name not in known or known[name][0] != round.seed:
            known[name] = round.seed, make()
        return known[name][1]

    def real(round: Round) -> Sample:
        n = len(round.heldout)
        said = texts[choose(len(texts), n, round.seed).numpy()]
        return Sample(dataset.unseen(n, round.seed), round.features, said)

    def own(round: Round) -> Sample:
        return once("real", round, lambda: real(round))

    def painted(round: Round) -> Sample:
        said = cast(np.ndarray, own(round).labels)
        return once(
            "painted",
            round,
            lambda: Sample(paint(said.tolist(), round.seed), round.features, said),
        )

    def shuffled(round: Round) -> Mapping[str, Sample]:
        real = own(round)
        said = cast(np.ndarray, real.labels)
        order = np.random.default_rng(round.seed).permutation(len(said))
        name = "held-out pictures with shuffled captions"
        return {name: Sample(real.items, round.features, said[order])}

    return {
        "generated": painted,
        "floors": shuffled,
        "ceiling": lambda round: ("held-out pictures with their own captions", own(round)),
    }


def _precision(dataset: Dataset, samples: dict[str, Any], cache: Path | None) -> Measure:
    condition = cast(Texts, dataset.condition)

    def read(texts: Sequence[str]) -> np.ndarray:
        said: np.ndarray = condition.ask(list(texts), len(texts))[:, 0].numpy()
        return said

    @functools.cache
    def matcher() -> Matcher:
        rows = choose(len(dataset.train), _LEARNT, 0).numpy()
        texts = _texts(dataset.train)
        pictures = dataset.real(_LEARNT, 0)
        return Matcher.on(pictures, [texts[row] for row in rows], read, cache=cache)

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        texts = cast(np.ndarray, sample.labels).tolist()
        return {PRECISION.name: matcher().r_precision(sample.items, texts, seed=round.seed)}

    return Measure(
        (PRECISION,),
        value,
        real=lambda round: min(_LEARNT, len(dataset.train)),
        **samples,
    )


def _attributes(samples: dict[str, Any], cache: Path | None) -> Measure:
    @functools.cache
    def reader() -> Reader:
        known = scenes() * _DRAWINGS
        return Reader.on(draw(known, seed=len(known)), _shown(known), cache=cache)

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        asked = _shown([Scene.from_caption(text) for text in cast(np.ndarray, sample.labels)])
        found = reader().accuracies(sample.items, asked)
        return {f"attribute_{name}": accuracy for name, accuracy in found.items()}

    return Measure(
        READ,
        value,
        real=lambda round: len(scenes()) * _DRAWINGS,
        **samples,
    )


def _shown(known: Sequence[Scene]) -> dict[str, list[str]]:
    """Of each attribute, its value in each scene."""
    every = [scene.attributes() for scene in known]
    return {name: [values[name] for values in every] for name in _ATTRIBUTES}
