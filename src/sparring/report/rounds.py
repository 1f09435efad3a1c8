"""The resamples: what is drawn from the real data and from the generator in each."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from sparring.core.errors import WrongUse
from sparring.data import Dataset
from sparring.data.conditions import Attributes
from sparring.data.dataset import choose
from sparring.metrics.features import Features
from sparring.report.attributes import value_numbers
from sparring.report.cache import cached_features
from sparring.report.figures import seeds
from sparring.report.measures import Pool, Round, Sample, Subject

Items = Any
Draw = Callable[[int, int], Items]
"""(n, seed) -> n decoded items: uint8 images, a DataFrame, or an array of points."""
DrawLabelled = Callable[[int, int], tuple[Items, Any]]
"""(n, seed) -> n decoded items, and the class (n,) that each was asked to be."""


class Rounds:
    """Draws the resamples: iterate after `prepare`.

    Args:
        dataset: that is compared with.
        subject: what a report knows about its kind.
        sample, labelled: the generator, see `judge`.
        size: items of every sample.
        seed: from which all draws follow.
        resamples: how many rounds there are.
    """

    def __init__(
        self,
        dataset: Dataset,
        subject: Subject,
        sample: Draw,
        labelled: DrawLabelled | None,
        size: int,
        seed: int,
        resamples: int,
    ) -> None:
        self.dataset, self.subject, self.size = dataset, subject, size
        self.sample, self.labelled, self.seed, self.resamples = sample, labelled, seed, resamples
        self.features: Features
        self._pool: Pool
        self._unseen: Sample

    def prepare(self, named: Any, cache: Path | None) -> None:
        """Look at the real data once: training items, held-out items and their features."""
        dataset = self.dataset
        train = dataset.real(self.subject.pool, self.seed)
        labels = self._labels(dataset.train, self.subject.pool)
        self.features = self.subject.features(dataset, train, labels, named, cache)
        most = self.size * self.resamples
        unseen = dataset.unseen(most, self.seed)
        self._pool = Pool(self._real(train, labels, cache))
        self._unseen = self._real(unseen, self._labels(dataset.heldout, most), cache)

    def _labels(self, source: Any, n: int) -> np.ndarray | None:
        condition = self.dataset.condition
        if isinstance(condition, Attributes):
            return value_numbers(condition, source[choose(len(source), n, self.seed)]["y"])
        if self.dataset.classes is None:
            return None
        indices = choose(len(source), n, self.seed)
        return source[indices]["y"].numpy()

    def _real(self, items: Items, labels: np.ndarray | None, cache: Path | None) -> Sample:
        vectors = cached_features(self.features, items, cache)
        return Sample(items, self.features, labels, vectors)

    def __iter__(self) -> Iterator[Round]:
        for index, seed in enumerate(seeds(self.seed, self.resamples)):
            random = np.random.default_rng([self.seed, index])
            makers = self.subject.floors.items() if self.floored(index) else ()
            floors = {
                name: self._sample(floor(self._pool.sample.items, self.size, random))
                for name, floor in makers
            }
            yield Round(
                self.dataset,
                self._pool,
                self._pick(self._pool.sample, random),
                self._pick(self._unseen, random),
                self._sample(self._checked(self.sample(self.size, seed))),
                self._labelled(self.labelled, seed),
                floors,
                seed,
                self.features,
            )

    def floored(self, index: int) -> bool:
        """Whether a round has floors."""
        return index == 0 or self.subject.redrawn

    def _pick(self, sample: Sample, random: np.random.Generator) -> Sample:
        return sample.take(random.permutation(len(sample))[: self.size])

    def _sample(self, items: Items, labels: np.ndarray | None = None) -> Sample:
        return Sample(items, self.features, labels)

    def _labelled(self, draw: DrawLabelled | None, seed: int) -> Sample | None:
        if draw is None:
            return None
        items, labels = draw(self.size, seed)
        condition = self.dataset.condition
        if isinstance(condition, Attributes):
            labels = value_numbers(condition, torch.as_tensor(labels))
        return self._sample(self._checked(items), np.asarray(labels))

    def _checked(self, items: Items) -> Items:
        if len(items) != self.size:
            raise WrongUse(
                f"sample must make as many items as it is asked for, {self.size}, got {len(items)}."
            )
        return items

    def notes(self) -> list[str]:
        """What of the real data was not looked at."""
        pool, train = len(self._pool.sample), len(self.dataset.train)
        if pool == train:
            return []
        return [
            f"Copying is looked for among {pool:,} of {train:,} training items, drawn at random: "
            f"copies of the others are not seen."
        ]
