"""How the keys of new rows are made."""

import re
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
import pandas as pd
from pandas.api import types

from sparring.core.errors import WrongUse
from sparring.data.forms import Form, Serials, Texts
from sparring.data.keys import is_dense
from sparring.data.texts import IDENTIFIER
from sparring.tasks.relations.structure import Place


@dataclass(frozen=True)
class Numbering:
    """Keys that count: 7, 8, 9, or C-007, C-008, C-009.

    Attributes:
        least: the first number.
        prefix: before each number; texts where it or `digits` is given.
        digits: of a number at least, with zeros in front; 0 for whole numbers that are no texts.
    """

    least: int
    prefix: str = ""
    digits: int = 0

    def keys(self, n: int) -> pd.Series:
        """(n,) keys.

        Example:
            >>> Numbering(9, "C-", 2).keys(2).tolist()
            ['C-09', 'C-10']
        """
        numbers = np.arange(self.least, self.least + n)
        if not self.digits:
            return pd.Series(numbers)
        return pd.Series([f"{self.prefix}{number:0{self.digits}d}" for number in numbers])


def naming_of(place: Place, frame: pd.DataFrame) -> Form | Numbering | None:
    """How new keys of a table are made; None where nothing but links tells its rows apart.

    Keys that count rows are counted again; others are of the same look and none was there before.

    Raises:
        WrongUse: for texts of which no new ones can be made.
    """
    column = place.own_key
    if column is None:
        return None
    series = frame[column]
    if is_dense(series):
        return Numbering(int(series.min()))
    whole = types.is_integer_dtype(series.dtype)
    if not whole and not series.map(lambda value: isinstance(value, str)).all():
        raise WrongUse(
            f"the key {column!r} of table {place.name!r} must hold whole numbers or texts, got "
            f"{series.dtype}; convert it."
        )
    form = (Serials if whole else Texts).learn(series, IDENTIFIER)
    if form.roomy:
        return form
    counted = Numbering(int(series.min())) if whole else _counted(series.tolist())
    if counted is None:
        raise WrongUse(
            f"the key {column!r} of table {place.name!r} holds texts of which no new ones can be "
            f"made; let the table stay as it is, fixed=[{place.name!r}]."
        )
    return counted


def _counted(texts: list[str]) -> Numbering | None:
    """The numbering of texts that are one prefix and a number of one length."""
    pairs = zip(min(texts), max(texts), strict=False)
    alike = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    prefix = alike.rstrip("0123456789")
    rests = [text[len(prefix) :] for text in texts]
    if len({len(rest) for rest in rests}) > 1 or not all(re.fullmatch("[0-9]+", r) for r in rests):
        return None
    return Numbering(min(map(int, rests)), prefix, len(rests[0]))
