"""How many of the thousand kinds of stacked digits a generator makes, and how evenly."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparring.core.errors import WrongUse
from sparring.metrics.images import images
from sparring.metrics.modes import reverse_kl

Probabilities = Callable[[ArrayLike], NDArray]
"""From grey images (n, h, w) to probabilities of the digits (n, 10)."""


@dataclass(frozen=True)
class StackedModes:
    """What was found of the thousand kinds.

    Attributes:
        modes: how many have at least one sample, 0 to 1000.
        reverse_kl: nats; 0 when samples fall evenly on all kinds.
        sureness: the mean over samples and colours of the likeliest digit's probability, in
            [0.1, 1]: what a classifier is not sure of is no digit.

    Example:
        >>> StackedModes(modes=1000, reverse_kl=0.03, sureness=0.98).modes
        1000
    """

    modes: int
    reverse_kl: float
    sureness: float


def stacked_modes(generated: ArrayLike, probabilities: Probabilities) -> StackedModes:
    r"""Kinds covered and reverse KL, as a classifier of digits sees each colour.

    A sample's kind is the number that the likeliest digits of its red, green and blue make; the
    reverse KL is $\sum_i p_i \log(1000 p_i)$ over the kinds (Lin et al. 2018, arXiv 1712.04086,
    after Metz et al. 2017, arXiv 1611.02163). Anything at all has a kind, and noise has many: the
    figures mean something where sureness is above .9 alone.

    Args:
        generated: (n, h, w, 3) uint8; the paper takes 26,000, and n samples of an even
            distribution leave a KL of about 1000 / (2 n).
        probabilities: the classifier; it should be right on at least 99 % of real digits.

    Returns:
        What was found, a `StackedModes`.

    Raises:
        WrongUse: for images without three colours, or a classifier of other than ten digits.

    Example:
        >>> def brightest(x):
        ...     return np.eye(10)[np.asarray(x).reshape(len(x), -1).max(axis=1) % 10]
        >>> pictures = np.zeros((4, 2, 2, 3), np.uint8)
        >>> pictures[2:, :, :, 1] = 3  # two pictures of 000, two of 030
        >>> stacked_modes(pictures, brightest).modes
        2
    """
    samples = images(generated)
    if samples.ndim != 4 or samples.shape[3] != 3:
        raise WrongUse(f"stacked digits must be of shape (n, h, w, 3), got {samples.shape}.")
    kinds = np.zeros(len(samples), dtype=np.int64)
    sure = 0.0
    for colour in range(3):
        found = np.asarray(probabilities(np.ascontiguousarray(samples[..., colour])))
        if found.shape != (len(samples), 10):
            raise WrongUse(
                f"probabilities must be of ten digits, ({len(samples)}, 10), got {found.shape}."
            )
        kinds = 10 * kinds + found.argmax(axis=1)
        sure += float(found.max(axis=1).mean()) / 3
    counts = np.bincount(kinds, minlength=1000)
    return StackedModes(int((counts > 0).sum()), reverse_kl(counts), sure)
