"""How near the training rows generated ones are, which are copies, and which names are repeated."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sparring.metrics.closest import closest_record, exact_copies
from sparring.report.figures import Kind, Standing, placed
from sparring.report.measures import FEWEST, Measure, Round, Sample
from sparring.report.rows import Rows
from sparring.report.shared import words_of_copying

# Comparisons of one value with another; tables with many columns are looked at by fewer rows.
_MOST_COMPARISONS = 4_000_000_000
_FEWEST_ROWS = 200
_FAR = 1.5


def copies(rows: Rows) -> list[Measure]:
    """Distance to the closest record, exact copies, and identifiers that are repeated."""
    return [_distances(rows), _exact(rows), _repeated(rows)]


def _distances(rows: Rows) -> Measure:
    middle = Kind(
        "closest_median",
        "Distance to closest record (median)",
        "copying",
        "higher",
        "How far a row is from its closest training row: Euclidean in the normal scores of "
        "numbers, and 1 for each category that differs. The position is its share of an unseen "
        "row's.",
        _words_of_distance,
    )
    nearest = Kind(
        "closest_5",
        "Distance to closest record (5 %)",
        "copying",
        "higher",
        "The same of the nearest twentieth of the rows, where a generator that copies a few "
        "training rows betrays itself.",
        _words_of_distance,
    )

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        train = rows.mixed_of(round.pool.sample)
        distances = closest_record(train, rows.mixed_of(sample))
        low, half = np.quantile(distances, [0.05, 0.5])
        return {middle.name: float(half), nearest.name: float(low)}

    def some(round: Round) -> slice:
        comparisons = len(round.pool.sample) * len(rows.compared)
        return slice(0, max(_MOST_COMPARISONS // comparisons, _FEWEST_ROWS))

    return Measure(
        (middle, nearest),
        value,
        generated=lambda round: round.generated.take(some(round)),
        ceiling=lambda round: ("held-out real data", round.heldout.take(some(round))),
        real=lambda round: len(round.pool.sample),
        least=FEWEST,
    )


def _exact(rows: Rows) -> Measure:
    kind = Kind(
        "exact_copies",
        "Exact copies",
        "copying",
        "lower",
        "The share of rows that are equal to a training row in every column that is compared; "
        "unseen rows may be too, where a table has few columns of few values.",
        _words_of_copies,
    )

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        found = exact_copies(rows.of(round.pool.sample), rows.of(sample))
        return {kind.name: float(found.mean())}

    return Measure((kind,), value, real=lambda round: len(round.pool.sample), least=FEWEST)


def _repeated(rows: Rows) -> Measure:
    kind = Kind(
        "repeated_names",
        "Identifiers repeated",
        "copying",
        "lower",
        "The share of generated identifiers and free texts that stand in a training row, in the "
        "column where it is largest.",
        _words_of_copies,
    )

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        if not rows.names:
            return {}
        real, made = rows.frame(round.pool.sample), rows.frame(sample)
        return {kind.name: max(_share_repeated(real[n], made[n]) for n in rows.names)}

    return Measure((kind,), value, real=lambda round: len(round.pool.sample), least=FEWEST)


def _share_repeated(real: pd.Series, made: pd.Series) -> float:
    known = made.dropna().astype(str)
    return float(known.isin(set(real.dropna().astype(str))).mean()) if len(known) else 0.0


def _words_of_distance(standing: Standing) -> str:
    position = standing.position
    if position is not None and position > _FAR:
        return "no copies, but farther from the data than unseen data is"
    return words_of_copying(standing)


def _words_of_copies(standing: Standing) -> str:
    if standing.position is None:
        return placed(standing)
    unseen = standing.ceiling.high
    if standing.value <= unseen:
        return "no more copies than among unseen data"
    if standing.value > max(2 * unseen, unseen + 0.01):
        return "copies the training data"
    return "a few more copies than among unseen data"
