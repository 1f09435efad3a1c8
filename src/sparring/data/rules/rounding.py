"""Ways to round a number that was reckoned to the decimals of a column."""

from collections.abc import Callable

import numpy as np

_NEAR, _EXACT = 1e-6, 1e8


def _halves(units: np.ndarray) -> np.ndarray:
    """Units of which those within noise of a whole or half number are one."""
    halves = np.round(2 * units) / 2
    return np.where((np.abs(units - halves) < _NEAR) & (np.abs(units) < _EXACT), halves, units)


def _half_up(numbers: np.ndarray, decimals: int) -> np.ndarray:
    return np.floor(_halves(numbers * 10.0**decimals) + 0.5) / 10.0**decimals


def _half_even(numbers: np.ndarray, decimals: int) -> np.ndarray:
    return np.rint(_halves(numbers * 10.0**decimals)) / 10.0**decimals


def _down(numbers: np.ndarray, decimals: int) -> np.ndarray:
    return np.floor(_halves(numbers * 10.0**decimals)) / 10.0**decimals


def _up(numbers: np.ndarray, decimals: int) -> np.ndarray:
    return np.ceil(_halves(numbers * 10.0**decimals)) / 10.0**decimals


def _as_python(numbers: np.ndarray, decimals: int) -> np.ndarray:
    out = np.round(numbers, decimals)
    units = numbers * 10.0**decimals
    for row in np.flatnonzero(np.abs(units - np.floor(units) - 0.5) < _NEAR):
        out[row] = round(float(numbers[row]), decimals)
    return out


ROUNDINGS: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "half even": _half_even,
    "half up": _half_up,
    "as numpy": np.round,
    "as python": _as_python,
    "down": _down,
    "up": _up,
}
"""How a number gets its decimals. The first two know what a half is whatever the last bit says,
so that 0.05 * 2.5 is 0.125; numpy and Python go by that bit, each in its own way."""


def rounded(numbers: np.ndarray, decimals: int | None, rounding: str) -> np.ndarray:
    """(n,) numbers with so many decimals; unchanged when `decimals` is None.

    Args:
        numbers: (n,).
        decimals: how many.
        rounding: one of `ROUNDINGS`.

    Example:
        >>> rounded(np.array([0.05 * 2.5, 2.5 * 0.15]), 2, "half even").tolist()
        [0.12, 0.38]
        >>> rounded(np.array([0.05 * 2.5]), 2, "half up").tolist()
        [0.13]
    """
    if decimals is None:
        return numbers
    # Adding zero makes a negative zero positive.
    return ROUNDINGS[rounding](numbers, decimals) + 0.0


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
    for rounding in ROUNDINGS:
        due = rounded(exact, decimals, rounding)
        if close(actual, due, decimals, reach).all():
            return rounding
    return None
