"""How surprising sounds are under laws that are simple: what any model of sounds must beat.

A sample is one of several levels, so that all laws speak of the same discrete thing.
"""

import math
from abc import ABC, abstractmethod

import numpy as np
from scipy.signal import lfilter
from scipy.special import log_ndtr

_LEAST = 1e-12
# About the square of half a level of 256 at 0: in silence residuals are nothing.
_QUIETEST = 1e-8


class LevelLaw(ABC):
    """A law of sounds whose samples are levels.

    Args:
        edges: what parts one level from the next, ascending, (levels - 1,).
    """

    def __init__(self, edges: np.ndarray) -> None:
        self.edges = np.asarray(edges, dtype=np.float64)

    def levels(self, waves: np.ndarray) -> np.ndarray:
        """Which level each sample is, of the shape of `waves`."""
        return np.searchsorted(self.edges, waves)

    @abstractmethod
    def __call__(self, waves: np.ndarray) -> np.ndarray:
        """-log p of sounds (n, length), in nats, (n,)."""


class Bag(LevelLaw):
    """Samples that know nothing of each other: how often each level came; one of each is added.

    Args:
        waves: (n, length), from which it is counted.
        edges: see `LevelLaw`.

    Example:
        >>> bag = Bag(np.array([[-1.0, 1.0, 1.0, 1.0]]), np.array([0.0]))
        >>> bag(np.array([[1.0, -1.0]]))  # -log 4/6 - log 2/6
        array([1.504...])
    """

    def __init__(self, waves: np.ndarray, edges: np.ndarray) -> None:
        super().__init__(edges)
        counts = np.bincount(self.levels(waves).reshape(-1), minlength=len(self.edges) + 1) + 1
        self.surprise = -np.log(counts / counts.sum())

    def __call__(self, waves: np.ndarray) -> np.ndarray:
        found: np.ndarray = self.surprise[self.levels(waves)].sum(1)
        return found


class LinearPrediction(LevelLaw):
    """Each sample is normal around what follows linearly from those before, cut into levels.

        p(level) = Phi((upper edge - m) / s) - Phi((lower edge - m) / s),  m = sum a_i x_(t - i)

    Coefficients are those of least squares, s is the residuals' root mean square (Makhoul 1975,
    "Linear prediction: a tutorial review"); or, where it adapts, that of the latest residuals,
    which fade by 1 - 1 / adapting from sample to sample. Before a sound there is silence.

    Args:
        waves: (n, length), from which it is fitted.
        places: where the levels lie, ascending, (levels,).
        edges: see `LevelLaw`.
        order: how many samples it looks back, at least 1.
        adapting: over how many residuals s is taken, above 1; None for all of all sounds.

    Example:
        >>> wave = np.array([[0.5, 0.25, 0.125, 0.0625, 0.03125]])
        >>> places = np.linspace(-1, 1, 65)
        >>> law = LinearPrediction(wave[:, :4], places, (places[1:] + places[:-1]) / 2, order=1)
        >>> law.coefficients
        array([0.5])
    """

    def __init__(
        self,
        waves: np.ndarray,
        places: np.ndarray,
        edges: np.ndarray,
        order: int,
        adapting: float | None = None,
    ) -> None:
        super().__init__(edges)
        self.adapting = adapting
        self.places = np.asarray(places, dtype=np.float64)
        lags = self._lags(self.places[self.levels(waves)], order)
        products = np.array([[np.vdot(one, other) for other in lags] for one in lags])
        steady = products[1:, 1:] + _LEAST * np.eye(order)
        self.coefficients = np.linalg.solve(steady, products[1:, 0])
        weights = np.concatenate([[1.0], -self.coefficients])
        variance = float(weights @ products @ weights) / waves.size
        self.deviation = math.sqrt(max(variance, _LEAST))

    @staticmethod
    def _lags(x: np.ndarray, order: int) -> list[np.ndarray]:
        """The sounds, and the same 1, 2, ... samples later."""
        silent = np.pad(x, ((0, 0), (order, 0)))
        return [silent[:, order - back : silent.shape[1] - back] for back in range(order + 1)]

    def _deviations(self, residuals: np.ndarray) -> np.ndarray | float:
        """What residuals (n, length) are divided by, each knowing those before it alone."""
        if self.adapting is None:
            return self.deviation
        part = 1 / self.adapting
        # Where a sound begins, nothing is known but what holds for all.
        before = np.full((len(residuals), 1), (1 - part) * self.deviation**2)
        squares, _ = lfilter([part], [1.0, part - 1.0], residuals**2, axis=1, zi=before)
        first = np.full((len(residuals), 1), self.deviation**2)
        found: np.ndarray = np.concatenate([first, squares[:, :-1]], axis=1) + _QUIETEST
        return found**0.5

    def __call__(self, waves: np.ndarray) -> np.ndarray:
        levels = self.levels(waves)
        lags = self._lags(self.places[levels], len(self.coefficients))
        mean = sum(a * lag for a, lag in zip(self.coefficients, lags[1:], strict=True))
        ends = np.concatenate([[-np.inf], self.edges, [np.inf]])
        deviation = self._deviations(lags[0] - mean)
        low, high = ((ends[levels + step] - mean) / deviation for step in (0, 1))
        # On the left of the mean both are small, and nothing is lost between them.
        low, high = np.where(low > 0, -high, low), np.where(low > 0, -low, high)
        top = log_ndtr(high)
        found: np.ndarray = -(top + np.log1p(-np.exp(log_ndtr(low) - top))).sum(1)
        return found
