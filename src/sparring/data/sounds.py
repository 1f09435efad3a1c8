"""Data sets of sounds: from arrays, folders and archives of files."""

import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from sparring.core.errors import WrongUse
from sparring.data.arrayfiles import Arrays
from sparring.data.building import Preparation, told
from sparring.data.conditions.reading import Claim
from sparring.data.dataset import Dataset
from sparring.data.folder import find_classed
from sparring.data.memory import budget
from sparring.data.reading import SUFFIXES as PICTURES
from sparring.data.sound import LONGEST, SHORTEST, Sound, check_rate, to_waves
from sparring.data.soundfiles import SUFFIXES, Heard, read_sound, resample
from sparring.data.sources import InMemory
from sparring.data.splitting import FEWEST_ITEMS, split

_MULTIPLE = 64


@dataclass(frozen=True)
class Sounds:
    """Sounds of any lengths and rates, and what is said of them.

    Attributes:
        heard: the sounds.
        said: see `conditions.reading.claim`; None for nothing.
        test: (n,) which of them are the official test part; None where that is drawn.
    """

    heard: Sequence[Heard]
    said: Any = None
    test: np.ndarray | None = None


def sound_dataset(name: str, sounds: Sounds, how: Preparation) -> Dataset:
    """Sounds at one rate and of one length, in memory.

    The rate is the one asked for, else that of most sounds. The length is the one asked for, else
    the median, rounded up to a multiple of 64. Of longer sounds the beginning is kept, shorter ones
    end in silence; silence that they have is left as it is.

    Args:
        name: of the data set, for errors.
        sounds: as they were read.
        how: rate and length, and how the held-out part is cut.

    Returns:
        The data set, whose `about` says what was changed.

    Raises:
        WrongUse: fewer than 10 sounds, or more than memory holds.
    """
    heard = sounds.heard
    if len(heard) < FEWEST_ITEMS:
        raise WrongUse(
            f"{name} must hold at least {FEWEST_ITEMS} sounds, got {len(heard)}: add more."
        )
    rates = Counter(one.rate for one in heard)
    rate = how.rate or min(rates, key=lambda one: (-rates[one], one))
    check_rate(rate)
    waves = [resample(one.wave, one.rate, rate) for one in heard]
    lengths = np.array([len(wave) for wave in waves])
    length = how.length or _usual(lengths)
    if len(waves) * length * 4 > budget():
        raise WrongUse(
            f"{len(waves):,} sounds of {length:,} samples are more than fits in memory: give a "
            f"shorter length, for example `--set length={length // 4}`, or fewer sounds."
        )
    x = np.zeros((len(waves), length), dtype=np.float32)
    for row, wave in zip(x, waves, strict=True):
        row[: len(wave)] = wave[:length]
    claim = None if sounds.said is None else how.claim(sounds.said, len(waves))
    dataset = _cut(name, Sound(length, rate), x, sounds, claim, how)
    return replace(dataset, about=_changed(heard, rates, rate, lengths, length))


