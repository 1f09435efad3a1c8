"""Arrays that users hand over: what they hold, or why they cannot be used."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import PIL.Image
import torch

from sparring.core.errors import WrongUse
from sparring.data.reading import fit


def to_numpy(array: Any) -> np.ndarray:
    """A NumPy array or torch tensor as a NumPy array."""
    if isinstance(array, torch.Tensor):
        array = array.detach().cpu()
        array = (array.float() if array.dtype == torch.bfloat16 else array).numpy()
    numbers: np.ndarray = np.asarray(array)
    return numbers


def to_levels(array: np.ndarray, size: int | None = None) -> np.ndarray:
    """Arrays of images as uint8 arrays of square images.

    Args:
        array: (n, h, w), (n, h, w, c) or (n, c, h, w) with c 1 or 3; uint8 in 0..255, booleans,
            or floats in [0, 1] or [-1, 1], which are rounded to 256 levels.
        size: when given, the largest square in the middle is resized to so many pixels.

    Returns:
        (n, s, s) or (n, s, s, 3) uint8.

    Raises:
        WrongUse: another shape, type or range, or images that are not square.

    Example:
        >>> to_levels(np.full((1, 8, 8), 1.0)).max()
        np.uint8(255)
        >>> to_levels(np.zeros((1, 3, 8, 8))).shape
        (1, 8, 8, 3)
    """
    array = _channels_last(array)
    if array.dtype == np.bool_:
        array = array.astype(np.uint8) * 255
    elif array.dtype.kind == "f":
        array = _from_floats(array)
    elif array.dtype != np.uint8:
        raise WrongUse(
            f"Images must be uint8 in 0..255 or floats in [0, 1] or [-1, 1], got {array.dtype} "
            f"in {_range(array)}: convert them with `images.astype('uint8')` if that is 0..255."
        )
    height, width = array.shape[1:3]
    if size is not None and (height, width) != (size, size):
        return np.stack([np.asarray(fit(PIL.Image.fromarray(image), size)) for image in array])
    if height != width:
        raise WrongUse(
            f"Images must be square, got {width}x{height}: give a size to which they are cropped "
            f"and resized, for example `--set size=64`."
        )
    return array


def _channels_last(array: np.ndarray) -> np.ndarray:
    if array.ndim == 4 and array.shape[3] not in (1, 3) and array.shape[1] in (1, 3):
        array = array.transpose(0, 2, 3, 1)
    if array.ndim == 4 and array.shape[3] == 1:
        array = array[..., 0]
    if array.ndim == 3 or (array.ndim == 4 and array.shape[3] == 3):
        return np.ascontiguousarray(array)
    if array.ndim == 4 and 4 in (array.shape[1], array.shape[3]):
        raise WrongUse(
            f"Images must have 1 or 3 channels, got 4 in shape {array.shape}: flatten their "
            f"transparency on a background first."
        )
    raise WrongUse(
        f"Images must have shape (n, h, w), (n, h, w, c) or (n, c, h, w) with c 1 or 3, "
        f"got {array.shape}."
    )


def _range(array: np.ndarray) -> str:
    return f"[{array.min():g}, {array.max():g}]" if array.size else "[]"


def _from_floats(array: np.ndarray) -> np.ndarray:
    low, high = (float(array.min()), float(array.max())) if array.size else (0.0, 0.0)
    if low < -1 or high > 1 or low != low:
        raise WrongUse(
            f"Images of floats must lie in [0, 1] or [-1, 1], got [{low:g}, {high:g}]: rescale "
            f"them, or convert levels of 0..255 with `images.astype('uint8')`."
        )
    levels = (array + 1) * 127.5 if low < 0 else array * 255
    return np.round(levels).astype(np.uint8)


def to_classes(
    labels: Any, items: int, names: Sequence[str] | None = None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels as numbers 0..k-1, and the names of the k classes in their order.

    Args:
        labels: (items,) whole numbers, booleans or texts.
        items: how many there must be.
        names: of the classes 0..k-1, when the labels are such numbers.

    Raises:
        WrongUse: another length or type, or a class with one item.

    Example:
        >>> y, names = to_classes(["b", "a", "a", "b"], 4)
        >>> y.tolist(), names
        ([1, 0, 0, 1], ('a', 'b'))
    """
    array = to_numpy(labels)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.shape != (items,):
        raise WrongUse(f"There must be one label an item ({items}), got shape {array.shape}.")
    if array.dtype.kind == "O" and all(isinstance(label, str) for label in array):
        array = array.astype(str)
    if array.dtype.kind not in "iubU":
        raise WrongUse(f"Labels must be whole numbers or texts, got {array.dtype}.")
    found, y, counts = np.unique(array, return_inverse=True, return_counts=True)
    listed = tuple(str(label) for label in found)
    counted = array.dtype.kind in "iu" and found[0] >= 0
    if names is not None and counted and found[-1] < len(names):
        listed = tuple(str(names[int(label)]) for label in found)
    if counts.min() < 2:
        raise WrongUse(
            f"Class {listed[counts.argmin()]!r} has one item, each must have at least 2: "
            f"add items, or leave the class out."
        )
    return y.astype(np.int64).reshape(-1), listed
