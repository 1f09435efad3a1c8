"""Do generated rows obey the rules of a table?"""

import html
from collections.abc import Mapping, Sequence

import numpy as np

from sparring.report.drawing import number
from sparring.report.figures import Exhibit, Kind
from sparring.report.measures import FEWEST, Measure, Round, Sample
from sparring.report.rows import Rows

_MOST_SHOWN = 40


def obeyed(rows: Rows) -> Measure:
    """The share of rows that obey every rule; nothing where a table has none."""
    kind = Kind(
        "rules_obeyed",
        "Rules obeyed",
        "quality",
        "higher",
        "The share of rows that obey every rule of the table.",
    )

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        if not rows.rules:
            return {}
        return {kind.name: float(np.all([*_held(rows, sample).values()], axis=0).mean())}

    return Measure((kind,), value, least=FEWEST)


def _held(rows: Rows, sample: Sample) -> dict[str, np.ndarray]:
    """Which rows obey each rule, by what the rule says."""
    frame = rows.frame(sample)
    return {str(rule): np.asarray(rule.holds(frame), dtype=bool) for rule in rows.rules}


def rules_exhibit(round: Round, rows: Rows, floor: Sample) -> Sequence[Exhibit]:
    """Each rule, and how many rows obey it: generated, held-out and worthless ones."""
    if not rows.rules:
        return []
    samples = (round.generated, round.heldout, floor)
    shares = [
        {rule: float(held.mean()) for rule, held in _held(rows, sample).items()}
        for sample in samples
    ]
    order = sorted(shares[0], key=lambda rule: shares[0][rule])
    lines = "".join(
        f"<tr><td>{html.escape(rule)}</td>"
        + "".join(f'<td class="number">{_percent(share[rule])}</td>' for share in shares)
        + "</tr>"
        for rule in order[:_MOST_SHOWN]
    )
    heads = "".join(
        f'<th class="number">{name}</th>' for name in ("generated", "held-out", "shuffled")
    )
    some = f" The {_MOST_SHOWN} least obeyed of {len(order)}." if len(order) > _MOST_SHOWN else ""
    return [
        Exhibit(
            "Rules",
            f"The share of rows that obey each exact relation that was found or stated.{some}",
            f'<div class="scroll"><table class="plain"><thead><tr><th>rule</th>{heads}</tr></thead>'
            f"<tbody>{lines}</tbody></table></div>",
        )
    ]


def _percent(share: float) -> str:
    # What is not all must not be rounded to all.
    if 0.9995 <= share < 1:
        return "&lt; 100 %"
    return f"{number(round(100 * share, 1))} %"
