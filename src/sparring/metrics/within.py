"""How far items of one class lie from each other: variety that a distance over all may hide."""

import numpy as np
from numpy.typing import ArrayLike

from sparring.core.errors import WrongUse
from sparring.metrics.neighbours import squared_distances
from sparring.metrics.vectors import Vectors, vectors


def within_class_distance(items: ArrayLike, labels: ArrayLike) -> float:
    """The mean distance between two items of a class, and of that the mean over the classes.

    Brock et al. 2019 (arXiv 1809.11096), section 3.1, show by eye that truncation makes the samples
    of a class alike; this is a number for it. Classes of a single item have none and don't count.

    Args:
        items: features (n, d).
        labels: (n,) classes.

    Returns:
        0 or more, in units of the features.

    Raises:
        WrongUse: if no class has two items, or the labels aren't one an item.

    Example:
        >>> within_class_distance([[0.0], [2.0], [9.0], [9.0], [9.0]], [0, 0, 1, 1, 1])
        1.0
    """
    x, classes = vectors(items, "items"), np.asarray(labels)
    if classes.shape != (len(x),):
        raise WrongUse(f"labels must be {len(x)}, one an item, got shape {classes.shape}.")
    groups = [x[classes == name] for name in np.unique(classes)]
    found = [_mean_distance(group) for group in groups if len(group) > 1]
    if not found:
        raise WrongUse("a class must have at least 2 items, and none has; compare more items.")
    return float(np.mean(found))


def _mean_distance(points: Vectors) -> float:
    total = sum(float(np.sqrt(squares).sum()) for _, squares in squared_distances(points, points))
    # Each item's distance to itself is 0 and isn't one of the pairs.
    return total / (len(points) * (len(points) - 1))
