"""Check digits: schemes that all strings of a shape obey, and how a drawn one is made to."""

import math
import re
import string
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sparring.core.errors import Failure
from sparring.data.grammars.codes import to_codes, to_strings
from sparring.data.grammars.parts import Part

FEWEST = 20
"""One string in ten obeys a scheme by chance: 20 do once in 10^20."""
_FEWEST_DIGITS = 8
_ROUNDS = 50
_ALPHABET = {mark: str(place) for place, mark in enumerate(string.digits + string.ascii_uppercase)}


class Scheme(ABC):
    """A rule that ties a check digit to the other digits."""

    name: ClassVar[str]
    modulus: ClassVar[int]

    @abstractmethod
    def holds(self, texts: np.ndarray) -> bool:
        """Whether all of these strings obey."""

    @abstractmethod
    def fixed(self, texts: np.ndarray) -> np.ndarray:
        """The strings, their check digits set so that they obey."""


def _digits(texts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Code points, where the digits stand (n, d), and the digits; None if their number differs."""
    codes = to_codes(texts)
    marks = (codes >= ord("0")) & (codes <= ord("9"))
    counts = marks.sum(axis=1)
    if not len(counts) or counts.min() != counts.max() or counts[0] < _FEWEST_DIGITS:
        return None
    places = np.nonzero(marks)[1].reshape(len(codes), -1)
    return codes, places, np.take_along_axis(codes, places, axis=1).astype(np.int64) - ord("0")


class LastDigit(Scheme):
    """The last digit makes a weighted sum of all a multiple of 10 or 11."""

    modulus = 10

    @abstractmethod
    def terms(self, digits: np.ndarray) -> np.ndarray:
        """(n, d) what each digit adds to the sum; the last adds itself."""

    def holds(self, texts: np.ndarray) -> bool:
        found = _digits(texts)
        return found is not None and not (self.terms(found[2]).sum(axis=1) % self.modulus).any()

    def fixed(self, texts: np.ndarray) -> np.ndarray:
        found = _digits(texts)
        if found is None:
            return texts
        codes, places, digits = found
        digits[:, -1] = 0
        check = -self.terms(digits).sum(axis=1) % self.modulus
        codes[np.arange(len(codes)), places[:, -1]] = ord("0") + check
        # Where the check would be ten there is no such string.
        return to_strings(codes)[check < 10]


class Luhn(LastDigit):
    """Every second digit from the right doubled, and its digits summed: cards (ISO/IEC 7812-1)."""

    name = "luhn"

    def terms(self, digits: np.ndarray) -> np.ndarray:
        second = np.arange(digits.shape[1])[::-1] % 2 == 1
        doubled = np.where(second, 2 * digits, digits)
        return np.where(doubled > 9, doubled - 9, doubled)


class Alternating(LastDigit):
    """Weights 1 and 3 from the right: article numbers (GS1: EAN-13, UPC-A, GTIN-14)."""

    name = "gs1"

    def terms(self, digits: np.ndarray) -> np.ndarray:
        return digits * np.where(np.arange(digits.shape[1])[::-1] % 2 == 1, 3, 1)


class Falling(LastDigit):
    """Weights d, ..., 2, 1 modulo 11: books (ISBN-10) without those that end in X."""

    name = "isbn10"
    modulus = 11

    def terms(self, digits: np.ndarray) -> np.ndarray:
        return digits * np.arange(digits.shape[1], 0, -1)


class Accounts(Scheme):
    """Remainder 1 modulo 97, the first four characters last: bank accounts (ISO 13616, IBAN)."""

    name = "iban"
    modulus = 97

    def holds(self, texts: np.ndarray) -> bool:
        return all(self._remainder(text) == 1 for text in texts.tolist())

    @staticmethod
    def _remainder(text: str) -> int:
        bare = text.replace(" ", "")
        if not (len(bare) > _FEWEST_DIGITS and bare[:2].isalpha() and bare[2:4].isdigit()):
            return -1
        numbers = [_ALPHABET.get(mark, "") for mark in bare[4:] + bare[:4]]
        return int("".join(numbers)) % 97 if all(numbers) else -1

    def fixed(self, texts: np.ndarray) -> np.ndarray:
        zeroed = (f"{text[:2]}00{text[4:]}" for text in texts.tolist())
        return np.array([f"{t[:2]}{98 - self._remainder(t):02d}{t[4:]}" for t in zeroed])


_SCHEMES: dict[str, Scheme] = {
    scheme.name: scheme for scheme in (Luhn(), Alternating(), Falling(), Accounts())
}


@dataclass(frozen=True)
class Checked(Part):
    """Strings of a part that obey a scheme of check digits."""

    name: ClassVar[str] = "checked"
    inner: Part
    scheme: str

    @property
    def pattern(self) -> str:
        return self.inner.pattern

    @property
    def room(self) -> float:
        return self.inner.room - math.log(_SCHEMES[self.scheme].modulus)

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        made = np.full(0, "")
        fits = re.compile(self.pattern).fullmatch
        for _ in range(_ROUNDS):
            more = _SCHEMES[self.scheme].fixed(self.inner.sample(n + n // 5 + 8, rng))
            fitting = np.fromiter((fits(text) is not None for text in more), bool, len(more))
            made = np.concatenate((made, more[fitting]))
            if len(made) >= n:
                return made[:n]
        raise Failure(
            f"Too few strings of the pattern {self.pattern} have right check digits "
            f"({self.scheme}): take the column as categories."
        )


def scheme_of(texts: np.ndarray) -> str | None:
    """The scheme of check digits that all of these strings of one shape obey, or None.

    Example:
        >>> scheme_of(np.array(["79927398713"] * 20))
        'luhn'
    """
    if len(texts) < FEWEST:
        return None
    return next((name for name, scheme in _SCHEMES.items() if scheme.holds(texts)), None)
