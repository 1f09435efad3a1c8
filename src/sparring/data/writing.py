"""Files and folders that are either whole or not there."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sparring.core.errors import Failure, WrongUse


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
        return
    # Where nothing could be written there is nothing to remove.
    with suppress(OSError):
        path.unlink()


@contextmanager
def aside(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to, renamed to `path` when the block ends well.

    When the block fails, nothing that it wrote remains and what was at `path` is untouched.

    Args:
        path: where the file or folder shall be; folders above it are made.

    Raises:
        WrongUse: `path` is a folder that already holds something.
        Failure: the disk is full or the place may not be written.

    Example:
        >>> import tempfile
        >>> target = Path(tempfile.mkdtemp()) / "note.txt"
        >>> with aside(target) as part:
        ...     _ = part.write_text("whole")
        >>> target.read_text()
        'whole'
    """
    if path.is_dir() and any(path.iterdir()):
        raise WrongUse(f"{path} already holds files: name a folder that is new or empty.")
    # The suffix stays last: writers choose the format by it.
    part = path.with_name(f".part-{os.getpid()}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Failure(
            f"{path} could not be written ({reason}): free some space or choose another place."
        ) from error
    finally:
        _remove(part)
