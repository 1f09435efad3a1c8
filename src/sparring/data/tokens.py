"""Columns as tokens: small whole numbers with a position inside, for models of discrete columns.

In model space a column is one number, token + position with the position in [0, 1): a category is
its number among the values, a quantity the number of its bin and how far inside it lies. What is
not known is -1.
"""

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sparring.data.encoders import Encoder, Span

UNKNOWN = -1.0
"""Stands in model space for what is not known, such as a category that was never seen."""

# How far below the end of a token the last position in it lies, in float32.
_BELOW = 2.0**-14


class TokenEncoder(Encoder):
    """An encoder whose spans are one number wide each, whatever the number of tokens."""

    @property
    def width(self) -> int:
        return len(self.spans)

    @abstractmethod
    def allowed(self, low: float, high: float) -> list[np.ndarray]:
        """Where plain numbers from `low` to `high` lie.

        Args:
            low, high: both included; NaN asks for missing values.

        Returns:
            For each span (k, 2): the least and largest position that each token may have inside,
            in [0, 1]; equal where the token is not allowed at all.
        """

    @abstractmethod
    def values_seen(self) -> np.ndarray:
        """(k,) the plain numbers that come, or some from the least to the largest."""

    def occurs(self, value: float) -> bool:
        """Whether a plain number was seen, or lies between such; NaN for missing ones."""
        inside = self.allowed(value, value)
        return not inside or all(bool((span[:, 1] > span[:, 0]).any()) for span in inside)


_SOME = 256
"""So many numbers stand for all between two."""


