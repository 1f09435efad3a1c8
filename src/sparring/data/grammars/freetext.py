"""Text that has no pattern: words that several rows hold, in new orders."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Self

import numpy as np
import pandas as pd

from sparring.data.grammars.codes import to_codes
from sparring.data.grammars.learning import SUPPORT, learn_part
from sparring.data.grammars.parts import Part, part_from_description

_TOKEN = re.compile(r" ?\w+| ?[^\w\s]|\s")
_SPELLINGS = ("9", "word", "Word", "WORD", "w0rd")
END = 0
MOST_TOKENS = 200


def _spelling(word: str) -> int:
    """Which of number, small, capitalised, capital or mixed a word is."""
    if word.isdigit() and word.isascii():
        return 0
    if word.isalpha():
        return 1 if word.islower() else 2 if word.istitle() else 3 if word.isupper() else 4
    return 4


@dataclass(frozen=True)
class Words:
    """A Markov chain of order one over the words that at least 5 rows hold.

    Rarer words are known by how they are spelt, and each time a new one is made up; steps that
    fewer than 5 rows took are not known, from there on a word is drawn by how often rows hold it.

    Attributes:
        words: with the space before them; word 0 is the end; an empty one is a rare one.
        rare: place in `words` -> what rare words of that spelling are made of.
        before, after, weights: (m,) steps from word to word, sorted by `before`; a step to -1 is
            one that is not known.
        often: (k,) in how many rows each word stands, 0 if right behind a mark.
        longest: most words that a text had.
    """

    words: tuple[str, ...]
    rare: tuple[tuple[int, str, Part], ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    weights: tuple[int, ...]
    often: tuple[int, ...]
    longest: int

    @classmethod
    def learn(cls, texts: list[str]) -> Self:
        """From texts, at least one."""
        # A space before the first word makes it the word that it is elsewhere.
        split = [_TOKEN.findall(f" {text}")[:MOST_TOKENS] for text in texts]
        lengths = np.array([len(tokens) for tokens in split])
        rows = np.repeat(np.arange(len(texts)), lengths)
        which, listed = pd.factorize(np.array([t for tokens in split for t in tokens], object))
        support = np.bincount(np.unique(rows * len(listed) + which) % len(listed))
        # Words that are kept come first, after the end (0); then one place a spelling.
        kept = np.flatnonzero(support >= SUPPORT)
        words = ["", *listed[kept]]
        place = np.zeros(len(listed), dtype=np.int64)
        place[kept] = np.arange(1, len(words))
        rare_words: dict[tuple[bool, int], list[str]] = {}
        places: dict[tuple[bool, int], int] = {}
        for index in np.flatnonzero(support < SUPPORT):
            word = listed[index]
            key = (word[0] == " ", _spelling(word.strip()))
            if key not in places:
                places[key] = len(words)
                words.append("")
            rare_words.setdefault(key, []).append(word.strip() or word)
            place[index] = places[key]
        rare = tuple(
            (places[key], " " if key[0] else "", learn_part(to_codes(many)))
            for key, many in rare_words.items()
        )
        glued = np.array([not word[:1].isspace() and word[:1].isalnum() for word in words])
        glued[[places[key] for key in places if not key[0]]] = True
        chain = _steps(place[which], lengths, rows, glued)
        return cls(tuple(words), rare, *chain, longest=int(lengths.max()))

    @cached_property
    def _chain(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of each word its first step; steps' ends, those of word k in (k, k + 1]; their aims."""
        before, weights = np.array(self.before), np.array(self.weights, dtype=np.float64)
        total = np.bincount(before, weights, minlength=len(self.words))
        ends = np.cumsum(weights)
        starts = ends - weights
        first = np.searchsorted(before, np.arange(len(self.words)))
        base = np.append(starts, ends[-1])[first]
        return first, before + (ends - base[before]) / total[before], np.array(self.after)

    @property
    def room(self) -> float:
        """How many texts can be drawn at most, as a natural logarithm."""
        made_up = sum(math.exp(min(part.room, 700)) for _, _, part in self.rare)
        return self.longest * math.log(max(len(self.words) - 1 - len(self.rare) + made_up, 1))

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """(n,) texts, of objects."""
        _, ends, after = self._chain
        often = np.cumsum(self.often, dtype=np.float64)
        state, alive = np.zeros(n, dtype=np.int64), np.arange(n)
        rows, taken = [], []
        for step in range(self.longest):
            found = np.searchsorted(ends, state + rng.random(len(alive)), side="right")
            state = after[found.clip(0, len(after) - 1)]
            lost = np.flatnonzero(state < 0)
            drawn = np.searchsorted(often, rng.random(len(lost)) * often[-1], side="right")
            # A text has at least one word.
            state[lost] = drawn if step else np.maximum(drawn, 1)
            going = state != END
            alive, state = alive[going], state[going]
            rows.append(alive)
            taken.append(state)
        return self._spelt(n, np.concatenate(rows), np.concatenate(taken), rng)

    def _spelt(
        self, n: int, rows: np.ndarray, taken: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        order = np.argsort(rows, kind="stable")
        rows, taken = rows[order], taken[order]
        pieces = np.array(self.words, dtype=object)[taken]
        for place, space, part in self.rare:
            here = np.flatnonzero(taken == place)
            pieces[here] = space + part.sample(len(here), rng).astype(object)
        bounds = np.searchsorted(rows, np.arange(n + 1))
        texts = ["".join(pieces[a:b]).removeprefix(" ") for a, b in pairwise(bounds)]
        return np.array(texts, dtype=object)

    def describe(self) -> dict[str, Any]:
        """The fields, in JSON's types."""
        rare = [[place, space, part.describe()] for place, space, part in self.rare]
        names = ("words", "before", "after", "weights", "often")
        lists = {name: list(getattr(self, name)) for name in names}
        return {**lists, "rare": rare, "longest": self.longest}

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """What `describe` described."""
        fields: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in description.items()
        }
        rare = tuple((p, s, part_from_description(part)) for p, s, part in description["rare"])
        return cls(**{**fields, "rare": rare})


