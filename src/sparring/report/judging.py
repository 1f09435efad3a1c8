"""Judging a generator: every figure between a floor and a ceiling, over several resamples."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from sparring.core.errors import WrongUse
from sparring.data import Dataset, Image, Modality, Points, Sound, Table
from sparring.metrics.features import Features
from sparring.report.figures import GROUPS, Exhibit, Figure, Judgement, Kind, Mark
from sparring.report.images import IMAGES
from sparring.report.measures import FEWEST, Measure, Round, Subject
from sparring.report.points import POINTS
from sparring.report.rounds import Draw, DrawLabelled, Rounds
from sparring.report.sounds import SOUNDS
from sparring.report.tables import TABLES

SUBJECTS: Mapping[type[Modality], Subject] = {
    Image: IMAGES,
    Table: TABLES,
    Points: POINTS,
    Sound: SOUNDS,
}

_FEWEST_RESAMPLES = 3


def judge(
    dataset: Dataset,
    sample: Draw,
    *,
    labelled: DrawLabelled | None = None,
    more: Sequence[Measure] = (),
    features: Features | Callable[[Any], Any] | str | Path | None = None,
    n: int | None = None,
    resamples: int = 3,
    seed: int = 0,
    cache: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Judgement:
    """Judge a generator by what it makes.

    In each resample n items are generated and n training items, n held-out items and n items of
    each floor are drawn anew (of images, whose features are dear, floors are drawn once); each
    metric compares generated items, floors and held-out items with the same training items. Where
    fewer than n held-out items exist, all samples are cut to their number and a note says so.

    Args:
        dataset: the data that it was trained on, with its held-out part.
        sample: the generator: (n, seed) -> n decoded items.
        labelled: the same for a generator that is told a class: items, and these classes as "y"
            counts them. Needed for the accuracy of its classes alone.
        more: measures beside those that every generator of such data gets: of what this one can do
            and others can't.
        features: what images are compared by: features, any function, the path of an ONNX file or
            a name; None for the best that is installed. For images alone.
        n: items that are compared; None for 2,000 images, 5,000 rows, 2,500 points or 300 sounds.
        resamples: how many times all is drawn anew, at least 3.
        seed: from which all draws follow.
        cache: a folder where features of the real data are kept for the next report.
        progress: is told what is being done.

    Returns:
        Figures in the groups quality, diversity and copying, and what there is to look at.

    Raises:
        WrongUse: for arguments out of range; for fewer than 10 held-out items; if the generator
            makes another number of items than it is asked for.

    Example:
        >>> from sparring.data import open_dataset
        >>> import numpy as np
        >>> points = np.random.default_rng(0).normal(size=(400, 2))
        >>> ring = open_dataset(points, modality="points")
        >>> found = judge(ring, lambda n, seed: ring.unseen(n, seed))
        >>> found["precision"].generated, found["precision"].floor.name
        (40, 'uniform box')
    """
    start = time.perf_counter()
    subject = _subject(dataset.modality)
    notes: list[str] = []
    size = _size(dataset, n or subject.n, n is not None, resamples, notes)
    tell = progress or (lambda _: None)
    rounds = Rounds(dataset, subject, sample, labelled, size, seed, resamples)
    tell("features of the real data")
    rounds.prepare(features, cache)
    usual = subject.measures(dataset, rounds.features, labelled is not None, cache)
    measures = _able([*usual, *more], size, notes)
    values: dict[str, _Values] = {}
    first: Round | None = None
    for index, drawn in enumerate(rounds):
        tell(f"resample {index + 1} of {resamples}")
        for measure in measures:
            _measure(measure, drawn, rounds.floored(index), values, notes)
        first = first or drawn
    exhibits = _exhibits(subject, measures, cast(Round, first), values)
    figures = [found.figure() for found in values.values() if found.complete(resamples, notes)]
    notes += rounds.notes()
    return Judgement(
        dataset.name,
        dataset.modality.name,
        size,
        resamples,
        seed,
        rounds.features.describe(),
        tuple(sorted(figures, key=lambda figure: GROUPS.index(figure.group))),
        tuple(dict.fromkeys(notes)),
        round(time.perf_counter() - start, 1),
        exhibits,
    )


def _subject(modality: Modality) -> Subject:
    for kind in type(modality).__mro__:
        if kind in SUBJECTS:
            return SUBJECTS[kind]
    raise WrongUse(
        f"there is no report on {modality.name} data yet; there is one on "
        f"{', '.join(kind.name for kind in SUBJECTS)}."
    )


def _size(dataset: Dataset, n: int, asked: bool, resamples: int, notes: list[str]) -> int:
    if n < FEWEST:
        raise WrongUse(f"n must be at least {FEWEST} items, got {n}.")
    if resamples < _FEWEST_RESAMPLES:
        raise WrongUse(f"resamples must be at least {_FEWEST_RESAMPLES}, got {resamples}.")
    heldout, train = len(dataset.heldout), len(dataset.train)
    most = min(heldout, train)
    if most < FEWEST:
        raise WrongUse(
            f"{dataset.name} must have at least {FEWEST} training and held-out items to judge by, "
            f"got {train} and {heldout}: fit it again with more held out, as by --set heldout=0.3."
        )
    if most < n:
        which = "held-out" if heldout <= train else "training"
        notes.append(
            f"Every sample has {most:,} items, not {'the' if asked else 'the usual'} {n:,}: the "
            f"data set has no more {which} ones."
        )
    return min(n, most)


def _able(measures: Sequence[Measure], size: int, notes: list[str]) -> list[Measure]:
    able = [measure for measure in measures if size >= measure.least]
    short: dict[int, list[str]] = {}
    for measure in measures:
        if size < measure.least:
            short.setdefault(measure.least, []).extend(kind.name for kind in measure.kinds)
    for least, names in short.items():
        listed = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
        notes.append(
            f"Left out: {listed}, for which there must be {least} held-out items; there are {size}."
        )
    return able


class _Values:
    """What a figure's samples got, resample by resample."""

    def __init__(self, kind: Kind, counts: tuple[int, int]) -> None:
        self.kind, self.counts = kind, counts
        self.generated: list[float] = []
        self.ceiling: list[float] = []
        self.floors: dict[str, list[float]] = {}
        self.controls: dict[str, list[float]] = {}
        self.ceiling_name = ""

    def complete(self, resamples: int, notes: list[str]) -> bool:
        """Whether every value is a number; else a note says that the figure is left out."""
        every = [self.generated, self.ceiling, *self.floors.values(), *self.controls.values()]
        whole = all(map(math.isfinite, [v for values in every for v in values]))
        if not (whole and len(self.generated) == len(self.ceiling) == resamples and self.floors):
            notes.append(f"Left out: {self.kind.name}, which has no value for this data.")
            return False
        return True

    def figure(self) -> Figure:
        floors = [Mark.of(name, values) for name, values in self.floors.items()]
        controls = [Mark.of(name, values) for name, values in self.controls.items()]
        ceiling = Mark.of(self.ceiling_name, self.ceiling)
        return Figure.of(self.kind, self.generated, floors, ceiling, self.counts, controls)


