"""Does drawing less widely trade variety for quality, as truncation should?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations

import numpy as np
from numpy.typing import ArrayLike

from sparring.core.errors import WrongUse
from sparring.metrics.vectors import Vectors, vectors
from sparring.metrics.within import within_class_distance

_ERRORS = 2.0


@dataclass(frozen=True, eq=False)
class Width:
    """What items are like that were drawn so widely.

    Attributes:
        sureness: a classifier's largest probability for each item, (n,), in (0, 1].
        diversity: the mean distance between two items of a class.
    """

    sureness: Vectors
    diversity: float

    @property
    def confidence(self) -> float:
        """The mean sureness."""
        return float(self.sureness.mean())

    @staticmethod
    def of(probabilities: ArrayLike, features: ArrayLike, labels: ArrayLike) -> "Width":
        """The width of items by what is known of each.

        Args:
            probabilities: a classifier's, (n, classes).
            features: (n, d).
            labels: (n,) the classes that they are of.

        Raises:
            WrongUse: if no class has two items.

        Example:
            >>> width = Width.of([[0.5, 0.5], [0.9, 0.1]], [[0.0], [3.0]], [0, 0])
            >>> width.confidence, width.diversity
            (0.7, 3.0)
        """
        sureness = vectors(probabilities, "probabilities").max(axis=1)
        return Width(sureness, within_class_distance(features, labels))


def trades(wider: Width, narrower: Width) -> bool:
    """Whether the narrower one is as sure or surer, and less diverse.

    Brock et al. 2019 (arXiv 1809.11096), section 3.1 and figure 2. Confidence may fall by what
    chance does: two standard errors of the mean difference, which is taken item by item where there
    are as many of both, since those of the same latents have much in common.

    Example:
        >>> wide, narrow = Width(np.array([0.7, 0.8]), 5.0), Width(np.array([0.8, 0.9]), 4.0)
        >>> trades(wide, narrow), trades(narrow, wide)
        (True, False)
    """
    fall = wider.confidence - narrower.confidence
    surer = fall <= _ERRORS * _noise(wider.sureness, narrower.sureness)
    return surer and narrower.diversity < wider.diversity


def _noise(one: Vectors, other: Vectors) -> float:
    """The standard error of the difference of two means."""
    if len(one) == len(other):
        return _error(one - other)
    return math.hypot(_error(one), _error(other))


def _error(values: Vectors) -> float:
    return float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else 0.0


def monotone_share(widths: Sequence[Width]) -> float:
    """The share of neighbouring steps, widest first, that trade variety for quality.

    Args:
        widths: at least 2.

    Returns:
        A share in [0, 1]; 1 for a sweep that is monotone.

    Raises:
        WrongUse: for fewer.

    Example:
        >>> widths = [Width(np.array([sure]), d) for sure, d in ((0.8, 5), (0.9, 4), (0.9, 4.5))]
        >>> monotone_share(widths)
        0.5
    """
    return _share(list(pairwise(_several(widths))))


def share_in_any_order(widths: Sequence[Width]) -> float:
    """The same share, as it would be on average if the widths were told apart by nothing.

    That is the mean over all orders, in which each ordered pair stands side by side equally often:
    1/2 for a monotone sweep.

    Raises:
        WrongUse: for fewer than 2.

    Example:
        >>> widths = [Width(np.array([sure]), d) for sure, d in ((0.8, 5), (0.9, 4), (0.95, 3))]
        >>> share_in_any_order(widths)
        0.5
    """
    return _share(list(permutations(_several(widths), 2)))


def _share(pairs: Sequence[tuple[Width, Width]]) -> float:
    return float(np.mean([trades(wider, narrower) for wider, narrower in pairs]))


def _several(widths: Sequence[Width]) -> Sequence[Width]:
    if len(widths) < 2:
        raise WrongUse(f"there must be at least 2 widths to compare, got {len(widths)}.")
    return widths
