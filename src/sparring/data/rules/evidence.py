"""How much the rows say for a rule: what a rule must be asked before it is believed."""

import math
from collections.abc import Callable

import numpy as np

LEAST_BREAKS = 20.0
"""Rows in which a rule must be expected to break, were it an accident."""

LEAST_NATS = 25.0
"""How unlikely the rows must be, were the rule an accident: one in e^25, 7e10."""


def breaks_when_shuffled(
    actual: np.ndarray,
    inputs: list[np.ndarray],
    compute: Callable[[list[np.ndarray]], np.ndarray],
    unit: float,
    rng: np.random.Generator,
) -> float:
    """The least number of rows in which a formula breaks when one of its columns is shuffled.

    Zero rows that are the same whatever a column holds say nothing about it.

    Args:
        actual: (n,) what is defined.
        inputs: (n,) each, what it is reckoned from.
        compute: from inputs to what is due.
        unit: how far apart two numbers must be to differ.
        rng: draws the order.
    """
    fewest = math.inf
    for place in range(len(inputs)):
        shuffled = [rng.permutation(x) if at == place else x for at, x in enumerate(inputs)]
        with np.errstate(invalid="ignore"):
            apart = np.abs(compute(shuffled) - actual) > unit
        fewest = min(fewest, float(apart.sum()))
    return fewest


def nats_of_agreement(repeats: int, agreement: float) -> float:
    """How unlikely it is, as minus the log of a probability, that all repeats agree by chance.

    Args:
        repeats: how often two rows had to agree.
        agreement: the probability that two do, from 0 to 1.

    Example:
        >>> round(nats_of_agreement(10, 0.5), 2)
        6.93
    """
    if repeats == 0 or agreement >= 1:
        return 0.0
    return repeats * -math.log(max(agreement, 1e-9))


def expected_below(gaps: np.ndarray) -> float:
    """How many negative gaps there would be, did their density go on smoothly below zero.

    For several widths the gaps in the first, second and third width above zero are counted, and
    the logarithm of the counts is continued below zero with its slope and its curvature, as far as
    they make it fall; the largest of these estimates counts.

    Args:
        gaps: (n,) not negative, none missing.

    Example:
        >>> expected_below(np.arange(100.0)) >= 20
        True
        >>> expected_below(np.full(100, 50.0))
        0.0
    """
    gaps = np.sort(gaps)
    most = 0.0
    for rank in (10, 20, 50, 100, 200, 500, 1000, 2000):
        if rank > len(gaps) / 3:
            break
        width = gaps[rank - 1]
        if width == 0:
            # So many rows lie on the very border that it is one.
            most = max(most, float(np.searchsorted(gaps, 0.0, side="right")))
            continue
        ends = np.searchsorted(gaps, [width, 2 * width, 3 * width], side="right")
        first, second, third = np.diff(ends, prepend=0)
        slope = min(1.0, first / max(second, 1))
        bend = min(1.0, first * third / max(second, 1) ** 2)
        most = max(most, float(first * slope * bend))
    return most
