"""Does drawing less widely trade variety for quality, as truncation should?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from sparring.core.errors import WrongUse
from sparring.metrics.vectors import Vectors, vectors
from sparring.metrics.within import within_class_distance

_ERRORS = 2.0


@dataclass(frozen=True)
class Width:
    """What items are like that were drawn so widely.

    Attributes:
        confidence: a classifier's largest probability, its mean over the items, in (0, 1].
        noise: the standard error of that mean.
        diversity: the mean distance between two items of a class.
    """

    confidence: float
    noise: float
    diversity: float

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
            >>> Width.of([[0.5, 0.5], [0.9, 0.1]], [[0.0], [3.0]], [0, 0])
            Width(confidence=0.7, noise=0.2, diversity=3.0)
        """
        sure: Vectors = vectors(probabilities, "probabilities").max(axis=1)
        noise = float(sure.std(ddof=1)) / math.sqrt(len(sure)) if len(sure) > 1 else 0.0
        distance = within_class_distance(features, labels)
        return Width(float(sure.mean()), round(noise, 12), distance)


def trades(wider: Width, narrower: Width) -> bool:
    """Whether the narrower one is as sure or surer, and less diverse.

    Brock et al. 2019 (arXiv 1809.11096), section 3.1 and figure 2. Confidence may fall by what
    chance does: two standard errors of the difference.

    Example:
        >>> wide, narrow = Width(0.8, 0.01, 5.0), Width(0.9, 0.01, 4.0)
        >>> trades(wide, narrow), trades(narrow, wide)
        (True, False)
    """
    slack = _ERRORS * math.hypot(wider.noise, narrower.noise)
    return narrower.confidence >= wider.confidence - slack and narrower.diversity < wider.diversity


def monotone_share(widths: Sequence[Width]) -> float:
    """The share of neighbouring steps, widest first, that trade variety for quality.

    Args:
        widths: at least 2.

    Returns:
        A share in [0, 1]; 1 for a sweep that is monotone.

    Raises:
        WrongUse: for fewer.

    Example:
        >>> monotone_share([Width(0.8, 0, 5.0), Width(0.9, 0, 4.0), Width(0.9, 0, 4.5)])
        0.5
    """
    if len(widths) < 2:
        raise WrongUse(f"there must be at least 2 widths to compare, got {len(widths)}.")
    return float(np.mean([trades(wider, narrower) for wider, narrower in pairwise(widths)]))


def share_in_any_order(widths: Sequence[Width]) -> float:
    """The same share, as it would be on average if the widths were told apart by nothing.

    That is the mean over all orders, in which each ordered pair stands side by side equally often:
    1/2 for a monotone sweep.

    Raises:
        WrongUse: for fewer than 2.

    Example:
        >>> share_in_any_order([Width(0.8, 0, 5.0), Width(0.9, 0, 4.0), Width(0.95, 0, 3.0)])
        0.5
    """
    if len(widths) < 2:
        raise WrongUse(f"there must be at least 2 widths to compare, got {len(widths)}.")
    pairs = [(a, b) for a in widths for b in widths if a is not b]
    return float(np.mean([trades(wider, narrower) for wider, narrower in pairs]))
