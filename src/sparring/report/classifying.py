"""The classifier that says what generated pictures show."""

from pathlib import Path

import numpy as np

from sparring.metrics.trained import Trained
from sparring.report.measures import Round


def with_labels(
    items: np.ndarray, labels: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray | None]:
    """What has a label, where some training items have none; else everything.

    Labels of several attributes (n, k) become one: which of them go together.

    Example:
        >>> with_labels(np.array([10, 11, 12]), np.array([1, -1, 0]))
        (array([10, 12]), array([1, 0]))
        >>> with_labels(np.array([10, 11]), np.array([[0, 1], [1, 1]]))[1]
        array([0, 1])
    """
    if labels is not None and labels.ndim == 2:
        labels = np.unique(labels, axis=0, return_inverse=True)[1].reshape(-1)
    if labels is None or (labels >= 0).all():
        return items, labels
    return items[labels >= 0], labels[labels >= 0]


class Classifier:
    """A small network that learns the labels of a report's training images when first asked.

    Images without labels are told apart by their k-means cells (see `metrics.trained`).

    Args:
        cache: a folder where it is kept, or None.
    """

    def __init__(self, cache: Path | None) -> None:
        self._cache = cache
        self._kept: Trained | None = None

    def of(self, round: Round) -> Trained:
        """The network; the training images are the same in all rounds."""
        if self._kept is None:
            pool = round.pool.sample
            self._kept = Trained.on(*with_labels(pool.items, pool.labels), cache=self._cache)
        return self._kept
