"""How surprising pictures are to one who remembers others: a mixture of clouds around these."""

import numpy as np
from scipy.special import logsumexp

from sparring.core.errors import WrongUse
from sparring.metrics.neighbours import squared_distances

_CLOUDS, _TRIED = 5000, 1000
_WIDTHS = [2.0**power for power in range(-3, 8)]


class Clouds:
    """A mixture of equally likely normal clouds around pictures, all as wide: a Parzen window.

    Levels are spread evenly over an interval each, as flows have them (Theis et al. 2016, arXiv
    1511.01844, section 3.1), so that what it says is a lower bound of a probability. Of widths that
    are powers of 2, from an eighth of a level to 128, it has that at which pictures are least
    surprising to the clouds of all the others.

    Args:
        items: uint8 pictures (n, ...), at least 2; the first 5,000 are taken.
        levels: how many levels they have, which lie evenly.

    Attributes:
        width: standard deviation of the clouds, in levels.

    Raises:
        WrongUse: for fewer pictures.

    Example:
        >>> pictures = np.random.default_rng(0).integers(0, 256, (200, 2, 2), dtype=np.uint8)
        >>> clouds = Clouds(pictures)
        >>> clouds.width, clouds(pictures[:3]).shape
        (32.0, (3,))
    """

    def __init__(self, items: np.ndarray, levels: int = 256) -> None:
        if len(items) < 2:
            raise WrongUse(f"Clouds must be around at least 2 pictures, got {len(items)}.")
        self.levels = levels
        self._centres = self._level(items[:_CLOUDS]) + 0.5
        found = np.zeros(len(_WIDTHS))
        for rows, squares in squared_distances(self._spread(items[:_TRIED]), self._centres):
            places = np.arange(rows.start, rows.stop)
            squares[places - rows.start, places] = np.inf  # none is explained by itself
            found += [self._surprise(squares, width, others=True).sum() for width in _WIDTHS]
        self.width = _WIDTHS[int(np.argmin(found))]

    def __call__(self, items: np.ndarray) -> np.ndarray:
        """-log p of pictures, (n,) nats, or what noise makes of it, on average no less."""
        found = squared_distances(self._spread(items), self._centres)
        return np.concatenate([self._surprise(squares, self.width) for _, squares in found])

    def _surprise(self, squares: np.ndarray, width: float, others: bool = False) -> np.ndarray:
        clouds, numbers = len(self._centres) - others, self._centres.shape[1]
        volume = numbers * np.log(width * np.sqrt(2 * np.pi))
        found: np.ndarray = np.log(clouds) + volume - logsumexp(-squares / (2 * width**2), axis=1)
        return found

    def _spread(self, items: np.ndarray) -> np.ndarray:
        """Levels anywhere in their intervals, (n, numbers)."""
        flat = self._level(items)
        found: np.ndarray = flat + np.random.default_rng(0).random(flat.shape)
        return found

    def _level(self, items: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.rint(items.reshape(len(items), -1) * ((self.levels - 1) / 255))
        return found
