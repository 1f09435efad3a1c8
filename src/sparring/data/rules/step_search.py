"""The search for labels of ranges of a number."""

import numpy as np

from sparring.data.rules.columns import Columns
from sparring.data.rules.evidence import LEAST_NATS, nats_of_agreement
from sparring.data.rules.names import Name
from sparring.data.rules.selection import Selection
from sparring.data.rules.steps import steps

MOST_COLUMNS = 300
MOST_LABELS = 20
LEAST_NUMBERS = 10
"""Different numbers that must be seen in every range."""

_LOOK, _GLANCE = 256, 2000


def take_steps(selection: Selection, rng: np.random.Generator) -> list[str]:
    """Take columns that have one value in each range of a number into the selection."""
    columns = selection.columns
    labels = [
        name
        for name in columns.names
        if name not in selection.derived and 1 < columns.distinct(name) <= MOST_LABELS
    ]
    numbers = [n for n in columns.numbers() if columns.distinct(n) >= 2 * LEAST_NUMBERS]
    unsearched = []
    if len(numbers) > MOST_COLUMNS:
        unsearched.append(
            f"Ranges of numbers that have a label were sought in the first {MOST_COLUMNS} of "
            f"{len(numbers):,} columns of numbers."
        )
        numbers = numbers[:MOST_COLUMNS]
    if not labels or not numbers:
        return unsearched
    few = rng.permutation(len(columns))[:_GLANCE]
    matrix = np.array([columns.codes(name)[few] for name in labels])
    # A label of a number that is itself reckoned reads better as one of what it is reckoned from.
    for number in sorted(numbers, key=lambda n: (n in selection.derived, columns.distinct(n))):
        plain = columns.plain(number)
        maybe = np.arange(len(labels))
        for part in (few[:_LOOK], few):
            order = np.argsort(plain[part], kind="stable")
            ordered = matrix[maybe, : len(part)][:, order]
            maybe = maybe[(ordered[:, 1:] != ordered[:, :-1]).sum(axis=1) < MOST_LABELS]
        whole: np.ndarray | None = None
        for place in maybe:
            label = labels[place]
            if label == number or label in selection.derived:
                continue
            whole = np.argsort(plain, kind="stable") if whole is None else whole
            if np.count_nonzero(np.diff(columns.codes(label)[whole])) > MOST_LABELS:
                continue
            rule = steps(columns, number, label)
            if rule is not None and _evident(columns, number, label, np.array(rule.limits)):
                selection.take(rule)
    return unsearched


def _evident(columns: Columns, number: Name, label: Name, limits: np.ndarray) -> bool:
    """Whether it is no accident that neighbours among the different numbers share their label."""
    plain = columns.plain(number)
    values, first = np.unique(plain[~np.isnan(plain)], return_index=True)
    seen = np.bincount(np.searchsorted(limits, values, side="right"))
    labels = columns.codes(label)[~np.isnan(plain)][first]
    shares = np.bincount(labels) / len(labels)
    repeats = len(values) - len(seen)
    nats = nats_of_agreement(repeats, float((shares**2).sum()))
    return bool(seen.min() >= LEAST_NUMBERS and nats >= LEAST_NATS)
