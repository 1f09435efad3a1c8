"""Where the files of named data sets lie: a folder of the user, a cache, or a public address."""

import gzip
import hashlib
import os
import urllib.error
import urllib.request
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sparring.core.errors import Failure, WrongUse
from sparring.data.writing import aside

_TIMEOUT = 60
_LARGEST_DOWNLOAD = 512 * 2**20


@dataclass(frozen=True)
class File:
    """A file of a named data set.

    Attributes:
        path: below the folder of data sets.
        sha256: of its content; of a .gz file, of what was compressed, because the same data are
            compressed differently from place to place.
        url: https address of the publisher's own copy, or None.
    """

    path: str
    sha256: str
    url: str | None = None


def data_folder() -> Path | None:
    """The folder that $SPARRING_DATA names, if any."""
    named = os.environ.get("SPARRING_DATA")
    return Path(named).expanduser() if named else None


def cache_folder() -> Path:
    """Where downloads are kept: $XDG_CACHE_HOME/sparring/data."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "sparring" / "data"


def find(alternatives: Sequence[File]) -> tuple[File, Path] | None:
    """The first of some files that is there, in the user's folder before the cache."""
    for folder in (data_folder(), cache_folder()):
        for file in alternatives:
            if folder is not None and (folder / file.path).is_file():
                return file, folder / file.path
    return None


def checksum(path: Path) -> str:
    """SHA-256 of a file's content, of a .gz file's uncompressed content."""
    digest = hashlib.sha256()
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except (OSError, EOFError, zlib.error):
        return "unreadable"
    return digest.hexdigest()


def obtain(alternatives: Sequence[File], name: str) -> Path:
    """A file of a named data set, downloaded when it is nowhere and has an address.

    Args:
        alternatives: files of which any will do, the first the usual one.
        name: of the data set, for errors.

    Raises:
        WrongUse: the file is nowhere and has no address, or is another than expected.
        Failure: the download failed.
    """
    found = find(alternatives)
    if found is not None:
        file, path = found
        if checksum(path) != file.sha256:
            raise WrongUse(
                f"{path} is not the file that the data set {name!r} is made of (its checksum "
                f"differs): remove it and put the right one there."
            )
        return path
    for file in alternatives:
        if file.url is not None:
            return _download(file, file.url, cache_folder() / file.path)
    wanted = alternatives[0]
    raise WrongUse(
        f"data set {name!r} needs the file {wanted.path}, which is not here and has no public "
        f"address: put it into {(data_folder() or cache_folder()) / Path(wanted.path).parent}, or "
        f"let SPARRING_DATA name the folder that has {wanted.path}."
    )


def _fetch(url: str, part: Path) -> None:
    if not url.startswith("https://"):
        raise Failure(f"{url} is not an https address.")
    with urllib.request.urlopen(url, timeout=_TIMEOUT) as answer, part.open("wb") as out:
        written = 0
        while block := answer.read(1 << 20):
            written += len(block)
            if written > _LARGEST_DOWNLOAD:
                raise Failure(f"{url} sent more than {_LARGEST_DOWNLOAD >> 20} MB.")
            out.write(block)


def _download(file: File, url: str, path: Path) -> Path:
    try:
        with aside(path) as part:
            _fetch(url, part)
            if checksum(part) != file.sha256:
                raise Failure(
                    f"{url} sent another file than expected (its checksum differs): get "
                    f"{file.path} elsewhere and put it into {path.parent}."
                )
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise _no_download(url, path, str(error)) from error
    except Failure as error:
        # `aside` takes whatever the network raises for a failure to write.
        if isinstance(error.__cause__, urllib.error.URLError | TimeoutError | ConnectionError):
            raise _no_download(url, path, str(error.__cause__)) from error.__cause__
        raise
    return path


def _no_download(url: str, path: Path, reason: str) -> Failure:
    return Failure(f"{url} could not be downloaded ({reason}): put the file at {path} yourself.")
