"""A folder of images, or a folder of folders: one a class."""

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sparring.core.errors import WrongUse
from sparring.data.building import Preparation, told
from sparring.data.dataset import Dataset
from sparring.data.image import LARGEST, SMALLEST, Image
from sparring.data.image_metadata import find_metadata, read_metadata
from sparring.data.image_texts import read_texts
from sparring.data.memory import budget
from sparring.data.reading import SUFFIXES, read_header
from sparring.data.sources import Files, Source
from sparring.data.splitting import FEWEST_ITEMS, split

_PARTS = frozenset({"train", "test", "val", "valid", "validation", "heldout"})


def _files(folder: Any, suffixes: Collection[str]) -> list[Any]:
    found = (
        path
        for path in folder.iterdir()
        if path.suffix.lower() in suffixes and not path.name.startswith(".") and path.is_file()
    )
    return sorted(found, key=lambda path: str(path.name))


def find_images(folder: Path) -> tuple[list[Path], list[str] | None]:
    """The image files of a folder in a fixed order, and the class of each.

    Files that are no images by their suffix are left alone.

    Returns:
        Paths, and names of their classes or None when the images lie in the folder itself.

    Raises:
        WrongUse: see `find_classed`.
    """
    return find_classed(folder, SUFFIXES, "image", str(folder))


def find_classed(
    folder: Any, suffixes: Collection[str], what: str, name: str
) -> tuple[list[Any], list[str] | None]:
    """The files of a folder in a fixed order, and the class of each; others are left alone.

    Args:
        folder: a Path, or the zipfile.Path of one in an archive.
        suffixes: of the files, in small letters.
        what: such a file is, in a word.
        name: of the folder, for errors.

    Returns:
        Paths, and names of their classes or None when the files lie in the folder itself.

    Raises:
        WrongUse: no such files, some on both floors, folders that are parts and not classes, or a
            class with one file.
    """
    top = _files(folder, suffixes)
    below = {
        inner.name: found
        for inner in sorted(folder.iterdir(), key=lambda path: str(path.name))
        if inner.is_dir() and not inner.name.startswith(".") and (found := _files(inner, suffixes))
    }
    if top and below:
        raise WrongUse(
            f"{name} has {what}s and folders of {what}s ({', '.join(list(below)[:3])}): put every "
            f"{what} into a class's folder, or none."
        )
    if top:
        return top, None
    if not below:
        raise WrongUse(
            f"{name} holds no {what}s ({_contents(folder)}): name a folder of "
            f"{', '.join(sorted(suffixes))} files, or of such folders."
        )
    if set(map(str.lower, below)) <= _PARTS:
        raise WrongUse(
            f"{name} holds the parts {', '.join(below)}, not classes: name one of them, for "
            f"example {name}/{next(iter(below))}."
        )
    for inside, found in below.items():
        if len(found) < 2:
            raise WrongUse(
                f"Class {inside!r} of {name} has one {what}, each must have at least 2: add "
                f"{what}s, or remove the folder."
            )
    paths = [path for found in below.values() for path in found]
    return paths, [inside for inside, found in below.items() for _ in found]


def _contents(folder: Any) -> str:
    names = [path.name for path in folder.iterdir()]
    return "it is empty" if not names else f"only {', '.join(sorted(names)[:3])}"


def folder_dataset(
    folder: Path,
    how: Preparation,
    size: int | None = None,
    labels: str | Sequence[str] | None = None,
) -> Dataset:
    """Images of a folder: in memory where they fit, else decoded when they are asked for.

    Only headers are read to decide. All images must be squares of one size unless `size` is given;
    they are RGB unless all are grey. What is said of them stands in a metadata.csv or
    metadata.jsonl (see `image_metadata.read_metadata`) or in a text file beside each (see
    `image_texts.read_texts`), or is the folder in which each lies.

    Args:
        folder: of images.
        how: how the held-out part is cut.
        size: pixels to which they are cropped and resized.
        labels: columns of the metadata that are said of the images.

    Raises:
        WrongUse: what `find_images`, `read_metadata`, `read_texts` and `reading.read_image` refuse,
            sizes that differ, or fewer than 10 images.
    """
    notes = find_metadata(folder)
    said: Any = None
    kind: str | None = None
    if notes is not None:
        paths, said, kind = read_metadata(notes, labels)
    elif labels is not None:
        raise WrongUse(
            f"{folder} has no metadata.csv or metadata.jsonl whose columns labels could name: "
            f"leave labels out, or add one."
        )
    else:
        paths, said = find_images(folder)
        texts = read_texts(paths) if said is None else None
        if texts is not None:
            said, kind = texts, "text"
    if len(paths) < FEWEST_ITEMS:
        raise WrongUse(
            f"{folder} must hold at least {FEWEST_ITEMS} images, got {len(paths)}: add more."
        )
    sizes, grey = _survey(paths)
    image = Image(_size(folder, sizes) if size is None else size, 1 if grey else 3)
    claim = None if said is None else how.claim(said, len(paths), kind=kind)
    kept, out = split(len(paths), how.fraction, how.seed, claim.groups if claim else None)
    parts: list[Source] = []
    fits = len(paths) * int(np.prod(image.shape)) <= budget()
    for rows in (kept, out):
        files = Files([paths[row] for row in rows], image, size)
        parts.append(files.load() if fits else files)
    dataset = Dataset(folder.name, image, parts[0], parts[1])
    return dataset if claim is None else told(dataset, claim, kept, claim, out)


def _survey(paths: Sequence[Path]) -> tuple[Counter[tuple[int, int]], bool]:
    """How many images have which (width, height), and whether all are grey."""
    sizes: Counter[tuple[int, int]] = Counter()
    grey = True
    for path in paths:
        header = read_header(path)
        sizes[header.width, header.height] += 1
        grey = grey and header.grey
    return sizes, grey


def _size(folder: Path, sizes: Counter[tuple[int, int]]) -> int:
    """The one size of all images, or a refusal that says which there are."""
    remedy = "give a size to which they are cropped and resized, for example `--set size=64`"
    if len(sizes) > 1:
        common = ", ".join(f"{w}x{h} ({count})" for (w, h), count in sizes.most_common(3))
        more = ", ..." if len(sizes) > 3 else ""
        raise WrongUse(f"The images of {folder} have several sizes, {common}{more}: {remedy}.")
    width, height = next(iter(sizes))
    if width != height or not SMALLEST <= width <= LARGEST:
        raise WrongUse(
            f"The images of {folder} must be squares of {SMALLEST} to {LARGEST} pixels, got "
            f"{width}x{height}: {remedy}."
        )
    return width
