"""Pairs of columns, drawn: real and generated rows side by side, on one scale."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from PIL import Image

from sparring.metrics.pairs import Relation
from sparring.report.drawing import number, picture

_CELLS = 32
_MOST_LEVELS = 8
_OTHER, _MISSING = "other", "missing"
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_FEWEST_IN_BOX = 5
_LEFT = 116
# The page's own colours; a picture can't take them from there. Both are seen on light and dark.
_COLOURS = ((47, 111, 176), (210, 98, 42))
_SOFTER = 0.4


@dataclass(frozen=True)
class Pair:
    """Two columns of real and of generated rows.

    Attributes:
        names: of the columns.
        real, made: the two columns as they are compared, numbers in float64 and words.
        written: the real ones as users have them.
    """

    names: tuple[str, str]
    real: tuple[pd.Series, pd.Series]
    made: tuple[pd.Series, pd.Series]
    written: tuple[pd.Series, pd.Series]

    @staticmethod
    def of(
        relation: Relation, real: pd.DataFrame, made: pd.DataFrame, written: pd.DataFrame
    ) -> "Pair":
        """The pair that a relation is of."""
        names = (relation.first, relation.second)
        known = {str(name): name for name in real.columns}
        first, second = (known[name] for name in names)
        return Pair(
            names,
            (real[first], real[second]),
            (made[first], made[second]),
            (written[first], written[second]),
        )


def draw(pair: Pair) -> str:
    """Two densities for numbers, two tables for categories, boxes for one of each."""
    numeric = [pd.api.types.is_numeric_dtype(column.dtype) for column in pair.real]
    if all(numeric):
        return _densities(pair)
    if any(numeric):
        return _boxes(pair, numeric.index(True))
    return _tables(pair)


# Two numbers


def _densities(pair: Pair) -> str:
    spans = [_span(column) for column in pair.real]
    counts = [_counted(columns, spans) for columns in (pair.real, pair.made)]
    most = max(float(counts[0].max()), 1e-12)
    shown = "".join(
        f"<div>{picture(_shaded(count / most, colour), _alt(pair, name))}"
        f"<small>{name}</small></div>"
        for count, colour, name in zip(counts, _COLOURS, ("real", "generated"), strict=True)
    )
    axes = "; ".join(
        f"{name} {arrow} {_ends(column, written, span)}"
        for name, arrow, column, written, span in zip(
            pair.names, "→↑", pair.real, pair.written, spans, strict=True
        )
    )
    return f'<div class="two">{shown}</div><small>{html.escape(axes)}</small>'


def _span(column: pd.Series) -> tuple[float, float]:
    """Between the 0.5 % and 99.5 % quantiles, never empty."""
    known = column.dropna()
    low, high = (float(known.quantile(q)) for q in (0.005, 0.995)) if len(known) else (0.0, 1.0)
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def _counted(columns: Sequence[pd.Series], spans: Sequence[tuple[float, float]]) -> np.ndarray:
    """Shares of rows in cells, (up, right); what lies beyond a span stands at its rim."""
    known = columns[0].notna() & columns[1].notna()
    x, y = (
        column[known].to_numpy().clip(*span) for column, span in zip(columns, spans, strict=True)
    )
    counts = np.histogram2d(y, x, bins=_CELLS, range=[spans[1], spans[0]])[0]
    return counts / max(len(x), 1)


def _shaded(density: np.ndarray, colour: tuple[int, int, int]) -> Image.Image:
    """A density in [0, 1] as opacity, raised so that thin places are seen."""
    opacity = 255 * density.clip(0, 1) ** _SOFTER
    pixels = np.empty((*density.shape, 4), dtype=np.uint8)
    pixels[..., :3] = colour
    pixels[..., 3] = opacity[::-1].round()  # up is up
    return Image.fromarray(pixels, "RGBA")


def _ends(column: pd.Series, written: pd.Series, span: tuple[float, float]) -> str:
    """Both ends of an axis, as the real value nearest to each is written."""
    values = column.to_numpy()
    if np.isnan(values).all():
        return "no value"
    texts = [written.iloc[int(np.nanargmin(np.abs(values - end)))] for end in span]
    return " to ".join(number(t) if isinstance(t, float) else str(t) for t in texts)


def _alt(pair: Pair, name: str) -> str:
    return f"{pair.names[0]} and {pair.names[1]}, {name} rows"


# Categories


def _levels(column: pd.Series) -> list[str]:
    """The most frequent real categories; all others are one."""
    names = [str(name) for name in column.fillna(_MISSING).value_counts().index]
    return names if len(names) <= _MOST_LEVELS else [*names[: _MOST_LEVELS - 1], _OTHER]


def _placed(column: pd.Series, levels: Sequence[str]) -> np.ndarray:
    """Which level each row has, -1 for those of no level."""
    named = column.fillna(_MISSING).astype(str)
    if levels[-1] == _OTHER:
        named = named.where(named.isin(levels), _OTHER)
    return pd.Index(levels).get_indexer(pd.Index(named))


def _tables(pair: Pair) -> str:
    """For each category of the first column, the shares of the second's."""
    levels = [_levels(column) for column in pair.real]
    tables = []
    for columns in (pair.real, pair.made):
        places = [_placed(c, known) for c, known in zip(columns, levels, strict=True)]
        seen = (places[0] >= 0) & (places[1] >= 0)
        counts = np.zeros((len(levels[0]), len(levels[1])))
        np.add.at(counts, (places[0][seen], places[1][seen]), 1)
        tables.append(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))
    return _table_drawing(levels, tables, _alt(pair, "real and generated"))


