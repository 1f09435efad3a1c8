"""Perceptual path length: how evenly items change along a walk through the latents."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sparring.core.errors import WrongUse
from sparring.metrics.vectors import Vectors, same_width, vectors


def path_length(
    make: Callable[[Vectors], Any],
    start: ArrayLike,
    end: ArrayLike,
    features: Callable[[Any], ArrayLike],
    *,
    step: float = 0.05,
    spherical: bool = False,
    seed: int = 0,
    at_once: int = 250,
) -> float:
    r"""Mean squared distance between features a step apart, over the step squared.

    $E\,|f(G(p(t))) - f(G(p(t + e)))|^2 / e^2$ on a path p from `start` to `end`, t uniform in
    [0, 1 - e]: eq. 2 of Karras et al. 2019 (arXiv 1812.04948) for latents z with a spherical path,
    eq. 3 for styles w with a straight one. Low values: no sudden changes on the way, no places
    where items of another kind are passed.

    Differs from the paper in the step, 1e-4 there: pictures have 256 levels, and between two that
    are so near each other most pixels don't change at all. In the features, which here are any;
    values in different ones can't be compared. And every path counts, where the authors' code drops
    the 1 % of the shortest and of the longest.

    Args:
        make: from latents (n, k), float64, to n items, such as pictures in uint8.
        start, end: latents (n, k): from where to where each path leads.
        features: from items to (n, d).
        step: e, above 0 and below 1, as a part of the path.
        spherical: along the great circle between the directions, for normal latents.
        seed: of where on each path the step is taken.
        at_once: items that are made at a time, at least 1.

    Returns:
        The length, 0 or more, in squared units of the features.

    Raises:
        WrongUse: for numbers outside these ranges, latents or features that aren't (n, d), or
            another number of items than was asked for.

    Example:
        >>> twice = lambda w: 2 * w  # every path has a constant speed: twice its length
        >>> round(path_length(twice, [[0.0, 0.0]], [[3.0, 4.0]], lambda x: x), 6)
        100.0
    """
    first, last = vectors(start, "start"), vectors(end, "end")
    same_width(first, last, "start", "end")
    if len(first) != len(last):
        raise WrongUse(
            f"start and end must have one latent a path each, got {len(first)} and {len(last)}."
        )
    if not 0 < step < 1:
        raise WrongUse(f"step of path_length must be above 0 and below 1, got {step}.")
    if at_once < 1:
        raise WrongUse(f"at_once of path_length must be at least 1, got {at_once}.")
    path = _along_the_sphere if spherical else _straight
    t = np.random.default_rng(seed).uniform(0, 1 - step, (len(first), 1))
    total = 0.0
    for begin in range(0, len(first), at_once):
        part = slice(begin, begin + at_once)
        ends = first[part], last[part]
        here, there = (
            _features(make, features, path(*ends, place)) for place in (t[part], t[part] + step)
        )
        total += float(np.square(here - there).sum())
    return total / len(first) / step**2


def _features(
    make: Callable[[Vectors], Any], features: Callable[[Any], ArrayLike], latents: Vectors
) -> Vectors:
    found = vectors(features(make(latents)), "features of items on a path")
    if len(found) != len(latents):
        raise WrongUse(
            f"make and features must return one row a latent, got {len(found)} for "
            f"{len(latents)} latents."
        )
    return found


def _straight(first: Vectors, last: Vectors, t: Vectors) -> Vectors:
    return first + t * (last - first)


def _along_the_sphere(first: Vectors, last: Vectors, t: Vectors) -> Vectors:
    """Directions at a constant speed in the angle (Shoemake 1985), lengths from one to the other.

    The paper's latents have directions alone; those of other generators have lengths too.
    """
    a, b = _unit(first), _unit(last)
    angle = np.arccos(np.clip((a * b).sum(1, keepdims=True), -1, 1))
    across = _unit(b - a * np.cos(angle))
    direction = a * np.cos(t * angle) + across * np.sin(t * angle)
    lengths = [np.linalg.norm(x, axis=1, keepdims=True) for x in (first, last)]
    point: Vectors = direction * _straight(lengths[0], lengths[1], t)
    return point


def _unit(x: Vectors) -> Vectors:
    """Each row at length one; a row of zeros, which has no direction, as it is."""
    norm = np.linalg.norm(x, axis=1, keepdims=True)
    result: Vectors = np.divide(x, norm, out=np.zeros_like(x), where=norm > 0)
    return result
