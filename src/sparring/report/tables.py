"""What a report measures and shows of tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from sparring.data import Dataset
from sparring.metrics.features import Features
from sparring.metrics.pairs import pair_trends
from sparring.metrics.shapes import column_shapes
from sparring.metrics.two_sample import two_sample_auc
from sparring.metrics.utility import utility
from sparring.report.closest import copies
from sparring.report.columns import columns_exhibit, rows_exhibit
from sparring.report.figures import Exhibit, Kind
from sparring.report.measures import FEWEST, Measure, Round, Sample, Subject, take
from sparring.report.pairs import pairs_exhibits
from sparring.report.rows import MOST_PAIRED, Rows, rows_of
from sparring.report.rules import obeyed, rules_exhibit
from sparring.report.shared import copying, neighbourhoods
from sparring.report.targets import over_targets, targets_exhibit

SHUFFLED, BOOTSTRAP = "shuffled columns", "bootstrap of training rows"


def shuffled_columns(real: Any, n: int, random: np.random.Generator) -> Any:
    """Training rows with each column shuffled by itself: right columns, no relations."""
    rows = take(real, random.permutation(len(real))[:n])
    n = len(rows)
    if not isinstance(rows, pd.DataFrame):
        return np.stack([column[random.permutation(n)] for column in rows.T], axis=1)
    columns = {
        name: rows[name].iloc[random.permutation(n)].reset_index(drop=True) for name in rows.columns
    }
    return pd.DataFrame(columns)


def bootstrap(real: Any, n: int, random: np.random.Generator) -> Any:
    """Whole training rows, drawn with replacement: right in all but that they are copies."""
    return take(real, random.integers(len(real), size=n))


def measures(
    dataset: Dataset, features: Features, labelled: bool, cache: Path | None
) -> Sequence[Measure]:
    """Columns, pairs, rules, detection, utility, neighbourhoods and copying.

    Whatever is no measure of copying has shuffled columns for its floor and the bootstrap beside
    it, measures of copying the other way round.
    """
    rows = cast(Rows, features)
    found = [_shapes(rows), _trends(rows), _detection(rows), obeyed(rows)]
    if dataset.target is not None:
        found.append(_utility(rows, dataset.target))
    found += [over_targets(rows), *neighbourhoods()]
    return [
        *(replace(measure, floors=_only(SHUFFLED), controls=_only(BOOTSTRAP)) for measure in found),
        *(_of_copying(measure) for measure in (*copying(), *copies(rows))),
    ]


def _only(name: str) -> Callable[[Round], Mapping[str, Sample]]:
    return lambda round: {name: round.floors[name]}


def _of_copying(measure: Measure) -> Measure:
    def some(name: str) -> Callable[[Round], Mapping[str, Sample]]:
        return lambda round: {
            name: round.floors[name].take(slice(0, len(measure.generated(round))))
        }

    return replace(measure, floors=some(BOOTSTRAP), controls=some(SHUFFLED))


def _shapes(rows: Rows) -> Measure:
    kind = Kind(
        "column_shapes",
        "Column shapes",
        "quality",
        "higher",
        "How alike each column is to the real one, by itself; shuffled columns get full marks, so "
        "it is worth nothing alone.",
    )

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        return {kind.name: column_shapes(rows.of(round.reference), rows.of(sample)).mean}

    return Measure((kind,), value, least=FEWEST)


def _trends(rows: Rows) -> Measure:
    kind = Kind(
        "pair_trends",
        "Pair trends",
        "quality",
        "higher",
        "How alike the relation of each two columns is, over the pairs that are related in the "
        f"real table (of the first {MOST_PAIRED} columns).",
    )

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        real, made = (rows.of(s).iloc[:, :MOST_PAIRED] for s in (round.reference, sample))
        return {kind.name: pair_trends(real, made).mean}

    return Measure((kind,), value, least=FEWEST)


def _detection(rows: Rows) -> Measure:
    kind = Kind(
        "two_sample_auc",
        "Two-sample test (AUC)",
        "quality",
        "lower",
        "How well boosted trees tell generated rows from real ones: 0.5 is not at all, 1 is "
        "always.",
        ideal=0.5,
    )

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        real, made = rows.of(round.reference), rows.of(sample)
        return {kind.name: two_sample_auc(real, made, seed=round.seed)}

    return Measure((kind,), value)


def _utility(rows: Rows, target: str | int) -> Measure:
    trained = (
        f"of boosted trees that learnt to predict {target!r} from generated rows and are tested "
        f"on held-out real ones."
    )
    kinds = (
        Kind("utility_auc", "Utility (AUC)", "quality", "higher", f"Area under the ROC {trained}"),
        Kind("utility_f1", "Utility (macro-F1)", "quality", "higher", f"Macro-F1 {trained}"),
        Kind("utility_r2", "Utility (R²)", "quality", "higher", f"Explained variance {trained}"),
    )

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        if target not in rows.compared:
            return {}
        train, made, test = (
            rows.asked(s, target) for s in (round.pool.sample, sample, round.heldout)
        )
        found = asdict(utility(train, made, test, cast(str, target), seed=round.seed))
        scores = {kind.name: found[kind.name.removeprefix("utility_")] for kind in kinds}
        return {name: score for name, score in scores.items() if score is not None}

    return Measure(
        kinds,
        value,
        ceiling=lambda round: ("as many training rows", round.reference),
        real=lambda round: len(round.heldout),
    )


def exhibits(round: Round) -> Sequence[Exhibit]:
    """Columns, relations, pairs, targets, rules, and some rows."""
    rows = cast(Rows, round.features)
    return [
        columns_exhibit(round, rows),
        *pairs_exhibits(round, rows, round.floors[SHUFFLED]),
        *targets_exhibit(round, rows),
        *rules_exhibit(round, rows, round.floors[SHUFFLED]),
        rows_exhibit(round, rows),
    ]


TABLES = Subject(
    n=5000,
    pool=20_000,
    features=rows_of,
    floors={SHUFFLED: shuffled_columns, BOOTSTRAP: bootstrap},
    measures=measures,
    exhibits=exhibits,
)
