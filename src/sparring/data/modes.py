"""Numbers as a mode of a mixture and a place within it, as CTGAN and TVAE see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import digamma

from sparring.data.encoders import Encoder, Span, fit_levels

MODES = 10
"""At most so many modes a column."""
LEAST = 0.005
"""Modes with a smaller weight are dropped, unless no other reaches their values."""
ROWS = 5000
"""A mixture of more different values than this is fitted to so many rows."""
_ROUNDS = 100
# Of the Dirichlet prior: far below one item a mode, so that modes that aren't needed fade away.
_CONCENTRATION = 1e-3


@dataclass(frozen=True)
class ModeSpecific(Encoder):
    """Numbers as the place alpha = (v - mean) / (4 deviation) within a mode, and which mode it is.

    Xu et al. 2019 (arXiv 1907.00503), section 4.2: the column's distribution is a mixture of
    normals; a value's mode is drawn by the modes' probabilities of having made it. Differs from the
    paper: alpha is clipped to [-1, 1], and what is decoded to the range that was seen; a light mode
    is kept where no other reaches its values. The draws follow from the encoder alone, so that the
    same column is always encoded alike. A missing number stands at the centre of the first mode,
    and is told by its mask.

    Attributes:
        means, deviations, weights: (k,) of the modes, heaviest first; the weights sum to 1.
        low, high: the least and largest value seen.
        missing: whether a mask follows: the block (present, missing).
        seed: of the draws.
    """

    name: ClassVar[str] = "mode-specific"
    means: tuple[float, ...]
    deviations: tuple[float, ...]
    weights: tuple[float, ...]
    low: float
    high: float
    missing: bool
    seed: int = 0

    @property
    def spans(self) -> tuple[Span, ...]:
        number: tuple[Span, ...] = (("bounded", 1), ("mode", len(self.means)))
        return (*number, ("category", 2)) if self.missing else number

    def encode(self, plain: np.ndarray) -> np.ndarray:
        out = np.zeros((len(plain), self.width), dtype=np.float32)
        modes = len(self.means)
        absent = np.isnan(plain)
        known = np.where(absent, self.means[0], plain.clip(self.low, self.high))
        mode = np.where(absent, 0, self._draw(known))
        mean, deviation = np.asarray(self.means)[mode], np.asarray(self.deviations)[mode]
        out[:, 0] = ((known - mean) / (4 * deviation)).clip(-1, 1)
        out[np.arange(len(plain)), 1 + mode] = 1
        if self.missing:
            out[:, 1 + modes], out[:, 2 + modes] = ~absent, absent
        return out

    def _draw(self, known: np.ndarray) -> np.ndarray:
        """(n,) numbers -> (n,) modes, each with its probability of having made the number."""
        z = (known[:, None] - np.asarray(self.means)) / np.asarray(self.deviations)  # (n, k)
        score = np.log(self.weights) - np.log(self.deviations) - z**2 / 2
        share = np.exp(score - score.max(axis=1, keepdims=True)).cumsum(axis=1)
        uniform = np.random.default_rng(self.seed).random((len(known), 1))
        mode: np.ndarray = (share <= uniform * share[:, -1:]).sum(axis=1)
        return mode

    def decode(self, block: np.ndarray) -> np.ndarray:
        modes = len(self.means)
        mode = block[:, 1 : 1 + modes].argmax(axis=1)
        place = block[:, 0].astype(np.float64).clip(-1, 1)
        mean, deviation = np.asarray(self.means)[mode], np.asarray(self.deviations)[mode]
        plain: np.ndarray = (mean + 4 * deviation * place).clip(self.low, self.high)
        if self.missing:
            plain[block[:, 2 + modes] > block[:, 1 + modes]] = np.nan
        return plain

    def describe(self) -> dict[str, Any]:
        mixture: Mapping[str, Any] = {
            "means": list(self.means),
            "deviations": list(self.deviations),
            "weights": list(self.weights),
        }
        ends = {"low": self.low, "high": self.high}
        return {
            "encoder": self.name, **mixture, **ends, "missing": self.missing, "seed": self.seed,
        }  # fmt: skip


def fit_mixture(
    values: np.ndarray, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A variational mixture of at most 10 normals.

    Bishop 2006, Pattern Recognition and Machine Learning, section 10.2, in one dimension: a
    Dirichlet prior on the weights, a normal-gamma prior as wide as the data on each mode. Equal
    values are counted once with their number, so a column of few different values costs little.

    Args:
        values: (n,) finite, at least two different ones; of more than 5000 different ones 5000 rows
            are picked.
        generator: picks them, and the modes' first places.

    Returns:
        Weights, means and deviations, heaviest first, of the modes with a weight above .005, and of
        those that stand more than 4 deviations away from all of these.

    Example:
        >>> random = np.random.default_rng(0)
        >>> values = np.append(random.normal(-5, 1, 3000), random.normal(5, 1, 1000))
        >>> weights, means, deviations = fit_mixture(values, random)
        >>> means[:2].round()
        array([-5.,  5.])
    """
    values, counts = np.unique(values, return_counts=True)
    centre, half = values[-1] / 2 + values[0] / 2, values[-1] / 2 - values[0] / 2
    if len(values) > ROWS:
        picked = generator.choice(np.repeat(values, counts), ROWS, replace=False)
        values, counts = np.unique(picked, return_counts=True)
    x = (values - centre) / half  # in [-1, 1]: squares of the largest floats would be infinite
    middle = np.average(x, weights=counts)
    scale = np.sqrt(np.average((x - middle) ** 2, weights=counts)) or 1.0
    weights, means, deviations = _variational((x - middle) / scale, counts, generator)
    order = np.argsort(-weights)
    order = order[_needed(weights[order], means[order], deviations[order], counts.sum())]
    kept = weights[order] / weights[order].sum()
    means = centre + half * (middle + scale * means[order])
    return kept, means, half * scale * deviations[order]


