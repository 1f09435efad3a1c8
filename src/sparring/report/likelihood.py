"""What a report measures of games that know how probable a picture is."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from sparring.metrics.clouds import Clouds
from sparring.report.drawing import bars, number
from sparring.report.figures import Exhibit, Kind, Standing
from sparring.report.measures import Measure, Round, Sample

_BINS = 40

Nats = Callable[[Sample], np.ndarray]
"""n pictures, with their class numbers, if any -> -log p of each, (n,)."""


def words_of_surprise(items: str) -> Callable[[Standing], str]:
    """What says how surprising held-out pictures or sounds are beside those trained on."""

    def words(standing: Standing) -> str:
        if standing.position is None:
            return "no better than the floor, even of what it was trained on"
        gap = standing.value - standing.ceiling.value
        return f"{gap:.3g} more than of the {items} it was trained on"

    return words


_words = words_of_surprise("pictures")


KINDS = (
    Kind(
        "nats",
        "Surprise (nats)",
        "quality",
        "lower",
        "-log p of a held-out picture, a mean. Comparable where the pictures were prepared alike.",
        _words,
    ),
    Kind(
        "bits_per_dimension",
        "Surprise (bits a number)",
        "quality",
        "lower",
        "The same in bits, shared out over the numbers of a picture.",
        _words,
    ),
)


MEMORY = Kind(
    "nats_over_memory",
    "Surprise beyond memory (nats)",
    "quality",
    "lower",
    "How much more surprising held-out pictures are than to a mixture of normal clouds around "
    "training pictures, of the width that suits these best; above 0 the model knows less than "
    "its training pictures by themselves would tell.",
    lambda standing: f"{standing.value:.3g} nats beside a mixture that remembers",
)


def memory_of(nats: Nats, levels: int) -> Measure:
    """How surprising held-out grey or coloured pictures are, beside what memory alone would tell.

    Grover et al. 2018 (arXiv 1705.08868): the likelihood of a model that is taught by a
    discriminator alone can be worse than that of a mixture around the training data.

    Args:
        nats: as for `likelihood_of`.
        levels: how many levels the model gives a probability to.
    """
    known: list[Clouds] = []

    def beyond(round: Round, surprises: np.ndarray) -> Sample:
        if not known:  # the pool is the same in all rounds
            known.append(Clouds(round.pool.sample.items, levels))
        return Sample(surprises - known[0](round.heldout.items), np.asarray)

    def said(round: Round) -> Sample:
        return beyond(round, nats(round.heldout))

    def independent(round: Round) -> Mapping[str, Sample]:
        law = Independent(round.pool.sample.items, binary=False)
        return {"independent pixels": beyond(round, law(round.heldout.items))}

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        return {MEMORY.name: float(np.mean(sample.items))}

    def even(round: Round) -> tuple[str, Sample]:
        return "the mixture itself", Sample(np.zeros(len(round.heldout)), np.asarray)

    return Measure((MEMORY,), value, generated=said, floors=independent, ceiling=even)


def likelihood_of(nats: Nats, binary: bool) -> Measure:
    """How surprising held-out pictures are, beside a law of independent pixels.

    Its samples are surprises, not pictures: -log p in the place of items.

    Args:
        nats: the game's own answer, or estimate.
        binary: whether pictures are of two levels.
    """

    def said(of: Sample) -> Sample:
        return Sample(nats(of), np.asarray)

    def shown(round: Round) -> Sequence[Exhibit]:
        return [_histogram(nats(round.heldout), nats(round.labelled or round.generated))]

    def independent(round: Round) -> Mapping[str, Sample]:
        law = Independent(round.pool.sample.items, binary)
        return {"independent pixels": Sample(law(round.heldout.items), np.asarray)}

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        mean, numbers = float(np.mean(sample.items)), round.heldout.items[0].size
        return {"nats": mean, "bits_per_dimension": mean / (numbers * math.log(2))}

    return Measure(
        KINDS,
        value,
        generated=lambda round: said(round.heldout),
        floors=independent,
        ceiling=lambda round: ("training pictures", said(round.reference)),
        exhibits=shown,
    )


def _histogram(held: np.ndarray, made: np.ndarray) -> Exhibit:
    """How surprising held-out and generated pictures are, by share."""
    both = np.concatenate([held, made])
    edges = np.linspace(both.min(), max(both.max(), both.min() + 1e-6), _BINS + 1)
    real, own = (np.histogram(values, edges)[0] / len(values) for values in (held, made))
    caption = (
        f"Shares of held-out pictures (filled) and generated ones (line), from "
        f"{number(float(edges[0]))} nats on the left to {number(float(edges[-1]))} on the right. "
        f"A good model's own pictures surprise it as much as real ones do."
    )
    return Exhibit(
        "How surprising pictures are", caption, bars(real.tolist(), own.tolist(), caption)
    )


class Independent:
    """A law of pictures whose pixels know nothing of each other: how often each had each level.

    Args:
        items: uint8 pictures (n, ...) from which it is counted; one of each level is added.
        binary: whether levels are 0 and 255 alone.

    Example:
        >>> bits = np.array([[[0]], [[255]], [[255]]], dtype=np.uint8)
        >>> Independent(bits, binary=True)(bits[:1])  # -log 2/5
        array([0.91629073])
    """

    def __init__(self, items: np.ndarray, binary: bool) -> None:
        self.step = 255 if binary else 1
        levels = items.reshape(len(items), -1) // self.step
        counts = np.ones((levels.shape[1], 255 // self.step + 1))
        np.add.at(counts, (np.arange(levels.shape[1])[None], levels), 1)
        self.surprise = -np.log(counts / counts.sum(1, keepdims=True))

    def __call__(self, items: np.ndarray) -> np.ndarray:
        """-log p of pictures, (n,) nats."""
        levels = items.reshape(len(items), -1) // self.step
        found: np.ndarray = self.surprise[np.arange(levels.shape[1])[None], levels].sum(1)
        return found
