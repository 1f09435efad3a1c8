"""Images on their way into a network: checked, scaled, resized, a few at a time."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn import functional

from sparring.core.backend import Backend
from sparring.core.errors import WrongUse
from sparring.metrics.vectors import Vectors

Images = NDArray[np.uint8]
_AT_ONCE = 250


def images(values: ArrayLike, name: str = "images") -> Images:
    """Images as uint8, (n, h, w) or (n, h, w, 3), 0 to 255.

    Raises:
        WrongUse: if they are something else.

    Example:
        >>> images(np.zeros((2, 8, 8), np.uint8)).shape
        (2, 8, 8)
    """
    array = np.asarray(values)
    grey, colour = array.ndim == 3, array.ndim == 4 and array.shape[-1] == 3
    if array.dtype != np.uint8 or not (grey or colour) or array.size == 0:
        raise WrongUse(
            f"{name} must be uint8 of shape (n, h, w) or (n, h, w, 3) in 0..255, got "
            f"{array.dtype} of shape {array.shape}; scale and convert them."
        )
    return array


def as_tensor(values: Images, channels: int | None = None) -> Tensor:
    """Images in [0, 1], float32, (n, channels, h, w).

    Args:
        values: (n, h, w) or (n, h, w, 3), uint8.
        channels: 3 repeats grey three times, 1 takes the mean of colours, None leaves as is.

    Example:
        >>> as_tensor(np.full((1, 2, 2), 255, np.uint8), channels=3).shape
        torch.Size([1, 3, 2, 2])
    """
    grey = values.ndim == 3
    tensor = torch.tensor(values).float().div_(255)
    tensor = tensor[:, None] if grey else tensor.permute(0, 3, 1, 2)
    if channels == 3 and grey:
        tensor = tensor.expand(-1, 3, -1, -1)
    if channels == 1 and not grey:
        tensor = tensor.mean(dim=1, keepdim=True)
    return tensor


def resize(tensor: Tensor, size: tuple[int, int]) -> Tensor:
    """Bilinear resizing with antialiasing, (n, c, h, w) to (n, c, *size).

    Without antialiasing a distance between features measures the resizing (Parmar et al. 2022,
    arXiv 2104.11222).

    Example:
        >>> resize(torch.zeros(1, 1, 4, 4), (2, 2)).shape
        torch.Size([1, 1, 2, 2])
    """
    if tensor.shape[-2:] == size:
        return tensor
    return functional.interpolate(tensor, size, mode="bilinear", antialias=True)


def in_parts(
    function: Callable[[Images], ArrayLike], values: Images, at_once: int = _AT_ONCE
) -> Vectors:
    """A function's rows for all images, taken some at a time; (n, d) in float64.

    Example:
        >>> in_parts(lambda x: x.reshape(len(x), -1), np.zeros((5, 2, 2), np.uint8), 2).shape
        (5, 4)
    """
    parts = [
        np.asarray(function(values[start : start + at_once]), dtype=np.float64)
        for start in range(0, len(values), at_once)
    ]
    return np.concatenate(parts)


def embed(
    network: nn.Module, values: Images, prepare: Callable[[Images], Tensor], backend: Backend
) -> Vectors:
    """A network's output for images, without gradients; (n, d) in float64."""

    def rows(part: Images) -> Vectors:
        with torch.no_grad():
            batch = backend.place({"x": prepare(part)})["x"]
            result: Vectors = network(batch).cpu().double().numpy()
            return result

    return in_parts(rows, values)


def square(size: Sequence[int], most: int) -> tuple[int, int]:
    """The size of images after reducing sides above `most` to it.

    Example:
        >>> square((28, 64), 32)
        (28, 32)
    """
    height, width = size
    return min(height, most), min(width, most)
