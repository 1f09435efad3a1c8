"""One class for each item."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import torch
from torch import Tensor

from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.data.conditions.base import Condition, in_turn, wishes

UNLABELLED = -1
"""The number of an item whose class is not known."""


class ClassNames(Condition):
    """One of several classes; y is (n,) int64, -1 where the class is not known.

    Args:
        names: of the classes that y counts, at least one.
        weights: how often each comes in the training data; by default all alike.

    Raises:
        WrongUse: no names, one twice, or weights of another length.

    Example:
        >>> names = ClassNames(["cat", "dog"])
        >>> names.encode(["dog", "cat"])
        tensor([1, 0])
        >>> names.ask({"class": "dgo"}, 1)
        Traceback (most recent call last):
        ...
        sparring.core.errors.WrongUse: There is no class 'dgo'; there are cat, dog.
    """

    name: ClassVar[str] = "classes"

    def __init__(self, names: Sequence[str], weights: Sequence[float] | None = None) -> None:
        self.names = tuple(str(name) for name in names)
        if not self.names or len(set(self.names)) < len(self.names):
            raise WrongUse(f"Names of classes must differ, got {', '.join(self.names) or 'none'}.")
        self.size = len(self.names)
        self.weights = torch.ones(self.size) if weights is None else torch.as_tensor(weights)
        if self.weights.shape != (self.size,):
            raise WrongUse(
                f"There must be one weight a class ({self.size}), got {len(self.weights)}."
            )
        self._numbers = {name: number for number, name in enumerate(self.names)}
        # Only where no name is a number, a number can mean a place among the names.
        self._counts = not any(name.lstrip("-").isdigit() for name in self.names)

    def seen(self, values: Any) -> Self:
        """The same classes, with the frequencies of these labels; unlabelled ones don't count."""
        y = self.encode(values)
        counts = torch.bincount(y[y >= 0], minlength=self.size)
        return type(self)(self.names, counts.tolist())

    def encode(self, values: Any) -> Tensor:
        """Names or numbers of classes, (n,) -> (n,) int64."""
        return torch.tensor([self._number(value) for value in values], dtype=torch.int64)

    def ask(self, wanted: Any, n: int) -> Tensor:
        """A name, a number, {"class": name}, or a list of these -> (n,) int64."""
        numbers = [self._number(_unwrapped(wish)) for wish in wishes(wanted, n)]
        if UNLABELLED in numbers:
            raise WrongUse(f"There is no class {UNLABELLED}{closest('-1', self.names)}")
        return in_turn(torch.tensor(numbers), n)

    def tell(self, y: Tensor) -> list[str | None]:
        """(n,) int64 -> names; None where the class is not known."""
        return [self.names[number] if number >= 0 else None for number in y.tolist()]

    def describe(self) -> dict[str, Any]:
        """Names and weights."""
        return {"condition": self.name, "names": list(self.names), "weights": self.weights.tolist()}

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """The classes that `describe` described."""
        return cls(description["names"], description["weights"])

    def frequencies(self) -> Tensor:
        """(size,) how often each class comes in the training data."""
        weights = self.weights.float()
        return weights / weights.sum()

    def _number(self, value: Any) -> int:
        name = str(value)
        if name in self._numbers:
            return self._numbers[name]
        number = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if number and UNLABELLED <= int(value) < (self.size if self._counts else 0):
            return int(value)
        listed = ", ".join(self.names)
        end = f"; there are {listed}." if len(listed) < 200 else closest(name, self.names)
        raise WrongUse(f"There is no class {name!r}{end}")


def _unwrapped(wish: Any) -> Any:
    if not isinstance(wish, Mapping):
        return wish
    unknown = [key for key in wish if key != "class"]
    if unknown or not wish:
        raise WrongUse(
            f"the model can't be asked for {', '.join(map(str, unknown)) or 'nothing'}; it knows "
            f"class."
        )
    return wish["class"]
