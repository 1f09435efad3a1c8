"""The peak signal-to-noise ratio: how near something comes to what it should be, in decibels."""

import math


def peak_signal_to_noise(error: float, span: float) -> float:
    """10 log10(span^2 / error).

    Args:
        error: mean squared, at least 0.
        span: of the values, from the least that there can be to the largest.

    Returns:
        In dB; infinite without an error.

    Example:
        >>> round(peak_signal_to_noise(0.04, span=2.0), 6)
        20.0
    """
    return 10 * math.log10(span**2 / error) if error > 0 else math.inf
