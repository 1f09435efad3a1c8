"""Numbers that are written as text: "$1,234.50", "12.5%", "36 months"."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd

from sparring.data.form import Form, distinct_texts, taken, texts_as

_PARTS = re.compile(r"-?([^\d\-]*)(\d(?:[\d.,' ]*\d)?)(\D*)")
_CURRENCIES = {"USD", "EUR", "GBP", "CHF", "JPY", "CNY", "INR", "AUD", "CAD", "SEK", "NOK", "DKK"}
_SHORT_UNITS = re.compile(r"[a-zµ°]{1,3}[²³]?|[A-Za-z]?[%‰]")
_LONG_UNITS = re.compile(r"[A-Za-zµ°][\w²³/.%]+|[mglsh%°]|[^\W\d]{2,}(?: [^\W\d]+)+")
_MARKS = ((",", "."), ("", "."), (".", ","), ("", ","), ("'", "."), (" ", ","))
_MOST_DECIMALS = 6


@dataclass(frozen=True)
class Amounts(Form):
    """Texts that are a number between a prefix and a suffix.

    Attributes:
        dtype: of the column.
        prefix, suffix: what stands before and after each number, such as "$" or " months".
        thousands: the mark between groups of three digits, or "".
        point: the decimal mark.
        fewest, most: decimals; zeros at the end are written up to the fewest.

    Example:
        >>> price = Amounts("str", "$", "", ",", ".", 2, 2)
        >>> price.plain(pd.Series(["$1,234.50", None])).tolist()
        [1234.5, nan]
        >>> price.series(np.array([0.999, -1e6])).tolist()
        ['$1.00', '-$1,000,000.00']
    """

    name: ClassVar[str] = "amounts"
    prefix: str
    suffix: str
    thousands: str
    point: str
    fewest: int
    most: int

    @property
    def kind(self) -> str:
        return "integer" if self.most == 0 else "number"

    @property
    def grain(self) -> float:
        return 10.0**-self.most

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        whole = rf"\d{{1,3}}(?:{re.escape(self.thousands)}\d{{3}})*" if self.thousands else r"\d+"
        part = rf"(?:{re.escape(self.point)}(\d+))?" if self.most else "()"
        return re.compile(
            rf"(-?){re.escape(self.prefix)}({whole}){part}{re.escape(self.suffix)}", re.ASCII
        )

    def read(self, text: str) -> float:
        """The number that a text is, NaN if it is none."""
        found = self._pattern.fullmatch(text)
        if found is None:
            return np.nan
        sign, whole, part = found.groups()
        if self.thousands:
            whole = whole.replace(self.thousands, "")
        return float(f"{sign}{whole}.{part or 0}")

    def write(self, number: float) -> str:
        """The text that a number is written as."""
        # Adding zero makes a negative zero positive.
        number = round(number, self.most) + 0.0
        whole, _, part = f"{abs(number):,.{self.most}f}".partition(".")
        part = part[: self.fewest] + part[self.fewest :].rstrip("0")
        digits = whole.replace(",", self.thousands) + (self.point + part if part else "")
        return f"{'-' if number < 0 else ''}{self.prefix}{digits}{self.suffix}"

    def returns(self, text: str) -> bool:
        """Whether a text is read and written as it was."""
        number = self.read(text)
        return number == number and self.write(number) == text

    def plain(self, series: pd.Series) -> np.ndarray:
        texts, places = distinct_texts(series)
        return taken(np.array([self.read(text) for text in texts], dtype=np.float64), places)

    def series(self, plain: np.ndarray) -> pd.Series:
        places, numbers = pd.factorize(np.round(plain, self.most) + 0.0)
        texts = np.array([self.write(number) for number in numbers], dtype=object)
        return texts_as(texts, places, self.dtype)


def amounts_of(texts: Sequence[str], dtype: str, bare: bool = False) -> Amounts | None:
    """The form of amounts in which every one of these texts is written, or None.

    Args:
        texts: distinct ones, at least one.
        dtype: of the column.
        bare: whether numbers that have nothing around them are amounts too: without it they must
            have marks of thousands or a fixed number of decimals, as codes have neither.
    """
    parts = _PARTS.fullmatch(texts[0])
    if parts is None or not _may_surround(parts[1], parts[3]):
        return None
    for thousands, point in _MARKS:
        decimals = [_decimals(text, point, parts[3]) for text in texts]
        fewest, most = min(decimals), max(decimals)
        if most > _MOST_DECIMALS:
            continue
        form = Amounts(dtype, parts[1], parts[3], thousands, point, fewest, most)
        if all(map(form.returns, texts)):
            grouped = thousands and any(thousands in text for text in texts)
            fixed = most > 0 and fewest == most
            return form if bare or parts[1] or parts[3] or grouped or fixed else None
    return None


def _may_surround(prefix: str, suffix: str) -> bool:
    """Whether this is what stands around an amount, and not part of a code."""
    before, after = prefix.strip(" "), suffix.strip(" ")
    if before and not _is_currency(before):
        return False
    if not after or _is_currency(after):
        return True
    return bool((_LONG_UNITS if suffix.startswith(" ") else _SHORT_UNITS).fullmatch(after))


def _is_currency(text: str) -> bool:
    return text in _CURRENCIES or (unicodedata.category(text[-1]) == "Sc" and len(text) <= 3)


def _decimals(text: str, point: str, suffix: str) -> int:
    text = text.removesuffix(suffix)
    return len(text) - text.rfind(point) - 1 if point in text else 0
