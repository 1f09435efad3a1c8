"""Columns of zeros and ones of which one is 1: `exactly one of {red, green, blue} is 1`."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from sparring.data.forms import Form
from sparring.data.rules.columns import Columns, written
from sparring.data.rules.names import Name, quoted
from sparring.data.rules.rule import Rule

NONE = "none of them"


@dataclass(frozen=True, kw_only=True)
class OneHot(Rule):
    """In each row exactly one of some columns is 1 (or true), or at most one; the others are 0.

    Reducing replaces them by one column of categories, which says which; where a row that is taken
    all the same has several ones, the first counts.

    Attributes:
        of: the columns, at least two.
        forms: how they are written; their plain numbers are 0 and 1.
        group: the name of the column that replaces them.
        exact: exactly one rather than at most one.

    Example:
        >>> from sparring.data.forms import Numbers
        >>> rule = one_hot(Columns(pd.DataFrame({"a": [1, 0, 0], "b": [0, 1, 0]})), ("a", "b"))
        >>> str(rule), rule.exact
        ('at most one of {a, b} is 1', False)
        >>> rule.reduce(pd.DataFrame({"a": [1, 0, 0], "b": [0, 1, 0]}))["one of a, b"].tolist()
        ['a', 'b', 'none of them']
    """

    name: ClassVar[str] = "one hot"
    of: tuple[Name, ...]
    forms: tuple[Form, ...]
    group: str
    exact: bool

    @property
    def inputs(self) -> tuple[Name, ...]:
        return ()

    @property
    def target(self) -> None:
        return None

    @property
    def targets(self) -> tuple[Name, ...]:
        return self.of

    @property
    def derived(self) -> tuple[Name, ...]:
        return self.of

    def __str__(self) -> str:
        one = "true" if self.forms[0].dtype.lower().startswith("bool") else "1"
        start = "exactly" if self.exact else "at most"
        return f"{start} one of {{{', '.join(map(quoted, self.of))}}} is {one}"

    @property
    def labels(self) -> tuple[str, ...]:
        """The categories of the column that replaces them."""
        names = tuple(map(str, self.of))
        return names if self.exact else (*names, NONE)

    def _ones(self, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """(n,) how many are 1, and the place of the first that is."""
        count = np.zeros(len(frame), dtype=np.int64)
        first = np.full(len(frame), len(self.of), dtype=np.int64)
        for place, (name, form) in enumerate(zip(self.of, self.forms, strict=True)):
            one = form.plain(frame[name]) == 1
            first[one & (count == 0)] = place
            count += one
        return count, first

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        count, _ = self._ones(frame)
        known = ~frame[list(self.of)].isna().to_numpy().any(axis=1)
        out: np.ndarray = known & ((count == 1) if self.exact else (count <= 1))
        return out

    def reduce(self, frame: pd.DataFrame) -> pd.DataFrame:
        _, first = self._ones(frame)
        # Of none, where there must be one, the last is taken.
        codes = np.minimum(first, len(self.labels) - 1)
        labels = pd.Index(self.labels, dtype=object)
        column = pd.Series(pd.Categorical(labels[codes], categories=labels), index=frame.index)
        names: list[Name] = list(frame.columns)
        place = names.index(self.of[0])
        out = frame.drop(columns=list(self.of))
        out.insert(place, self.group, column)
        return out

    def restore(self, frame: pd.DataFrame) -> pd.DataFrame:
        labels = frame[self.group].astype(object)
        made = {
            name: written(form, (labels == str(name)).to_numpy(dtype=np.float64), frame.index)
            for name, form in zip(self.of, self.forms, strict=True)
        }
        kept = frame.drop(columns=[self.group])
        return pd.concat([kept, pd.DataFrame(made, index=frame.index)], axis=1)


def one_hot(columns: Columns, of: tuple[Name, ...], *, exact: bool | None = None) -> OneHot:
    """The rule that one of these columns is 1, fitted to these rows.

    Args:
        columns: the rows.
        of: columns whose plain numbers are 0 and 1.
        exact: exactly one, or at most one; by default what the rows say.
    """
    group = f"one of {', '.join(map(str, of))}" if len(of) < 4 else f"one of {of[0]} ... {of[-1]}"
    while group in columns.frame.columns:
        group += "'"
    forms = tuple(columns.forms[name] for name in of)
    if exact is None:
        exact = bool((np.sum([columns.plain(name) == 1 for name in of], axis=0) == 1).all())
    return OneHot(of=of, forms=forms, group=group, exact=exact, support=len(columns))
