"""Whether slopes of what is computed now are going to be penalised.

Layers may then compute the same in a way whose slopes are cheaper to differentiate, which costs a
little where nobody asks for slopes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import torch

_PENALISED = ContextVar("penalised", default=False)


@contextmanager
def penalised(slopes: bool = True) -> Iterator[None]:
    """Inside, layers are told that their slopes will be differentiated, or that they won't.

    Example:
        >>> with penalised():
        ...     are_penalised()
        True
        >>> are_penalised()
        False
    """
    if torch.compiler.is_compiling():  # there it can't be set, and nobody would look
        yield
        return
    before = _PENALISED.set(slopes)
    try:
        yield
    finally:
        _PENALISED.reset(before)


def are_penalised() -> bool:
    """Whether slopes of what is computed now will be differentiated."""
    return _PENALISED.get()
