"""Features of real items, kept on the disk so that the next report need not compute them."""

import hashlib
import os
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import pandas as pd

from sparring.core.errors import Failure
from sparring.metrics.features import Features

_PROBE = 16


def cached_features(features: Features, items: Any, cache: Path | None) -> np.ndarray:
    """Features of real items, computed once for the same items and features.

    Features are known by what they give for the first 16 items, not by their name, so that a
    network that was changed is never answered with what another one said.

    Args:
        features: items to (n, d).
        items: an array or a DataFrame.
        cache: a folder, or None to compute them each time.

    Returns:
        (n, d) float64.

    Raises:
        Failure: if the folder can't be written, or a file in it is damaged.

    Example:
        >>> from sparring.metrics.features import Identity
        >>> cached_features(Identity(), np.ones((3, 2)), None).shape
        (3, 2)
    """
    if cache is None:
        return np.asarray(features(items), dtype=np.float64)
    file = Path(cache) / f"real-{_key(features, items)}.npz"
    if file.is_file():
        return _read(file)
    found = np.asarray(features(items), dtype=np.float64)
    _write(file, found)
    return found


def _key(features: Features, items: Any) -> str:
    digest = hashlib.sha256(f"{features.name} {features.describe()}".encode())
    if isinstance(items, pd.DataFrame):
        digest.update(pd.util.hash_pandas_object(items, index=False).to_numpy().tobytes())
        digest.update(repr(items.dtypes.to_dict()).encode())
    else:
        array = np.ascontiguousarray(items)
        digest.update(f"{array.dtype} {array.shape}".encode())
        digest.update(array.tobytes())
    probe = np.asarray(features(items[:_PROBE]), dtype=np.float64)
    digest.update(f"{probe.shape}".encode())
    digest.update(probe.tobytes())
    return digest.hexdigest()[:24]


def _read(file: Path) -> np.ndarray:
    try:
        with np.load(file, allow_pickle=False) as kept:
            return kept["features"].astype(np.float64)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise Failure(f"the features kept in {file} are damaged; delete that file.") from error


def _write(file: Path, found: np.ndarray) -> None:
    single = found.astype(np.float32)
    # Networks give float32: half the room, and nothing is lost.
    kept = single if np.array_equal(single.astype(np.float64), found) else found
    aside = file.with_suffix(f".{os.getpid()}.part.npz")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(aside, features=kept)
        aside.replace(file)
    except OSError as error:
        raise Failure(
            f"features of the real data can't be kept in {file.parent}: {error.strerror}; give "
            f"another cache."
        ) from error
    finally:
        aside.unlink(missing_ok=True)
