"""Items that pass a check of the user's own: drawn until there are enough."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sparring.core.errors import Failure, WrongUse

_ROUNDS = 100
# So many are drawn for each that is wanted before it is given up.
_MOST_EACH = 1000
_LEAST = 64


def items_that(draw: Callable[[int], Any], n: int, where: Callable[[Any], Any]) -> Any:
    """n items for which a function says yes.

    Args:
        draw: so many new items, an array.
        n: how many, at least 1.
        where: from items to one boolean each.

    Raises:
        WrongUse: if it returns anything else.
        Failure: if too few pass.

    Example:
        >>> numbers = iter(range(10**6))
        >>> draw = lambda n: np.array([next(numbers) for _ in range(n)])
        >>> items_that(draw, 3, lambda x: x % 5 == 0)
        array([ 0,  5, 10])
    """
    kept: list[np.ndarray] = []
    have = drawn = 0
    for _ in range(_ROUNDS):
        rate = max(have, 1) / drawn if drawn else 1.0
        size = min(max(_LEAST, int(1.2 * (n - have) / rate)), 50 * n + 1000)
        items = draw(size)
        good = np.asarray(where(items))
        if good.dtype != bool or good.shape != (size,):
            raise WrongUse(
                f"where must return one boolean an item, shape ({size},), got {good.dtype} of "
                f"shape {good.shape}."
            )
        kept.append(items[good])
        have, drawn = have + int(good.sum()), drawn + size
        if have >= n:
            return np.concatenate(kept)[:n]
        if drawn > _MOST_EACH * n + 10_000:
            break
    raise Failure(
        f"only {have:,} of {drawn:,} drawn items passed the check, {n:,} are wanted; tell the game "
        f"what is known of them, hints=[Checked(...)], or ask for less."
    )
