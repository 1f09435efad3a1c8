"""Reading and writing sound files."""

import importlib
import io
import math
import warnings
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from scipy.io import wavfile
from scipy.signal import resample_poly

from sparring.core.errors import WrongUse

OTHERS = frozenset({".aif", ".aiff", ".flac", ".mp3", ".ogg", ".opus"})
SUFFIXES = frozenset({".wav"}) | OTHERS
"""Of sound files, in small letters; all but .wav are read by soundfile."""


@dataclass(frozen=True)
class Heard:
    """A sound as its file has it, mixed down.

    Attributes:
        wave: (length,) float32 in [-1, 1].
        rate: samples a second.
        channels: that were mixed down to one.
    """

    wave: np.ndarray
    rate: int
    channels: int = 1


def read_sound(content: bytes, name: str) -> Heard:
    """A sound from a file's bytes; the mean of its channels.

    Args:
        content: PCM of 8, 16, 24 or 32 bits or floats in a WAV file, or what soundfile reads.
        name: of the file, whose suffix says the format; for errors.

    Raises:
        WrongUse: for what can't be read, a sound without samples or with numbers that aren't
            finite, or a format for which soundfile is missing.

    Example:
        >>> heard = read_sound(write_sound(np.array([0.5, -0.25]), 8000), "two.wav")
        >>> heard.rate, heard.wave.tolist()
        (8000, [0.5, -0.25])
    """
    other = any(name.lower().endswith(suffix) for suffix in OTHERS)
    rate, samples = (_read_other if other else _read_wav)(content, name)
    if samples.size == 0:
        raise WrongUse(f"{name} must hold a sound, and it has no samples: remove it.")
    if not np.isfinite(samples).all():
        raise WrongUse(f"{name} must hold finite numbers, and some aren't: remove it.")
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    wave = samples if samples.ndim == 1 else samples.mean(axis=1)
    return Heard(wave.clip(-1, 1).astype(np.float32), rate, channels)


def _read_wav(content: bytes, name: str) -> tuple[int, np.ndarray]:
    try:
        with warnings.catch_warnings():
            # Chunks that it doesn't know hold no sound.
            warnings.simplefilter("ignore", wavfile.WavFileWarning)
            rate, samples = wavfile.read(io.BytesIO(content))
    except (ValueError, EOFError, OverflowError, ZeroDivisionError, IndexError) as error:
        raise WrongUse(f"{name} can't be read as a WAV file ({error}): remove or mend it.") from (
            error
        )
    except Exception as error:
        # A file that ends in its header breaks the reader in ways of the struct module.
        if type(error).__module__ == "struct":
            raise WrongUse(f"{name} can't be read as a WAV file ({error}): remove it.") from error
        raise
    return int(rate), to_unit(samples)


def to_unit(samples: np.ndarray) -> np.ndarray:
    """Samples of PCM, as their type says, in [-1, 1); floats stay as they are.

    Raises:
        WrongUse: for another type.

    Example:
        >>> to_unit(np.array([-32768, 16384], dtype=np.int16)), to_unit(np.array([192], np.uint8))
        (array([-1. ,  0.5]), array([0.5]))
    """
    if samples.dtype.kind == "f":
        return samples.astype(np.float64)
    if samples.dtype == np.uint8:
        return (samples.astype(np.float64) - 128) / 128
    if samples.dtype in (np.int16, np.int32):
        return samples.astype(np.float64) / -float(np.iinfo(samples.dtype).min)
    raise WrongUse(
        f"Sounds must be int16, int32, uint8 or floats in [-1, 1], got {samples.dtype}: convert "
        f"them."
    )


def _read_other(content: bytes, name: str) -> tuple[int, np.ndarray]:
    try:
        soundfile: Any = importlib.import_module("soundfile")
    except (ImportError, OSError) as error:
        raise WrongUse(
            f"{name} is no WAV file, and to read it soundfile is needed: run pip install "
            f"'sparring[audio]', or convert it to WAV."
        ) from error
    try:
        samples, rate = soundfile.read(io.BytesIO(content))
    except RuntimeError as error:
        raise WrongUse(f"{name} can't be read as a sound ({error}): remove or mend it.") from error
    return int(rate), samples


def write_sound(wave: np.ndarray, rate: int) -> bytes:
    """A WAV file of 16-bit PCM, as bytes.

    Args:
        wave: (length,) in [-1, 1].
        rate: samples a second.
    """
    levels = (np.asarray(wave, dtype=np.float64) * 32768).round().clip(-32768, 32767)
    out: BinaryIO = io.BytesIO()
    wavfile.write(out, rate, levels.astype(np.int16))
    return out.getvalue()  # type: ignore[attr-defined, no-any-return]


def resample(wave: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    """A sound at another rate, by a polyphase filter that cuts what the new rate can't hold.

    Args:
        wave: (length,) float32 in [-1, 1].
        rate: its samples a second.
        wanted: those that it shall have.

    Returns:
        (length * wanted / rate,), rounded up, float32 in [-1, 1].

    Example:
        >>> len(resample(np.zeros(1000, dtype=np.float32), 16_000, 8000))
        500
    """
    if rate == wanted:
        return wave
    common = math.gcd(rate, wanted)
    found: np.ndarray = resample_poly(wave, wanted // common, rate // common)
    return found.clip(-1, 1).astype(np.float32)
