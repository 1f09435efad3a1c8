"""Measures that every kind of data has: of features, and of copying."""

from collections.abc import Mapping

import numpy as np

from sparring.metrics.copying import data_copying
from sparring.metrics.density import density_coverage
from sparring.metrics.features import Features, frechet_name
from sparring.metrics.frechet import frechet_distance
from sparring.metrics.inception import Inception
from sparring.metrics.kernel import kernel_distance
from sparring.metrics.neighbours import nearest
from sparring.metrics.precision import precision_recall
from sparring.metrics.two_sample import two_sample_auc
from sparring.report.figures import Kind, Standing, placed
from sparring.report.measures import COMPACT, Measure, Pool, Round, Sample

_SUBSETS = 3
# Below as many items in a cell, C_T has too few to rank.
_PER_CELL = 40
# C_T is in standard deviations; three are beyond chance.
_BEYOND_CHANCE = 3.0


def distances(features: Features) -> list[Measure]:
    """Fréchet and kernel distance, named by the features that they are taken in."""
    inception = isinstance(features, Inception)
    frechet, kernel = frechet_name(features), "kid" if inception else f"kid_{features.name}"
    title = (
        "Fréchet inception distance (FID)" if inception else f"Fréchet distance ({features.name})"
    )
    return [
        Measure(
            (
                Kind(
                    frechet,
                    title,
                    "quality",
                    "lower",
                    "How far mean and covariance of the features are from those of real data; "
                    "falls with the sample size, so compare it with its ceiling alone.",
                ),
            ),
            lambda round, sample: {
                frechet: frechet_distance(round.reference.vectors, sample.vectors)
            },
        ),
        Measure(
            (
                Kind(
                    kernel,
                    "Kernel distance (KID)" if inception else "Kernel distance",
                    "quality",
                    "lower",
                    "How far all moments of the features up to the third are from those of real "
                    "data; about 0, of either sign, for a perfect generator.",
                ),
            ),
            lambda round, sample: {
                kernel: kernel_distance(
                    round.reference.vectors, sample.vectors, subsets=_SUBSETS, seed=round.seed
                )
            },
        ),
    ]


def neighbourhoods() -> list[Measure]:
    """Precision and recall, density and coverage."""

    def shares(round: Round, sample: Sample) -> Mapping[str, float]:
        return precision_recall(round.reference.vectors, sample.vectors)._asdict()

    def balls(round: Round, sample: Sample) -> Mapping[str, float]:
        return density_coverage(round.reference.vectors, sample.vectors)._asdict()

    precision = Kind(
        "precision",
        "Precision",
        "quality",
        "higher",
        "The share of generated items that lie among real ones: are they plausible?",
    )
    recall = Kind(
        "recall",
        "Recall",
        "diversity",
        "higher",
        "The share of real items that lie among generated ones: is all of the data made?",
    )
    density = Kind(
        "density",
        "Density",
        "quality",
        "higher",
        "How many real neighbourhoods a generated item lies in, 1 for real data; above it, items "
        "crowd where data is densest, which may cost diversity.",
    )
    coverage = Kind(
        "coverage",
        "Coverage",
        "diversity",
        "higher",
        "The share of real items with a generated one in their neighbourhood; a generator that "
        "makes few kinds of items has little.",
    )
    return [Measure((precision, recall), shares), Measure((density, coverage), balls)]


def detection(wide: bool) -> Measure:
    """Boosted two-sample test; `wide` features are compacted first."""
    where = f", told by {COMPACT} principal components of the features" if wide else ""
    kind = Kind(
        "two_sample_auc",
        "Two-sample test (AUC)",
        "quality",
        "lower",
        f"How well boosted trees tell generated items from real ones{where}: 0.5 is not at all, "
        "1 is always.",
        ideal=0.5,
    )

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        real, made = round.reference.vectors, sample.vectors
        if wide:
            real, made = round.pool.compact(real), round.pool.compact(made)
        return {kind.name: two_sample_auc(real, made, seed=round.seed)}

    return Measure((kind,), value)


def copying() -> list[Measure]:
    """C_T and authenticity, between a copier (the floor) and held-out data (the ceiling).

    The held-out items are cut in two: one half is what copies are told by, the other stands in
    for a generator that copies nothing.
    """
    statistic = Kind(
        "copying_ct",
        "Copying (C_T)",
        "copying",
        "higher",
        "Are items nearer to the training data than held-out ones are, in standard deviations: "
        "below -3 they are copied, above 3 they are far from all data.",
        _words_of_statistic,
    )
    authentic = Kind(
        "authenticity",
        "Authenticity",
        "copying",
        "higher",
        "The share of items that are farther from their nearest training item than that one is "
        "from its own neighbour; it falls with the number of training items.",
        words_of_copying,
    )

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        train, made = round.pool.compacted, round.pool.compact(sample.vectors)
        witness = round.pool.compact(round.heldout.vectors[: _half(round)])
        cells = int(np.clip(len(made) // _PER_CELL, 1, 5))
        return {
            statistic.name: data_copying(train, witness, made, cells=cells, seed=round.seed),
            authentic.name: _authenticity(round.pool, made),
        }

    return [
        Measure(
            (statistic, authentic),
            value,
            generated=lambda round: round.generated.take(slice(0, _half(round))),
            floors=lambda round: {"copies of training items": _copier(round)},
            ceiling=lambda round: (
                "held-out real data",
                round.heldout.take(slice(_half(round), 2 * _half(round))),
            ),
            real=lambda round: len(round.pool.sample),
            least=2 * _PER_CELL,
        )
    ]


def _authenticity(pool: Pool, made: np.ndarray) -> float:
    """`metrics.authenticity`, with the distances within the pool taken once for all samples."""
    distances, indices = nearest(made, pool.compacted)
    return float((distances > pool.spacing[indices]).mean())


def _half(round: Round) -> int:
    return len(round.heldout) // 2


def _copier(round: Round) -> Sample:
    random = np.random.default_rng(round.seed)
    return round.pool.sample.take(random.integers(len(round.pool.sample), size=_half(round)))


def _words_of_statistic(standing: Standing) -> str:
    beyond = standing.value - standing.ceiling.value
    if standing.position is None:
        return placed(standing)
    if max(standing.value, beyond) < -_BEYOND_CHANCE:
        return "copies the training data"
    if min(standing.value, beyond) > _BEYOND_CHANCE:
        return "no copies, but farther from the data than unseen data is"
    return words_of_copying(standing)


def words_of_copying(standing: Standing) -> str:
    """The standing of a figure that is the larger, the less is copied.

    Example:
        >>> from sparring.report.figures import Mark
        >>> unseen = Mark("held-out real data", 2.0, 1.9, 2.1)
        >>> words_of_copying(Standing(0.1, unseen, 0.05, False))
        'copies the training data'
    """
    position = standing.position
    if position is None:
        return placed(standing)
    if position < 0.5:
        return "copies the training data"
    if position >= 0.9 or standing.reached:
        return "no nearer to the training data than unseen data"
    return "a little nearer to the training data than unseen data"
