"""The columns of a table, drawn: distributions, missing values, atoms; and some rows."""

import html

import numpy as np
import pandas as pd

from sparring.metrics.columns import Column, paired_columns
from sparring.metrics.shapes import shape
from sparring.report.drawing import bars, number
from sparring.report.figures import Exhibit
from sparring.report.measures import Round
from sparring.report.rows import Rows

_BINS = 24
_MOST_COLUMNS = 48
_MOST_ATOMS = 2
# A value of a number that so many real rows have is an atom, if it has many values.
_ATOM = 0.05
_FEW_VALUES = 20


def columns_exhibit(round: Round, rows: Rows) -> Exhibit:
    """Each column's distribution, those first that are farthest behind unseen rows."""
    columns = paired_columns(rows.of(round.reference), rows.of(round.generated))
    written = rows.frame(round.reference)[rows.compared]
    likeness = [shape(column) for column in columns]
    held_out = paired_columns(rows.of(round.reference), rows.of(round.heldout))
    unseen = [shape(column) for column in held_out]
    order = np.argsort(np.subtract(likeness, unseen), kind="stable")[:_MOST_COLUMNS]
    panels = "".join(
        f"<figure><figcaption>{html.escape(columns[i].name)} <b>{number(likeness[i])} "
        f"<i>({number(unseen[i])})</i></b></figcaption>"
        f"{_panel(columns[i], written.iloc[:, i], rows, round)}</figure>"
        for i in order
    )
    some = f" The first {len(order)} of {len(columns)}." if len(columns) > len(order) else ""
    return Exhibit(
        "Columns",
        "Real rows filled, generated ones as a line; the number is the column's shape, 1 at best, "
        "and in brackets what unseen real rows get (shuffled columns get as much). Those that fall "
        "farthest behind unseen rows stand first. Below stand shares of missing values and of "
        f"single numbers that many rows hold, real → generated.{some}",
        f'<div class="panels">{panels}</div>',
    )


def _panel(column: Column, written: pd.Series, rows: Rows, round: Round) -> str:
    if column.numeric:
        shares, ends = _numbers(column, written)
        marks = _atoms(column, written)
    else:
        real, made = (
            rows.of(sample)[written.name] for sample in (round.reference, round.generated)
        )
        shares, ends = _categories(real, made)
        marks = []
    missing = [_missing(column, values) for values in (column.real, column.synthetic)]
    if max(missing) > 0:
        marks.insert(0, f"missing {_change(missing[0], missing[1])}")
    drawn = bars(shares[0], shares[1], f"{column.name}, real and generated: {ends}")
    noted = "".join(f"<small>{html.escape(mark)}</small>" for mark in marks)
    return f"{drawn}<small>{html.escape(ends)}</small>{noted}"


def _missing(column: Column, values: np.ndarray) -> float:
    # Among the codes of categories, 0 is what is missing.
    return float(np.mean(np.isnan(values) if column.numeric else values == 0))


def _change(real: float, made: float) -> str:
    return f"{100 * real:.1f} → {100 * made:.1f} %"


def _numbers(column: Column, written: pd.Series) -> tuple[list[list[float]], str]:
    """Shares of real and generated rows in bins between the real extremes."""
    known = [values[~np.isnan(values)] for values in (column.real, column.synthetic)]
    if not len(known[0]):
        return [[0.0], [0.0]], "no value is known"
    edges = np.histogram_bin_edges(known[0], _BINS)
    # What lies beyond the real extremes stands in the outermost bins.
    counts = [np.histogram(values.clip(edges[0], edges[-1]), edges)[0] for values in known]
    shares = [(count / max(count.sum(), 1)).tolist() for count in counts]
    low, high = (_written(written, place(column.real)) for place in (np.nanargmin, np.nanargmax))
    return shares, f"{low} to {high}"


def _written(written: pd.Series, place: np.intp) -> str:
    """A value as it is written in users' rows."""
    value = written.iloc[int(place)]
    return number(value) if isinstance(value, float) else str(value)


def _atoms(column: Column, written: pd.Series) -> list[str]:
    """Single values of a number of many values that at least a twentieth of the real rows have."""
    values, places, counts = np.unique(column.real, return_index=True, return_counts=True)
    if len(values) <= _FEW_VALUES:
        return []
    order = [i for i in np.argsort(-counts)[:_MOST_ATOMS] if not np.isnan(values[i])]
    return [
        f"{_written(written, places[i])}: "
        f"{_change(counts[i] / len(column.real), float(np.mean(column.synthetic == values[i])))}"
        for i in order
        if counts[i] >= _ATOM * len(column.real)
    ]


def _categories(real: pd.Series, made: pd.Series) -> tuple[list[list[float]], str]:
    """Shares of real and generated rows by category, the most frequent real ones first."""
    tables = [series.fillna("missing").value_counts(normalize=True) for series in (real, made)]
    names = list(dict.fromkeys([*tables[0].index, *tables[1].index]))
    shares = [table.reindex(names[:_BINS], fill_value=0.0).tolist() for table in tables]
    ends = ", ".join(names[:3]) + (f", … ({len(names)})" if len(names) > 3 else "")
    return shares, ends


def rows_exhibit(round: Round, rows: Rows) -> Exhibit:
    """The first generated rows."""
    made = rows.frame(round.generated)
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in made.columns)
    shown = made.head(8)
    missing = shown.isna().to_numpy()
    lines = "".join(
        "<tr>" + "".join(map(_cell, row, gaps)) + "</tr>"
        for row, gaps in zip(shown.itertuples(index=False), missing.tolist(), strict=True)
    )
    return Exhibit(
        "Generated rows",
        "The first that were drawn, not chosen; an empty cell is a missing value.",
        f'<div class="scroll"><table class="rows"><thead><tr>{head}</tr></thead>'
        f"<tbody>{lines}</tbody></table></div>",
    )


def _cell(value: object, missing: bool) -> str:
    return "<td></td>" if missing else f"<td>{html.escape(str(value))}</td>"