def _usual(lengths: np.ndarray) -> int:
    """The median, rounded up to a multiple of 64."""
    middle = -(-int(np.median(lengths)) // _MULTIPLE) * _MULTIPLE
    return min(max(middle, SHORTEST), LONGEST)


def _cut(
    name: str, sound: Sound, x: np.ndarray, sounds: Sounds, claim: Claim | None, how: Preparation
) -> Dataset:
    if sounds.test is None:
        groups = None if claim is None else claim.groups
        kept, out = split(len(x), how.fraction, how.seed, groups)
    else:
        kept, out = np.flatnonzero(~sounds.test), np.flatnonzero(sounds.test)
    train, heldout = (InMemory(torch.from_numpy(x[rows])[:, None]) for rows in (kept, out))
    dataset = Dataset(name, sound, train, heldout)
    return dataset if claim is None else told(dataset, claim, kept, claim, out)


def _changed(
    heard: Sequence[Heard], rates: Counter[int], rate: int, lengths: np.ndarray, length: int
) -> str:
    """What was done to sounds, in sentences."""
    all_of = f"{len(heard):,} sounds"
    said = []
    others = sorted(other for other in rates if other != rate)
    if others:
        listed = ", ".join(f"{other:,}" for other in others[:3]) + (", ..." if others[3:] else "")
        count = sum(rates[other] for other in others)
        said.append(f"{count:,} of {all_of} were resampled from {listed} Hz to {rate:,} Hz.")
    mixed = sum(one.channels > 1 for one in heard)
    if mixed:
        said.append(f"{mixed:,} of {all_of} had several channels, whose mean was taken.")
    longer, shorter = int((lengths > length).sum()), int((lengths < length).sum())
    if longer or shorter:
        said.append(
            f"Each is {length:,} samples long ({length / rate:.3g} s): {longer:,} of {all_of} were "
            f"cut at their end, and {shorter:,} end in silence."
        )
    return " ".join(said)


def arrays_of_sounds(arrays: Arrays, rate: int | None) -> Sounds:
    """Sounds from an array (n, length), with a test part if there is one.

    Raises:
        WrongUse: for another shape, or without a rate.
    """
    if rate is None:
        raise WrongUse("Sounds in an array don't say their rate: give it, for example rate=8000.")
    check_rate(rate)
    if arrays.x.ndim == 2 and len(arrays.x) and arrays.x.shape[1] == 0:
        raise WrongUse(f"Sounds must have samples, got an array of shape {arrays.x.shape}.")
    heard = [Heard(wave, rate) for wave in to_waves(arrays.x)]
    if arrays.x_test is None:
        return Sounds(heard, arrays.y)
    more = [Heard(wave, rate) for wave in to_waves(arrays.x_test)]
    test = np.arange(len(heard) + len(more)) >= len(heard)
    said = None
    if arrays.y is not None and arrays.y_test is not None:
        said = np.concatenate([np.asarray(arrays.y), np.asarray(arrays.y_test)])
    return Sounds([*heard, *more], said, test)


def holds_sounds(folder: Path) -> bool:
    """Whether a folder, or a folder in it, has files of sounds and none of images."""
    found = {path.suffix.lower() for pattern in ("*", "*/*") for path in folder.glob(pattern)}
    return bool(found & SUFFIXES) and not found & PICTURES


def read_sounds(place: Path) -> Sounds:
    """The sounds of a folder or a .zip; in several folders, each is a class.

    Raises:
        WrongUse: if there are none, or one can't be read.
    """
    if place.is_dir():
        return _read(place, str(place))
    try:
        with zipfile.ZipFile(place) as archive:
            return _read(zipfile.Path(archive), str(place))
    except zipfile.BadZipFile as error:
        raise WrongUse(f"{place} can't be read as a .zip ({error}): pack it again.") from error


def _read(root: Any, name: str) -> Sounds:
    """What a folder holds, on the disk or in an archive."""
    # One folder alone, as many archives have, says nothing of classes.
    while not any(map(_is_sound, root.iterdir())):
        inner = [at for at in root.iterdir() if at.is_dir() and not at.name.startswith((".", "__"))]
        if len(inner) != 1:
            break
        root = inner[0]
    paths, classes = find_classed(root, SUFFIXES, "sound", name)
    room, heard = budget(), []
    for path in paths:
        heard.append(read_sound(path.read_bytes(), str(path)))
        room -= heard[-1].wave.nbytes
        if room < 0:
            raise WrongUse(
                f"the sounds of {name} are more than fits in memory, after {len(heard):,} of "
                f"{len(paths):,}: name a folder of fewer, or of a lower rate."
            )
    return Sounds(heard, classes)


def _is_sound(path: Any) -> bool:
    name = str(path.name)
    return name.lower().endswith(tuple(SUFFIXES)) and not name.startswith(".") and path.is_file()
