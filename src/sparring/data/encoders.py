"""What a network sees of a column: one-hot blocks and normal scores of plain numbers."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import ndtr, ndtri

Span = tuple[str, int]

FEW = 10
"""Whole numbers with at most so many different values are one-hot."""
KNOTS = 1000
"""Values between which a normal score is interpolated."""
FIT_ROWS = 100_000


class Encoder(ABC):
    """(n,) plain numbers <-> (n, width) in model space."""

    name: ClassVar[str]

    @property
    @abstractmethod
    def spans(self) -> tuple[Span, ...]:
        """What the columns of the encoded matrix are, in order."""

    @property
    def width(self) -> int:
        """How many columns the encoded matrix has."""
        return sum(width for _, width in self.spans)

    @abstractmethod
    def encode(self, plain: np.ndarray) -> np.ndarray:
        """(n,) float64, NaN where missing -> (n, width) float32."""

    @abstractmethod
    def decode(self, block: np.ndarray) -> np.ndarray:
        """(n, width) -> (n,) float64, NaN where missing."""

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """The encoder's name and fields, in JSON's types."""


@dataclass(frozen=True)
class Levels(Encoder):
    """One-hot over the values that were seen; "missing" is the last of them where it occurs.

    A value that was not seen is encoded as zeros. A constant takes no columns at all.
    """

    name: ClassVar[str] = "levels"
    levels: tuple[float, ...]
    missing: bool

    @property
    def options(self) -> int:
        """How many values can be told apart."""
        return len(self.levels) + self.missing

    @property
    def spans(self) -> tuple[Span, ...]:
        return () if self.options == 1 else (("category", self.options),)

    def encode(self, plain: np.ndarray) -> np.ndarray:
        out = np.zeros((len(plain), self.options), dtype=np.float32)
        levels = np.asarray(self.levels)
        place = np.searchsorted(levels, plain).clip(0, len(levels) - 1)
        seen = np.flatnonzero(levels[place] == plain)
        out[seen, place[seen]] = 1
        if self.missing:
            out[np.isnan(plain), -1] = 1
        return out[:, : self.width]

    def decode(self, block: np.ndarray) -> np.ndarray:
        values = np.append(self.levels, np.nan) if self.missing else np.asarray(self.levels)
        if self.width == 0:
            return np.full(len(block), values[0])
        plain: np.ndarray = values[block.argmax(axis=1)]
        return plain

    def describe(self) -> dict[str, Any]:
        return {"encoder": self.name, "levels": list(self.levels), "missing": self.missing}


@dataclass(frozen=True)
class NormalScores(Encoder):
    """Numbers as normal scores z = Phi^-1(F(v)), with a mask block where some are missing.

    F is the distribution of the values that were seen, Phi the standard normal's. The map is
    linear between about 1000 knots, which lie evenly in z, so that tails are as fine as the
    middle. A value that holds more than one step of them (an atom, such as the zeros of a capital
    gain) owns the whole interval of scores [Phi^-1(F(v-)), Phi^-1(F(v))]: it is encoded as its
    median, and whatever falls into the interval is decoded to the value exactly. The ends of the
    knots are the least and largest value seen, so decoding never leaves their range.

    Attributes:
        values, scores: (k,) knots, both ascending; an atom stands twice.
        missing: whether a mask follows: the block (present, missing).
    """

    name: ClassVar[str] = "normal-scores"
    values: tuple[float, ...]
    scores: tuple[float, ...]
    missing: bool

    @property
    def spans(self) -> tuple[Span, ...]:
        number: Span = ("number", 1)
        return (number, ("category", 2)) if self.missing else (number,)

    def encode(self, plain: np.ndarray) -> np.ndarray:
        out = np.zeros((len(plain), self.width), dtype=np.float32)
        values, scores = np.asarray(self.values), np.asarray(self.scores)
        absent = np.isnan(plain)
        known = np.where(absent, values[0], plain).clip(values[0], values[-1])
        first = np.searchsorted(values, known, side="left")
        last = np.searchsorted(values, known, side="right") - 1
        z = np.interp(known, values, scores)
        atom = last > first
        ends = ndtr(scores[first[atom]]) + ndtr(scores[last[atom]])
        z[atom] = ndtri(0.5 * ends)
        out[:, 0] = np.where(absent, 0.0, z)
        if self.missing:
            out[:, 1], out[:, 2] = ~absent, absent
        return out

    def decode(self, block: np.ndarray) -> np.ndarray:
        plain = np.interp(block[:, 0].astype(np.float64), self.scores, self.values)
        if self.missing:
            plain = np.where(block[:, 2] > block[:, 1], np.nan, plain)
        return plain

    def describe(self) -> dict[str, Any]:
        knots = {"values": list(self.values), "scores": list(self.scores)}
        return {"encoder": self.name, **knots, "missing": self.missing}


def _knots(plain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values and normal scores between which a column is interpolated, atoms twice."""
    values, counts = np.unique(plain, return_counts=True)
    items = counts.sum()
    ends = counts.cumsum()
    starts = ends - counts

    def score(rank: np.ndarray) -> np.ndarray:
        # Half an item from either end: the extremes get the scores of extremes, not infinity.
        scores: np.ndarray = ndtri((rank / items).clip(0.5 / items, 1 - 0.5 / items))
        return scores

    low, middle, high = score(starts), score((starts + ends) / 2), score(ends)
    limit = high[-1]
    atom = (counts > 1) & (high - low > 2 * limit / KNOTS)
    cell = np.floor((middle + limit) / (2 * limit) * KNOTS)
    keep = atom | np.diff(cell, prepend=-1.0).astype(bool)
    keep[[0, -1]] = True
    low, high = np.where(atom, low, middle)[keep], np.where(atom, high, middle)[keep]
    low[0], high[-1] = -limit, limit
    twice = np.repeat(values[keep], 2)
    scores = np.stack((low, high), axis=1).ravel()
    # A knot that is no atom has one score: it needs to stand only once.
    single = np.append(True, (np.diff(scores) > 0) | (np.diff(twice) > 0))
    return twice[single], scores[single]


