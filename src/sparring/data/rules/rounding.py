"""Ways to round a number that was reckoned to the decimals of a column."""

from collections.abc import Callable

import numpy as np

ROUNDINGS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "nearest": np.rint,
    "half up": lambda units: np.floor(units + 0.5),
    "down": np.floor,
    "up": np.ceil,
}
"""How a number of units of the last decimal becomes a whole one; "nearest" takes halves to even."""

_EXACT = 1e8


def rounded(numbers: np.ndarray, decimals: int | None, rounding: str) -> np.ndarray:
    """(n,) numbers with so many decimals; unchanged when `decimals` is None.

    What is within 1e-6 of a unit of the last decimal from a whole or half number of them is taken
    to be there: 0.05 * 2.5 counts as 0.125 whatever its last bit.

    Example:
        >>> rounded(np.array([0.05 * 2.5, 2.5 * 0.15]), 2, "nearest").tolist()
        [0.12, 0.38]
        >>> rounded(np.array([0.05 * 2.5]), 2, "half up").tolist()
        [0.13]
    """
    if decimals is None:
        return numbers
    units = numbers * 10.0**decimals
    halves = np.round(2 * units) / 2
    near = (np.abs(units - halves) < 1e-6) & (np.abs(units) < _EXACT)
    whole = ROUNDINGS[rounding](np.where(near, halves, units))
    # Adding zero makes a negative zero positive.
    out: np.ndarray = whole / 10.0**decimals + 0.0
    return out


def close(
    actual: np.ndarray, due: np.ndarray, decimals: int | None, reach: np.ndarray | float = 0.0
) -> np.ndarray:
    """(n,) where two numbers are equal but for noise in the last bits, missing equal to missing.

    Args:
        actual, due: (n,).
        decimals: to which both are rounded, None when they are not.
        reach: the size of the numbers from which `due` was reckoned, where none is rounded.
    """
    with np.errstate(invalid="ignore"):
        most = np.maximum(np.abs(actual), np.abs(due))
        slack = 1e-9 * most + 1e-12 * reach if decimals is None else 0.01 * 10.0**-decimals
        near = np.abs(actual - due) <= np.maximum(slack, 1e-15 * most)
    out: np.ndarray = near | (np.isnan(actual) & np.isnan(due))
    return out


def rounding_of(
    actual: np.ndarray, exact: np.ndarray, decimals: int | None, reach: np.ndarray | float
) -> str | None:
    """The way of rounding that makes every one of these numbers of the exact ones, or None."""
    for rounding in ROUNDINGS if decimals is not None else ("nearest",):
        due = rounded(exact, decimals, rounding)
        if close(actual, due, decimals, reach).all():
            return rounding
    return None
