"""How columns hang together, drawn: a map of all pairs, and the pairs that matter most."""

import html
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sparring.metrics.pairs import Relation, relations
from sparring.report.drawing import heat, number
from sparring.report.figures import Exhibit
from sparring.report.measures import Round, Sample
from sparring.report.pairdrawing import Pair, draw
from sparring.report.rows import MOST_PAIRED, Rows

_MOST_MAPPED = 40
_MOST_DRAWN = 12
# As in pair trends: what is weaker is no relation.
_CORRELATION, _ASSOCIATION = 0.5, 0.3


def pairs_exhibits(round: Round, rows: Rows, floor: Sample) -> Sequence[Exhibit]:
    """The map of relations, and some pairs; nothing of a table with a single column.

    Args:
        round: the first one.
        rows: the table's features.
        floor: rows of which nothing hangs together.
    """
    names = rows.compared[:MOST_PAIRED]
    if len(names) < 2:
        return []
    real, made = rows.of(round.reference)[names], rows.of(round.generated)[names]
    found = relations(real, made)
    places = {str(name): index for index, name in enumerate(names)}
    matrices = _matrices(found, places)
    held_out = rows.of(round.heldout)[names]
    unseen = {(r.first, r.second): r.likeness for r in relations(real, held_out)}
    chosen = _chosen(found, unseen)
    written = rows.frame(round.reference)
    worthless = rows.of(floor)[names]
    panels = "".join(
        _panel(
            relation,
            [_likeness(relation, real, worthless), unseen[relation.first, relation.second]],
            draw(Pair.of(relation, real, made, written)),
        )
        for relation in chosen
    )
    shown = [_map(matrices, [str(name) for name in names], len(rows.compared))]
    if panels:
        related = sum(map(_related, found))
        shown.append(
            Exhibit(
                "Pairs",
                f"{len(chosen)} of the {related} pairs of columns that are related: those first "
                "that fall farthest behind unseen rows, then the strongest; the number is the "
                "likeness of the relation, and in brackets what shuffled columns and unseen real "
                "rows get. Real rows are blue, generated ones orange. Two categories: the shares "
                "of the second in each of the first. A number in a category: boxes between the "
                "quartiles, whiskers from the 5 % to the 95 % quantile.",
                f'<div class="pairs">{panels}</div>',
            )
        )
    return shown


def _likeness(relation: Relation, real: pd.DataFrame, other: pd.DataFrame) -> float:
    """How alike a relation is in some other rows."""
    both = [name for name in real.columns if str(name) in (relation.first, relation.second)]
    return relations(real[both], other[both])[0].likeness


def _panel(relation: Relation, marks: Sequence[float], drawn: str) -> str:
    title = f"{html.escape(relation.first)} × {html.escape(relation.second)}"
    return (
        f"<figure><figcaption>{title} <b>{number(round(relation.likeness, 3))} "
        f"<i>({', '.join(number(round(mark, 3)) for mark in marks)})</i></b></figcaption>"
        f"{drawn}</figure>"
    )


def _related(relation: Relation) -> bool:
    return abs(relation.real) > (_CORRELATION if relation.numeric else _ASSOCIATION)


def _chosen(found: Sequence[Relation], unseen: Mapping[tuple[str, str], float]) -> list[Relation]:
    """Half of them the farthest behind unseen rows, the others the strongest of the rest."""
    related = sorted(filter(_related, found), key=lambda r: r.likeness - unseen[r.first, r.second])
    worst, rest = related[: _MOST_DRAWN // 2], related[_MOST_DRAWN // 2 :]
    rest.sort(key=lambda relation: -abs(relation.real))
    return worst + rest[: _MOST_DRAWN - len(worst)]


def _matrices(found: Sequence[Relation], places: dict[str, int]) -> list[np.ndarray]:
    """Relations in the real and in the generated table, and what is missing of their likeness."""
    real, made = np.eye(len(places)), np.eye(len(places))
    unlike = np.zeros((len(places), len(places)))
    for relation in found:
        cell = places[relation.first], places[relation.second]
        values = relation.real, relation.synthetic, 1 - relation.likeness
        for matrix, value in zip((real, made, unlike), values, strict=True):
            matrix[cell] = matrix[cell[::-1]] = value
    return [real, made, unlike]


def _map(matrices: Sequence[np.ndarray], names: Sequence[str], total: int) -> Exhibit:
    shown = names[:_MOST_MAPPED]
    maps = "".join(
        f"<figure><figcaption>{title}</figcaption>"
        f"{heat(matrix[: len(shown), : len(shown)], f'Relations, {title}', shown)}</figure>"
        for title, matrix in zip(
            ("real", "generated", "unlike: 1 less the likeness"), matrices, strict=True
        )
    )
    some = f" The first {len(shown)} of {total} columns." if total > len(shown) else ""
    return Exhibit(
        "Relations",
        "Between each two columns, which stand from left to right as from top to bottom: the "
        "correlation of numbers (red above 0, blue below), Cramér's V of others; on the right, how "
        f"unlike generated rows are, clear at best.{some}",
        f'<div class="maps">{maps}</div>',
    )
