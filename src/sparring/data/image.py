"""Images as tensors in [-1, 1]."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import PIL.Image
import torch
from torch import Tensor

from sparring.core.errors import WrongUse
from sparring.data.modality import Modality, wrong_suffix
from sparring.data.writing import aside

SMALLEST, LARGEST = 8, 128

_MINUS_ONE = torch.tensor(-1.0)
# The float32 below 1 / 127.5: with 1 / 127.5 itself, 255 would become 1 + 1e-7.
_STEP = float(np.nextafter(np.float32(1 / 127.5), np.float32(0)))


def normalise(levels: Tensor) -> Tensor:
    """Levels 0..255 to [-1, 1]: x = level / 127.5 - 1, in one pass.

    Args:
        levels: uint8 of any shape.

    Returns:
        float32 of the same shape.

    Example:
        >>> normalise(torch.tensor([0, 255], dtype=torch.uint8)).round(decimals=5)
        tensor([-1.,  1.])
    """
    return torch.add(_MINUS_ONE, levels, alpha=_STEP)


class Image(Modality):
    """Square images of 8 to 128 pixels, grey or RGB.

    Items are uint8 arrays, (n, size, size) for one channel and (n, size, size, 3) for three; in
    model space they are (n, channels, size, size) float32 in [-1, 1]. `decode(encode(items))`
    gives the same items bit for bit.

    Args:
        size: pixels along one side, 8 to 128.
        channels: 1 (grey) or 3 (RGB).
        tones: how many levels a channel has, spread evenly from 0 to 255, 2 to 256. With 2 of them
            others are refused, and what is decoded is one or the other.

    Raises:
        WrongUse: another size or number of channels, or tones out of range.

    Example:
        >>> modality = Image(8, 1)
        >>> items = np.full((2, 8, 8), 255, dtype=np.uint8)
        >>> x = modality.encode(items)
        >>> x.shape, round(x.max().item(), 5)
        (torch.Size([2, 1, 8, 8]), 1.0)
        >>> bool((modality.decode(x) == items).all())
        True
    """

    name: ClassVar[str] = "image"
    previews: ClassVar[int] = 64

    def __init__(self, size: int, channels: int, tones: int = 256) -> None:
        if not SMALLEST <= size <= LARGEST:
            raise WrongUse(
                f"Images must be {SMALLEST} to {LARGEST} pixels wide and high, got {size}: "
                f"resize them, for example with `--set size=64`."
            )
        if channels not in (1, 3):
            raise WrongUse(f"Images must have 1 (grey) or 3 (RGB) channels, got {channels}.")
        if not 2 <= tones <= 256:
            raise WrongUse(f"Images must have 2 to 256 tones, got {tones}.")
        self.size, self.channels, self.tones = size, channels, tones
        self.shape = (channels, size, size)

    @property
    def binary(self) -> bool:
        """Whether pixels are 0 or 255, nothing between."""
        return self.tones == 2

    def levels(self, items: Any) -> Tensor:
        """Items -> (n, channels, size, size) uint8: half way to model space, a quarter the size."""
        array = np.asarray(items)
        expected = (self.size, self.size) if self.channels == 1 else (self.size, self.size, 3)
        if array.dtype != np.uint8 or array.shape[1:] != expected:
            raise WrongUse(
                f"Images must be a uint8 array of shape (n, {', '.join(map(str, expected))}), "
                f"got {array.dtype} of shape {array.shape}."
            )
        array = np.ascontiguousarray(array)
        # torch warns of arrays that may not be written to, such as those mapped from a file.
        tensor = torch.from_numpy(array if array.flags.writeable else array.copy())
        if self.channels == 1:
            return tensor.unsqueeze(1)  # (n, 1, s, s)
        return tensor.permute(0, 3, 1, 2).contiguous()  # (n, 3, s, s)

    def encode(self, items: Any) -> Tensor:
        """uint8 arrays (n, s, s) or (n, s, s, 3) -> (n, c, s, s) float32 in [-1, 1]."""
        levels = self.levels(items)
        if not self.binary:
            return normalise(levels)
        if bool(((levels != 0) & (levels != 255)).any()):
            raise WrongUse(
                "These images are of two levels, 0 and 255, and some given have levels between: "
                "make them binary, for example with (images > 127) * np.uint8(255)."
            )
        return torch.where(levels > 0, 1.0, -1.0)

    def decode(self, x: Tensor) -> np.ndarray:
        """(n, c, s, s), clipped to [-1, 1] -> uint8 arrays (n, s, s) or (n, s, s, 3)."""
        if self.binary:
            x = x.sign()
        levels = x.detach().float().add(1).mul(127.5).clamp(0, 255).round().to(torch.uint8).cpu()
        if self.channels == 1:
            return levels[:, 0].numpy()
        return levels.permute(0, 2, 3, 1).contiguous().numpy()

    def show(self, items: Any, columns: int | None = None) -> PIL.Image.Image:
        """A grid of the items, as square as it can be unless `columns` says how wide."""
        array = np.asarray(items)
        if len(array) == 0:
            raise WrongUse("There must be at least one image to show, got none.")
        columns = columns or math.ceil(math.sqrt(len(array)))
        rows = math.ceil(len(array) / columns)
        # Small images are enlarged by a whole factor, so that every pixel stays a clean square.
        factor, gap = max(1, round(48 / self.size)), 2
        cell = self.size * factor + gap
        canvas = np.full((rows * cell + gap, columns * cell + gap, *array.shape[3:]), 255, np.uint8)
        for index, item in enumerate(array):
            top, left = (gap + cell * place for place in divmod(index, columns))
            block = item.repeat(factor, axis=0).repeat(factor, axis=1)
            canvas[top : top + cell - gap, left : left + cell - gap] = block
        return PIL.Image.fromarray(canvas)

    def save(self, items: Any, path: str | Path) -> None:
        """A folder of PNGs; with the suffix .png one grid, with .npz one array named "x"."""
        path, array = Path(path), np.asarray(items)
        if path.suffix not in ("", ".png", ".npz"):
            raise wrong_suffix(path, ".png (one grid), .npz, or nothing (a folder)")
        if path.suffix == "" and path.is_file():
            raise WrongUse(f"{path} is a file: name a folder that is new or empty.")
        with aside(path) as part:
            if path.suffix == ".png":
                self.show(array).save(part, format="PNG")
            elif path.suffix == ".npz":
                np.savez_compressed(part, x=array)
            else:
                part.mkdir()
                digits = max(5, len(str(len(array))))
                for index, item in enumerate(array):
                    PIL.Image.fromarray(item).save(part / f"{index:0{digits}d}.png", format="PNG")

    def describe(self) -> dict[str, Any]:
        """Size and channels, and tones where there are fewer than a byte has."""
        found = {"modality": self.name, "size": self.size, "channels": self.channels}
        return found if self.tones == 256 else {**found, "tones": self.tones}

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """The modality that `describe` described."""
        return cls(description["size"], description["channels"], description.get("tones", 256))
