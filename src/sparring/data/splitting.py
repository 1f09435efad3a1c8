"""Cutting data into a training part and a held-out part."""

import numpy as np

from sparring.core.errors import WrongUse

FEWEST_ITEMS = 10


def split(
    items: int, fraction: float, seed: int, y: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the items to train on and of those to hold out, both ascending, none in both.

    With classes, each class is cut by the same fraction and keeps at least one item to train on.

    Args:
        items: how many there are, at least 10.
        fraction: of the items to hold out, above 0 and at most 0.5; at least one is held out.
        seed: of the cut.
        y: (items,) classes, or None.

    Raises:
        WrongUse: too few items or another fraction.

    Example:
        >>> train, heldout = split(20, 0.1, seed=0)
        >>> len(train), len(heldout), set(train) & set(heldout)
        (18, 2, set())
    """
    if not 0 < fraction <= 0.5:
        raise WrongUse(f"heldout must be above 0 and at most 0.5, got {fraction}.")
    if items < FEWEST_ITEMS:
        raise WrongUse(
            f"There must be at least {FEWEST_ITEMS} items to learn from, got {items}: add more."
        )
    generator = np.random.default_rng(seed)
    out = np.zeros(items, dtype=bool)
    for members in _groups(items, y):
        # By chance, not rounded: else small classes were never held out.
        chance = generator.random() if y is not None else 0.5
        count = min(int(len(members) * fraction + chance), len(members) - 1)
        out[generator.choice(members, count, replace=False)] = True
    if not out.any():
        out[generator.integers(items)] = True
    return np.flatnonzero(~out), np.flatnonzero(out)


def _groups(items: int, y: np.ndarray | None) -> list[np.ndarray]:
    if y is None:
        return [np.arange(items)]
    order = np.argsort(y, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(y[order])) + 1)
