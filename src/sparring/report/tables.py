"""What a report measures and shows of tables."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from sparring.data import Dataset, Table
from sparring.metrics.columns import Column, paired_columns
from sparring.metrics.features import Features
from sparring.metrics.pairs import pair_trends
from sparring.metrics.shapes import column_shapes, shape
from sparring.metrics.two_sample import two_sample_auc
from sparring.metrics.utility import utility
from sparring.report.drawing import bars, heat, number
from sparring.report.figures import Exhibit, Kind
from sparring.report.measures import Measure, Round, Sample, Subject
from sparring.report.shared import copying, neighbourhoods
from sparring.report.vectors import EncodedBy

_BINS = 24
_MOST_COLUMNS = 48
_MOST_CORRELATED = 40


def shuffled_columns(real: Any, n: int, random: np.random.Generator) -> Any:
    """Each column drawn by itself from the training rows: right columns, no relations."""
    if not isinstance(real, pd.DataFrame):
        return np.stack([column[random.integers(len(real), size=n)] for column in real.T], axis=1)
    columns = {
        name: real[name].iloc[random.integers(len(real), size=n)].reset_index(drop=True)
        for name in real.columns
    }
    return pd.DataFrame(columns)


def measures(
    dataset: Dataset, features: Features, labelled: bool, cache: Path | None
) -> Sequence[Measure]:
    """Columns, pairs, detection, utility where there is a target, neighbourhoods and copying."""
    table = cast(Table, dataset.modality)
    found = [_shapes(table), _trends(table), _detection(table)]
    if dataset.target is not None:
        found.append(_utility(table, dataset.target))
    return [*found, *neighbourhoods(), *copying()]


def _shapes(table: Table) -> Measure:
    kind = Kind(
        "column_shapes",
        "Column shapes",
        "quality",
        "higher",
        "How alike each column is to the real one, by itself; shuffled columns get full marks, so "
        "it is worth nothing alone.",
    )

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        real, made = table.frame(round.reference.items), table.frame(sample.items)
        return {kind.name: column_shapes(real, made).mean}

    return Measure((kind,), value)


def _trends(table: Table) -> Measure:
    kind = Kind(
        "pair_trends",
        "Pair trends",
        "quality",
        "higher",
        "How alike the relation of each two columns is, over the pairs that are related in the "
        "real table.",
    )

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        real, made = table.frame(round.reference.items), table.frame(sample.items)
        return {kind.name: pair_trends(real, made).mean}

    return Measure((kind,), value)


def _detection(table: Table) -> Measure:
    kind = Kind(
        "two_sample_auc",
        "Two-sample test (AUC)",
        "quality",
        "lower",
        "How well boosted trees tell generated rows from real ones: 0.5 is not at all, 1 is "
        "always.",
    )

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        real, made = table.frame(round.reference.items), table.frame(sample.items)
        return {kind.name: two_sample_auc(real, made, seed=round.seed)}

    return Measure((kind,), value)


def _utility(table: Table, target: str | int) -> Measure:
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
        train, made = table.frame(round.pool.sample.items), table.frame(sample.items)
        test = table.frame(round.heldout.items)
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
    """Each column's distribution, correlations, and some rows."""
    table = cast(Table, round.dataset.modality)
    real, made = table.frame(round.reference.items), table.frame(round.generated.items)
    columns = paired_columns(real, made)
    shown = [_columns(columns, real, made), _rows(made)]
    numeric = [column for column in columns if column.numeric]
    if len(numeric) > 1:
        shown.insert(1, _correlations(numeric[:_MOST_CORRELATED], len(numeric)))
    return shown


def _columns(columns: Sequence[Column], real: pd.DataFrame, made: pd.DataFrame) -> Exhibit:
    likeness = [shape(column) for column in columns]
    order = np.argsort(likeness, kind="stable")[:_MOST_COLUMNS]
    panels = "".join(
        f"<figure><figcaption>{html.escape(columns[i].name)} <b>{number(likeness[i])}</b>"
        f"</figcaption>{_distribution(columns[i], real.iloc[:, i], made.iloc[:, i])}</figure>"
        for i in order
    )
    some = f" The {len(order)} least alike of {len(columns)}." if len(columns) > len(order) else ""
    return Exhibit(
        "Columns",
        "Real rows filled, generated ones as a line, least alike first; the number is the "
        f"column's shape, 1 at best.{some}",
        f'<div class="panels">{panels}</div>',
    )


def _distribution(column: Column, real: pd.Series, made: pd.Series) -> str:
    """Shares of real and generated rows, by value for numbers and by frequency for categories."""
    if column.numeric:
        known = [v[~np.isnan(v)] for v in (column.real, column.synthetic)]
        if not len(known[0]):
            return "<p>no value is known</p>"
        edges = np.histogram_bin_edges(known[0], _BINS)
        # What lies beyond the real extremes stands in the outermost bins.
        counts = [np.histogram(v.clip(edges[0], edges[-1]), edges)[0] for v in known]
        shares = [(count / max(count.sum(), 1)).tolist() for count in counts]
        low, high = (str(extreme) for extreme in (real.dropna().min(), real.dropna().max()))
        ends = f"{low} to {high}"
    else:
        texts = [v.astype(object).where(v.notna(), "missing").astype(str) for v in (real, made)]
        tables = [text.value_counts(normalize=True) for text in texts]
        names = list(dict.fromkeys([*tables[0].index, *tables[1].index]))
        shares = [table.reindex(names[:_BINS], fill_value=0.0).tolist() for table in tables]
        ends = ", ".join(names[:3]) + (f", … ({len(names)})" if len(names) > 3 else "")
    drawn = bars(shares[0], shares[1], f"{column.name}, real and generated: {ends}")
    return f"{drawn}<small>{html.escape(ends)}</small>"


def _correlations(columns: Sequence[Column], total: int) -> Exhibit:
    real = _correlation(np.stack([column.real for column in columns], axis=1))
    made = _correlation(np.stack([column.synthetic for column in columns], axis=1))
    maps = "".join(
        f"<figure><figcaption>{name}</figcaption>{heat(matrix, f'Correlations, {name}')}</figure>"
        for name, matrix in (("real", real), ("generated", made), ("difference", made - real))
    )
    names = ", ".join(html.escape(column.name) for column in columns)
    some = f" (the first {len(columns)} of {total})" if total > len(columns) else ""
    return Exhibit(
        "Correlations",
        f"Of the numeric columns{some}, red above 0 and blue below; from the top left: {names}.",
        f'<div class="panels wide">{maps}</div>',
    )


def _correlation(values: np.ndarray) -> np.ndarray:
    return pd.DataFrame(values).corr().fillna(0.0).to_numpy()


def _rows(made: pd.DataFrame) -> Exhibit:
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in made.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in made.head(8).itertuples(index=False)
    )
    return Exhibit(
        "Generated rows",
        "The first that were drawn, not chosen.",
        f'<div class="scroll"><table class="rows"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>",
    )


TABLES = Subject(
    n=5000,
    pool=20_000,
    features=EncodedBy(
        "rows",
        "rows as the table's encoder writes them: normal scores of numbers, one-hot categories",
    ),
    floors={"shuffled columns": shuffled_columns},
    measures=measures,
    exhibits=exhibits,
)
