"""Utility over every plausible target of a table."""

import html
from collections.abc import Mapping, Sequence
from statistics import median
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
_MOST_TARGETS = 24
_GENERATED, _REAL = "generated", "real"


class Predictions:
    """What can be predicted of a table, and how well from each sample; made once a report.

    Args:
        round: the first one; its held-out rows choose the targets.
        rows: the table's features.

    Attributes:
        targets: the declared one first, then the best predicted.
        found: scores round by round, by what they were learnt from: "generated", "real" or the
            name of a floor.
    """

    _all: ClassVar["WeakKeyDictionary[Rows, Predictions]"] = WeakKeyDictionary()

    def __init__(self, round: Round, rows: Rows) -> None:
        # Not the rows themselves: what is kept for as long as they are must not hold them.
        self._columns = rows.compared[:MOST_PAIRED]
        room = _MOST_VALUES // len(self._columns)
        self._most = int(np.clip(room, _FEWEST_ROWS, _MOST_ROWS))
        self._scores: WeakKeyDictionary[Sample, dict[Target, float]] = WeakKeyDictionary()
        self.found: dict[str, list[dict[Target, float]]] = {}
        # As many as a sample has, so that what fewer rows can't teach is no target.
        self._train = self._some(round, round.pool.sample).head(len(round.reference))
        self.targets = plausible_targets(
            self._train,
            self._some(round, round.heldout),
            first=round.dataset.target,
            most=_MOST_TARGETS,
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
            self.found.setdefault(_part(round, sample), []).append(self._scores[sample])
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
        "others, as a share of what they learn from real ones; the mean over these columns.",
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


def _part(round: Round, sample: Sample) -> str:
    """What a sample is in its round."""
    if sample is round.generated:
        return _GENERATED
    return next((name for name, floor in round.floors.items() if floor is sample), _REAL)


def targets_exhibit(round: Round, rows: Rows) -> Sequence[Exhibit]:
    """Each target: how well it is predicted after learning from real and from generated rows."""
    predictions = Predictions.of(round, rows)
    found = predictions.found
    if not predictions.targets or not {_GENERATED, _REAL, *round.floors} <= set(found):
        return []
    lines = "".join(_line(target, list(round.floors), found) for target in predictions.targets)
    heads = "".join(f'<th class="number">{html.escape(name)}</th>' for name in round.floors)
    return [
        Exhibit(
            "Utility by target",
            "How well boosted trees predict each column of unseen rows from all others, when they "
            "learn from rows of the two floors, from generated rows, or from as many real training "
            "rows: the area under the ROC for classes (one against the rest, 0.5 is chance), for "
            "numbers the explained variance of their ranks (R², 0 is chance). Medians over "
            f"{len(found[_GENERATED])} seeds, below that of generated rows the least and the "
            "largest. Every column that real rows predict better than chance"
            + (
                f", of these the best {_MOST_TARGETS}."
                if len(predictions.targets) == _MOST_TARGETS
                else "."
            ),
            '<div class="scroll"><table class="plain"><thead><tr><th>target</th><th>score</th>'
            f'{heads}<th class="number">generated</th><th class="scale"></th>'
            f'<th class="number">real</th></tr></thead><tbody>{lines}</tbody></table></div>',
        )
    ]


def _line(
    target: Target, floors: Sequence[str], found: Mapping[str, list[dict[Target, float]]]
) -> str:
    values = {part: [score[target] for score in scores] for part, scores in found.items()}
    worst, made, real = (median(values[part]) for part in (floors[0], _GENERATED, _REAL))
    room = real - worst
    places = [(v - worst) / room if room > 0 else 0.0 for v in sorted(values[_GENERATED])]
    position = (made - worst) / room if room > 0 else None
    name = html.escape(str(target.name))
    classes = len(target.classes)

    def shown(value: float) -> str:
        return f"{value / 2 + 0.5 if classes else value:.3f}"

    beside = "".join(f'<td class="number">{shown(median(values[f]))}</td>' for f in floors)
    label = f"{name}, between {floors[0]} and real rows"
    ends = f"{shown(min(values[_GENERATED]))} to {shown(max(values[_GENERATED]))}"
    return (
        f"<tr><td>{name}</td><td>{f'AUC, {classes} classes' if classes else 'R² of ranks'}</td>"
        f'{beside}<td class="number"><b>{shown(made)}</b><small>{ends}</small></td>'
        f'<td class="scale">{bar(position, places[0], places[-1], label)}</td>'
        f'<td class="number">{shown(real)}</td></tr>'
    )
