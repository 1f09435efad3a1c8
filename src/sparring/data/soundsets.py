"""Named sets of sounds."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sparring.data.building import Preparation
from sparring.data.dataset import Dataset
from sparring.data.entries import Entry
from sparring.data.finding import File
from sparring.data.soundfiles import read_sound
from sparring.data.sounds import Sounds, sound_dataset

_TEST = 5


def _digits(files: Sequence[Path], how: Preparation, _: int | None) -> Dataset:
    heard, digits, speakers, numbers = [], [], [], []
    with zipfile.ZipFile(files[0]) as archive:
        for name in sorted(one for one in archive.namelist() if one.endswith(".wav")):
            digit, speaker, number = Path(name).stem.split("_")
            heard.append(read_sound(archive.read(name), name))
            digits.append(int(digit))
            speakers.append(speaker)
            numbers.append(int(number))
    said = {"digit": digits, "speaker": speakers}
    return sound_dataset("spoken-digits", Sounds(heard, said, np.array(numbers) < _TEST), how)


SOUND_SETS = (
    Entry(
        name="spoken-digits",
        modality="audio",
        items=3000,
        shape=(3392,),
        licence="CC BY-SA 4.0 (Zohar Jackson et al., Free Spoken Digit Dataset)",
        about="Spoken digits by six speakers at 8,000 Hz, which can be asked for by digit and "
        "speaker; the first five recordings of each digit by each speaker are held out, as its "
        "authors do.",
        load=_digits,
        files=(
            (
                File(
                    "audio/fsdd.zip",
                    "6e469c600cab276ca17fb593696f75a7083a9d141edff166138a6e8a4a929f55",
                ),
            ),
        ),
    ),
)
