"""Columns of identifiers and of free text: nothing of them is learnt but what they look like."""

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from sparring.core.errors import Failure
from sparring.data.form import Form, texts_as
from sparring.data.grammar import Language, language_from_description, learn

IDENTIFIER, TEXT = "identifier", "text"
ANEW = (IDENTIFIER, TEXT)
"""The kinds that are made anew, not learnt."""
_EXACT = 2**53
_WRITTEN = re.compile("0|-?[1-9][0-9]*").fullmatch
"""How whole numbers are written: the look of them alone would allow a 0 in front."""


@dataclass(frozen=True)
class Texts(Form):
    """Strings that are drawn anew.

    A plain number is 0 where there is a value. Back from plain numbers, which may be any fractions
    in [0, 1), they seed what draws: the same numbers give the same strings, none of which was in
    the column. Rows that are missing stay so.

    Attributes:
        dtype: of the column.
        role: "identifier" or "text".
        unique: whether all values differ; those of one call then do.
        language: what the strings look like.

    Example:
        >>> tickets = pd.Series([f"T-{7 * i:05d}" for i in range(100)])
        >>> form = Texts.learn(tickets, "identifier")
        >>> made = form.series(np.linspace(0, 0.9, 50))
        >>> made.is_unique, set(made) & set(tickets), form.language.matches(made[0])
        (True, set(), True)
    """

    name: ClassVar[str] = "texts"
    role: str
    unique: bool
    language: Language

    @classmethod
    def learn(cls, series: pd.Series, role: str, seed: int = 0) -> Self:
        """From a column of which some rows are present."""
        values = series.dropna()
        language = learn(cls._texts(values), seed)
        return cls(str(series.dtype), role, bool(values.is_unique), language)

    @staticmethod
    def _texts(values: pd.Series) -> np.ndarray:
        return values.to_numpy(dtype=object)

    @property
    def kind(self) -> str:
        return self.role

    @property
    def roomy(self) -> bool:
        """Whether there are many more strings of this look than were seen."""
        return self.language.room > math.log(10 * self.language.seen.size)

    def plain(self, series: pd.Series) -> np.ndarray:
        return np.where(series.isna().to_numpy(), np.nan, 0.0)

    def series(self, plain: np.ndarray) -> pd.Series:
        present = ~np.isnan(plain)
        fractions = np.where(present, plain, -1.0).astype("<f8")
        seed = hashlib.blake2b(fractions.tobytes(), digest_size=16).digest()
        rng = np.random.default_rng(int.from_bytes(seed, "little"))
        places = np.where(present, np.cumsum(present) - 1, -1)
        return texts_as(self._drawn(int(present.sum()), rng), places, self.dtype)

    def _drawn(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """(n,) new values, of objects."""
        return self.language.sample(n, rng, unique=self.unique)

    def describe(self) -> dict[str, Any]:
        fields = {"dtype": self.dtype, "role": self.role, "unique": self.unique}
        return {"form": self.name, **fields, "language": self.language.describe()}

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        return cls(**{**fields, "language": language_from_description(fields["language"])})


@dataclass(frozen=True)
class Serials(Texts):
    """Whole numbers that name something, drawn anew as their digits."""

    name: ClassVar[str] = "serials"

    @staticmethod
    def _texts(values: pd.Series) -> np.ndarray:
        return np.array([str(int(value)) for value in values.to_numpy(dtype=object)], dtype=object)

    def _drawn(self, n: int, rng: np.random.Generator) -> np.ndarray:
        least, most = _limits(self.dtype)
        more = n
        for _ in range(4):
            texts = self.language.sample(more, rng, unique=self.unique)
            numbers = (int(text) for text in texts if _WRITTEN(text))
            kept = [number for number in numbers if least <= number <= most]
            if len(kept) >= n:
                return np.array(kept[:n], dtype=object)
            more *= 2
        raise Failure(
            f"Only {len(kept):,} new numbers of the pattern {self.language.pattern} fit into "
            f"{self.dtype}, {n:,} are needed: sample fewer rows, or take the column as numbers."
        )


def _limits(dtype: str) -> tuple[float, float]:
    """The least and the largest whole number that a dtype holds exactly."""
    if dtype.lower().startswith(("int", "uint")):
        info = np.iinfo(dtype.lower())
        return info.min, info.max
    return (-_EXACT, _EXACT) if dtype.lower().startswith("float") else (-math.inf, math.inf)