def fit_levels(plain: np.ndarray, categorical: bool) -> Levels | None:
    """One-hot levels for categories, constants and whole numbers of few values; else None.

    Example:
        >>> fit_levels(np.array([1.0, 2.0, np.nan]), False)
        Levels(levels=(1.0, 2.0), missing=True)
        >>> fit_levels(np.array([0.5, 0.7]), False)
    """
    absent = np.isnan(plain)
    distinct = np.unique(plain[~absent])
    whole = bool((distinct == np.round(distinct)).all())
    if categorical or len(distinct) == 1 or (whole and len(distinct) <= FEW):
        return Levels(tuple(distinct.tolist()), bool(absent.any()))
    return None


def fit_encoder(plain: np.ndarray, categorical: bool, generator: np.random.Generator) -> Encoder:
    """The encoder of a column.

    Args:
        plain: (n,) float64, NaN where missing, not all of them.
        categorical: whether the numbers are indices of categories.
        generator: picks 100,000 rows of a longer column.

    Returns:
        One-hot levels for categories and for whole numbers with at most 10 different values,
        normal scores for all else.

    Example:
        >>> random = np.random.default_rng(0)
        >>> encoder = fit_encoder(random.lognormal(size=500), False, random)
        >>> encoder.spans
        (('number', 1),)
        >>> fit_encoder(np.array([1.0, 2.0, np.nan]), False, random).spans
        (('category', 3),)
    """
    levels = fit_levels(plain, categorical)
    if levels is not None:
        return levels
    absent = np.isnan(plain)
    missing, known = bool(absent.any()), plain[~absent]
    if len(known) > FIT_ROWS:
        picked = generator.choice(known, FIT_ROWS - 2, replace=False)
        known = np.append(picked, [known.min(), known.max()])
    values, scores = _knots(known)
    return NormalScores(tuple(values.tolist()), tuple(scores.tolist()), missing)
