"""What a report measures of games that make a picture again from its latent."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np

from sparring.data import Image
from sparring.metrics.signal_to_noise import peak_signal_to_noise
from sparring.report.drawing import picture
from sparring.report.figures import Exhibit, Kind
from sparring.report.measures import Measure, Round, Sample

Again = Callable[[Any, np.ndarray | None], Any]
"""n pictures and their class numbers, if any -> n pictures made from their latents."""

_SHOWN = 12

KINDS = (
    Kind(
        "reconstruction",
        "Reconstruction (dB)",
        "quality",
        "higher",
        "How near held-out pictures come again from their latents: the peak signal over the root "
        "of the mean squared error, in decibels.",
    ),
)


class Pairs(Sample):
    """Pictures made again, in the place of items, and those that they should be.

    Args:
        made, meant: uint8, of one shape.
    """

    def __init__(self, made: Any, meant: Any) -> None:
        super().__init__(made, np.asarray)
        self.meant = meant


def reconstruction_of(again: Again, manifold: Callable[[], Any] | None) -> Measure:
    """How near pictures come again, beside the mean picture, and what there is to look at.

    Args:
        again: the game's answer.
        manifold: makes pictures over a square of latents, row by row; None where there is none.
    """

    def from_latents(round: Round, of: Sample) -> Sample:
        return Pairs(again(of.items, of.labels), of.items)

    def mean(round: Round) -> Mapping[str, Sample]:
        real = round.heldout.items
        one = round.pool.sample.items.mean(0).round().astype(np.uint8)
        return {"the mean image": Pairs(np.broadcast_to(one, real.shape), real)}

    def value(_: Round, sample: Sample) -> Mapping[str, float]:
        pairs = cast(Pairs, sample)
        error = np.square(pairs.items.astype(np.float64) - pairs.meant).mean()
        return {KINDS[0].name: peak_signal_to_noise(float(error), span=255)}

    def exhibits(round: Round) -> Sequence[Exhibit]:
        image = cast(Image, round.dataset.modality)
        held = round.heldout
        labels = None if held.labels is None else held.labels[:_SHOWN]
        both = np.concatenate([held.items[:_SHOWN], again(held.items[:_SHOWN], labels)])
        caption = "Held-out images (above), and below each what the game made of its latent."
        shown = [
            Exhibit("Reconstructions", caption, picture(image.show(both, _SHOWN), caption)),
        ]
        if manifold is not None:
            grid = manifold()
            seen = image.show(grid, math.isqrt(len(grid)))
            caption = (
                "Images over the two latents, from the 2nd to the 98th hundredth of the prior in "
                "even shares."
            )
            shown.append(Exhibit("The latent plane", caption, picture(seen, caption)))
        return shown

    return Measure(
        KINDS,
        value,
        generated=lambda round: from_latents(round, round.heldout),
        floors=mean,
        ceiling=lambda round: ("training pictures", from_latents(round, round.reference)),
        exhibits=exhibits,
    )
