"""Several attributes of each item."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.data.conditions.attribute import Attribute
from sparring.data.conditions.base import Condition, pick, wishes

_MOST_ROWS = 10_000


class Attributes(Condition):
    """Several attributes at once; y is (n, size) float32 of 0 and 1.

    An attribute that is yes or no takes one number, another one number for each of its values, of
    which one is 1. What is left open when a sample is asked for is drawn from the training items
    that are as it is asked.

    Args:
        attributes: in their order in y; at least one, with different names.
        rows: (m, attributes) which value of each the training items have: distinct rows.
        weights: (m,) how many items have each of them.

    Raises:
        WrongUse: no attributes, or two of one name.

    Example:
        >>> frame = pd.DataFrame({"hat": [True, False, True], "hair": ["red", "black", "black"]})
        >>> known = Attributes.fit(frame).seen(frame)
        >>> known.encode(frame)
        tensor([[1., 0., 1.],
                [0., 1., 0.],
                [1., 1., 0.]])
        >>> known.tell(known.ask({"hair": "red"}, 1))
        [{'hat': 'yes', 'hair': 'red'}]
        >>> known.ask({"hiar": "red"}, 1)
        Traceback (most recent call last):
        ...
        sparring.core.errors.WrongUse: There is no attribute 'hiar'; did you mean hair?
    """

    name: ClassVar[str] = "attributes"

    def __init__(
        self,
        attributes: Sequence[Attribute],
        rows: Sequence[Sequence[int]] | np.ndarray = (),
        weights: Sequence[float] | np.ndarray = (),
    ) -> None:
        self.attributes = tuple(attributes)
        names = [attribute.name for attribute in self.attributes]
        if not names or len(set(names)) < len(names):
            raise WrongUse(f"Attributes must have names that differ, got {', '.join(names)}.")
        self.size = sum(attribute.width for attribute in self.attributes)
        self._rows = np.asarray(rows, dtype=np.int64).reshape(-1, len(names))
        self._weights = np.asarray(weights, dtype=np.float64)

    @classmethod
    def fit(cls, values: Any, kinds: Mapping[Any, str] | None = None) -> Self:
        """The attributes that a frame's columns, or an array's, look like (see `Attribute.fit`).

        Args:
            values: a DataFrame, or an array (n, attributes).
            kinds: overrules what columns are taken for, by name.

        Raises:
            WrongUse: no columns, or one that can't be asked for.
        """
        frame, kinds = pd.DataFrame(values), kinds or {}
        frame.columns = frame.columns.map(str)
        said = {str(column): kind for column, kind in kinds.items()}
        for column in said:
            if column not in frame:
                raise WrongUse(
                    f"kinds names no attribute {column!r}{closest(column, list(frame.columns))}"
                )
        return cls([Attribute.fit(frame[name], said.get(name)) for name in frame.columns])

    def seen(self, values: Any) -> Self:
        """The same attributes, with the rows that occur here and how often.

        Of more than 10,000 distinct rows those of 10,000 items are kept, evenly spread.
        """
        numbers = self.numbers(values)
        rows, counts = np.unique(numbers, axis=0, return_counts=True)
        if len(rows) > _MOST_ROWS:
            evenly = np.linspace(0, len(numbers) - 1, _MOST_ROWS).round().astype(np.int64)
            rows, counts = np.unique(numbers[evenly], axis=0, return_counts=True)
        return type(self)(self.attributes, rows, counts)

    def numbers(self, values: Any) -> np.ndarray:
        """Attributes of n items -> (n, attributes) int64: which value of each attribute."""
        frame = pd.DataFrame(values)
        frame.columns = frame.columns.map(str)
        for attribute in self.attributes:
            if attribute.name not in frame:
                raise WrongUse(
                    f"The attribute {attribute.name!r} is missing"
                    f"{closest(attribute.name, list(frame.columns))}"
                )
        return np.stack([one.numbers(frame[one.name]) for one in self.attributes], axis=1)

    def encode(self, values: Any) -> Tensor:
        """A DataFrame, or an array (n, attributes) -> (n, size) float32 of 0 and 1."""
        return self._coded(self.numbers(values))

    def ask(self, wanted: Any, n: int) -> Tensor:
        """{"gender": "female", "age": ["child", "teen"]}, or a list of such -> (n, size) float32.

        Where a list of values is given, any of them will do. Attributes that are left out are drawn
        from the training items that are as asked.
        """
        asked = wishes(wanted, n)
        out = torch.empty(n, self.size)
        for place, wish in enumerate(asked):
            count = len(range(place, n, len(asked)))
            out[place :: len(asked)] = self._coded(self._drawn(self._allowed(wish), count))
        return out

    def tell(self, y: Tensor) -> list[dict[str, str]]:
        """(n, size) -> the values of each row by name; the likeliest where y is not 0 and 1."""
        said: list[dict[str, str]] = [{} for _ in range(len(y))]
        start = 0
        for one in self.attributes:
            block = y[:, start : start + one.width]
            places = (block[:, 0] > 0.5).long() if one.binary else block.argmax(1)
            for row, place in zip(said, places.tolist(), strict=True):
                row[one.name] = one.values[place]
            start += one.width
        return said

    def describe(self) -> dict[str, Any]:
        """The attributes, and which rows the training items have how often."""
        return {
            "condition": self.name,
            "attributes": [attribute.describe() for attribute in self.attributes],
            "rows": self._rows.tolist(),
            "weights": self._weights.tolist(),
        }

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """The attributes that `describe` described."""
        attributes = [Attribute.from_description(one) for one in description["attributes"]]
        return cls(attributes, description["rows"], description["weights"])

    def rows(self, numbers: Tensor | None = None) -> Tensor:
        """(m, size) the distinct conditions of the training data, or these of them."""
        return self._coded(self._rows if numbers is None else self._rows[numbers.cpu().numpy()])

    def frequencies(self) -> Tensor:
        """(m,) how often each of the rows comes in the training data."""
        return torch.from_numpy(self._weights / self._weights.sum()).float()

    def _coded(self, numbers: np.ndarray) -> Tensor:
        blocks = []
        for place, one in enumerate(self.attributes):
            column = numbers[:, place : place + 1]
            blocks.append(column if one.binary else column == np.arange(one.width))
        return torch.from_numpy(np.concatenate(blocks, axis=1).astype(np.float32))

    def _allowed(self, wish: Any) -> dict[int, list[int]]:
        """Which values will do, by the attribute's place."""
        names = [attribute.name for attribute in self.attributes]
        if not isinstance(wish, Mapping):
            first = self.attributes[0]
            raise WrongUse(
                f'Attributes are asked for by name, such as {{"{first.name}": '
                f'"{first.values[-1]}"}}, got {wish!r}.'
            )
        allowed = {}
        for name, value in wish.items():
            if str(name) not in names:
                raise WrongUse(f"There is no attribute {name!r}{closest(str(name), names)}")
            place = names.index(str(name))
            several = list(value) if isinstance(value, list | tuple | set) else [value]
            if not several:
                raise WrongUse(f"Attribute {name!r} must be something, got an empty list.")
            allowed[place] = [self.attributes[place].number(one) for one in several]
        return allowed

    def _drawn(self, allowed: Mapping[int, Sequence[int]], n: int) -> np.ndarray:
        """(n, attributes) rows that are as asked, drawn with the frequencies of the data."""
        exact = all(len(values) == 1 for values in allowed.values())
        if exact and len(allowed) == len(self.attributes):
            whole = [allowed[place][0] for place in range(len(self.attributes))]
            return np.tile(np.array(whole, dtype=np.int64), (n, 1))
        agree = np.ones(len(self._rows), dtype=bool)
        for place, values in allowed.items():
            agree &= np.isin(self._rows[:, place], values)
        if not agree.any():
            raise WrongUse(
                f"No training image is {self._words(allowed)}, so the rest can't be drawn: say all "
                f"of {', '.join(one.name for one in self.attributes)} with one value each."
            )
        chances = torch.from_numpy(np.where(agree, self._weights, 0.0))
        return pick(self._rows, torch.multinomial(chances, n, replacement=True).numpy())

    def _words(self, allowed: Mapping[int, Sequence[int]]) -> str:
        said = []
        for place, values in allowed.items():
            one = self.attributes[place]
            said.append(f"{one.name} {' or '.join(one.values[value] for value in values)}")
        return " and ".join(said)
