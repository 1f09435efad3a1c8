"""Sounds as tensors in [-1, 1]."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import torch
from PIL.Image import Image as Picture
from torch import Tensor

from sparring.core.errors import WrongUse
from sparring.data.drawing import draw_waves
from sparring.data.modality import Modality, wrong_suffix
from sparring.data.soundfiles import to_unit, write_sound
from sparring.data.writing import aside

SHORTEST, LONGEST = 8, 2**18
SLOWEST, FASTEST = 100, 384_000
_SHOWN = 8
_PAUSE = 0.25
"""Seconds of silence between two sounds of one file."""


class Sound(Modality):
    """Sounds of one channel and one length.

    Items are float32 arrays (n, length) in [-1, 1]; in model space they are (n, 1, length), the
    same numbers.

    Args:
        length: in samples, 8 to 262,144.
        rate: samples a second, 100 to 384,000.

    Raises:
        WrongUse: for another length or rate.

    Example:
        >>> sound = Sound(8, 8000)
        >>> x = sound.encode(np.array([[0, 16384, 0, -16384] * 2], dtype=np.int16))
        >>> x.shape, float(x.max()), sound.decode(x).shape
        (torch.Size([1, 1, 8]), 0.5, (1, 8))
    """

    name: ClassVar[str] = "audio"
    previews: ClassVar[int] = 8

    def __init__(self, length: int, rate: int) -> None:
        check_length(length)
        check_rate(rate)
        self.length, self.rate = length, rate
        self.shape = (1, length)

    def encode(self, items: Any) -> Tensor:
        """(n, length) of integers as PCM has them, or floats in [-1, 1] -> (n, 1, length)."""
        waves = to_waves(items)
        if waves.shape[1] != self.length:
            raise WrongUse(
                f"Sounds must have shape (n, {self.length}), got {waves.shape}: crop or pad them."
            )
        return torch.from_numpy(waves)[:, None]

    def decode(self, x: Tensor) -> np.ndarray:
        """(n, 1, length), clipped to [-1, 1] -> (n, length) float32."""
        waves: np.ndarray = x.detach().float().clamp(-1, 1).cpu()[:, 0].numpy()
        return waves

    def show(self, items: Any) -> Picture:
        """The first 8 sounds as curves over time."""
        waves = to_waves(items)
        if len(waves) == 0:
            raise WrongUse("There must be at least one sound to show, got none.")
        return draw_waves(waves[:_SHOWN], self.rate)

    def preview(self, items: Any, path: Path) -> None:
        """The curves, and the sounds themselves one after the other."""
        super().preview(items, path)
        path.with_name(f"{path.name}.wav").write_bytes(self._together(items))

    def save(self, items: Any, path: str | Path) -> None:
        """A folder or a .zip of WAV files of 16 bits, one .wav of all, or .npy or .npz."""
        path, waves = Path(path), to_waves(items)
        if path.suffix not in ("", ".zip", ".wav", ".npy", ".npz"):
            raise wrong_suffix(path, ".zip, .wav (one after the other), .npy, .npz, or nothing")
        if path.suffix == "" and path.is_file():
            raise WrongUse(f"{path} is a file: name a folder that is new or empty.")
        digits = max(5, len(str(len(waves))))
        files = ((f"{n:0{digits}d}.wav", write_sound(w, self.rate)) for n, w in enumerate(waves))
        with aside(path) as part:
            if path.suffix == ".wav":
                part.write_bytes(self._together(waves))
            elif path.suffix == ".npy":
                np.save(part, waves)
            elif path.suffix == ".npz":
                np.savez_compressed(part, x=waves)
            elif path.suffix == ".zip":
                with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
                    for name, content in files:
                        archive.writestr(name, content)
            else:
                part.mkdir()
                for name, content in files:
                    (part / name).write_bytes(content)

    def _together(self, items: Any) -> bytes:
        waves = to_waves(items)
        pause = np.zeros((len(waves), round(_PAUSE * self.rate)), dtype=np.float32)
        return write_sound(np.concatenate([waves, pause], axis=1).reshape(-1), self.rate)

    def describe(self) -> dict[str, Any]:
        """Length and rate."""
        return {"modality": self.name, "length": self.length, "rate": self.rate}

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """The modality that `describe` described."""
        return cls(description["length"], description["rate"])


def to_waves(items: Any) -> np.ndarray:
    """Sounds (n, length) as float32 in [-1, 1], or a refusal."""
    array = np.asarray(items)
    if array.ndim != 2 or array.shape[1] == 0:
        raise WrongUse(
            f"Sounds must be an array of shape (n, length), one channel, got {array.shape}."
        )
    waves = to_unit(array)
    if not np.isfinite(waves).all() or np.abs(waves).max(initial=0) > 1:
        raise WrongUse(
            "Sounds as floats must be finite and in [-1, 1], and some numbers aren't: divide them "
            "by the largest."
        )
    return waves.astype(np.float32)


def check_length(length: Any) -> None:
    """Refuse what is no length of sounds."""
    if type(length) is not int or not SHORTEST <= length <= LONGEST:
        raise WrongUse(
            f"length must be a whole number of samples from {SHORTEST} to {LONGEST:,}, got "
            f"{length!r}."
        )


def check_rate(rate: Any) -> None:
    """Refuse what is no rate of sounds."""
    if type(rate) is not int or not SLOWEST <= rate <= FASTEST:
        raise WrongUse(
            f"rate must be a whole number of samples a second from {SLOWEST} to {FASTEST:,}, got "
            f"{rate!r}."
        )
