"""One door for data of any kind: `open_dataset`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from sparring.core.errors import WrongUse
from sparring.data.arrayfiles import (
    Arrays,
    find_idx_folder,
    is_idx,
    read_idx_folder,
    read_idx_images,
    read_npy,
    read_npz,
)
from sparring.data.arrays import to_numpy
from sparring.data.building import (
    Cut,
    image_dataset,
    matrix_dataset,
    points_dataset,
    table_dataset,
)
from sparring.data.catalog import CATALOG, open_named, unknown
from sparring.data.dataset import Dataset
from sparring.data.folder import folder_dataset
from sparring.data.image import LARGEST, SMALLEST
from sparring.data.tablefiles import SUFFIXES, is_table, read_table

MODALITIES = ("image", "table", "points")


@dataclass(frozen=True)
class _Wish:
    """What the caller asked for, besides the data."""

    cut: Cut
    modality: str | None
    size: int | None
    labels: Any
    target: str | int | None
    separator: str | None
    missing: tuple[str, ...]
    categories: tuple[str, ...]
    drop: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.modality not in (None, *MODALITIES):
            raise WrongUse(
                f"modality must be one of {', '.join(MODALITIES)}, got {self.modality!r}."
            )
        size, fraction = self.size, self.cut.fraction
        if size is not None and not (type(size) is int and SMALLEST <= size <= LARGEST):
            raise WrongUse(
                f"size must be a whole number from {SMALLEST} to {LARGEST}, got {size!r}."
            )
        if not 0 < fraction <= 0.5:
            raise WrongUse(f"heldout must be above 0 and at most 0.5, got {fraction!r}.")

    def refuse(self, what: str, *options: str) -> None:
        """Refuse options that mean nothing for this kind of data."""
        for option in options:
            given = getattr(self, option)
            if given is not None and not (isinstance(given, tuple) and not given):
                raise WrongUse(f"{option} means nothing for {what}: leave it out.")

    def expect(self, kind: str, what: str) -> None:
        """Refuse a modality that this kind of data cannot have."""
        if self.modality not in (None, kind):
            raise WrongUse(f"{what} cannot be taken as {self.modality} data, only as {kind}.")


_OF_FILES = ("separator", "missing")
_OF_TABLES = ("target", "categories", "drop")


def open_dataset(
    thing: Any,
    *,
    modality: str | None = None,
    size: int | None = None,
    labels: Any = None,
    target: str | int | None = None,
    separator: str | None = None,
    missing: str | Sequence[str] = (),
    categories: str | Sequence[str] = (),
    drop: str | Sequence[str] = (),
    heldout: float = 0.1,
    seed: int = 0,
) -> Dataset:
    """Open data of any kind, cut into what is trained on and what is held out.

    Args:
        thing: the name of a data set (`catalog.names`); the path of a folder of images, of a
            folder of such folders (one a class), of a .npz, .npy, idx, CSV or Parquet file (a
            name is looked up first: write ./mnist for a folder of that name); an array or tensor
            of images (n, h, w), (n, h, w, c) or (n, c, h, w), or of numbers (n, d); a DataFrame.
        modality: image, table or points, where the data could be several; numbers (n, d) are a
            table unless "points" is asked for.
        size: pixels, 8 to 128: images are cropped to the largest square in their middle and
            resized. Without it all images must be squares of one size.
        labels: for arrays of images, (n,) whole numbers or texts; for a .npz file, the name of
            the array of labels.
        target: the column that a table's models usually predict.
        separator: of a CSV file.
        missing: texts that stand for a missing value in a CSV file, or one with commas between.
        categories: columns to take as categories whatever they hold, likewise.
        drop: columns to leave out, likewise.
        heldout: fraction of the items to hold out where there is no official test part, above 0
            and at most 0.5.
        seed: of the held-out part.

    Raises:
        WrongUse: whatever cannot be used, with what to do.
        Failure: a download failed.

    Example:
        >>> images = np.zeros((50, 16, 16), dtype=np.uint8)
        >>> dataset = open_dataset(images)
        >>> dataset.modality.shape, len(dataset.train), len(dataset.heldout)
        ((1, 16, 16), 45, 5)
    """
    tables = (_listed(missing), _listed(categories), _listed(drop))
    cut = Cut(heldout, seed)
    return _open(thing, _Wish(cut, modality, size, labels, target, separator, *tables))


def _open(thing: Any, wish: _Wish) -> Dataset:
    if isinstance(thing, pd.DataFrame):
        return _open_frame("table", thing, wish)
    if isinstance(thing, np.ndarray | torch.Tensor):
        wish.refuse("arrays", *_OF_FILES)
        return _open_arrays("array", Arrays(to_numpy(thing), wish.labels), wish)
    if isinstance(thing, str) and thing in CATALOG:
        return _open_named(thing, wish)
    if isinstance(thing, str | Path):
        return _open_path(thing, wish)
    if hasattr(thing, "toarray"):
        raise WrongUse("Sparse data is not supported: make it dense, with its toarray().")
    raise WrongUse(
        f"Data must be a name, a path, an array, a tensor or a DataFrame, got "
        f"{type(thing).__name__}: make it one of these, for example with numpy.asarray."
    )


def _listed(names: str | Sequence[str]) -> tuple[str, ...]:
    return tuple(names.split(",")) if isinstance(names, str) else tuple(names)


def _open_named(name: str, wish: _Wish) -> Dataset:
    wish.expect(CATALOG[name].modality, f"data set {name!r}")
    wish.refuse("a named data set", "labels", *_OF_FILES, *_OF_TABLES)
    return open_named(name, wish.cut, wish.size)


def _open_path(thing: str | Path, wish: _Wish) -> Dataset:
    path = Path(thing).expanduser()
    if not path.exists() or not str(thing):
        raise WrongUse(unknown(str(thing)))
    try:
        return _open_existing(path, wish)
    except WrongUse as error:
        words = str(error)
        # What is wrong with a column or an array doesn't know in which file that is.
        named = str(path) in words or str(path.resolve()) in words
        raise WrongUse(words if named else f"{path}: {words[0].lower()}{words[1:]}") from error


def _open_existing(path: Path, wish: _Wish) -> Dataset:
    if path.is_dir():
        wish.expect("image", f"The folder {path}")
        idx = find_idx_folder(path)
        wish.refuse("a folder of images", "labels", *_OF_FILES, *_OF_TABLES)
        if idx:
            return image_dataset(path.name, read_idx_folder(idx), wish.cut, wish.size)
        return folder_dataset(path.resolve(), wish.cut, wish.size)
    if is_table(path):
        frame = read_table(
            path,
            separator=wish.separator,
            missing=wish.missing,
            categories=wish.categories,
            drop=wish.drop,
        )
        # Done with by the reader.
        rest = replace(wish, separator=None, missing=(), categories=(), drop=())
        return _open_frame(_stem(path), frame, rest)
    for is_one, read in _ARRAY_FILES:
        if is_one(path):
            wish.refuse("a file of arrays", *_OF_FILES)
            return _open_arrays(_stem(path), read(path, wish), wish)
    raise WrongUse(
        f"{path} is of no known kind: name a folder of images, or a file that ends in "
        f"{', '.join(SUFFIXES)}, .npz, .npy or idx3-ubyte."
    )


def _stem(path: Path) -> str:
    return path.name.split(".")[0] or path.name


def _read_npz(path: Path, wish: _Wish) -> Arrays:
    named = wish.labels if isinstance(wish.labels, str) else None
    arrays = read_npz(path, named)
    given = wish.labels is not None and named is None
    return replace(arrays, y=wish.labels) if given else arrays


_ARRAY_FILES: tuple[tuple[Callable[[Path], bool], Callable[[Path, _Wish], Arrays]], ...] = (
    (lambda path: path.suffix == ".npz", _read_npz),
    (lambda path: path.suffix == ".npy", lambda path, wish: replace(read_npy(path), y=wish.labels)),
    (is_idx, lambda path, _: read_idx_images(path)),
)


def _open_frame(name: str, frame: pd.DataFrame, wish: _Wish) -> Dataset:
    wish.refuse("a table", "size", "labels")
    wish.refuse("a DataFrame", *_OF_FILES)
    for column in (*wish.categories, *wish.drop):
        if column not in frame.columns:
            raise WrongUse(
                f"The table has no column {column!r}, only {', '.join(map(str, frame.columns))}."
            )
    if wish.modality == "points":
        numbers = frame.to_numpy()
        if numbers.dtype.kind not in "fiu":
            raise WrongUse("Points must be columns of numbers: drop the others.")
        return points_dataset(name, numbers, wish.cut)
    wish.expect("table", "A table")
    frame = frame.astype(dict.fromkeys(wish.categories, "category"))
    return table_dataset(name, frame.drop(columns=list(wish.drop)), wish.cut, wish.target)


def _open_arrays(name: str, arrays: Arrays, wish: _Wish) -> Dataset:
    if arrays.x.ndim == 2:
        return _open_numbers(name, arrays, wish)
    wish.expect("image", f"An array of shape {arrays.x.shape}")
    wish.refuse("images", *_OF_TABLES)
    return image_dataset(name, arrays, wish.cut, wish.size)


def _open_numbers(name: str, arrays: Arrays, wish: _Wish) -> Dataset:
    wish.refuse("an array of numbers", "size", "labels", "categories", "drop")
    if wish.modality == "points":
        return points_dataset(name, arrays.x, wish.cut, arrays.x_test)
    wish.expect("table", f"An array of shape {arrays.x.shape}")
    if arrays.x.dtype.kind == "c":
        raise WrongUse("Complex data not supported: give real and imaginary parts as columns.")
    if arrays.x.dtype.kind not in "fiu":
        raise WrongUse(f"An array (n, d) must hold numbers, got {arrays.x.dtype}: use a DataFrame.")
    return matrix_dataset(name, arrays.x, wish.cut, wish.target)
