"""Utility over every plausible target of a table."""

import html
from collections.abc import Mapping, Sequence
from typing import ClassVar, cast
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from sparring.metrics.targets import Target, plausible_targets, target_score
from sparring.report.drawing import bar
from sparring.report.figures import Exhibit, Kind
from sparring.report.measures import Measure, Round, Sample
from sparring.report.rows import MOST_PAIRED, Rows

# Values that trees learn from for each target: they are grown a hundred times in a report.
_MOST_VALUES = 40_000
_FEWEST_ROWS, _MOST_ROWS = 300, 2500


class Predictions:
    """What can be predicted of a table, and how well from each sample; made once a report.

    Args:
        round: the first one; its held-out rows choose the targets.
        rows: the table's features.
    """

    _all: ClassVar["WeakKeyDictionary[Rows, Predictions]"] = WeakKeyDictionary()

    def __init__(self, round: Round, rows: Rows) -> None:
        # Not the rows themselves: what is kept for as long as they are must not hold them.
        self._columns = rows.compared[:MOST_PAIRED]
        room = _MOST_VALUES // len(self._columns)
        self._most = int(np.clip(room, _FEWEST_ROWS, _MOST_ROWS))
        self._scores: WeakKeyDictionary[Sample, dict[Target, float]] = WeakKeyDictionary()
        # As many as a sample has, so that what fewer rows can't teach is no target.
        self._train = self._some(round, round.pool.sample).head(len(round.reference))
        self.targets = plausible_targets(
            self._train,
            self._some(round, round.heldout),
            first=round.dataset.target,
            seed=round.seed,
        )

    @classmethod
    def of(cls, round: Round, rows: Rows) -> "Predictions":
        """Those of a report."""
        if rows not in cls._all:
            cls._all[rows] = cls(round, rows)
        return cls._all[rows]

    def scores(self, round: Round, sample: Sample) -> dict[Target, float]:
        """How well the held-out rows are predicted by what is learnt from a sample."""
        if sample not in self._scores:
            made, test = (self._some(round, s) for s in (sample, round.heldout))
            self._scores[sample] = {
                target: target_score(target, self._train, made, test, seed=round.seed)
                for target in self.targets
            }
        return self._scores[sample]

    def share(self, round: Round, sample: Sample) -> float | None:
        """Mean share of what real rows teach, none counted below 0; None without targets."""
        scores = self.scores(round, sample)
        shares = [max(s, 0.0) / target.real for target, s in scores.items() if target.telling]
        return float(np.mean(shares)) if shares else None

    def _some(self, round: Round, sample: Sample) -> pd.DataFrame:
        return cast(Rows, round.features).of(sample)[self._columns].head(self._most)


def over_targets(rows: Rows) -> Measure:
    """One figure over all columns that can be predicted."""
    kind = Kind(
        "utility_targets",
        "Utility over targets",
        "quality",
        "higher",
        "What trees learn from generated rows about each column that can be predicted from the "
        "others, as a share of what they learn from real ones; the mean of at most 8 columns.",
    )

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        share = Predictions.of(round, rows).share(round, sample)
        return {} if share is None else {kind.name: share}

    return Measure(
        (kind,),
        value,
        ceiling=lambda round: ("as many training rows", round.reference),
        real=lambda round: len(round.heldout),
    )


def targets_exhibit(round: Round, rows: Rows, floor: Sample) -> Sequence[Exhibit]:
    """Each target: how well it is predicted after learning from real and from generated rows."""
    found = Predictions.of(round, rows)
    if not found.targets:
        return []
    samples = (floor, round.generated, round.reference)
    scores = [found.scores(round, sample) for sample in samples]
    lines = "".join(_line(target, [score[target] for score in scores]) for target in found.targets)
    return [
        Exhibit(
            "Utility by target",
            "How well boosted trees predict each column of unseen rows from all others: the area "
            "under the ROC for classes (one against the rest, 0.5 is chance), for numbers the "
            "explained variance of their ranks (R², 0 is chance). Only columns that real rows "
            "predict better than chance.",
            '<div class="scroll"><table class="plain"><thead><tr><th>target</th><th>score</th>'
            '<th class="number">shuffled</th><th class="number">generated</th>'
            f'<th class="scale"></th><th class="number">real</th></tr></thead><tbody>{lines}'
            "</tbody></table></div>",
        )
    ]


def _line(target: Target, scores: Sequence[float]) -> str:
    worst, made, real = scores
    room = real - worst
    position = (made - worst) / room if room > 0 else None
    name = html.escape(str(target.name))
    classes = len(target.classes)
    shown = [f"{s / 2 + 0.5 if classes else s:.3f}" for s in scores]
    drawn = bar(position, position or 0, position or 0, f"{name}, between shuffled and real rows")
    return (
        f"<tr><td>{name}</td><td>{f'AUC, {classes} classes' if classes else 'R² of ranks'}</td>"
        f'<td class="number">{shown[0]}</td><td class="number"><b>{shown[1]}</b></td>'
        f'<td class="scale">{drawn}</td><td class="number">{shown[2]}</td></tr>'
    )
