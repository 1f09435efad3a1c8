"""What a report measures of mixed styles: do coarse ones decide what a picture shows?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from sparring.data import Image
from sparring.report.classifying import Classifier
from sparring.report.drawing import picture
from sparring.report.figures import Exhibit, Kind
from sparring.report.measures import Measure, Round, Sample

_MOST = 1000
_SIDE = 7

KINDS = (
    Kind(
        "coarse_minus_fine",
        "Coarse styles decide the class",
        "quality",
        "higher",
        "The share of images whose class changes with the coarse half of their styles, less the "
        "share whose class changes with the fine half.",
    ),
)


@dataclass(frozen=True)
class Styles:
    """A generator of which each layer has a style.

    Attributes:
        draw: (n, seed) -> the styles of n items, (n, layers, k), coarse layers first.
        make: from such styles to n decoded items.
    """

    draw: Callable[[int, int], np.ndarray]
    make: Callable[[np.ndarray], Any]


def mixing_of(styles: Styles, cache: Path | None) -> Measure:
    """What changes the class more: other coarse styles, or other fine ones.

    Karras et al. 2019 (arXiv 1812.04948), section 3.1 and figure 3, show by eye that coarse styles
    bring what a picture is of, fine ones its colours. Here the layers are cut in two halves. The
    floor cuts them anew for each image, anywhere; the ceiling is images replaced whole, or left.

    Args:
        styles: of the generator.
        cache: where the classifier is kept.
    """
    classifier = Classifier(cache)

    def read(round: Round, items: Sequence[Any]) -> Sample:
        classes = [classifier.of(round).predict(part) for part in items]
        return Sample(np.stack(classes, axis=1), np.asarray)  # (n, 3): own, coarse, fine

    def mixed(round: Round, first: Callable[[np.ndarray], np.ndarray]) -> Sample:
        own = styles.draw(_items(round), round.seed)
        other = np.roll(own, 1, axis=0)
        taken = first(own)[..., None]  # (n or 1, layers, 1)
        parts = (own, np.where(taken, other, own), np.where(taken, own, other))
        return read(round, [styles.make(part) for part in parts])

    def anywhere(round: Round) -> Mapping[str, Sample]:
        random = np.random.default_rng(round.seed)
        return {
            "styles cut in two anywhere": mixed(
                round, lambda own: random.permuted(_coarse(own).repeat(len(own), 0), axis=1)
            )
        }

    def replaced(round: Round) -> tuple[str, Sample]:
        held = round.heldout.items
        other = np.roll(held, 1, axis=0)
        return "held-out images, replaced or left", read(round, (held, other, held))

    def value(_: Round, sample: Sample) -> Mapping[str, float]:
        own, coarse, fine = cast(np.ndarray, sample.items).T
        return {KINDS[0].name: float((coarse != own).mean() - (fine != own).mean())}

    return Measure(
        KINDS,
        value,
        generated=lambda round: mixed(round, _coarse),
        floors=anywhere,
        ceiling=replaced,
        real=lambda round: len(round.heldout),
        exhibits=lambda round: [_grid(round, styles)],
    )


def _items(round: Round) -> int:
    return min(_MOST, len(round.reference))


def _coarse(own: np.ndarray) -> np.ndarray:
    """Which layers are the coarse half, (1, layers)."""
    layers = own.shape[1]
    return (np.arange(layers) < layers // 2)[None]


def _grid(round: Round, styles: Styles) -> Exhibit:
    """Images of coarse styles of those at the left, and fine ones of those above."""
    image = cast(Image, round.dataset.modality)
    own = styles.draw(2 * _SIDE, round.seed)
    left, above = own[:_SIDE], own[_SIDE:]
    taken = _coarse(own)[..., None]
    mixed = [np.where(taken, row[None], above) for row in left]
    made = styles.make(np.concatenate([left, above, *mixed]))
    rows, top, cells = made[:_SIDE], made[_SIDE : 2 * _SIDE], made[2 * _SIDE :]
    empty = np.full_like(made[:1], 255)
    shown = [empty, top]
    for index in range(_SIDE):
        shown += [rows[index : index + 1], cells[index * _SIDE : (index + 1) * _SIDE]]
    return Exhibit(
        "Mixed styles",
        "Coarse styles of the image at the left, fine ones of the image above.",
        picture(image.show(np.concatenate(shown), _SIDE + 1), "A grid of images of mixed styles"),
    )