_Steps = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...]]


def _steps(taken: np.ndarray, lengths: np.ndarray, rows: np.ndarray, glued: np.ndarray) -> _Steps:
    """The steps that at least 5 rows took (to -1: all others), and in how many rows each word is.

    Args:
        taken: (total,) the words of all texts.
        lengths: (n,) words of each text; `rows` says whose a word is.
        glued: (k,) whether a word stands right behind a mark: it never follows just any word.
    """
    size = len(glued)
    ends = np.cumsum(lengths)
    starts = (ends - lengths)[lengths > 0]
    filled = np.flatnonzero(lengths)
    previous = np.append(END, taken[:-1])
    previous[starts] = END
    before = np.concatenate((previous, taken[ends[filled] - 1]))
    after = np.concatenate((taken, np.full(len(filled), END)))
    whose = np.concatenate((rows, filled))
    # A row counts once, however often it takes a step.
    once = np.unique((before * size + after) * len(lengths) + whose) // len(lengths)
    pairs, counts = np.unique(once, return_counts=True)
    known = counts >= SUPPORT
    lost = np.bincount(pairs[~known] // size, counts[~known], minlength=size).astype(np.int64)
    # A word that is drawn but was never followed has at least the unknown step.
    lost[np.setdiff1d(np.arange(size), pairs // size)] = 1
    unknown = np.flatnonzero(lost)
    before = np.concatenate((pairs[known] // size, unknown))
    after = np.concatenate((pairs[known] % size, np.full(len(unknown), -1)))
    weights = np.concatenate((counts[known], lost[unknown]))
    order = np.lexsort((after, before))
    once = np.unique(taken * len(lengths) + rows) // len(lengths)
    often = np.bincount(once, minlength=size)
    often[glued] = 0
    often[END] = len(filled)
    fields = (before[order], after[order], weights[order], often)
    return tuple(tuple(field.tolist()) for field in fields)  # type: ignore[return-value]
