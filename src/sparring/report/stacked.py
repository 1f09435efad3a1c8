"""What a report measures of stacked digits: how many of the thousand kinds there are."""

from collections.abc import Mapping
from pathlib import Path

from sparring.core.errors import WrongUse
from sparring.data.stacked import Stacked
from sparring.metrics.stacked_modes import stacked_modes
from sparring.metrics.trained import Settings, Trained
from sparring.report.figures import Kind
from sparring.report.measures import Measure, Round, Sample

_LEAST = 0.99
# After so many steps it is right on 99.2 % of MNIST's test digits.
_STEPS = 1500

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


def stacked(digits: Stacked, cache: Path | None) -> Measure:
    """Kinds, their evenness, and how sure a classifier of the training digits is of them.

    Args:
        digits: that are learnt by the classifier.
        cache: where it is kept.
    """
    judges: list[Trained] = []

    def judge() -> Trained:
        if not judges:
            settings = Settings(steps=_STEPS, heldout=0.05)
            judges.append(Trained.on(digits.digits, digits.labels, cache=cache, settings=settings))
        if judges[0].accuracy < _LEAST:
            raise WrongUse(
                f"the classifier of digits must be right on {_LEAST:.0%} of those that it didn't "
                f"learn from, and is on {judges[0].accuracy:.1%}."
            )
        return judges[0]

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        found = stacked_modes(sample.items, judge().probabilities)
        return {
            "stacked_modes": float(found.modes),
            "stacked_kl": found.reverse_kl,
            "stacked_sureness": found.sureness,
        }

    return Measure(KINDS, value, real=lambda round: len(digits.digits))
