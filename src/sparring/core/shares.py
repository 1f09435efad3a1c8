"""One game on several processes: every process plays its share of each batch.

A game that runs on k processes must be the game that runs on one. Data is cut by `share`. Random
numbers are drawn for the whole batch by every process, from the same random state, and then cut by
`draw`: the processes stay in step without a word between them, and k of them see what one would.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

Mean = Callable[[Tensor], Tensor]


@dataclass
class _Share:
    rank: int = 0
    processes: int = 1
    mean: Mean | None = None


_current = _Share()


def set_share(rank: int, processes: int, mean: Mean | None = None) -> None:
    """Say which share this process plays, and how a mean over all is taken.

    Only `core.backend` calls it.
    """
    _current.rank, _current.processes, _current.mean = rank, processes, mean


def processes() -> int:
    """How many processes play the game."""
    return _current.processes


def share(whole: Tensor) -> Tensor:
    """This process's part of something made for the whole batch.

    Args:
        whole: any tensor of shape (n * processes, ...).

    Returns:
        The part of shape (n, ...) that belongs to this process; `whole` itself when there is one.

    Example:
        >>> import torch
        >>> share(torch.arange(3))
        tensor([0, 1, 2])
    """
    if _current.processes == 1:
        return whole
    size = whole.shape[0] // _current.processes
    return whole[_current.rank * size : (_current.rank + 1) * size]


def draw(sampler: Callable[[int], Tensor], n: int) -> Tensor:
    """Draw n random items so that k processes together draw what one process would.

    Args:
        sampler: makes so many items, of shape (count, ...), from torch's random state.
        n: how many this process needs.

    Returns:
        A tensor of shape (n, ...).

    Example:
        >>> import torch
        >>> draw(lambda count: torch.randn(count, 2), 4).shape
        torch.Size([4, 2])
    """
    return share(sampler(n * _current.processes))


def over_processes(mean: Tensor) -> Tensor:
    """The mean over the whole batch, from each process's mean over its share.

    For what is kept of batches, as running means are; losses need it not, since their gradients
    are averaged. Every process must ask at the same place.

    Args:
        mean: of any shape, without a graph.

    Example:
        >>> import torch
        >>> over_processes(torch.tensor(2.0))
        tensor(2.)
    """
    return mean if _current.mean is None else _current.mean(mean)
