"""The parts of a grammar: each has a regular expression and draws strings that match it."""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from sparring.data.grammars.codes import to_codes, to_strings

_MANY = 30
"""A choice among more values is shown by its characters."""
_IN_SET = {mark: rf"\{mark}" for mark in "\\]^-[&~|"}
_KNOWN: "dict[str, type[Part]]" = {}


class Part(ABC):
    """A piece of a string; a frozen dataclass of JSON's types and parts."""

    name: ClassVar[str]

    def __init_subclass__(cls) -> None:
        _KNOWN[cls.name] = cls

    @property
    @abstractmethod
    def pattern(self) -> str:
        """A regular expression that every string of this part matches as a whole."""

    @property
    def patterns(self) -> list[str]:
        """The alternatives that the pattern is made of."""
        return [self.pattern]

    @property
    @abstractmethod
    def room(self) -> float:
        """How many different strings can be drawn, as a natural logarithm."""

    @abstractmethod
    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """(n,) strings."""

    def describe(self) -> dict[str, Any]:
        """The part's name and fields, in JSON's types."""
        listed = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        return {"part": self.name, **{key: _as_json(value) for key, value in listed.items()}}


def _as_json(value: Any) -> Any:
    if isinstance(value, Part):
        return value.describe()
    return [_as_json(item) for item in value] if isinstance(value, tuple) else value


def _from_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return part_from_description(value)
    return tuple(_from_json(item) for item in value) if isinstance(value, list) else value


def character_set(characters: str) -> str:
    """A readable set of characters for a regular expression: "0123" is "[0-3]"."""
    ordered = sorted(set(characters))
    if len(ordered) == 1:
        return Literal(ordered[0]).pattern
    out, start = "", 0
    for place in range(1, len(ordered) + 1):
        if place < len(ordered) and ord(ordered[place]) == ord(ordered[place - 1]) + 1:
            continue
        run = ordered[start:place]
        out += _IN_SET.get(run[0], run[0]) + ("-" if len(run) > 2 else "")
        out += _IN_SET.get(run[-1], run[-1]) if len(run) > 1 else ""
        start = place
    return f"[{out}]"


def repeated(pattern: str, fewest: int, most: int | None) -> str:
    """A pattern so many times: "[0-9]{2,4}"."""
    if fewest == most:
        return pattern if fewest == 1 else f"{pattern}{{{fewest}}}"
    return f"{pattern}{{{fewest},{'' if most is None else most}}}"


def one_of(patterns: list[str]) -> str:
    """Any of these patterns."""
    return patterns[0] if len(patterns) == 1 else f"(?:{'|'.join(patterns)})"


def drawn(weights: tuple[float, ...], n: int, rng: np.random.Generator) -> np.ndarray:
    """(n,) places, drawn with these weights."""
    ends = np.cumsum(weights)
    return np.searchsorted(ends, rng.random(n) * ends[-1], side="right").clip(0, len(ends) - 1)


@dataclass(frozen=True)
class Literal(Part):
    """The same text in every row."""

    name: ClassVar[str] = "literal"
    text: str

    @property
    def pattern(self) -> str:
        return re.escape(self.text).replace(r"\ ", " ").replace(r"\-", "-")

    @property
    def room(self) -> float:
        return 0.0

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return np.full(n, self.text)


@dataclass(frozen=True)
class Choice(Part):
    """One of some values, each of which stood in several rows, as often as there."""

    name: ClassVar[str] = "choice"
    values: tuple[str, ...]
    weights: tuple[float, ...]

    @property
    def pattern(self) -> str:
        return one_of(self.patterns)

    @property
    def patterns(self) -> list[str]:
        lengths = [len(value) for value in self.values]
        if len(self.values) <= _MANY and max(lengths) > 1:
            return [Literal(value).pattern for value in self.values]
        return [repeated(character_set("".join(self.values)), min(lengths), max(lengths))]

    @property
    def room(self) -> float:
        return math.log(len(self.values))

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return np.array(self.values)[drawn(self.weights, n, rng)]


@dataclass(frozen=True)
class Characters(Part):
    """Characters drawn independently.

    Attributes:
        sets: the characters of each place, or of all places when there is one set.
        often: of each set how often its characters are drawn, () for evenly.
        lengths: of strings, ascending.
        weights: of the lengths.
    """

    name: ClassVar[str] = "characters"
    sets: tuple[str, ...]
    often: tuple[tuple[int, ...], ...]
    lengths: tuple[int, ...]
    weights: tuple[float, ...]

    @property
    def pattern(self) -> str:
        if len(self.sets) == 1:
            return repeated(character_set(self.sets[0]), self.lengths[0], self.lengths[-1])
        out, start = "", 0
        for place in range(1, len(self.sets) + 1):
            if place == len(self.sets) or self.sets[place] != self.sets[start]:
                same = place - start
                out += repeated(character_set(self.sets[start]), same, same)
                start = place
        return out

    @property
    def room(self) -> float:
        if len(self.sets) > 1:
            return sum(math.log(len(characters)) for characters in self.sets)
        return self.lengths[-1] * math.log(len(self.sets[0])) + math.log(len(self.lengths))

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        longest = self.lengths[-1]
        lengths = np.array(self.lengths)[drawn(self.weights, n, rng)]
        if len(self.sets) == 1:
            codes = self._drawn(0, n * longest, rng).reshape(n, longest)
        else:
            codes = np.stack([self._drawn(place, n, rng) for place in range(longest)], axis=1)
        codes[np.arange(longest) >= lengths[:, None]] = 0
        return to_strings(codes)

    def _drawn(self, place: int, n: int, rng: np.random.Generator) -> np.ndarray:
        """(n,) code points of one place."""
        letters, often = to_codes(list(self.sets[place])).ravel(), self.often[place]
        return letters[drawn(often, n, rng) if often else rng.integers(len(letters), size=n)]