def _measure(
    measure: Measure, round: Round, floored: bool, values: dict[str, _Values], notes: list[str]
) -> None:
    """Ask a metric about generated items and ceiling, and about the floors where there are some."""
    try:
        generated = measure.generated(round)
        name, ceiling = measure.ceiling(round)
        found = measure.value(round, generated)
        best = measure.value(round, ceiling)
        worst = measure.floors(round).items() if floored else ()
        floors = {floor: measure.value(round, made) for floor, made in worst}
        others = measure.controls(round).items() if floored else ()
        controls = {control: measure.value(round, made) for control, made in others}
    except WrongUse as error:
        names = " and ".join(kind.name for kind in measure.kinds)
        notes.append(f"Left out: {names}; {error}")
        return
    for kind in measure.kinds:
        if kind.name not in found:
            continue
        kept = values.setdefault(kind.name, _Values(kind, (len(generated), measure.real(round))))
        kept.generated.append(found[kind.name])
        kept.ceiling.append(best[kind.name])
        kept.ceiling_name = name
        for floor, value in floors.items():
            kept.floors.setdefault(floor, []).append(value[kind.name])
        for control, value in controls.items():
            kept.controls.setdefault(control, []).append(value[kind.name])


def _exhibits(
    subject: Subject, measures: Sequence[Measure], first: Round, values: Mapping[str, _Values]
) -> tuple[Exhibit, ...]:
    """What the data show, and the measures that were not left out."""
    shown = [*subject.exhibits(first)]
    for measure in measures:
        if any(kind.name in values for kind in measure.kinds):
            shown += measure.exhibits(first)
    return tuple(shown)