def _needed(
    weights: np.ndarray, means: np.ndarray, deviations: np.ndarray, items: int
) -> np.ndarray:
    """(k,) which of the modes, heaviest first, are kept."""
    needed = weights > min(LEAST, weights[0] / 2)
    away = np.abs(means[:, None] - means[needed]) > 4 * deviations[needed]  # (k, heavy)
    alive = weights * items > 0.5  # modes without an item stand at the prior
    kept: np.ndarray = needed | (alive & away.all(axis=1))
    return kept


def _variational(
    x: np.ndarray, counts: np.ndarray, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights, means and deviations of standardised points x, each there `counts` times."""
    powers = np.stack((np.ones_like(x), x, x**2), axis=1)  # (m, 3)
    share = _first_shares(x, counts, generator)  # (m, k)
    items, before = counts.sum(), None
    for _ in range(_ROUNDS):
        size, first, second = (share * counts[:, None]).T.dot(powers).T  # (k,) each
        # The posterior (eq. 10.58 to 10.63), with prior mean 0, precision 1, one degree of freedom.
        concentration = _CONCENTRATION + size
        beta, degrees = 1 + size, 1 + size
        mean = first / beta
        spread = np.maximum(1 + second - first**2 / beta, 1e-12)  # the inverse of W
        if before is not None and np.abs(size - before).max() < 1e-4 * items:
            break
        before = size
        # The responsibilities (eq. 10.46 and 10.64 to 10.66): quadratic in x.
        precision = degrees / spread
        constant = digamma(concentration) + (digamma(degrees / 2) - np.log(spread) - 1 / beta) / 2
        bends = np.stack((constant - precision * mean**2 / 2, precision * mean, -precision / 2))
        score = powers.dot(bends)  # (m, k)
        share = np.exp(score - score.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
    return concentration / concentration.sum(), mean, np.sqrt(spread / degrees)


def _first_shares(x: np.ndarray, counts: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """(m, k) one-hot: the nearest of k centres, spread by their squared distances (k-means++)."""
    nearest = np.full(len(x), np.inf)
    centres = [x[generator.choice(len(x), p=counts / counts.sum())]]
    while len(centres) < min(MODES, len(x)):
        nearest = np.minimum(nearest, (x - centres[-1]) ** 2)
        mass = nearest * counts
        if not mass.any():  # values that differ by less than their range can tell
            break
        centres.append(x[generator.choice(len(x), p=mass / mass.sum())])
    found = np.sort(centres)
    for _ in range(20):
        place = np.searchsorted((found[1:] + found[:-1]) / 2, x)
        size = np.bincount(place, counts, len(found))
        sums = np.bincount(place, counts * x, len(found))
        found = np.where(size > 0, sums / np.maximum(size, 1), found)
    shares: np.ndarray = np.eye(len(found))[place]
    return shares


def fit_modes(plain: np.ndarray, categorical: bool, generator: np.random.Generator) -> Encoder:
    """The encoder of a column for CTGAN and TVAE.

    Args:
        plain: (n,) float64, NaN where missing, not all of them.
        categorical: whether the numbers are indices of categories.
        generator: picks 5000 rows of a longer column, and the seed of the modes' draws.

    Returns:
        One-hot levels for categories and for whole numbers with at most 10 different values, a
        mixture's modes for all else.

    Example:
        >>> random = np.random.default_rng(0)
        >>> two = np.append(random.normal(-5, 1, 500), random.normal(5, 1, 500))
        >>> [kind for kind, _ in fit_modes(two, False, random).spans]
        ['bounded', 'mode']
        >>> fit_modes(np.array([1.0, 2.0, np.nan]), False, random).spans
        (('category', 3),)
    """
    levels = fit_levels(plain, categorical)
    if levels is not None:
        return levels
    absent = np.isnan(plain)
    missing, known = bool(absent.any()), plain[~absent]
    weights, means, deviations = fit_mixture(known, generator)
    return ModeSpecific(
        tuple(means.tolist()),
        tuple(deviations.tolist()),
        tuple(weights.tolist()),
        float(known.min()),
        float(known.max()),
        missing,
        int(generator.integers(2**31)),
    )