class LineTokens(TokenEncoder):
    """An encoder of one span, along which plain numbers ascend."""

    @property
    @abstractmethod
    def ends(self) -> tuple[float, float]:
        """The least and the largest number that was seen."""

    @abstractmethod
    def reach(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Where ranges of plain numbers lie, both ends included.

        Args:
            low, high: (n,) of each range.

        Returns:
            (n, 2) from where to where, token + position in it; the same twice for nowhere.
        """


def _open(tokens: int, where: np.ndarray) -> np.ndarray:
    """(k, 2) with whole tokens allowed where `where` says so."""
    inside = np.zeros((tokens, 2))
    inside[where, 1] = 1.0
    return inside


@dataclass(frozen=True)
class LevelTokens(LineTokens):
    """One token for each value that was seen; "missing" is the last where it occurs.

    A constant takes no room.

    Attributes:
        levels: the values, ascending.
        missing: whether some are missing.
        ordered: whether neighbours are alike.
    """

    name: ClassVar[str] = "level-tokens"
    levels: tuple[float, ...]
    missing: bool
    ordered: bool = False

    @property
    def spans(self) -> tuple[Span, ...]:
        tokens = len(self.levels) + self.missing
        return () if tokens == 1 else ((_kind(self.ordered, self.missing), tokens),)

    def encode(self, plain: np.ndarray) -> np.ndarray:
        if not self.spans:
            return np.empty((len(plain), 0), dtype=np.float32)
        levels = np.asarray(self.levels)
        place = np.searchsorted(levels, plain).clip(0, len(levels) - 1)
        tokens = np.where(levels[place] == plain, place + 0.5, UNKNOWN)
        if self.missing:
            tokens[np.isnan(plain)] = len(levels) + 0.5
        return tokens[:, None].astype(np.float32)

    def decode(self, block: np.ndarray) -> np.ndarray:
        values = np.append(self.levels, np.nan) if self.missing else np.asarray(self.levels)
        if not self.spans:
            return np.full(len(block), values[0])
        plain: np.ndarray = values[_tokens(block[:, 0], len(values))]
        return plain

    def allowed(self, low: float, high: float) -> list[np.ndarray]:
        values = np.append(self.levels, np.nan) if self.missing else np.asarray(self.levels)
        where = np.isnan(values) if math.isnan(low) else (values >= low) & (values <= high)
        return [_open(len(values), where)] if self.spans else []

    @property
    def ends(self) -> tuple[float, float]:
        return self.levels[0], self.levels[-1]

    def reach(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        first = np.searchsorted(self.levels, low, side="left")
        last = np.searchsorted(self.levels, high, side="right")
        return np.stack([first, np.maximum(first, last)], axis=1).astype(np.float64)

    def values_seen(self) -> np.ndarray:
        return np.array([*self.levels, *([math.nan] if self.missing else [])])

    def occurs(self, value: float) -> bool:
        return self.missing if math.isnan(value) else value in self.levels

    def describe(self) -> dict[str, Any]:
        return {
            "encoder": self.name,
            "levels": list(self.levels),
            "missing": self.missing,
            "ordered": self.ordered,
        }


@dataclass(frozen=True)
class GroupTokens(TokenEncoder):
    """Many values by two tokens: frequent ones by the first alone, the others by group and member.

    Attributes:
        levels: the values from the most to the least frequent.
        heads: how many of them have a first token of their own.
        size: of a group; the first span has one token a group after the heads.
        missing: whether some are missing: the last token of the first span.
    """

    name: ClassVar[str] = "group-tokens"
    levels: tuple[float, ...]
    heads: int
    size: int
    missing: bool

    @property
    def _groups(self) -> int:
        return -(-(len(self.levels) - self.heads) // self.size)

    @property
    def spans(self) -> tuple[Span, ...]:
        first = self.heads + self._groups + self.missing
        return (("token", first), ("token", self.size))

    def encode(self, plain: np.ndarray) -> np.ndarray:
        order = np.argsort(self.levels)
        sorted_levels = np.asarray(self.levels)[order]
        place = np.searchsorted(sorted_levels, plain).clip(0, len(order) - 1)
        seen = sorted_levels[place] == plain
        tokens = self._split(order[place]) + 0.5
        tokens[~seen] = UNKNOWN
        if self.missing:
            tokens[np.isnan(plain)] = (self.heads + self._groups + 0.5, 0.5)
        return tokens.astype(np.float32)

    def _split(self, rank: np.ndarray) -> np.ndarray:
        """(n,) ranks -> (n, 2) tokens."""
        tail = np.maximum(rank - self.heads, 0)
        head = rank < self.heads
        first = np.where(head, rank, self.heads + tail // self.size)
        return np.stack([first, np.where(head, 0, tail % self.size)], axis=1).astype(np.float64)

    def decode(self, block: np.ndarray) -> np.ndarray:
        first = _tokens(block[:, 0], self.spans[0][1])
        member = _tokens(block[:, 1], self.size)
        rank = np.where(
            first < self.heads, first, self.heads + (first - self.heads) * self.size + member
        )
        # The last group may be short of members.
        plain = np.asarray(self.levels)[rank.clip(0, len(self.levels) - 1)]
        if self.missing:
            plain[first == self.heads + self._groups] = np.nan
        return plain

    def allowed(self, low: float, high: float) -> list[np.ndarray]:
        values = np.asarray(self.levels)
        first, second = (np.zeros((tokens, 2)) for _, tokens in self.spans)
        if math.isnan(low):
            first[-1, 1] = 1.0 if self.missing else 0.0
            second[0, 1] = 1.0
            return [first, second]
        pairs = self._split(np.flatnonzero((values >= low) & (values <= high))).astype(int)
        first[pairs[:, 0], 1] = second[pairs[:, 1], 1] = 1.0
        return [first, second]

    def values_seen(self) -> np.ndarray:
        return np.array([*self.levels, *([math.nan] if self.missing else [])])

    def describe(self) -> dict[str, Any]:
        return {
            "encoder": self.name,
            "levels": list(self.levels),
            "heads": self.heads,
            "size": self.size,
            "missing": self.missing,
        }


@dataclass(frozen=True)
class BinTokens(LineTokens):
    """Quantities by the bin they fall into and their rank in it.

    Bins hold about equally many rows; a value that fills one is a bin of its own. Inside a bin the
    value is interpolated between quantiles of the rows that were seen, so decoding never leaves
    their range.

    Attributes:
        positions, values: (k,) knots, both ascending; positions are token + rank in the bin.
        missing: whether some are missing: the last token.
    """

    name: ClassVar[str] = "bin-tokens"
    positions: tuple[float, ...]
    values: tuple[float, ...]
    missing: bool

    @property
    def _bins(self) -> int:
        return round(self.positions[-1])

    @property
    def spans(self) -> tuple[Span, ...]:
        return ((_kind(True, self.missing), self._bins + self.missing),)

    def encode(self, plain: np.ndarray) -> np.ndarray:
        tokens = np.where(np.isnan(plain), self._bins + 0.5, self._position(plain))
        if not self.missing:
            tokens[np.isnan(plain)] = UNKNOWN
        return tokens[:, None].astype(np.float32)

    def _position(self, plain: np.ndarray) -> np.ndarray:
        """Token and rank of plain numbers, clipped to the range that was seen."""
        positions, values = np.asarray(self.positions), np.asarray(self.values)
        known = np.where(np.isnan(plain), values[0], plain).clip(values[0], values[-1])
        first = np.searchsorted(values, known, side="left")
        last = np.searchsorted(values, known, side="right") - 1
        at = np.interp(known, values, positions)
        # A value that stands at several knots owns all positions between them.
        at = np.where(last > first, 0.5 * (positions[first] + positions[last]), at)
        # The largest value of a bin stays in it, where the next bin begins at the same position.
        ends = np.append((np.diff(positions) == 0) & (np.diff(values) > 0), False)
        at = np.where((values[first] == known) & ends[first], at - _BELOW, at)
        return np.minimum(at, np.nextafter(np.float32(self._bins), np.float32(0)))

    def decode(self, block: np.ndarray) -> np.ndarray:
        at = block[:, 0].astype(np.float64)
        plain = np.interp(at, self.positions, self.values)
        if self.missing:
            plain = np.where(at >= self._bins, np.nan, plain)
        return plain

    def allowed(self, low: float, high: float) -> list[np.ndarray]:
        inside = np.zeros((self._bins + self.missing, 2))
        if math.isnan(low):
            if self.missing:
                inside[-1, 1] = 1.0
            return [inside]
        positions, values = np.asarray(self.positions), np.asarray(self.values)
        if high < values[0] or low > values[-1]:
            return [inside]
        first = int(np.searchsorted(values, low, side="left"))
        last = int(np.searchsorted(values, high, side="right")) - 1
        # Interpolated between knots, and from the first to the last of equal ones.
        begin = positions[first] if values[first] == low else np.interp(low, values, positions)
        end = positions[last] if values[last] == high else np.interp(high, values, positions)
        tokens = np.arange(self._bins)
        inside[: self._bins, 0] = np.clip(begin - tokens, 0, 1)
        inside[: self._bins, 1] = np.clip(end - tokens, 0, 1)
        return [inside]

    @property
    def ends(self) -> tuple[float, float]:
        return self.values[0], self.values[-1]

    def reach(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        positions, values = np.asarray(self.positions), np.asarray(self.values)
        first = np.searchsorted(values, low, side="left").clip(max=len(values) - 1)
        last = (np.searchsorted(values, high, side="right") - 1).clip(min=0)
        # Equal knots belong to a range that ends at them, all of them.
        begin = np.where(values[first] == low, positions[first], np.interp(low, values, positions))
        end = np.where(values[last] == high, positions[last], np.interp(high, values, positions))
        return np.stack([begin, np.maximum(begin, end)], axis=1)

    def values_seen(self) -> np.ndarray:
        some = np.linspace(*self.ends, _SOME)
        return np.append(some, math.nan) if self.missing else some

    def occurs(self, value: float) -> bool:
        if math.isnan(value):
            return self.missing
        return self.values[0] <= value <= self.values[-1]

    def describe(self) -> dict[str, Any]:
        knots = {"positions": list(self.positions), "values": list(self.values)}
        return {"encoder": self.name, **knots, "missing": self.missing}


def _kind(ordered: bool, missing: bool) -> str:
    if not ordered:
        return "token"
    return "ordinal or missing" if missing else "ordinal"


def _tokens(block: np.ndarray, tokens: int) -> np.ndarray:
    return block.astype(np.int64).clip(0, tokens - 1)


TOKEN_ENCODERS: Mapping[str, type[TokenEncoder]] = {
    encoder.name: encoder for encoder in (LevelTokens, GroupTokens, BinTokens)
}
