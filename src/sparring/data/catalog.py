"""Named data sets: what there is, and how one is opened."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sparring.core.errors import WrongUse
from sparring.data.building import Preparation
from sparring.data.dataset import Dataset
from sparring.data.entries import Entry
from sparring.data.finding import data_folder, find, obtain
from sparring.data.imagesets import IMAGE_SETS
from sparring.data.pointsets import POINT_SETS
from sparring.data.soundsets import SOUND_SETS
from sparring.data.stacked import STACKED_SETS
from sparring.data.tablesets import TABLE_SETS

_SETS = (*IMAGE_SETS, *STACKED_SETS, *TABLE_SETS, *POINT_SETS, *SOUND_SETS)
CATALOG: dict[str, Entry] = {entry.name: entry for entry in _SETS}


@dataclass(frozen=True)
class Named:
    """A row of the list of named data sets.

    Attributes:
        name, modality, items, shape, licence, about: as in `Entry`.
        where: "comes with ...", "made on the spot", "$SPARRING_DATA", "cache", "can be
            downloaded" or "not here".
    """

    name: str
    modality: str
    items: int
    shape: tuple[int, ...]
    where: str
    licence: str
    about: str


def names() -> list[Named]:
    """All named data sets, and where each would come from.

    Example:
        >>> [row.where for row in names() if row.name == "digits"]
        ['comes with scikit-learn']
    """
    return [
        Named(e.name, e.modality, e.items, e.shape, _where(e), e.licence, e.about)
        for e in CATALOG.values()
    ]


def _where(entry: Entry) -> str:
    if not entry.files:
        return entry.comes_with
    folder, places = data_folder(), set()
    for alternatives in entry.files:
        found = find(alternatives)
        if found is not None:
            inside = folder is not None and found[1].is_relative_to(folder)
            places.add("$SPARRING_DATA" if inside else "cache")
        else:
            public = any(file.url for file in alternatives)
            places.add("can be downloaded" if public else "not here")
    # The furthest place decides.
    order = ("not here", "can be downloaded", "cache", "$SPARRING_DATA")
    return next(place for place in order if place in places)


def open_named(name: str, how: Preparation, size: int | None = None) -> Dataset:
    """Open a named data set.

    Args:
        name: one of `names()`.
        how: how the held-out part is cut where there is no official one.
        size: pixels to which images are resized, or None to keep theirs.

    Raises:
        WrongUse: no such name, a file that is nowhere, or a size for what is no image.
        Failure: a download failed.

    Example:
        >>> dataset = open_named("ring8", Preparation())
        >>> len(dataset.train), len(dataset.modes.centres)
        (100000, 8)
    """
    entry = CATALOG.get(name)
    if entry is None:
        raise WrongUse(unknown(name))
    if size is not None and entry.modality != "image":
        raise WrongUse(f"size is for images, {name!r} is a set of {entry.modality} data.")
    files = [obtain(alternatives, name) for alternatives in entry.files]
    dataset = entry.load(files, how, size)
    about = f"{entry.about} {dataset.about}".strip()  # what was done this time comes after it
    return replace(dataset, name=name, licence=entry.licence, about=about)


def unknown(name: str, others: Iterable[str] = ()) -> str:
    """The sentence for a name that is neither a data set nor a file.

    Example:
        >>> unknown("mnits")
        "'mnits' is no file, folder or named data set: did you mean 'mnist'?"
    """
    near = difflib.get_close_matches(name, [*CATALOG, *others], n=1)
    remedy = f"did you mean {near[0]!r}?" if near else "`sparring list data` shows what there is."
    return f"{name!r} is no file, folder or named data set: {remedy}"
