"""What a report measures and shows of sounds."""

import base64
from collections.abc import Callable, Mapping, Sequence
from functools import cache as once
from pathlib import Path
from typing import cast

import numpy as np

from sparring.data import Dataset, Sound
from sparring.data.soundfiles import write_sound
from sparring.metrics.features import Features
from sparring.metrics.prediction import Bag, LevelLaw, LinearPrediction
from sparring.report.drawing import picture
from sparring.report.figures import Exhibit, Kind
from sparring.report.likelihood import Nats, words_of_surprise
from sparring.report.measures import Measure, Round, Sample, Subject
from sparring.report.vectors import EncodedBy

_PLAYED = 8
_FITTED = 500


KINDS = (
    Kind(
        "nats_per_sample",
        "Surprise (nats a sample)",
        "quality",
        "lower",
        "-log p of a held-out sound, shared out over its samples, a mean; of the same levels for "
        "all, and comparable where rate and length are the same.",
        words_of_surprise("sounds"),
    ),
)


def predictability_of(nats: Nats, places: np.ndarray, edges: np.ndarray) -> Measure:
    """How surprising held-out sounds are, beside laws that look back a few samples or none.

    Its samples are surprises, not sounds: -log p in the place of items.

    Args:
        nats: the game's own answer.
        places: where the levels of a sample lie, ascending, (levels,).
        edges: what parts one level from the next, (levels - 1,).
    """
    laws: dict[str, Callable[[np.ndarray], LevelLaw]] = {
        "bag of levels": lambda waves: Bag(waves, edges),
        "linear prediction from 5 samples": lambda waves: LinearPrediction(waves, places, edges, 5),
        "linear prediction from 16 samples": lambda waves: LinearPrediction(
            waves, places, edges, 16
        ),
        "linear prediction from 5 samples, its spread adapting": lambda waves: LinearPrediction(
            waves, places, edges, 5, adapting=32
        ),
    }

    @once
    def fitted(pool: Sample) -> Mapping[str, LevelLaw]:
        return {name: law(pool.items[:_FITTED]) for name, law in laws.items()}

    def said(of: Sample) -> Sample:
        return Sample(nats(of), np.asarray)

    def floors(round: Round) -> Mapping[str, Sample]:
        every = fitted(round.pool.sample).items()
        return {name: Sample(law(round.heldout.items), np.asarray) for name, law in every}

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        return {KINDS[0].name: float(np.mean(sample.items)) / round.heldout.items.shape[1]}

    return Measure(
        KINDS,
        value,
        generated=lambda round: said(round.heldout),
        floors=floors,
        ceiling=lambda round: ("training sounds", said(round.reference)),
        real=lambda round: len(round.pool.sample.items[:_FITTED]),
    )


def measures(
    dataset: Dataset, features: Features, labelled: bool, cache: Path | None
) -> Sequence[Measure]:
    """None that every generator of sounds gets: their waves can't be compared number by number."""
    return []


def exhibits(round: Round) -> Sequence[Exhibit]:
    """Sounds to hear and to see: the first generated ones, and held-out ones."""
    sound = cast(Sound, round.dataset.modality)
    shown = []
    for title, waves, caption in (
        ("Generated", round.generated.items, "The first {} that were drawn, not chosen."),
        ("Held-out real data", round.heldout.items, "{} sounds that the model never heard."),
    ):
        waves = waves[:_PLAYED]
        curves = picture(sound.show(waves), f"{title}: sounds as curves over time")
        players = "".join(map(player, waves, [sound.rate] * len(waves)))
        shown.append(Exhibit(title, caption.format(len(waves)), f"<div>{players}</div>{curves}"))
    return shown


def player(wave: np.ndarray, rate: int) -> str:
    """A sound inside the page, as WAV, with a button to play it.

    Example:
        >>> player(np.zeros(8), 8000)[:44]
        '<audio controls src="data:audio/wav;base64,U'
    """
    content = base64.b64encode(write_sound(wave, rate)).decode("ascii")
    return f'<audio controls src="data:audio/wav;base64,{content}"></audio>'


SOUNDS = Subject(
    n=300,
    pool=2000,
    features=EncodedBy("samples", "nothing but their own samples"),
    floors={},
    measures=measures,
    exhibits=exhibits,
)
