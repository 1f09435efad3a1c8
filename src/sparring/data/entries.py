"""What the catalogue knows of a named data set."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sparring.data.building import Preparation
from sparring.data.dataset import Dataset
from sparring.data.finding import File

Loader = Callable[[Sequence[Path], Preparation, int | None], Dataset]
"""(files, how to cut, size of images or None) -> the data set."""


@dataclass(frozen=True)
class Entry:
    """A named data set.

    Attributes:
        name: by which it is opened.
        modality: image, table, points or audio.
        items: how many there are, held-out ones included.
        shape: of one item: (height, width), (height, width, 3), (columns,), or the usual
            (samples,).
        licence: of the data, as far as known.
        about: where it comes from, and what is done to it.
        load: makes it from its files.
        files: each needed file as the alternatives that will do.
        comes_with: what it is made from when it has no files.
        target: the column that a table's models usually predict.
    """

    name: str
    modality: str
    items: int
    shape: tuple[int, ...]
    licence: str
    about: str
    load: Loader
    files: tuple[tuple[File, ...], ...] = ()
    comes_with: str = ""
    target: str | None = None
