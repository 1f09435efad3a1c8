"""How many known modes a generator makes, how well, and how evenly."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparring.core.errors import WrongUse
from sparring.metrics.vectors import same_width, vectors


@dataclass(frozen=True)
class ModeCoverage:
    """What was found of known modes.

    Attributes:
        modes: how many have at least one high-quality sample.
        high_quality: share of samples that are of high quality, in [0, 1].
        reverse_kl: nats; 0 when high-quality samples fall evenly on all modes.
        counts: high-quality samples in each mode, in the order of the centres.

    Example:
        >>> ModeCoverage(modes=1, high_quality=1.0, reverse_kl=math.log(2), counts=(5, 0)).modes
        1
    """

    modes: int
    high_quality: float
    reverse_kl: float
    counts: tuple[int, ...]


def mode_coverage(generated: ArrayLike, centres: ArrayLike, std: ArrayLike) -> ModeCoverage:
    r"""Modes covered, share of high quality and reverse KL, under PacGAN's protocol.

    A sample belongs to the mode whose centre is nearest in standard deviations, and is of high
    quality if that distance is below 3; a mode is covered by one high-quality sample. The reverse
    KL is $\sum_i p_i \log(p_i K)$, where $p$ is the distribution of the samples over the K modes
    (Lin et al. 2018, arXiv 1712.04086).

    Only samples of high quality enter $p$, as in the counts of the authors' code; a generator
    without any gets log K, the value of one that makes a single mode.

    Args:
        generated: (n, d); the paper takes 2,500.
        centres: (K, d).
        std: standard deviation of the modes, above 0: one number, or (K, 1), or (K, d).

    Returns:
        What was found, a `ModeCoverage`.

    Raises:
        WrongUse: if samples or centres aren't (n, d) or differ in width, or `std` doesn't fit.

    Example:
        >>> mode_coverage([[0.0], [0.1], [5.0], [9.9]], [[0.0], [5.0], [10.0]], std=0.1)
        ModeCoverage(modes=3, high_quality=1.0, reverse_kl=0.0588..., counts=(2, 1, 1))
    """
    samples, means = vectors(generated, "generated"), vectors(centres, "centres")
    same_width(samples, means, "generated", "centres")
    try:
        scales = np.broadcast_to(np.asarray(std, dtype=np.float64), means.shape)
    except ValueError as error:
        raise WrongUse(
            f"std must be one number, or of shape (K, 1) or (K, d) as the centres' {means.shape}, "
            f"got shape {np.shape(std)}."
        ) from error
    if not (scales > 0).all():
        raise WrongUse(f"std must be above 0, got {float(scales.min())}.")
    counts = _count(samples, means, scales)
    total = int(counts.sum())
    return ModeCoverage(
        modes=int((counts > 0).sum()),
        high_quality=float(total / len(samples)),
        reverse_kl=_reverse_kl(counts),
        counts=tuple(int(count) for count in counts),
    )


def reverse_kl(counts: ArrayLike) -> float:
    r"""$\sum_i p_i \log(p_i K)$: how unevenly samples fall on K modes, in nats.

    Args:
        counts: samples in each mode, (K,), not all 0.

    Returns:
        From 0, evenly, to log K, all in one mode.

    Raises:
        WrongUse: if there is no sample at all, or no mode.

    Example:
        >>> reverse_kl([5, 5])
        0.0
    """
    values = np.asarray(counts, dtype=np.float64)
    if values.ndim != 1 or not values.sum() > 0 or (values < 0).any():
        raise WrongUse("counts must be numbers of samples, (K,), not all 0; generate samples.")
    return _reverse_kl(values)


def _count(
    samples: NDArray[np.float64], means: NDArray[np.float64], scales: NDArray[np.float64]
) -> NDArray[np.intp]:
    best = np.full(len(samples), np.inf)
    home = np.zeros(len(samples), dtype=np.intp)
    for index, (mean, scale) in enumerate(zip(means, scales, strict=True)):
        distances = np.linalg.norm((samples - mean) / scale, axis=1)
        closer = distances < best
        best[closer], home[closer] = distances[closer], index
    return np.bincount(home[best < 3], minlength=len(means))


def _reverse_kl(counts: NDArray) -> float:
    total = counts.sum()
    if total == 0:
        return math.log(len(counts))
    shares = counts[counts > 0] / total
    return max(float((shares * np.log(shares * len(counts))).sum()), 0.0)
