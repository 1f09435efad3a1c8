"""Fréchet distance within classes: is each class made as it is, in all its variety?"""

import numpy as np
from numpy.typing import ArrayLike

from sparring.core.errors import WrongUse
from sparring.metrics.frechet import frechet_distance
from sparring.metrics.vectors import vectors


def intra_class_distance(
    real: ArrayLike, real_labels: ArrayLike, generated: ArrayLike, asked: ArrayLike
) -> float:
    """The mean over classes of the Fréchet distance between real and generated items of a class.

    Miyato and Koyama 2018 (arXiv 1802.05637), section 5.1: a generator that makes good pictures of
    the wrong class, or one picture a class, has a small distance over all and a large one within.
    It falls with the number of items in a class, so compare it with its ceiling alone.

    Args:
        real: features (n, d).
        real_labels: (n,) classes.
        generated: features (m, d).
        asked: (m,) the classes that were asked for.

    Raises:
        WrongUse: if a class of the real items has fewer than 2 of either kind.

    Example:
        >>> real = [[0.0], [2.0], [10.0], [12.0]]
        >>> intra_class_distance(real, [0, 0, 1, 1], real, [0, 0, 1, 1])
        0.0
        >>> intra_class_distance(real, [0, 0, 1, 1], real, [1, 1, 0, 0])
        100.0
    """
    x, made = vectors(real, "real"), vectors(generated, "generated")
    labels, wanted = np.asarray(real_labels), np.asarray(asked)
    found = []
    for name in np.unique(labels):
        mine, theirs = x[labels == name], made[wanted == name]
        if min(len(mine), len(theirs)) < 2:
            raise WrongUse(
                f"each class must have at least 2 real and 2 generated items, and class {name} has "
                f"{len(mine)} and {len(theirs)}; compare more items."
            )
        found.append(frechet_distance(mine, theirs))
    return float(np.mean(found))
