"""How normal an item looks to a model that knows how probable items are."""

import io
import math
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np
import PIL.Image

from sparring.core.errors import WrongUse


@runtime_checkable
class Law(Protocol):
    """What knows how probable items are: a fitted `Synthesizer`, a `CodeLength`."""

    def log_prob(self, X: Any) -> np.ndarray:  # noqa: N803 - scikit-learn's names
        """The log-likelihood of each item in nats, (n,)."""


class Score(ABC):
    """A number for each item: higher is more normal.

    A score of one's own has these two methods; what it needs of the model, it asks the model for.
    """

    def fit(self, model: Any, heldout: Any) -> Self:
        """Learn what is needed to compare.

        Args:
            model: fitted; for the scores here a `Law`.
            heldout: normal items that the model hasn't seen.
        """
        self.model_ = model
        return self

    @abstractmethod
    def score(self, X: Any) -> np.ndarray:  # noqa: N803 - scikit-learn's names
        """How normal each item looks, (n,) float64."""


class Likelihood(Score):
    """log p(x), in nats.

    A known trap: a model of pictures finds simpler ones of another kind more probable than those it
    was trained on (Nalisnick et al. 2019, "Do deep generative models know what they don't know?",
    arXiv 1810.09136), such as digits among clothes, or plain pictures among any. `Typicality` and
    `LikelihoodRatio` see these.

    Example:
        >>> class Normal:
        ...     def log_prob(self, X):
        ...         return -(np.asarray(X) ** 2).sum(1) / 2
        >>> Likelihood().fit(Normal(), None).score([[0.0, 0.0], [3.0, 4.0]])
        array([ -0. , -12.5])
    """

    def score(self, X: Any) -> np.ndarray:  # noqa: N803 - scikit-learn's names
        found: np.ndarray = self.model_.log_prob(X)
        return found


class Typicality(Score):
    """-|-log p(x) - H|: how near an item's surprise is to that of the model's usual items, in nats.

    Nalisnick et al. 2019 (arXiv 1906.02994), for a single item: what is too probable is as odd as
    what isn't probable enough. Differs from the paper: H is the mean over held-out items, not over
    training items, to which a model is closer.

    Attributes:
        mean_: H, in nats.

    Example:
        >>> class Flat:
        ...     def log_prob(self, X):
        ...         return np.asarray(X, dtype=float)
        >>> Typicality().fit(Flat(), [-1.0, -3.0]).score([-2.0, -5.0, 1.0])
        array([-0., -3., -3.])
    """

    def fit(self, model: Law, heldout: Any) -> Self:
        """Measure the mean surprise of held-out items."""
        self.mean_ = float(-np.mean(model.log_prob(heldout)))
        return super().fit(model, heldout)

    def score(self, X: Any) -> np.ndarray:  # noqa: N803 - scikit-learn's names
        found: np.ndarray = -np.abs(-self.model_.log_prob(X) - self.mean_)
        return found


class LikelihoodRatio(Score):
    """log p(x) - log q(x) with a background q that knows what all items have in common, in nats.

    Either of a model of the same kind trained on `perturbed` items (Ren et al. 2019, arXiv
    1906.02845), or of the length of an item's code under a general compressor (Serra et al. 2020,
    arXiv 1909.11480), `CodeLength()`.

    Args:
        background: a fitted synthesizer, or a `CodeLength`.

    Raises:
        WrongUse: for something that has no likelihood of items.

    Example:
        >>> class Scaled:
        ...     def __init__(self, scale):
        ...         self.scale = scale
        ...
        ...     def log_prob(self, X):
        ...         return -np.abs(np.asarray(X)) / self.scale - math.log(2 * self.scale)
        >>> LikelihoodRatio(Scaled(2.0)).fit(Scaled(1.0), None).score([0.0, 2.0]).round(4)
        array([ 0.6931, -0.3069])
    """

    def __init__(self, background: Law) -> None:
        if not isinstance(background, Law):
            raise WrongUse(
                f"background of LikelihoodRatio must have a log_prob of items, got "
                f"{type(background).__name__}; give a fitted Synthesizer, or CodeLength()."
            )
        self.background = background

    def score(self, X: Any) -> np.ndarray:  # noqa: N803 - scikit-learn's names
        found: np.ndarray = self.model_.log_prob(X) - self.background.log_prob(X)
        return found


def png(item: np.ndarray) -> bytes:
    """A picture (h, w) or (h, w, 3) of uint8 as a PNG file.

    Example:
        >>> png(np.zeros((8, 8), np.uint8))[1:4]
        b'PNG'
    """
    file = io.BytesIO()
    PIL.Image.fromarray(item).save(file, format="PNG", optimize=True)
    return file.getvalue()


def deflated(item: np.ndarray) -> bytes:
    """The bytes of an array of any kind, compressed by zlib.

    Example:
        >>> len(deflated(np.zeros(1000))) < 50
        True
    """
    return zlib.compress(np.ascontiguousarray(item).tobytes(), 9)


class CodeLength:
    """A general compressor as a law of items: what takes b bits has the log-likelihood -b log 2.

    Serra et al. 2020 (arXiv 1909.11480): the complexity of an input.

    Args:
        compress: from an item to its code; `png`, or `deflated` for arrays of other kinds.

    Example:
        >>> pictures = np.zeros((2, 16, 16), np.uint8)
        >>> pictures[1] = np.random.default_rng(0).integers(0, 256, (16, 16))
        >>> plain, noise = CodeLength().log_prob(pictures)
        >>> bool(plain > noise), round(float(noise) / math.log(2)) % 8
        (True, 0)
    """

    def __init__(self, compress: Callable[[np.ndarray], bytes] = png) -> None:
        self.compress = compress

    def log_prob(self, X: Any) -> np.ndarray:  # noqa: N803 - scikit-learn's names
        """-b log 2 of each item, (n,).

        Raises:
            WrongUse: for a table.
        """
        if hasattr(X, "columns"):
            raise WrongUse("CodeLength is of arrays, item by item, got a table.")
        lengths = [len(self.compress(item)) for item in np.asarray(X)]
        return -8 * math.log(2) * np.array(lengths, dtype=np.float64)


def perturbed(items: np.ndarray, share: float = 0.15, seed: int = 0) -> np.ndarray:
    """Pictures of which some numbers are drawn anew: what a background model is trained on.

    Ren et al. 2019 (arXiv 1906.02845): each with a chance of its own, evenly from all levels; .1 to
    .2 there. What makes a picture of this kind fades, what all pictures have in common stays.

    Args:
        items: uint8 of any shape.
        share: of the numbers, within [0, 1].
        seed: of the draw.

    Returns:
        A copy, of the same shape.

    Raises:
        WrongUse: for other items, or a share out of range.

    Example:
        >>> grey = np.full((1, 100, 100), 128, np.uint8)
        >>> bool(0.1 < (perturbed(grey) != 128).mean() < 0.2)
        True
    """
    items = np.asarray(items)
    if items.dtype != np.uint8:
        raise WrongUse(f"items of perturbed must be uint8 pictures, got {items.dtype}.")
    if not 0 <= share <= 1:
        raise WrongUse(f"share of perturbed must be within [0, 1], got {share}.")
    random = np.random.default_rng(seed)
    drawn = random.integers(0, 256, items.shape, dtype=np.uint8)
    return np.where(random.random(items.shape) < share, drawn, items)
