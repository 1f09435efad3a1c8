"""Arrays in files: .npz, .npy and the idx format of MNIST."""

import gzip
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sparring.core.errors import WrongUse

_CAPTIONS = ("caption", "captions", "text", "texts")
_IDX_TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
_IDX_PARTS = (("train", "train"), ("t10k", "test"))


@dataclass(frozen=True)
class Arrays:
    """What an array file holds: items, perhaps labels, perhaps an official test part.

    Attributes:
        x: items.
        y: what is said of them: labels, captions, or a dict of attributes.
        x_test, y_test: the same of the official test part.
        names: of the classes 0..k-1, where y holds such numbers.
        kind: "text" where y is known to hold captions.
    """

    x: np.ndarray
    y: Any = None
    x_test: np.ndarray | None = None
    y_test: Any = None
    names: tuple[str, ...] | None = None
    kind: str | None = None


def read_npz(path: Path, labels: str | Sequence[str] | None = None) -> Arrays:
    """Read arrays x and y, or x_train, y_train, x_test, y_test, or the only array there is.

    What is said of the items is `y`, captions (`caption` or `text`; (n,) or (n, several), where
    empty ones are left out), or `attributes` (n, k) with their `attribute_names` (k,).

    Args:
        path: a .npz file; nothing pickled is read.
        labels: the name of the array to take as labels, instead of y; or several names, in a list
            or with commas between, of arrays to take as attributes.

    Raises:
        WrongUse: not such a file, or arrays of other names.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "a.npz"
        >>> np.savez(path, x=np.zeros((20, 8, 8)), age=np.arange(20), hat=np.arange(20) % 2)
        >>> list(read_npz(path, labels="age,hat").y)
        ['age', 'hat']
    """
    held = _held(path)
    named = labels.split(",") if isinstance(labels, str) else labels
    for name in named or ():
        if name not in held and f"{name}_train" not in held:
            raise WrongUse(f"{path} has no array {name!r} for labels, only {', '.join(held)}.")
    classes = held.get("classes")
    names = tuple(str(name) for name in classes) if classes is not None else None
    if "x_train" in held and "x_test" in held:
        y, kind = _said(held, named, "_train")
        y_test, _ = _said(held, named, "_test")
        return Arrays(held["x_train"], y, held["x_test"], y_test, names, kind)
    if "x" in held:
        y, kind = _said(held, named, "")
        return Arrays(held["x"], y, names=names, kind=kind)
    if len(held) == 1:
        return Arrays(next(iter(held.values())))
    raise WrongUse(
        f"{path} must hold arrays named x (and y), or x_train, y_train, x_test and y_test, "
        f"got {', '.join(held) or 'none'}: rename them."
    )


def _held(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            held: dict[str, Any] = {name: archive[name] for name in archive.files}
        if not all(isinstance(array, np.ndarray) for array in held.values()):
            raise ValueError("a member of the archive is no array")
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, KeyError) as error:
        reason = "Python objects" if "Object arrays" in str(error) else "no readable arrays"
        raise WrongUse(f"{path} holds {reason}: save plain arrays with numpy.savez.") from error
    return held


def _said(
    held: Mapping[str, np.ndarray], named: Sequence[str] | None, part: str
) -> tuple[Any, str | None]:
    """What the arrays say of the items of a part, and "text" where that is known."""

    def array(name: str) -> np.ndarray | None:
        found = held.get(name + part)
        # One array may be named without its part, where it is that of the training part.
        return held.get(name) if found is None and part != "_test" else found

    if named is not None:
        if len(named) == 1:
            return array(named[0]), None
        found = {name: array(name) for name in named}
        return (None if any(one is None for one in found.values()) else found), None
    if array("y") is not None:
        return array("y"), None
    for name in _CAPTIONS:
        captions = array(name)
        if captions is not None:
            several = captions.ndim == 2 and captions.dtype.kind == "U"
            listed = [[text for text in row if text] for row in captions.tolist()]
            return (listed if several else captions), "text"
    attributes, names = array("attributes"), held.get("attribute_names")
    if attributes is None or attributes.ndim != 2 or names is None:
        return attributes, None
    if len(names) != attributes.shape[1]:
        raise WrongUse(
            f"There must be one name an attribute ({attributes.shape[1]}), got {len(names)} in "
            f"attribute_names."
        )
    return {str(name): attributes[:, place] for place, name in enumerate(names)}, None


def read_npy(path: Path) -> Arrays:
    """Read the array of a .npy file; nothing pickled is read."""
    try:
        return Arrays(np.load(path, allow_pickle=False))
    except (OSError, ValueError, EOFError) as error:
        raise WrongUse(f"{path} holds no readable array: save it with numpy.save.") from error


def is_idx(path: Path) -> bool:
    """Whether the name is that of an idx file, such as train-images-idx3-ubyte.gz."""
    stem = path.name.removesuffix(".gz")
    return stem.endswith((".idx", "-ubyte")) or "-idx" in stem


def read_idx(path: Path) -> np.ndarray:
    """Read one idx file, gzipped or not.

    Raises:
        WrongUse: not an idx file, or cut short.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "labels-idx1-ubyte"
        >>> _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 2, 5, 7]))
        >>> read_idx(path)
        array([5, 7], dtype=uint8)
    """
    try:
        raw = path.read_bytes()
        data = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
        zero, code, dimensions = struct.unpack(">HBB", data[:4])
        shape = struct.unpack(f">{dimensions}I", data[4 : 4 + 4 * dimensions])
        dtype = np.dtype(_IDX_TYPES[code])
        flat = np.frombuffer(data, dtype, offset=4 + 4 * dimensions)
        if zero != 0 or flat.size != int(np.prod(shape)):
            raise ValueError("size")
    except (OSError, EOFError, ValueError, KeyError, struct.error, zlib.error) as error:
        raise WrongUse(
            f"{path} is not a whole idx file (damaged or cut short): get it again."
        ) from error
    return flat.reshape(shape).astype(dtype.newbyteorder("="))


def read_idx_images(path: Path) -> Arrays:
    """Read a file of images, with the labels from the file beside it that is named alike."""
    beside = path.with_name(path.name.replace("images-idx3", "labels-idx1"))
    y = read_idx(beside) if beside != path and beside.exists() else None
    return Arrays(read_idx(path), y)


def find_idx_folder(folder: Path) -> dict[str, Path]:
    """The idx files of a folder in MNIST's layout: x_train, y_train, x_test, y_test -> path."""
    found = {}
    for prefix, part in _IDX_PARTS:
        for stem, letter in (("images-idx3", "x"), ("labels-idx1", "y")):
            for name in (f"{prefix}-{stem}-ubyte", f"{prefix}-{stem}-ubyte.gz"):
                if (folder / name).is_file():
                    found[f"{letter}_{part}"] = folder / name
    return found


def read_idx_folder(files: dict[str, Path]) -> Arrays:
    """Read what `find_idx_folder` found."""
    if "x_train" not in files:
        raise WrongUse(
            f"{next(iter(files.values())).parent} has idx files but no train-images-idx3-ubyte."
        )
    held = {name: read_idx(path) for name, path in files.items()}
    return Arrays(held["x_train"], held.get("y_train"), held.get("x_test"), held.get("y_test"))