def _table_drawing(levels: Sequence[list[str]], tables: Sequence[np.ndarray], label: str) -> str:
    side, left, gap = 16, _LEFT, 14
    height = side * len(levels[0])
    # Names stand at 35 degrees, of some 6 units a letter.
    foot = 20 + 3.5 * max(len(_short(name, 11)) for name in levels[1])
    width = (480 - left - gap) / 2
    cell = width / len(levels[1])
    parts = [_row_names(levels[0], left, side)]
    for index, table in enumerate(tables):
        start = left + index * (width + gap)
        parts += [
            f'<rect class="cell tone-{index}" x="{start + column * cell:.1f}" y="{row * side}" '
            f'width="{cell - 1:.1f}" height="{side - 1}" fill-opacity="{share:.2f}"/>'
            for row, shares in enumerate(table.tolist())
            for column, share in enumerate(shares)
            if share >= 0.005
        ]
        parts.append(
            f'<rect class="frame" x="{start:.1f}" y="0.5" width="{width:.1f}" height="{height}"/>'
        )
        parts += [
            f'<text class="tick end" transform="translate({start + (column + 0.6) * cell:.1f} '
            f'{height + 10}) rotate(-35)">{html.escape(_short(name, 11))}</text>'
            for column, name in enumerate(levels[1])
        ]
    return _svg("pair", 480, height + foot, label, "".join(parts))


def _row_names(names: Sequence[str], left: int, side: int) -> str:
    return "".join(
        f'<text class="tick end" x="{left - 6}" y="{(row + 0.5) * side + 4:.1f}">'
        f"{html.escape(_short(name, 16))}</text>"
        for row, name in enumerate(names)
    )


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


# A number and a category


def _boxes(pair: Pair, number_at: int) -> str:
    """The number's quantiles in each category, real above generated."""
    other = 1 - number_at
    levels = _levels(pair.real[other])
    found = [
        [_quantiles(columns[number_at], _placed(columns[other], levels) == place)
         for columns in (pair.real, pair.made)]
        for place in range(len(levels))
    ]  # fmt: skip
    known = [q for boxes in found for q in boxes if q is not None]
    low = min((q[0] for q in known), default=0.0)
    high = max((q[-1] for q in known), default=1.0)
    span = (low, high) if high > low else (low - 0.5, low + 0.5)
    left, right, side = _LEFT, 474, 26
    height = side * len(levels)
    parts = [_row_names(levels, left, side)]
    for row, boxes in enumerate(found):
        for index, quantiles in enumerate(boxes):
            if quantiles is not None:
                x = [left + (right - left) * (q - span[0]) / (span[1] - span[0]) for q in quantiles]
                parts.append(_box(x, row * side + 4 + 10 * index, index))
    ends = _ends(pair.real[number_at], pair.written[number_at], span).split(" to ")
    parts.append(f'<line class="axis" x1="{left}" x2="{right}" y1="{height}" y2="{height}"/>')
    parts += [
        f'<text class="tick{" end" * (place == right)}" x="{place}" y="{height + 14}">'
        f"{html.escape(text)}</text>"
        for place, text in zip((left, right), (ends[0], ends[-1]), strict=True)
    ]
    return _svg("pair", 480, height + 20, _alt(pair, "real and generated"), "".join(parts))


def _quantiles(column: pd.Series, rows: np.ndarray) -> list[float] | None:
    known = column[rows].dropna()
    if len(known) < _FEWEST_IN_BOX:
        return None
    return [float(q) for q in np.quantile(known, _QUANTILES)]


def _box(x: Sequence[float], top: float, tone: int) -> str:
    middle = top + 4
    return (
        f'<g class="box tone-{tone}"><line x1="{x[0]:.1f}" x2="{x[4]:.1f}" y1="{middle}" '
        f'y2="{middle}"/><rect x="{x[1]:.1f}" y="{top}" width="{max(x[3] - x[1], 1):.1f}" '
        f'height="8"/><line class="middle" x1="{x[2]:.1f}" x2="{x[2]:.1f}" y1="{top}" '
        f'y2="{top + 8}"/></g>'
    )


def _svg(kind: str, width: int, height: float, label: str, content: str) -> str:
    return (
        f'<svg class="{kind}" viewBox="0 0 {width} {height:.0f}" role="img" '
        f'aria-label="{html.escape(label)}">{content}</svg>'
    )
