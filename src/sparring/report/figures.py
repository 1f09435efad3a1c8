"""What a report says: figures between a floor and a ceiling, and what was looked at."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median, pstdev
from typing import Any

GROUPS = ("quality", "diversity", "copying")
"""In the order in which they stand in a report; cost, the fourth, is no judgement."""

_SEEDS_APART = 1000


@dataclass(frozen=True)
class Mark:
    """The value that something known gets under the same metric and sample size.

    Attributes:
        name: of what got it, such as "mean image plus noise".
        value: median over the resamples.
        low, high: the least and the largest of them.
    """

    name: str
    value: float
    low: float
    high: float

    @staticmethod
    def of(name: str, values: Sequence[float]) -> "Mark":
        """The mark of something by its values over the resamples."""
        return Mark(name, median(values), min(values), max(values))


@dataclass(frozen=True)
class Standing:
    """Where a figure came to stand, for those who put it in words.

    Attributes:
        value: of the figure.
        ceiling: its ceiling.
        position: see `Figure`.
        reached: whether the value is as good as one that real data got, or better.
    """

    value: float
    ceiling: Mark
    position: float | None
    reached: bool


@dataclass(frozen=True)
class Kind:
    """What a figure is, before it has a value.

    Attributes:
        name: as in report.json, such as "precision".
        title: in words.
        group: quality, diversity or copying.
        better: "lower", "higher", or "near" where the ceiling may be overshot.
        meaning: one sentence.
        words: what its standing means; `placed` where None.
        ideal: what nothing can be better than, where real data may get more by chance; None where
            there is no such value.
    """

    name: str
    title: str
    group: str
    better: str
    meaning: str
    words: Callable[[Standing], str] | None = None
    ideal: float | None = None


@dataclass(frozen=True)
class Figure:
    """One number of a report.

    Attributes:
        name, title, group, better, meaning: see `Kind`.
        value: median over the resamples.
        values: in each resample.
        deviation: standard deviation over the resamples.
        floor: what the best of the worthless generators gets.
        floors: what each of them gets.
        controls: what others get that are no floor of this figure, such as copies of training
            items in a figure that can't tell them from unseen data.
        ceiling: what real data gets that was not trained on (or as its name says).
        generated, real: how many items were compared with how many.
        position: 0 at the floor, 1 at the ceiling, linear, not cut; None where the floor is no
            worse than the ceiling, so that the figure can't tell good from bad.
        reached: whether the value is as good as one that real data got, or better; where there is
            no position, whether it is as near to real data's as the floor.
        verdict: all this in words.
    """

    name: str
    title: str
    group: str
    better: str
    meaning: str
    value: float
    values: tuple[float, ...]
    deviation: float
    floor: Mark
    floors: tuple[Mark, ...]
    ceiling: Mark
    generated: int
    real: int
    position: float | None
    reached: bool
    verdict: str
    controls: tuple[Mark, ...] = ()

    @property
    def low(self) -> float:
        """The least value over the resamples."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The largest value over the resamples."""
        return max(self.values)

    @staticmethod
    def of(
        kind: Kind,
        values: Sequence[float],
        floors: Sequence[Mark],
        ceiling: Mark,
        counts: tuple[int, int],
        controls: Sequence[Mark] = (),
    ) -> "Figure":
        """A figure from its values and marks; the best of the floors is the floor."""
        value = median(values)
        floor = min(floors, key=lambda mark: _worse_by(mark, ceiling, kind.better))
        position = _position(value, floor, ceiling, kind.better)
        slack = _noise(floor, ceiling) if position is None else 0.0
        reached = _reached(value, ceiling, kind, slack)
        words = kind.words or placed
        return Figure(
            kind.name,
            kind.title,
            kind.group,
            kind.better,
            kind.meaning,
            value,
            tuple(values),
            pstdev(values),
            floor,
            tuple(floors),
            ceiling,
            *counts,
            position,
            reached,
            words(Standing(value, ceiling, position, reached)),
            tuple(controls),
        )

    def to_json(self) -> dict[str, Any]:
        """The figure in JSON's types."""
        spread = {"min": self.low, "max": self.high, "deviation": self.deviation}
        return {**asdict(self), "spread": spread}

    @staticmethod
    def from_json(content: Mapping[str, Any]) -> "Figure":
        """The figure that `to_json` gave."""
        fields = {name: value for name, value in content.items() if name != "spread"}
        fields["values"] = tuple(fields["values"])
        fields["floor"], fields["ceiling"] = Mark(**fields["floor"]), Mark(**fields["ceiling"])
        for name in ("floors", "controls"):
            fields[name] = tuple(Mark(**mark) for mark in fields.get(name, ()))
        return Figure(**fields)


