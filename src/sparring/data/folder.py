"""A folder of images, or a folder of folders: one a class."""

from collections import Counter
from collections.abc import Sequence
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


def _images(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
    )


def find_images(folder: Path) -> tuple[list[Path], list[str] | None]:
    """The image files of a folder in a fixed order, and the class of each.

    Files that are no images by their suffix are left alone.

    Returns:
        Paths, and names of their classes or None when the images lie in the folder itself.

    Raises:
        WrongUse: no images, images on both floors, folders that are parts and not classes, or a
            class with one image.
    """
    top = _images(folder)
    below = {
        inner.name: found
        for inner in sorted(folder.iterdir())
        if inner.is_dir() and not inner.name.startswith(".") and (found := _images(inner))
    }
    if top and below:
        raise WrongUse(
            f"{folder} has images and folders of images ({', '.join(list(below)[:3])}): put every "
            f"image into a class's folder, or none."
        )
    if top:
        return top, None
    if not below:
        raise WrongUse(
            f"{folder} holds no images ({_contents(folder)}): name a folder of "
            f"{', '.join(sorted(SUFFIXES))} files, or of such folders."
        )
    if set(map(str.lower, below)) <= _PARTS:
        raise WrongUse(
            f"{folder} holds the parts {', '.join(below)}, not classes: name one of them, for "
            f"example {folder / next(iter(below))}."
        )
    for name, found in below.items():
        if len(found) < 2:
            raise WrongUse(
                f"Class {name!r} of {folder} has one image, each must have at least 2: add "
                f"images, or remove the folder."
            )
    paths = [path for found in below.values() for path in found]
    return paths, [name for name, found in below.items() for _ in found]


def _contents(folder: Path) -> str:
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
