"""What a report measures of stacked digits: how many of the thousand kinds there are."""

import functools
from collections.abc import Mapping
from pathlib import Path

from sparring.core.errors import WrongUse
from sparring.data.stacked import Stacked
from sparring.metrics.stacked_modes import stacked_modes
from sparring.metrics.trained import Settings, Trained
from sparring.report.figures import Kind
from sparring.report.measures import Measure, Round, Sample

_LEAST = 0.99
# After so many steps it is right on 99.3 % of MNIST's test digits.
_SETTINGS = Settings(steps=2000, heldout=0.02)

KINDS = (
    Kind(
        "stacked_modes",
        "Kinds of stacked digits (of 1,000)",
        "diversity",
        "higher",
        "How many of the 1,000 triples of digits a classifier sees among the generated pictures; "
        "it sees a digit in anything, so read it with its sureness.",
    ),
    Kind(
        "stacked_kl",
        "Reverse KL of stacked digits (nats)",
        "diversity",
        "lower",
        "How unevenly the pictures fall on the 1,000 kinds: 0 evenly, 6.91 all on one; the "
        "ceiling shows what is left for want of samples.",
    ),
    Kind(
        "stacked_sureness",
        "Sureness about stacked digits",
        "quality",
        "higher",
        "The mean probability that the classifier gives to the digit that it sees; below .9 the "
        "kinds say little.",
    ),
)


def stacked(digits: Stacked, unseen: Stacked, cache: Path | None) -> Measure:
    """Kinds, their evenness, and how sure a classifier of digits is of them.

    Args:
        digits: that the classifier learns.
        unseen: by which it is tested; below 99 % of them the figures are left out.
        cache: where it is kept.
    """

    @functools.cache
    def judge() -> Trained:
        return Trained.on(digits.digits, digits.labels, cache=cache, settings=_SETTINGS)

    @functools.cache
    def tested() -> float:
        return float((judge().predict(unseen.digits) == unseen.labels).mean())

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        if tested() < _LEAST:
            raise WrongUse(
                f"the classifier of digits must be right on {_LEAST:.0%} of those that it hasn't "
                f"seen, and is on {tested():.1%}."
            )
        found = stacked_modes(sample.items, judge().probabilities)
        return {
            "stacked_modes": float(found.modes),
            "stacked_kl": found.reverse_kl,
            "stacked_sureness": found.sureness,
        }

    return Measure(KINDS, value, real=lambda round: len(digits.digits))
