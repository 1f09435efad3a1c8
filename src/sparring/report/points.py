"""What a report measures and shows of points."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from sparring.data import Dataset, Modes
from sparring.metrics.features import Features
from sparring.metrics.modes import mode_coverage
from sparring.report.drawing import bars, cloud
from sparring.report.figures import Exhibit, Kind
from sparring.report.measures import Measure, Round, Sample, Subject
from sparring.report.shared import copying, detection, distances, neighbourhoods
from sparring.report.vectors import EncodedBy

_BINS = 40


def uniform_box(real: np.ndarray, n: int, random: np.random.Generator) -> np.ndarray:
    """Points anywhere in the box that holds the training points, equally often."""
    return random.uniform(real.min(axis=0), real.max(axis=0), size=(n, real.shape[1]))


def measures(
    dataset: Dataset, features: Features, labelled: bool, cache: Path | None
) -> Sequence[Measure]:
    """Modes where they are known, distances, neighbourhoods, detection and copying."""
    found = [] if dataset.modes is None else [_modes(dataset.modes)]
    return [*found, *distances(features), *neighbourhoods(), detection(wide=True), *copying()]


def _modes(modes: Modes) -> Measure:
    total = len(modes.centres)
    kinds = (
        Kind(
            "modes",
            f"Modes covered (of {total})",
            "diversity",
            "higher",
            "How many of the known modes have a generated point within 3 standard deviations; "
            "a point anywhere will do, so read it with the share of high quality.",
        ),
        Kind(
            "high_quality",
            "High quality",
            "quality",
            "higher",
            "The share of generated points within 3 standard deviations of a known mode.",
        ),
        Kind(
            "reverse_kl",
            "Reverse KL (nats)",
            "diversity",
            "lower",
            f"How unevenly points of high quality fall on the modes: 0 evenly, "
            f"{np.log(total):.2f} all on one.",
        ),
    )

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        found = mode_coverage(sample.items, modes.centres, modes.std)
        return {
            "modes": float(found.modes),
            "high_quality": found.high_quality,
            "reverse_kl": found.reverse_kl,
        }

    return Measure(kinds, value, real=lambda round: total)


def exhibits(round: Round) -> Sequence[Exhibit]:
    """Real and generated points in one picture."""
    real, made = round.heldout.items, round.generated.items
    if real.shape[1] == 1:
        edges = np.histogram_bin_edges(real[:, 0], _BINS)
        shares = [
            (np.histogram(v[:, 0].clip(edges[0], edges[-1]), edges)[0] / len(v)).tolist()
            for v in (real, made)
        ]
        markup = bars(shares[0], shares[1], "Distribution of real and generated numbers")
        return [Exhibit("Numbers", "Real filled, generated as a line.", markup)]
    of = "" if real.shape[1] == 2 else f" The first 2 of {real.shape[1]} coordinates."
    markup = cloud(
        {"held-out real": real, "generated": made}, "Real and generated points in the plane"
    )
    return [Exhibit("Points", f"At most 1,000 of each, the first that were drawn.{of}", markup)]


POINTS = Subject(
    n=2500,
    pool=20_000,
    features=EncodedBy("points", "the points themselves, moved and scaled as a whole"),
    floors={"uniform box": uniform_box},
    measures=measures,
    exhibits=exhibits,
)
