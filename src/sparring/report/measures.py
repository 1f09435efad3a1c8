"""What one resample draws, and how a metric is asked about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from sklearn.decomposition import PCA

from sparring.data import Dataset
from sparring.metrics.features import Features
from sparring.metrics.neighbours import nearest_other
from sparring.report.figures import Exhibit, Kind

COMPACT = 64
"""Principal components that stand in for wider features where a metric is slow in many."""

FEWEST = 10
"""Items below which there is no report."""

Vectorise = Callable[[Any], np.ndarray]


def take(items: Any, indices: np.ndarray | slice) -> Any:
    """Some items of an array or a DataFrame.

    Example:
        >>> take(np.arange(5), slice(0, 2))
        array([0, 1])
    """
    if hasattr(items, "iloc"):
        return items.iloc[indices].reset_index(drop=True)
    return items[indices]


class Sample:
    """Some items, and on demand what they are compared by.

    Args:
        items: as users have them.
        vectorise: items to features (n, d).
        labels: (n,) classes, or None.
        vectors: their features, where they are known already.
    """

    def __init__(
        self,
        items: Any,
        vectorise: Vectorise,
        labels: np.ndarray | None = None,
        vectors: np.ndarray | None = None,
    ) -> None:
        self.items, self.labels, self._vectorise, self._vectors = items, labels, vectorise, vectors

    def __len__(self) -> int:
        return len(self.items)

    @property
    def vectors(self) -> np.ndarray:
        """Features (n, d), float64."""
        if self._vectors is None:
            self._vectors = np.asarray(self._vectorise(self.items), dtype=np.float64)
        return self._vectors

    def take(self, indices: np.ndarray | slice) -> "Sample":
        """Some of them, with the features that are known."""
        return Sample(
            take(self.items, indices),
            self._vectorise,
            None if self.labels is None else self.labels[indices],
            self.vectors[indices],
        )


class Pool:
    """The real training items that a report looks at, shared by all resamples.

    Args:
        sample: of the training items.
    """

    def __init__(self, sample: Sample) -> None:
        self.sample = sample

    @cached_property
    def _components(self) -> PCA | None:
        vectors = self.sample.vectors
        if min(vectors.shape) <= COMPACT:
            return None
        return PCA(COMPACT, svd_solver="randomized", random_state=0).fit(vectors)

    def compact(self, vectors: np.ndarray) -> np.ndarray:
        """Features (n, d) as at most 64 principal components of the pool's."""
        return vectors if self._components is None else self._components.transform(vectors)

    @cached_property
    def compacted(self) -> np.ndarray:
        """The pool's own."""
        return self.compact(self.sample.vectors)

    @cached_property
    def spacing(self) -> np.ndarray:
        """How far each item of the pool is from its nearest other, (n,)."""
        return nearest_other(self.compacted)


@dataclass(frozen=True)
class Round:
    """One resample: everything that is compared, drawn anew, n items each.

    Attributes:
        dataset: that is compared with.
        pool: training items, up to a limit; the same in all rounds.
        reference: n of the pool.
        heldout: n items that were not trained on.
        generated: n items of the generator that is judged.
        labelled: n items that it made to given classes, with these; None where it can't.
        floors: n items of each worthless generator, by its name.
        seed: for what a metric draws itself.
        features: what items are compared by.
    """

    dataset: Dataset
    pool: Pool
    reference: Sample
    heldout: Sample
    generated: Sample
    labelled: Sample | None
    floors: Mapping[str, Sample]
    seed: int
    features: Features


class Value(Protocol):
    """A metric: some of a measure's kinds by name, for a sample in a round."""

    def __call__(self, round: Round, sample: Sample, /) -> Mapping[str, float]: ...


@dataclass(frozen=True)
class Measure:
    """A metric, and what it is asked about.

    Attributes:
        kinds: of the figures that it gives.
        value: the metric.
        generated: the sample that is judged.
        floors: worthless samples, by name.
        controls: samples that are no floor of this metric and are shown beside it, by name: what
            it can't tell from a good generator, and others can.
        ceiling: the best that can be expected: its name and its sample.
        real: with how many real items a sample is compared.
        least: held-out items below which it says nothing; `FEWEST` where each item is looked at by
            itself.
        exhibits: what it has to show of the first round, asked for after all of them.
    """

    kinds: tuple[Kind, ...]
    value: Value
    generated: Callable[[Round], Sample] = field(default=lambda round: round.generated)
    floors: Callable[[Round], Mapping[str, Sample]] = field(default=lambda round: round.floors)
    controls: Callable[[Round], Mapping[str, Sample]] = field(default=lambda round: {})
    ceiling: Callable[[Round], tuple[str, Sample]] = field(
        default=lambda round: ("held-out real data", round.heldout)
    )
    real: Callable[[Round], int] = field(default=lambda round: len(round.reference))
    least: int = 20
    exhibits: Callable[[Round], Sequence[Exhibit]] = field(default=lambda round: ())


class Floor(Protocol):
    """A worthless generator: n items from no more than the simplest facts about the data."""

    def __call__(self, real: Any, n: int, random: np.random.Generator, /) -> Any: ...


@dataclass(frozen=True)
class Subject:
    """All that a report must know about a kind of data.

    Attributes:
        n: items that are compared by default.
        pool: training items that are looked at, at most.
        features: what items are compared by: from the data set, the pool's items and labels, what
            the user named, and the cache.
        floors: worthless generators, by name.
        measures: the metrics that fit a data set.
        exhibits: what there is to look at in the first round, asked for after all of them.
        redrawn: whether floors are drawn and measured anew in each round, not in the first alone;
            worth it where features are cheap.
    """

    n: int
    pool: int
    features: Callable[[Dataset, Any, np.ndarray | None, Any, Path | None], Features]
    floors: Mapping[str, Floor]
    measures: Callable[[Dataset, Features, bool, Path | None], Sequence[Measure]]
    exhibits: Callable[[Round], Sequence[Exhibit]]
    redrawn: bool = True
