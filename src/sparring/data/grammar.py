"""What the strings of a column look like: a small grammar that is learnt from examples.

Strings are cut into runs of digits, letters and punctuation marks; those of one shape share an
option of the grammar. Each run is a literal, a choice among values that several rows hold, a
number, a counter or fresh characters, so that nothing rare is drawn again. Strings that have no
few shapes are free text.
"""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from sparring.core.errors import Failure
from sparring.data.grammars.checks import Checked, scheme_of
from sparring.data.grammars.codes import to_codes
from sparring.data.grammars.freetext import Words
from sparring.data.grammars.learning import learn_shapes, rest_of
from sparring.data.grammars.parts import Either, Part, part_from_description
from sparring.data.grammars.seen import Seen

MOST_EXAMPLES, MOST_TEXTS = 40_000, 20_000
"""So many rows are looked at for shapes and for words."""
LONGEST = 100
"""Longer strings are texts."""
_ROUNDS = 8


class Language(ABC):
    """What strings of a column look like, and which ones it held."""

    name: ClassVar[str]
    seen: Seen

    @property
    @abstractmethod
    def pattern(self) -> str:
        """A regular expression that every string of the column and every drawn one matches."""

    @property
    @abstractmethod
    def room(self) -> float:
        """How many different strings can be drawn, as a natural logarithm."""

    @abstractmethod
    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """(n,) strings that may have been in the column."""

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """Name and fields, in JSON's types."""

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def matches(self, value: str) -> bool:
        """Whether a string follows the pattern."""
        return self._compiled.fullmatch(value) is not None

    def sample(
        self,
        n: int,
        rng: np.random.Generator,
        avoid: Collection[str] | None = None,
        unique: bool = False,
    ) -> np.ndarray:
        """New strings, none of which was in the column that was learnt from.

        Args:
            n: how many.
            rng: draws them.
            avoid: strings that must not be drawn either.
            unique: whether all must differ.

        Returns:
            (n,) of str objects.

        Raises:
            Failure: the pattern has too few new strings.
        """
        refused = pd.Index(list(avoid or ()), dtype=object)
        more, new = n + n // 16 + 8, np.empty(0, dtype=object)
        for _ in range(_ROUNDS):
            # From the start each time: counters would repeat themselves.
            made = self.draw(more, rng).astype(object)
            new = made[~self.seen.holds(made)]
            if len(refused):
                new = new[refused.get_indexer(pd.Index(new, dtype=object)) < 0]
            if unique:
                new = np.asarray(pd.unique(new), dtype=object)
            if len(new) >= n:
                return new[:n]
            more *= 2
        raise Failure(
            f"Only {len(new):,} new values of the pattern {self.pattern[:80]} were found, "
            f"{n:,} are needed: sample fewer rows, or take the column as categories."
        )


@dataclass(frozen=True)
class Grammar(Language):
    """Strings of a few shapes (see the module); made by `learn`.

    Example:
        >>> draws = np.random.default_rng(0).integers(100, 1000, (200, 2))
        >>> phones = learn([f"0{'37'[a % 2]}0/{a}-{b}" for a, b in draws])
        >>> phones.pattern
        '(?:030|070)/[0-9]{3}-[0-9]{3}'
        >>> phones.matches("030/123-456"), phones.matches("030/123456")
        (True, False)
    """

    name: ClassVar[str] = "grammar"
    part: Part
    seen: Seen

    @property
    def pattern(self) -> str:
        return self.part.pattern

    @property
    def room(self) -> float:
        return self.part.room

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self.part.sample(n, rng)

    def describe(self) -> dict[str, Any]:
        return {
            "language": self.name,
            "part": self.part.describe(),
            "seen": self.seen.describe(),
        }

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """The grammar that `describe` described."""
        seen = Seen.from_description(description["seen"])
        return cls(part_from_description(description["part"]), seen)


@dataclass(frozen=True)
class FreeText(Language):
    """Texts without a pattern (see `Words`); made by `learn`."""

    name: ClassVar[str] = "freetext"
    words: Words
    seen: Seen

    @property
    def pattern(self) -> str:
        return "(?s:.*)"

    @property
    def room(self) -> float:
        return self.words.room

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self.words.sample(n, rng)

    def describe(self) -> dict[str, Any]:
        return {
            "language": self.name,
            "words": self.words.describe(),
            "seen": self.seen.describe(),
        }

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """The text that `describe` described."""
        seen = Seen.from_description(description["seen"])
        return cls(Words.from_description(description["words"]), seen)


def learn(values: Sequence[str] | np.ndarray, seed: int = 0) -> Grammar | FreeText:
    """What strings look like, from examples.

    Args:
        values: at least one, in the order of their rows (a counter grows with them); one that
            several rows hold counts once.
        seed: picks 40,000 examples (20,000 of free text) where there are more.

    Returns:
        A grammar whose pattern all examples match, or free text where they have too many shapes.

    Example:
        >>> ids = learn([f"INV-{number:04d}" for number in range(1, 200)])
        >>> ids.pattern
        'INV-[0-9]{4,}'
        >>> ids.sample(2, np.random.default_rng(0)).tolist()
        ['INV-0200', 'INV-0201']
    """
    texts = np.asarray(pd.unique(np.array(values, dtype=object)), dtype=object)
    if max(map(len, texts)) <= LONGEST and not any("\0" in text for text in texts):
        examples = _some(texts, MOST_EXAMPLES, np.random.default_rng(seed))
        part = _learn_part(texts, examples)
        if (
            part is not None
            and len(examples) < len(texts)
            and part.room < math.log(10 * len(texts))
        ):
            # Only all rows show that numbers which leave none out are a counter.
            part = _learn_part(texts, texts)
        if part is not None:
            return Grammar(part, Seen.of(texts))
    return learn_text(texts, seed)


def learn_text(values: Sequence[str] | np.ndarray, seed: int = 0) -> FreeText:
    """The words of strings, whatever their shapes (see `learn`)."""
    texts = np.asarray(pd.unique(np.array(values, dtype=object)), dtype=object)
    words = _some(texts, MOST_TEXTS, np.random.default_rng(seed)).tolist()
    return FreeText(Words.learn(words), Seen.of(texts))


def _some(texts: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    if len(texts) <= most:
        return texts
    # Half of them the last ones: they show by how much a counter grows, and where it is.
    last = len(texts) - most // 2
    return texts[
        np.append(np.sort(rng.choice(last, most // 2, replace=False)), range(last, len(texts)))
    ]


def _learn_part(texts: np.ndarray, examples: np.ndarray) -> Part | None:
    codes = to_codes(examples)
    shapes = learn_shapes(codes)
    if shapes is None:
        return None
    options, weights, option_of = list(shapes[0]), list(shapes[1]), shapes[2]
    for place, option in enumerate(options):
        scheme = scheme_of(examples[option_of == place].astype(np.str_))
        if scheme is not None:
            options[place] = Checked(option, scheme)
    rest = codes[option_of < 0]
    if len(examples) < len(texts):
        fits = re.compile(Either(tuple(options), tuple(weights)).pattern).fullmatch
        rest = to_codes([text for text in texts if not fits(text)])
    if len(rest):
        options.append(rest_of(rest))
        weights.append(0)
    return Either(tuple(options), tuple(weights)) if len(options) > 1 else options[0]


_LANGUAGES: dict[str, type[Grammar] | type[FreeText]] = {
    language.name: language for language in (Grammar, FreeText)
}


def language_from_description(description: Mapping[str, Any]) -> Grammar | FreeText:
    """The language that `Language.describe` described."""
    return _LANGUAGES[description["language"]].from_description(description)
