"""Numbers that change while a game is trained."""

import math
from dataclasses import dataclass

from sparring.core.errors import WrongUse


@dataclass(frozen=True)
class Moving:
    """A number that goes from `start` to `end` along half a cosine, and stays there.

    Huang et al. 2024 (arXiv 2501.05441, appendix on training details) move penalties, rates, decay
    rates and averages so.

    Args:
        start: its value when the training begins.
        end: its value when `over` of the training is done.
        over: a share of the training, in (0, 1].

    Raises:
        WrongUse: for another share.

    Example:
        >>> gamma = Moving(1.0, 0.1)
        >>> gamma.at(0.0), round(gamma.at(0.5), 2), gamma.at(1.0)
        (1.0, 0.55, 0.1)
    """

    start: float
    end: float
    over: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.over <= 1:
            raise WrongUse(f"over of Moving must be above 0 and at most 1, got {self.over}.")

    def at(self, done: float) -> float:
        """The value when this share of the training is done."""
        if done >= self.over:
            return self.end
        return self.end + (self.start - self.end) * (1 + math.cos(math.pi * done / self.over)) / 2


def at(value: float | Moving, done: float) -> float:
    """The value of a number that may be moving.

    Example:
        >>> at(2.0, 0.3), at(Moving(0.0, 4.0), 0.5)
        (2.0, 2.0)
    """
    return value.at(done) if isinstance(value, Moving) else value


def least(value: float | Moving) -> float:
    """The lowest that it will be, for arguments with a bound.

    Example:
        >>> least(Moving(1.0, -1.0))
        -1.0
    """
    return min(value.start, value.end) if isinstance(value, Moving) else value
