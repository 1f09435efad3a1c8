"""Arrays in files: .npz, .npy and the idx format of MNIST."""

import gzip
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sparring.core.errors import WrongUse

_IDX_TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
_IDX_PARTS = (("train", "train"), ("t10k", "test"))


@dataclass(frozen=True)
class Arrays:
    """What an array file holds: items, perhaps labels, perhaps an official test part."""

    x: np.ndarray
    y: np.ndarray | None = None
    x_test: np.ndarray | None = None
    y_test: np.ndarray | None = None
    names: tuple[str, ...] | None = None


def read_npz(path: Path, labels: str | None = None) -> Arrays:
    """Read arrays x and y, or x_train, y_train, x_test, y_test, or the only array there is.

    Args:
        path: a .npz file; nothing pickled is read.
        labels: the name of the array to take as labels, instead of y.

    Raises:
        WrongUse: not such a file, or arrays of other names.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "a.npz"
        >>> np.savez(path, x=np.zeros((20, 8, 8)), y=np.arange(20) % 2)
        >>> read_npz(path).x.shape
        (20, 8, 8)
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            held: dict[str, Any] = {name: archive[name] for name in archive.files}
        if not all(isinstance(array, np.ndarray) for array in held.values()):
            raise ValueError("a member of the archive is no array")
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, KeyError) as error:
        reason = "Python objects" if "Object arrays" in str(error) else "no readable arrays"
        raise WrongUse(f"{path} holds {reason}: save plain arrays with numpy.savez.") from error
    if labels is not None and labels not in held:
        raise WrongUse(f"{path} has no array {labels!r} for labels, only {', '.join(held)}.")
    classes = held.get("classes")
    names = tuple(str(name) for name in classes) if classes is not None else None
    if "x_train" in held and "x_test" in held:
        y = held.get("y_train" if labels is None else labels)
        return Arrays(held["x_train"], y, held["x_test"], held.get("y_test"), names)
    if "x" in held:
        return Arrays(held["x"], held.get("y" if labels is None else labels), names=names)
    if len(held) == 1:
        return Arrays(next(iter(held.values())))
    raise WrongUse(
        f"{path} must hold arrays named x (and y), or x_train, y_train, x_test and y_test, "
        f"got {', '.join(held) or 'none'}: rename them."
    )


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
