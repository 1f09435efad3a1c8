"""Rows of one table matched to rows of another that have so many places for them."""

from collections.abc import Sequence

import numpy as np

from sparring.tasks.relations.telling import buckets


def match(
    children: Sequence[np.ndarray],
    parents: Sequence[np.ndarray],
    places: np.ndarray,
    rng: np.random.Generator,
    within: int = 0,
) -> np.ndarray:
    """For each child a parent that says the same of itself as the child says of it.

    First those are matched that agree in all columns, then those that agree in all but the last,
    and so on; in each round every parent takes as many as it has places left. Children that are
    left then are given to parents in proportion to their places.

    Args:
        children: columns (n,) of small whole numbers, what tells most first.
        parents: the same columns (m,) of the parents.
        places: (m,) how many children each parent takes, at least 0.
        rng: draws which of those that agree.
        within: so many of the first columns must agree, places or none.

    Returns:
        (n,) rows of parents, -1 where none agrees in the columns that must.

    Example:
        >>> colour = [np.array([0, 1, 1])], [np.array([1, 0])]
        >>> match(*colour, np.array([2, 1]), np.random.default_rng(0))
        array([1, 0, 0])
    """
    n, m = len(children[0]), len(places)
    out = np.full(n, -1)
    slots = _fitted(np.repeat(np.arange(m), places), n if not within else 0, places, rng)
    for depth in range(len(children), within - 1, -1):
        left = rng.permutation(np.flatnonzero(out < 0))
        free = rng.permutation(slots)
        both = [
            np.concatenate([mine[left], theirs[free]])
            for mine, theirs in zip(children[:depth], parents[:depth], strict=True)
        ]
        group = buckets(both, len(left) + len(free))
        one, two = _paired(group[: len(left)], group[len(left) :])
        out[left[one]] = free[two]
        slots = np.delete(free, two)
    return _rest(out, children[:within], parents[:within], places, rng)


def _fitted(slots: np.ndarray, n: int, places: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Slots, some of them twice where fewer than n are there."""
    if len(slots) >= n or not len(places):
        return slots
    chances = places / places.sum() if places.sum() else np.full(len(places), 1 / len(places))
    return np.concatenate([slots, rng.choice(len(places), n - len(slots), p=chances)])


def _paired(one: np.ndarray, two: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places in both of members of the same groups, each used once."""
    order, other = np.argsort(one, kind="stable"), np.argsort(two, kind="stable")
    first, second = _numbered(one[order]), _numbered(two[other])
    _, here, there = np.intersect1d(first, second, assume_unique=True, return_indices=True)
    return order[here], other[there]


def _numbered(groups: np.ndarray) -> np.ndarray:
    """(n,) sorted group numbers -> numbers that differ for each member, alike in both tables."""
    starts = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]]) if len(groups) else groups
    sizes = np.diff(np.r_[starts, len(groups)])
    member = np.arange(len(groups)) - np.repeat(starts, sizes)
    return groups.astype(np.int64) * (1 << 32) + member


def _rest(
    out: np.ndarray,
    children: Sequence[np.ndarray],
    parents: Sequence[np.ndarray],
    places: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Those for whom no place was left, given to any parent that agrees in what must."""
    left = np.flatnonzero(out < 0)
    if not len(left) or not len(places):
        return out
    both = [np.concatenate([a[left], b]) for a, b in zip(children, parents, strict=True)]
    group = buckets(both, len(left) + len(places))
    mine, theirs = group[: len(left)], group[len(left) :]
    order = np.argsort(theirs, kind="stable")
    begin = np.searchsorted(theirs[order], mine, side="left")
    end = np.searchsorted(theirs[order], mine, side="right")
    some = end > begin
    picked = begin + np.floor(rng.random(len(left)) * (end - begin)).astype(np.int64)
    out[left[some]] = order[picked[some]]
    return out


def spread_pairs(
    first: np.ndarray, second: np.ndarray, group: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """`second` with values exchanged within groups until few pairs come twice.

    Args:
        first: (n,) whole numbers.
        second: (n,) whole numbers, of which each keeps its frequency in its group.
        group: (n,) within which values may be exchanged.
        rng: draws with whom.

    Example:
        >>> first, second = np.array([0, 0, 1, 1]), np.array([5, 5, 6, 6])
        >>> made = spread_pairs(first, second, np.zeros(4, int), np.random.default_rng(0))
        >>> sorted(zip(first.tolist(), made.tolist()))
        [(0, 5), (0, 6), (1, 5), (1, 6)]
    """
    second = second.copy()
    order = np.argsort(group, kind="stable")
    begin = np.searchsorted(group[order], group, side="left")
    size = np.searchsorted(group[order], group, side="right") - begin
    taken: dict[tuple[int, int], int] = {}
    for pair in zip(first.tolist(), second.tolist(), strict=True):
        taken[pair] = taken.get(pair, 0) + 1
    for _ in range(_ROUNDS):
        again = [i for i in range(len(first)) if taken[int(first[i]), int(second[i])] > 1]
        if not again:
            break
        for i in again:
            j = int(order[begin[i] + rng.integers(size[i])])
            _exchange(taken, first, second, i, j)
    return second


_ROUNDS = 30


def _exchange(
    taken: dict[tuple[int, int], int], first: np.ndarray, second: np.ndarray, i: int, j: int
) -> None:
    """Exchange the second members of two pairs if that makes both new."""
    old = (int(first[i]), int(second[i])), (int(first[j]), int(second[j]))
    new = (old[0][0], old[1][1]), (old[1][0], old[0][1])
    if taken[old[0]] < 2 or new[0] == new[1] or taken.get(new[0], 0) or taken.get(new[1], 0):
        return
    for pair, change in ((old[0], -1), (old[1], -1), (new[0], 1), (new[1], 1)):
        taken[pair] = taken.get(pair, 0) + change
    second[i], second[j] = second[j], second[i]
