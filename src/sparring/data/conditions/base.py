"""What a sample can be asked to be: the base class of all conditions."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from sparring.core.errors import WrongUse

MOST_TEXTS = 2000
"""Texts of the training data that are kept, to draw one where none is asked for."""


class Codes(Protocol):
    """The conditions of many items as networks see them; a tensor is one.

    `codes[indices]` is a tensor of so many conditions.
    """

    def __len__(self) -> int: ...

    def __getitem__(self, indices: Tensor) -> Tensor: ...


class Condition(ABC):
    """What a sample is asked to be, from a user's words to numbers and back.

    Attributes:
        name: of its kind, in descriptions.
        size: how many classes, how many attributes, or the length of a text's embedding: what
            networks call `condition`.

    Example:
        >>> from sparring.data.conditions import ClassNames
        >>> names = ClassNames(["cat", "dog"]).seen(["dog", "dog", "dog", "cat"])
        >>> names.ask("dog", 2), names.tell(names.ask(["cat", "dog"], 3))
        (tensor([1, 1]), ['cat', 'dog', 'cat'])
        >>> names.frequencies()
        tensor([0.2500, 0.7500])
    """

    name: ClassVar[str]
    size: int

    @abstractmethod
    def seen(self, values: Any) -> Self:
        """The same condition, which has seen the training data and draws from it."""

    @abstractmethod
    def encode(self, values: Any) -> Codes:
        """What users have of n items, to codes of n items.

        Raises:
            WrongUse: values that are no such conditions.
        """

    @abstractmethod
    def ask(self, wanted: Any, n: int) -> Tensor:
        """What a user asks for, to y of n rows.

        Args:
            wanted: one condition for all n, or a list of at most n that are taken in turn.
            n: how many rows, at least 1.

        Raises:
            WrongUse: a condition that is not known, in one sentence with the nearest that is.
        """

    @abstractmethod
    def tell(self, y: Tensor) -> list[Any]:
        """What these conditions say, in a user's words: one entry a row."""

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """All that is needed to make it again, as JSON can hold it."""

    @classmethod
    @abstractmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """The condition that `describe` described."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # It never changes, and what reads texts is large.
        return self

    def rows(self, numbers: Tensor | None = None) -> Tensor | None:
        """Conditions of the training data, from which one is drawn where none is asked for.

        Args:
            numbers: (n,) which of them; None for all.

        Returns:
            (m, ...) as y, m some thousands at most; None where y counts classes.
        """
        return None

    @abstractmethod
    def frequencies(self) -> Tensor:
        """How often each of the `rows`, or each class, comes in the training data; sums to 1."""


def wishes(wanted: Any, n: int) -> list[Any]:
    """What is asked for, as a list of one or more wishes.

    Args:
        wanted: one wish, or a list, array or frame of several.
        n: how many rows are wanted.

    Raises:
        WrongUse: an empty list, or one of more wishes than rows.

    Example:
        >>> wishes("a red circle", 3), wishes(["cat", "dog"], 2)
        (['a red circle'], ['cat', 'dog'])
    """
    if isinstance(wanted, pd.DataFrame):
        wanted = wanted.to_dict("records")
    elif isinstance(wanted, np.ndarray | Tensor | pd.Series):
        wanted = wanted.tolist()
    if isinstance(wanted, str | bytes) or not isinstance(wanted, Sequence):
        return [wanted]
    if not wanted:
        raise WrongUse("condition must say at least one thing, got an empty list: leave it out.")
    if len(wanted) > n:
        raise WrongUse(
            f"n must be at least the {len(wanted)} conditions that are asked for, got {n}: ask "
            f"for n={len(wanted)}."
        )
    return list(wanted)


def in_turn(rows: Tensor, n: int) -> Tensor:
    """(m, ...) conditions -> (n, ...): the first, the second, ..., and from the first again.

    Example:
        >>> in_turn(torch.tensor([4, 7]), 5)
        tensor([4, 7, 4, 7, 4])
    """
    return rows[torch.arange(n) % len(rows)]


def pick(values: Any, rows: np.ndarray) -> Any:
    """Some of the conditions that users gave: of a frame, an array or a list.

    Example:
        >>> pick(["a", "b", "c"], np.array([2, 0]))
        ['c', 'a']
    """
    if isinstance(values, pd.DataFrame):
        return values.iloc[rows].reset_index(drop=True)
    return values[rows] if isinstance(values, np.ndarray) else [values[row] for row in rows]
