"""One picture, or a mask of it, however it is given: an array, a Pillow picture, a file's path."""

from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import torch
from torch import Tensor

from sparring.core.errors import WrongUse
from sparring.data.image import normalise
from sparring.data.reading import GREY, pixels_of, read_header, read_image

SMALLEST = 8
"""Pixels along the shorter side of the smallest picture."""

_WHITE = 127


def read_picture(given: Any, name: str = "picture") -> Tensor:
    """A picture of any height and width, grey or RGB, in model space.

    Args:
        given: uint8 or float array in [0, 1], (h, w) or (h, w, 3); a Pillow picture; or the path
            of a file.
        name: what it is called in a sentence that refuses it.

    Returns:
        float32, (c, h, w) in [-1, 1].

    Raises:
        WrongUse: for anything else, and for sides of fewer than 8 pixels.

    Example:
        >>> read_picture(np.zeros((8, 9, 3), dtype=np.uint8)).shape
        torch.Size([3, 8, 9])
    """
    array = _array(given, name)
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] != 3):
        raise WrongUse(
            f"{name} must be of shape (height, width) or (height, width, 3), got {array.shape}."
        )
    if min(array.shape[:2]) < SMALLEST:
        raise WrongUse(
            f"{name} must be at least {SMALLEST} pixels high and wide, got {array.shape[0]} x "
            f"{array.shape[1]}."
        )
    if array.dtype == np.uint8:
        x = normalise(torch.from_numpy(array.copy()))
    elif np.issubdtype(array.dtype, np.floating):
        # Said so that what isn't a number is refused as well.
        if not (array.min() >= 0 and array.max() <= 1):
            raise WrongUse(
                f"{name} of numbers with a point must lie in [0, 1], got {array.min():g} to "
                f"{array.max():g}; divide levels of 0 to 255 by 255."
            )
        x = torch.from_numpy(array.astype(np.float32)) * 2 - 1
    else:
        raise WrongUse(
            f"{name} must be an array of uint8, or of numbers with a point in [0, 1], got "
            f"{array.dtype}."
        )
    return x[None] if x.dim() == 2 else x.permute(2, 0, 1).contiguous()


def read_mask(given: Any, size: tuple[int, int]) -> Tensor:
    """Which pixels of a picture are missing.

    Args:
        given: a boolean array (h, w), True where missing; a uint8 array (h, w), a Pillow picture or
            the path of one, white (above 127) where missing.
        size: (h, w) of the picture.

    Returns:
        Boolean (h, w), True where missing.

    Raises:
        WrongUse: for a mask of another size or kind, with nothing missing, or with nothing known.

    Example:
        >>> read_mask(np.eye(8, dtype=bool), (8, 8)).sum()
        tensor(8)
    """
    array = _array(given, "mask", grey=True)
    if array.dtype not in (np.bool_, np.uint8):
        raise WrongUse(
            f"mask must be an array of True (missing) and False, or of uint8 with missing pixels "
            f"white, got {array.dtype}."
        )
    if array.shape != size:
        raise WrongUse(f"mask must be of the picture's size, {size}, got {array.shape}.")
    missing = torch.from_numpy(array.copy() if array.dtype == np.bool_ else array > _WHITE)
    if not bool(missing.any()):
        raise WrongUse(
            "mask marks no missing pixel, and there is nothing to paint; mark them by True, or by "
            "white (above 127)."
        )
    if bool(missing.all()):
        raise WrongUse(
            "mask marks every pixel as missing, and nothing is left to go by; True and white mark "
            "what is missing, not what is known."
        )
    return missing


def to_levels(x: Tensor) -> np.ndarray:
    """A picture (c, h, w) in [-1, 1] as uint8, (h, w) or (h, w, 3); what lies beyond is clipped.

    Example:
        >>> to_levels(torch.tensor([[[-1.0, 0.0, 1.5]]]))
        array([[  0, 128, 255]], dtype=uint8)
    """
    levels = x.detach().add(1).mul(127.5).clamp(0, 255).round().to(torch.uint8).cpu()
    array: np.ndarray = (levels[0] if len(levels) == 1 else levels.permute(1, 2, 0)).numpy()
    return np.ascontiguousarray(array)


def _array(given: Any, name: str, grey: bool = False) -> np.ndarray:
    if isinstance(given, str | Path):
        path = Path(given)
        if not path.is_file():
            raise WrongUse(f"{name} {path} isn't there; name a file such as photo.png.")
        return read_image(path, 1 if grey or read_header(path).grey else 3)
    if isinstance(given, PIL.Image.Image):
        return pixels_of(given, f"the {name}", 1 if grey or given.mode in GREY else 3)
    if not isinstance(given, np.ndarray):
        raise WrongUse(
            f"{name} must be an array, a Pillow picture or a file's path, got "
            f"{type(given).__name__}."
        )
    if given.size == 0:
        raise WrongUse(f"{name} must hold at least one pixel, got shape {given.shape}.")
    return given
