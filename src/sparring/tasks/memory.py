"""Memory that ran out, told from other faults."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from sparring.core.errors import Failure

# The last two are oneDNN's: it computes convolutions, and has no other words for it.
_WORDS = (
    "can't allocate memory",
    "not enough memory",
    "could not create a primitive",
    "could not create a memory",
)


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out; on a CPU torch tells it in words alone.

    Example:
        >>> out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory"))
        True
        >>> out_of_memory(RuntimeError("shapes cannot be multiplied"))
        False
    """
    words = str(error)
    return isinstance(error, torch.cuda.OutOfMemoryError | MemoryError) or any(
        known in words for known in _WORDS
    )


@contextmanager
def enough_memory(what: str, remedy: str) -> Iterator[None]:
    """A block whose want of memory becomes one sentence.

    Args:
        what: was being done.
        remedy: what to do instead.

    Raises:
        Failure: if memory runs out in the block.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if isinstance(error, Failure) or not out_of_memory(error):
            raise
        raise Failure(f"memory ran out while {what}; {remedy}.") from error
