"""Which columns of a wide table a column's network looks at."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from sparring.core.errors import WrongUse
from sparring.data import Dataset
from sparring.data.dataset import choose

Spans = Sequence[tuple[str, int]]

MOST_WEIGHTS = 4_000_000
"""Of all lookups together, about."""
MOST_PARENTS = 16_000
"""Of all columns together."""
LEAST_WIDTH = 16
"""Units a column, where there are many columns."""
MOST_COLUMNS = 2_000
"""Of tokens, that can be learnt."""
_MOST, _LEAST = 48, 4
_ROWS, _COARSE, _BLOCK = 3_000, 8, 64


def parents_each(spans: Spans) -> int:
    """How many columns a column's network looks at: all others, unless that would be too many.

    Example:
        >>> [parents_each([("token", 5)] * columns) for columns in (10, 100, 1000)]
        [9, 48, 16]
        >>> parents_each([("token", 300)] * 300)
        4
    """
    tokens = sum(size for _, size in spans)
    room = MOST_WEIGHTS // (LEAST_WIDTH * max(1, tokens))
    each = MOST_PARENTS // max(1, len(spans))
    return min(len(spans) - 1, _MOST, each, max(_LEAST, room))


def parents_of(dataset: Dataset) -> tuple[tuple[int, ...], ...]:
    """For each column of tokens those that tell most about it; empty where it looks at all.

    How much they tell is their mutual information in 3,000 rows, in which quantities and large
    vocabularies have 8 bins.

    Raises:
        WrongUse: for more columns than can be learnt.
    """
    spans: Spans = dataset.modality.spans  # type: ignore[attr-defined]
    columns, each = len(spans), parents_each(spans)
    if columns > MOST_COLUMNS:
        raise WrongUse(
            f"nade learns at most {MOST_COLUMNS:,} columns, the table has {columns:,}: drop some, "
            f"or name another game, as game='r3gan'."
        )
    if each >= columns - 1:
        return ()
    rows = choose(len(dataset.train), _ROWS, 0)
    tokens = dataset.train[rows]["x"].long().clamp(min=0)  # (n, d)
    sizes = torch.tensor([size for _, size in spans])
    coarse = torch.where(sizes > _COARSE, tokens * _COARSE // sizes, tokens)
    seen = F.one_hot(coarse, _COARSE).flatten(1).float()  # (n, d 8)
    best = [
        _told(seen, start, min(start + _BLOCK, columns)).topk(each, dim=1).indices
        for start in range(0, columns, _BLOCK)
    ]
    return tuple(tuple(mine) for mine in torch.cat(best).sort(dim=1).values.tolist())


def _told(seen: Tensor, start: int, stop: int) -> Tensor:
    """(stop - start, d) mutual information with every column, -1 with itself."""
    columns = seen.shape[1] // _COARSE
    mine = seen[:, start * _COARSE : stop * _COARSE]
    joint = (mine.t() @ seen) / len(seen)
    alone = mine.mean(0)[:, None] * seen.mean(0)
    told = joint * (joint / alone.clamp(min=1e-12)).clamp(min=1e-12).log()
    shared = told.view(stop - start, _COARSE, columns, _COARSE).sum((1, 3))
    shared[torch.arange(stop - start), torch.arange(start, stop)] = -1
    return shared
