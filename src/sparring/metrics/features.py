"""What images are compared by: anything that makes vectors of them, and how it is chosen."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from sparring.core.errors import WrongUse
from sparring.metrics.images import images, in_parts
from sparring.metrics.inception import Inception
from sparring.metrics.mobilenet import MobileNetV2, weights_file
from sparring.metrics.onnx import Onnx
from sparring.metrics.trained import Trained
from sparring.metrics.vectors import Vectors, vectors


@runtime_checkable
class Features(Protocol):
    """Items to vectors.

    Attributes:
        name: short, for the name of a metric: `fd_mobilenet`.
    """

    name: str

    def __call__(self, values: Any, /) -> Vectors:
        """Features (n, d) of images, uint8, (n, h, w) or (n, h, w, 3)."""

    def describe(self) -> str:
        """One sentence for the report: what they are, and how far to trust them."""


class Identity:
    """Vectors as they are, for points and encoded rows; anything else is flattened.

    Example:
        >>> Identity()(np.zeros((5, 2, 2))).shape
        (5, 4)
    """

    name = "identity"

    def __call__(self, values: ArrayLike) -> Vectors:
        """Items (n, ...) as (n, d)."""
        array = np.asarray(values)
        return vectors(array.reshape(len(array), -1), "items")

    def describe(self) -> str:
        """One sentence for the report."""
        return "the items themselves"


class Callables:
    """Features from any function of the user's.

    Args:
        function: from images, uint8, (n, h, w) or (n, h, w, 3), to (n, d) numbers. It is called
            with at most 250 images at a time.
        name: of the features; the function's own by default.

    Raises:
        WrongUse: when called, if the function doesn't return (n, d) finite numbers.

    Example:
        >>> def brightness(images):
        ...     return images.reshape(len(images), -1).mean(axis=1, keepdims=True)
        >>> features = Callables(brightness)
        >>> features.name, features(np.full((2, 4, 4), 9, np.uint8)).tolist()
        ('brightness', [[9.0], [9.0]])
    """

    def __init__(self, function: Callable[[Any], ArrayLike], name: str | None = None) -> None:
        own = getattr(function, "__name__", type(function).__name__)
        # A lambda has no name that could stand in a report.
        self.name = name or ("own" if own == "<lambda>" else own)
        self._function = function

    def __call__(self, values: ArrayLike) -> Vectors:
        """Features (n, d) of images, uint8."""
        checked = images(values)
        result = vectors(in_parts(self._function, checked), f"features {self.name!r}")
        if len(result) != len(checked):
            raise WrongUse(
                f"features {self.name!r} must have one row an image, got {len(result)} for "
                f"{len(checked)} images."
            )
        return result

    def describe(self) -> str:
        """One sentence for the report."""
        return f"the function {self.name}, named by the user"


Makers = Mapping[str, Callable[[ArrayLike, ArrayLike | None, Path | None], Features]]

NAMED: Makers = {
    "identity": lambda _images, _labels, _cache: Identity(),
    "inception": lambda _images, _labels, _cache: Inception(),
    "mobilenet": lambda _images, _labels, _cache: MobileNetV2(),
    "trained": lambda values, labels, cache: Trained.on(values, labels, cache=cache),
}


def choose(
    named: Features | Callable[[Any], ArrayLike] | str | Path | None,
    values: ArrayLike,
    labels: ArrayLike | None = None,
    cache: Path | None = None,
) -> Features:
    """The features to compare images by.

    In this order: what is named; Inception where torch-fidelity and its weights are installed;
    MobileNetV2 where its weights are; else a small network that is trained on the real images and
    kept in the cache.

    Args:
        named: features, any function, the path of an ONNX file, one of `NAMED`, or None.
        values: the real images, uint8, (n, h, w) or (n, h, w, 3).
        labels: their classes (n,), if they have any.
        cache: the folder where a trained network is kept; None trains it anew each time.

    Returns:
        The features; `describe` says which they are.

    Raises:
        WrongUse: if what is named is no features.
        Failure: if what it needs isn't installed.

    Example:
        >>> real = np.zeros((4, 8, 8), np.uint8)
        >>> choose(lambda images: images.reshape(len(images), -1), real).name
        'own'
    """
    if isinstance(named, Features):
        return named
    if isinstance(named, Path) or (isinstance(named, str) and named.endswith(".onnx")):
        return Onnx(named)
    if isinstance(named, str):
        if named not in NAMED:
            raise WrongUse(
                f"features must be one of {', '.join(NAMED)}, the path of an ONNX file or a "
                f"function, got {named!r}."
            )
        return NAMED[named](values, labels, cache)
    if callable(named):
        return Callables(named)
    if named is not None:
        raise WrongUse(f"features must be a function or a name, got {type(named).__name__}.")
    if Inception.available():
        return Inception()
    if weights_file() is not None:
        return MobileNetV2()
    return Trained.on(values, labels, cache=cache)


def frechet_name(features: Features) -> str:
    """What a Fréchet distance in these features is called: "fid" in Inception's alone.

    Example:
        >>> frechet_name(Identity())
        'fd_identity'
    """
    # By what they are, not by what they call themselves: any function may be named "inception".
    if isinstance(features, Inception):
        return "fid"
    return f"fd_{features.name}"