@dataclass(frozen=True)
class Exhibit:
    """Something to look at.

    Attributes:
        title: its heading.
        caption: what is seen, in a sentence or two.
        markup: HTML that needs nothing from outside: an SVG, or an image as a data URL.
    """

    title: str
    caption: str
    markup: str


@dataclass(frozen=True)
class Judgement:
    """What was found out about a generator.

    Attributes:
        dataset: name of the data set it was compared with.
        modality: what kind of data that is.
        generated: how many items were generated in each resample.
        resamples: how many times everything was drawn anew.
        seed: from which all draws follow.
        features: what items were compared by, in a sentence.
        figures: by group.
        notes: what limits them: sizes that were cut, figures that were left out.
        seconds: how long it took.
        exhibits: pictures; not part of the JSON.

    Example:
        >>> Judgement("ring", "points", 100, 3, 0, "the points themselves").figures
        ()
    """

    dataset: str
    modality: str
    generated: int
    resamples: int
    seed: int
    features: str
    figures: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    exhibits: tuple[Exhibit, ...] = field(default=(), compare=False)

    def __getitem__(self, name: str) -> Figure:
        """The figure of that name; a KeyError where there is none."""
        for figure in self.figures:
            if figure.name == name:
                return figure
        raise KeyError(name)

    def __iter__(self) -> Iterator[Figure]:
        return iter(self.figures)

    @property
    def seeds(self) -> tuple[int, ...]:
        """With which seed each resample was drawn."""
        return seeds(self.seed, self.resamples)

    def to_json(self) -> dict[str, Any]:
        """All but the exhibits, in JSON's types."""
        content = {name: getattr(self, name) for name in _PLAIN}
        figures = [figure.to_json() for figure in self.figures]
        return {**content, "notes": list(self.notes), "figures": figures}

    @staticmethod
    def from_json(content: Mapping[str, Any]) -> "Judgement":
        """The judgement that `to_json` gave, without its exhibits."""
        plain = {name: content[name] for name in _PLAIN}
        figures = tuple(Figure.from_json(figure) for figure in content["figures"])
        return Judgement(**plain, notes=tuple(content["notes"]), figures=figures)


def seeds(seed: int, resamples: int) -> tuple[int, ...]:
    """The seed of each resample: of the generator's draw, of real rows, floors and metrics.

    Example:
        >>> seeds(0, 3)
        (0, 1000, 2000)
    """
    return tuple(seed + _SEEDS_APART * index for index in range(resamples))


_PLAIN = ("dataset", "modality", "generated", "resamples", "seed", "features", "seconds")


def placed(standing: Standing) -> str:
    """A standing in words.

    Example:
        >>> real = Mark("held-out real data", 1.0, 0.97, 1.02)
        >>> placed(Standing(0.98, real, 0.98, True)), placed(Standing(0.1, real, 0.1, False))
        ('like unseen real data', 'nearer the floor')
    """
    position = standing.position
    if position is None:
        if standing.reached:
            return "says nothing here: even the floor is as good as real data"
        return "short of real data, where even the floor is not"
    if standing.reached:
        return "like unseen real data"
    if position >= 0.5:
        return "near the ceiling" if position >= 0.9 else "nearer the ceiling"
    if position >= 0.1:
        return "nearer the floor"
    return "at the floor" if position >= -0.1 else "worse than the floor"


def _reached(value: float, ceiling: Mark, kind: Kind, slack: float) -> bool:
    """Whether a value is as good as the ceiling in its worst resample, or can't be better."""
    if kind.better == "lower":
        most = ceiling.high if kind.ideal is None else max(ceiling.high, kind.ideal)
        return value <= most + slack
    high = value >= ceiling.low - slack
    return high and (kind.better == "higher" or value <= ceiling.high + slack)


def _worse_by(floor: Mark, ceiling: Mark, better: str) -> float:
    """By how much a floor is worse than the ceiling; not above 0 where it isn't."""
    above = floor.value - ceiling.value
    return {"lower": above, "higher": -above, "near": abs(above)}[better]


def _position(value: float, floor: Mark, ceiling: Mark, better: str) -> float | None:
    room = _worse_by(floor, ceiling, better)
    if not room > _noise(floor, ceiling) or not math.isfinite(room):
        return None
    if better == "near":
        return 1 - abs(value - ceiling.value) / room
    return (value - floor.value) / (ceiling.value - floor.value)


def _noise(floor: Mark, ceiling: Mark) -> float:
    """Where the floor is hardly worse than the ceiling spreads by itself, they are one."""
    spread = 2 * (ceiling.high - ceiling.low)
    return max(spread, 1e-9 * max(abs(floor.value), abs(ceiling.value)))