@dataclass(frozen=True)
class Letters(Part):
    """Letters that follow each other as in the examples: a Markov chain of order one.

    Attributes:
        seen: every letter of the examples: what the pattern allows.
        letters: those that are drawn.
        first: (k,) how often each begins.
        following: (k, k) how often one follows another.
        lengths: of strings, ascending; `weights` are theirs.
        shortest, longest: of the examples.
    """

    name: ClassVar[str] = "letters"
    seen: str
    letters: str
    first: tuple[int, ...]
    following: tuple[tuple[int, ...], ...]
    lengths: tuple[int, ...]
    weights: tuple[float, ...]
    shortest: int
    longest: int

    @property
    def pattern(self) -> str:
        return repeated(character_set(self.seen), self.shortest, self.longest)

    @property
    def room(self) -> float:
        return self.lengths[-1] * math.log(max(len(self.letters) / 2, 1))

    @cached_property
    def _ends(self) -> np.ndarray:
        """Row k's cumulative shares lie in (k, k + 1]: one search serves every row."""
        counts = np.array([self.first, *self.following], dtype=np.float64)
        counts[counts.sum(axis=1) == 0] = 1.0
        shares = np.cumsum(counts, axis=1)
        return (shares / shares[:, -1:] + np.arange(len(counts))[:, None]).ravel()

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        lengths = np.array(self.lengths)[drawn(self.weights, n, rng)]
        size = len(self.letters)
        places = np.empty((n, self.lengths[-1]), dtype=np.int64)
        state = np.zeros(n, dtype=np.int64)
        for step in range(self.lengths[-1]):
            found = np.searchsorted(self._ends, state + rng.random(n), side="right")
            places[:, step] = (found - state * size).clip(0, size - 1)
            state = places[:, step] + 1
        codes = to_codes(list(self.letters)).ravel()[places]
        codes[np.arange(codes.shape[1]) >= lengths[:, None]] = 0
        return to_strings(codes)


@dataclass(frozen=True)
class Number(Part):
    """Whole numbers as often as seen: even between knots that hold equally many examples.

    Attributes:
        knots: ascending.
        width: digits, with leading zeros, or 0 for no leading zeros.
    """

    name: ClassVar[str] = "number"
    knots: tuple[int, ...]
    width: int

    @property
    def pattern(self) -> str:
        if self.width:
            return repeated("[0-9]", self.width, self.width)
        return repeated("[0-9]", len(str(self.knots[0])), len(str(self.knots[-1])))

    @property
    def room(self) -> float:
        return math.log(self.knots[-1] - self.knots[0] + 1)

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        knots = np.array(self.knots, dtype=np.int64)
        place = rng.integers(len(knots) - 1, size=n)
        numbers = rng.integers(knots[place], knots[place + 1] + 1)
        return np.char.zfill(numbers.astype(np.str_), self.width)


@dataclass(frozen=True)
class Counter(Part):
    """Numbers that count on after the last one.

    Attributes:
        last: the largest number so far.
        width: digits, with leading zeros, of a number that has no more; 0 for no leading zeros.
        fewest: digits of the least number.
        gaps: by how much a number may grow; `weights` are theirs.
        ordered: whether the numbers grow from row to row.
    """

    name: ClassVar[str] = "counter"
    last: int
    width: int
    fewest: int
    gaps: tuple[int, ...]
    weights: tuple[float, ...]
    ordered: bool

    @property
    def pattern(self) -> str:
        return repeated("[0-9]", self.width or self.fewest, None)

    @property
    def room(self) -> float:
        return math.inf

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        steps = np.cumsum(np.array(self.gaps)[drawn(self.weights, n, rng)])
        if not self.ordered:
            rng.shuffle(steps)
        # Python's own whole numbers: identifiers may be longer than 64 bits.
        texts = [str(self.last + step) for step in steps.tolist()]
        return np.char.zfill(np.array(texts, dtype=np.str_), self.width)


@dataclass(frozen=True)
class Sequence(Part):
    """Parts one after the other."""

    name: ClassVar[str] = "sequence"
    parts: tuple[Part, ...]

    @property
    def pattern(self) -> str:
        return "".join(part.pattern for part in self.parts)

    @property
    def room(self) -> float:
        return sum(part.room for part in self.parts)

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        out = np.full(n, "")
        for part in self.parts:
            out = np.char.add(out, part.sample(n, rng))
        return out


@dataclass(frozen=True)
class Either(Part):
    """One of several parts; one of weight 0 is allowed by the pattern and never drawn."""

    name: ClassVar[str] = "either"
    options: tuple[Part, ...]
    weights: tuple[float, ...]

    @property
    def pattern(self) -> str:
        return one_of(self.patterns)

    @property
    def patterns(self) -> list[str]:
        listed = [pattern for option in self.options for pattern in option.patterns]
        return list(dict.fromkeys(listed))

    @property
    def room(self) -> float:
        pairs = zip(self.options, self.weights, strict=True)
        return math.log(sum(math.exp(min(part.room, 700)) for part, weight in pairs if weight))

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        which = drawn(self.weights, n, rng)
        pieces = np.full(n, "", dtype=object)
        for place, option in enumerate(self.options):
            rows = np.flatnonzero(which == place)
            if len(rows):
                pieces[rows] = option.sample(len(rows), rng)
        return pieces.astype(np.str_)


def part_from_description(description: Mapping[str, Any]) -> Part:
    """The part that `Part.describe` described."""
    values = {key: _from_json(value) for key, value in description.items() if key != "part"}
    return _KNOWN[description["part"]](**values)
