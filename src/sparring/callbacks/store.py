"""Folders of tensors that are whole or not there, and that show when a byte of them has changed."""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from sparring.core import Failure

FORMAT = 1
"""The version of what is written here; a newer one is refused."""

_MANIFEST = "manifest.json"


class Damaged(Failure):
    """A stored folder isn't what was written."""


def write_tensors(
    folder: Path | str, tensors: Mapping[str, Tensor], meta: Mapping[str, Any], name: str = "state"
) -> None:
    """Write tensors and JSON into a folder that is there whole or not at all.

    The folder is made beside its place, every file flushed to the disk, and renamed; one that
    stands there already is replaced in the same way. Without any pickle: `NAME.safetensors`,
    `NAME.json`, and `manifest.json` with the SHA-256 of both and of itself.

    Args:
        folder: where; its parents are made.
        tensors: by name, on any device; several names may share one tensor.
        meta: JSON-able.
        name: of the two files.

    Raises:
        Failure: if the disk is full or the folder can't be written. What was there is unharmed.

    Example:
        >>> import tempfile, torch
        >>> place = Path(tempfile.mkdtemp()) / "model"
        >>> write_tensors(place, {"w": torch.ones(2)}, {"step": 3})
        >>> read_tensors(place)
        ({'w': tensor([1., 1.])}, {'step': 3})
    """
    folder = Path(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        tidy(folder)
        aside = _aside(folder)
        aside.mkdir()
        _write_files(aside, tensors, meta, name)
        _swap(aside, folder)
    except (OSError, SafetensorError) as error:
        _undo(folder)
        raise Failure(cannot_write(folder, error)) from error
    except BaseException:
        _undo(folder)
        raise


def read_tensors(
    folder: Path | str, name: str = "state"
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """What `write_tensors` wrote, on the CPU, after comparing every checksum.

    Raises:
        Damaged: if a file is missing, unreadable, or not what was written.
        Failure: if a newer version of sparring wrote it.
    """
    folder = _standing(Path(folder))
    check(folder)
    try:
        tensors = load_file(folder / f"{name}.safetensors")
        content = json.loads((folder / f"{name}.json").read_text("utf-8"))
    except (OSError, ValueError, SafetensorError) as error:
        raise Damaged(f"{folder} can't be read ({error}); use an earlier one.") from error
    for alias, original in content["aliases"].items():
        tensors[alias] = tensors[original]
    return tensors, content["meta"]


def check(folder: Path) -> None:
    """Compare a folder's files with its manifest.

    Raises:
        Damaged: if they differ.
        Failure: if a newer version of sparring wrote it.
    """
    try:
        raw = (folder / _MANIFEST).read_bytes()
        manifest = json.loads(raw)
        # Spelled again in the one way in which it is written, so that no byte can hide.
        intact = raw == _manifest(manifest["files"], manifest["format"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Damaged(f"{folder} has no readable {_MANIFEST}; use an earlier one.") from error
    if not intact:
        raise Damaged(f"{folder / _MANIFEST} isn't what was written; use an earlier one.")
    if manifest["format"] > FORMAT:
        raise Failure(
            f"{folder} was written by a newer sparring (format {manifest['format']}, this one "
            f"reads up to {FORMAT}); install that version: pip install -U sparring."
        )
    for file, checksum in manifest["files"].items():
        try:
            found = _checksum(folder / file)
        except OSError as error:
            raise Damaged(f"{folder / file} can't be read; use an earlier one.") from error
        if found != checksum:
            raise Damaged(f"{folder / file} isn't what was written; use an earlier one.")


def tidy(folder: Path) -> None:
    """Clear away what a killed process left beside a folder's place."""
    replaced = _replaced(folder)
    if replaced.exists():
        if folder.exists():
            shutil.rmtree(replaced)
        else:
            replaced.rename(folder)
    if _aside(folder).exists():
        shutil.rmtree(_aside(folder))


def tidy_all(parent: Path) -> None:
    """Clear away what killed processes left in a folder of such folders."""
    for path in sorted(parent.glob(".*")):
        if path.suffix in (_WRITING, _REPLACED):
            tidy(parent / path.stem[1:])


def cannot_write(path: Path, error: Exception) -> str:
    """The sentence about a file or folder that can't be written, with the usual remedy."""
    full = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
    # safetensors tells of the disk in words alone.
    if full or f"os error {errno.ENOSPC}" in str(error):
        why, remedy = "the disk is full", "free some space, then resume the run or start it again"
    else:
        why = getattr(error, "strerror", None) or str(error)
        remedy = "name a folder that may be written to, or change its permissions"
    return (
        f"{path} could not be written: {why}; {remedy} (nothing half-written remains, and what "
        f"was kept before is unharmed)."
    )


def sync(path: Path) -> None:
    """Flush a file or folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_WRITING, _REPLACED = ".writing", ".replaced"


def _aside(folder: Path) -> Path:
    return folder.parent / f".{folder.name}{_WRITING}"


def _replaced(folder: Path) -> Path:
    return folder.parent / f".{folder.name}{_REPLACED}"


def _standing(folder: Path) -> Path:
    """The folder, or the one it was about to replace when the process was killed."""
    replaced = _replaced(folder)
    return replaced if replaced.exists() and not folder.exists() else folder


def _write_files(
    aside: Path, tensors: Mapping[str, Tensor], meta: Mapping[str, Any], name: str
) -> None:
    unique, aliases = _without_twins(tensors)
    save_file(unique, aside / f"{name}.safetensors")
    content = json.dumps({"format": FORMAT, "aliases": aliases, "meta": meta}, indent=1)
    (aside / f"{name}.json").write_text(content, "utf-8")
    files = {file.name: _checksum(file) for file in sorted(aside.iterdir())}
    (aside / _MANIFEST).write_bytes(_manifest(files, FORMAT))
    for file in aside.iterdir():
        sync(file)
    sync(aside)


def _swap(aside: Path, folder: Path) -> None:
    replaced = _replaced(folder)
    if folder.exists():
        folder.rename(replaced)
    aside.rename(folder)
    sync(folder.parent)
    if replaced.exists():
        shutil.rmtree(replaced)


def _undo(folder: Path) -> None:
    shutil.rmtree(_aside(folder), ignore_errors=True)
    replaced = _replaced(folder)
    if replaced.is_dir() and not folder.exists():
        replaced.rename(folder)


def _without_twins(tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Each tensor once, since the format refuses shared memory; and who else goes by it."""
    unique: dict[str, Tensor] = {}
    aliases: dict[str, str] = {}
    first: dict[tuple[Any, ...], str] = {}
    storages: set[int] = set()
    for name, tensor in tensors.items():
        place = (tensor.data_ptr(), tensor.shape, tensor.stride(), tensor.dtype, tensor.device)
        if tensor.numel() and place in first:
            aliases[name] = first[place]
            continue
        first[place] = name
        storage = tensor.untyped_storage().data_ptr()
        kept = tensor.detach().contiguous()
        unique[name] = kept.clone() if storage in storages and tensor.numel() else kept
        storages.add(storage)
    return unique, aliases


def _checksum(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _manifest(files: Mapping[str, str], version: int) -> bytes:
    content = {"files": dict(sorted(files.items())), "format": version}
    itself = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return (json.dumps({**content, "itself": itself}, indent=1, sort_keys=True) + "\n").encode()
