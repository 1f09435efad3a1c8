"""One door for data of any kind: `open_dataset`."""

from collections.abc import Callable, Mapping, Sequence
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
from sparring.data.binarising import binarise as binarised
from sparring.data.building import (
    Preparation,
    image_dataset,
    matrix_dataset,
    points_dataset,
    table_dataset,
)
from sparring.data.catalog import CATALOG, open_named, unknown
from sparring.data.conditions.text_encoder import MINILM
from sparring.data.databases import SUFFIXES as DATABASES
from sparring.data.databases import is_database, read_database, shown
from sparring.data.dataset import Dataset
from sparring.data.folder import folder_dataset
from sparring.data.frames import is_frame, to_pandas
from sparring.data.image import LARGEST, SMALLEST
from sparring.data.parquetfiles import ParquetRows, is_parquet, is_parquet_dataset
from sparring.data.sound import check_length, check_rate
from sparring.data.sounds import arrays_of_sounds, holds_sounds, read_sounds, sound_dataset
from sparring.data.streaming import is_too_large, stream_dataset
from sparring.data.tablefiles import SUFFIXES, check_columns, is_table, open_parquet, read_table
from sparring.data.taking import label, take

MODALITIES = ("image", "table", "points", "audio")


@dataclass(frozen=True)
class _Wish:
    """What the caller asked for, besides the data."""

    how: Preparation
    modality: str | None
    size: int | None
    labels: Any
    target: str | int | None
    separator: str | None
    missing: tuple[str, ...]
    categories: tuple[str, ...]
    drop: tuple[str, ...]
    table: str | None
    stream: bool | None

    def __post_init__(self) -> None:
        if self.modality not in (None, *MODALITIES):
            raise WrongUse(
                f"modality must be one of {', '.join(MODALITIES)}, got {self.modality!r}."
            )
        size, fraction = self.size, self.how.fraction
        if size is not None and not (type(size) is int and SMALLEST <= size <= LARGEST):
            raise WrongUse(
                f"size must be a whole number from {SMALLEST} to {LARGEST}, got {size!r}."
            )
        if self.how.length is not None:
            check_length(self.how.length)
        if self.how.rate is not None:
            check_rate(self.how.rate)
        if not 0 < fraction <= 0.5:
            raise WrongUse(f"heldout must be above 0 and at most 0.5, got {fraction!r}.")

    def refuse(self, what: str, *options: str) -> None:
        """Refuse options that mean nothing for this kind of data."""
        for option in options:
            given = getattr(self, option)
            if given is not None and not (isinstance(given, tuple) and not given):
                raise WrongUse(f"{option} means nothing for {what}: leave it out.")

    def read(self) -> "_Wish":
        """What is left to wish when the reader of a file has done what concerns it."""
        return replace(self, separator=None, missing=(), categories=(), drop=())

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
    table: str | None = None,
    stream: bool | None = None,
    encoding: str = "scores",
    rules: bool | Sequence[str] = False,
    kinds: Mapping[str | int, str] | None = None,
    items: int | None = None,
    labelled: float | None = None,
    binarise: str | None = None,
    text_encoder: str = MINILM,
    heldout: float = 0.1,
    seed: int = 0,
    length: int | None = None,
    rate: int | None = None,
) -> Dataset:
    """Open data of any kind, cut into what is trained on and what is held out.

    Args:
        thing: the name of a data set (`catalog.names`); the path of a folder of images or sounds,
            of a folder of such folders (one a class), of a .npz, .npy, idx, CSV, Parquet or SQLite
            file, of a .zip of sounds, or of a folder of Parquet files (a name is looked up first:
            write ./mnist for a folder of that name); an array or tensor of images (n, h, w),
            (n, h, w, c) or (n, c, h, w), or of numbers (n, d); a DataFrame of pandas or Polars, a
            LazyFrame, a table, reader or data set of pyarrow; a SQLAlchemy Engine or the URL of a
            database.
        modality: image, table, points or audio, where the data could be several; numbers (n, d)
            are a table unless "points" or "audio" is asked for.
        size: pixels, 8 to 128: images are cropped to the largest square in their middle and
            resized. Without it all images must be squares of one size.
        labels: for arrays of images, what is said of them: (n,) classes, captions (n texts, or n
            lists of texts), or attributes (an array, DataFrame or dict of columns); for a .npz file
            and for the metadata.csv or .jsonl of a folder, the name of what holds it, or names
            with commas between.
        target: the column that a table's models usually predict.
        separator: of a CSV file.
        missing: texts that stand for a missing value in a CSV file, or one with commas between.
        categories: columns to take as categories whatever they hold, likewise.
        drop: columns to leave out, likewise.
        table: of a database that has several.
        stream: whether Parquet is read in chunks and kept encoded on the disk; None streams what
            would take more than a quarter of the memory that is free.
        encoding: of a table, a key of `encodings.ENCODINGS`.
        rules: whether exact relations between a table's columns are looked for, or what is said
            of those that are found (see `rules.choose`).
        kinds: overrules what columns are taken for, by name (see `inference.form_of`); of images
            {"y": "text"} or {"y": "category"}, and of attributes by name.
        items: train on so many, drawn; each class keeps its share (see `taking.take`).
        labelled: keep so many labels alone, or such a share (see `taking.label`).
        binarise: how grey pictures are made binary, if they are: "dynamic", "static" or "half" (see
            `binarising.binarise`).
        text_encoder: of captions: "minilm", or the name of a model of Hugging Face.
        heldout: fraction of the items to hold out where there is no official test part, above 0
            and at most 0.5.
        seed: of the held-out part.
        length: of sounds, in samples: longer ones are cut at their end, shorter ones end in
            silence. None takes the median, rounded up to a multiple of 64.
        rate: of sounds, samples a second, to which others are resampled; None takes that of most.

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
    asked = rules if isinstance(rules, bool) else tuple(rules)
    how = Preparation(heldout, seed, encoding, asked, kinds or {}, text_encoder, length, rate)
    wish = _Wish(how, modality, size, labels, target, separator, *tables, table, stream)
    dataset = _open(thing, wish)
    if dataset.modality.name != "audio" and (length, rate) != (None, None):
        raise WrongUse(f"length and rate are for sounds, got {dataset.modality.name} data.")
    if items is not None:
        dataset = take(dataset, items, seed)
    if binarise is not None:
        dataset = binarised(dataset, binarise, seed)
    return dataset if labelled is None else label(dataset, labelled, seed)


def _open(thing: Any, wish: _Wish) -> Dataset:
    known = isinstance(thing, str) and thing in CATALOG
    if is_database(thing) and not known:
        return _open_database(thing, wish)
    wish.refuse("what is no database", "table")
    if is_parquet_dataset(thing):
        rows = ParquetRows(thing)
        check_columns("The data set", rows.names, wish.categories, wish.drop)
        return _open_rows("table", rows.only(wish.categories, wish.drop), wish)
    if not _is_parquet_path(thing, wish):
        wish.refuse("what is no Parquet", "stream")
    if is_frame(thing):
        return _open_frame("table", to_pandas(thing), wish)
    if isinstance(thing, np.ndarray | torch.Tensor):
        wish.refuse("arrays", *_OF_FILES)
        return _open_arrays("array", Arrays(to_numpy(thing), wish.labels), wish)
    if known:
        return _open_named(thing, wish)
    if isinstance(thing, str | Path):
        return _open_path(thing, wish)
    if hasattr(thing, "toarray"):
        raise WrongUse("Sparse data is not supported: make it dense, with its toarray().")
    raise WrongUse(
        f"Data must be a name, a path, an array, a tensor, a DataFrame or a database, got "
        f"{type(thing).__name__}: make it one of these, for example with numpy.asarray."
    )


def _is_parquet_path(thing: Any, wish: _Wish) -> bool:
    if wish.modality == "image" or not isinstance(thing, str | Path) or thing in CATALOG:
        return False
    return is_parquet(Path(thing).expanduser())


def _listed(names: str | Sequence[str]) -> tuple[str, ...]:
    return tuple(names.split(",")) if isinstance(names, str) else tuple(names)


def _open_named(name: str, wish: _Wish) -> Dataset:
    wish.expect(CATALOG[name].modality, f"data set {name!r}")
    wish.refuse("a named data set", "labels", *_OF_FILES, *_OF_TABLES)
    return open_named(name, wish.how, wish.size)


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
    if _is_parquet_path(path, wish):
        wish.refuse("Parquet", *_OF_FILES)
        return _open_rows(_stem(path), open_parquet(path, wish.categories, wish.drop), wish)
    if path.suffix == ".zip" or (path.is_dir() and _sounds(path, wish)):
        what = "A folder of sounds" if path.is_dir() else "A .zip"
        wish.expect("audio", what)
        wish.refuse(what.lower(), "size", "labels", *_OF_FILES, *_OF_TABLES)
        return sound_dataset(path.name, read_sounds(path), wish.how)
    if path.is_dir():
        wish.expect("image", f"The folder {path}")
        idx = find_idx_folder(path)
        wish.refuse("a folder of images", *_OF_FILES, *_OF_TABLES)
        if idx:
            wish.refuse("a folder of idx files", "labels")
            return image_dataset(path.name, read_idx_folder(idx), wish.how, wish.size)
        return folder_dataset(path.resolve(), wish.how, wish.size, _named(path, wish.labels))
    if is_table(path):
        frame, told = read_table(
            path,
            separator=wish.separator,
            missing=wish.missing,
            categories=wish.categories,
            drop=wish.drop,
        )
        dataset = _open_frame(_stem(path), frame, wish.read())
        return replace(dataset, about=told)
    for is_one, read in _ARRAY_FILES:
        if is_one(path):
            wish.refuse("a file of arrays", *_OF_FILES)
            return _open_arrays(_stem(path), read(path, wish), wish)
    raise WrongUse(
        f"{path} is of no known kind: name a folder of images or sounds, or a file that ends in "
        f"{', '.join((*SUFFIXES, *DATABASES))}, .npz, .npy, .zip (of sounds) or idx3-ubyte."
    )


def _sounds(folder: Path, wish: _Wish) -> bool:
    """Whether a folder is one of sounds: what it has, where nothing else is asked for."""
    return wish.modality == "audio" or (wish.modality is None and holds_sounds(folder))


def _open_rows(name: str, rows: ParquetRows, wish: _Wish) -> Dataset:
    wish = wish.read()
    streamed = is_too_large(rows) if wish.stream is None else wish.stream
    if not streamed or wish.modality == "points":
        return _open_frame(name, rows.read(), wish)
    wish.refuse("a table", "size", "labels")
    wish.expect("table", "A table")
    return stream_dataset(name, rows, wish.how, wish.target)


def _open_database(thing: Any, wish: _Wish) -> Dataset:
    wish.refuse("a database", "stream", *_OF_FILES)
    name, frame, told = read_database(thing, wish.table)
    check_columns(shown(thing), frame.columns, wish.categories, wish.drop)
    return replace(_open_frame(name, frame, wish), about=told)


def _stem(path: Path) -> str:
    return path.name.split(".")[0] or path.name


def _read_npz(path: Path, wish: _Wish) -> Arrays:
    named = wish.labels if isinstance(wish.labels, str) else None
    arrays = read_npz(path, named)
    given = wish.labels is not None and named is None
    return replace(arrays, y=wish.labels, kind=None) if given else arrays


def _named(folder: Path, labels: Any) -> str | Sequence[str] | None:
    """Names of columns, or a refusal of labels themselves."""
    several = isinstance(labels, list | tuple) and all(isinstance(one, str) for one in labels)
    if labels is None or isinstance(labels, str) or several:
        return labels  # type: ignore[no-any-return]
    raise WrongUse(
        f"labels must name columns of the metadata.csv in {folder}, got {type(labels).__name__}: "
        f"write what is said of the images into that file."
    )


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
        return points_dataset(name, numbers, wish.how)
    wish.expect("table", "A table")
    frame = frame.astype(dict.fromkeys(wish.categories, "category"))
    return table_dataset(name, frame.drop(columns=list(wish.drop)), wish.how, wish.target)


def _open_arrays(name: str, arrays: Arrays, wish: _Wish) -> Dataset:
    if wish.modality == "audio":
        wish.refuse("sounds", "size", *_OF_TABLES)
        return sound_dataset(name, arrays_of_sounds(arrays, wish.how.rate), wish.how)
    if arrays.x.ndim == 2:
        return _open_numbers(name, arrays, wish)
    wish.expect("image", f"An array of shape {arrays.x.shape}")
    wish.refuse("images", *_OF_TABLES)
    return image_dataset(name, arrays, wish.how, wish.size)


def _open_numbers(name: str, arrays: Arrays, wish: _Wish) -> Dataset:
    wish.refuse("an array of numbers", "size", "labels", "categories", "drop")
    if wish.modality == "points":
        return points_dataset(name, arrays.x, wish.how, arrays.x_test)
    wish.expect("table", f"An array of shape {arrays.x.shape}")
    if arrays.x.dtype.kind == "c":
        raise WrongUse("Complex data not supported: give real and imaginary parts as columns.")
    if arrays.x.dtype.kind not in "fiu":
        raise WrongUse(f"An array (n, d) must hold numbers, got {arrays.x.dtype}: use a DataFrame.")
    return matrix_dataset(name, arrays.x, wish.how, wish.target)
