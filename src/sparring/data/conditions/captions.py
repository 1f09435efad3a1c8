"""Many texts as numbers, each kept once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Scale:
    """What brings the numbers that an encoder says to mean 0 and mean square 1.

    Sentences of one kind have nearly one direction; what tells them apart is what is left.

    Attributes:
        sentence_centre, word_centre: (size,), subtracted.
        sentence, word: by which is divided then, above 0.
    """

    sentence_centre: Tensor
    word_centre: Tensor
    sentence: float
    word: float

    @classmethod
    def of(cls, sentences: Tensor, words: Tensor) -> Self:
        """The scale of these: (n, size) and (n, l, size), of which rows of zeros are no words.

        Example:
            >>> scale = Scale.of(torch.tensor([[1.0], [5.0]]), torch.ones(2, 1, 1))
            >>> scale.sentence_centre, scale.sentence, scale.word
            (tensor([3.]), 2.0, 1.0)
        """
        there = words.flatten(0, 1)
        there = there[there.any(1)]
        whole, parts = _centre(sentences), _centre(there)
        return cls(whole, parts, _spread(sentences - whole), _spread(there - parts))


def _centre(found: Tensor) -> Tensor:
    return found.mean(0) if len(found) else torch.zeros(found.shape[1])


def _spread(centred: Tensor) -> float:
    spread = float(centred.square().mean().sqrt()) if len(centred) else 0.0
    # One text alone has no spread.
    return spread if spread > 1e-6 else 1.0


class Bank:
    """Texts as (1 + words, size) numbers each in float16: the whole text, then its words.

    Args:
        sentences: (m, size) what the texts say.
        words: (m, l, size), zeros after the last.
        scale: of both.

    Example:
        >>> sentences, words = torch.tensor([[1.0], [2.0]]), torch.tensor([[[3.0]], [[0.0]]])
        >>> bank = Bank(sentences, words, Scale(torch.zeros(1), torch.zeros(1), 1.0, 1.0))
        >>> bank.pick(torch.tensor([1, 0]), words=2).squeeze(2)
        tensor([[2., 0., 0.],
                [1., 3., 0.]])
    """

    def __init__(self, sentences: Tensor, words: Tensor, scale: Scale) -> None:
        size = sentences.shape[1]
        there = words.any(2)
        whole = (sentences - scale.sentence_centre) / scale.sentence
        parts = (words - scale.word_centre) / scale.word
        rows = [torch.zeros(1, size)]  # of what isn't there
        for number in range(len(sentences)):
            rows += [whole[number : number + 1], parts[number, there[number]]]
        self._rows = torch.cat(rows).half()
        self._lengths = 1 + there.sum(1)
        self._starts = 1 + self._lengths.cumsum(0) - self._lengths

    def __len__(self) -> int:
        return len(self._starts)

    def pick(self, numbers: Tensor, words: int) -> Tensor:
        """(n,) numbers of texts -> (n, 1 + words, size) float32, zeros after the last word."""
        after = torch.arange(1 + words)
        places = self._starts[numbers, None] + after
        places = torch.where(after < self._lengths[numbers, None], places, 0)
        return self._rows.index_select(0, places.flatten()).view(*places.shape, -1).float()

    def sentences(self) -> Tensor:
        """(m, size) the whole texts."""
        return self._rows[self._starts].float()


class Captions:
    """What is written of each item: one text or several, read when they are first asked for.

    Args:
        groups: the texts of each item, at least one.
        read: makes a bank of texts.
        words: of a text, in y.

    Example:
        >>> def read(texts):
        ...     lengths = torch.tensor([[float(len(text))] for text in texts])
        ...     none = Scale(torch.zeros(1), torch.zeros(1), 1.0, 1.0)
        ...     return Bank(lengths, torch.zeros(len(texts), 0, 1), none)
        >>> captions = Captions([["a", "aa"], ["aaa"]], read, words=0)
        >>> items = torch.tensor([0, 1])
        >>> [captions.at(items, torch.tensor([e, e])).flatten().tolist() for e in (0, 1)]
        [[1.0, 3.0], [2.0, 3.0]]
    """

    def __init__(
        self, groups: Sequence[Sequence[str]], read: Callable[[Sequence[str]], Bank], words: int
    ) -> None:
        self.groups = groups
        self.words = words
        self.texts = list(dict.fromkeys(text for group in groups for text in group))
        numbers = {text: number for number, text in enumerate(self.texts)}
        self._flat = torch.tensor([numbers[text] for group in groups for text in group])
        self._counts = torch.tensor([len(group) for group in groups])
        self._starts = self._counts.cumsum(0) - self._counts
        self._read = read
        self._bank: Bank | None = None

    def __len__(self) -> int:
        return len(self.groups)

    def __getitem__(self, indices: Tensor) -> Tensor:
        """(n,) items -> (n, 1 + words, size), the first text of each."""
        return self._picked(self._starts[indices])

    def at(self, indices: Tensor, epochs: Tensor) -> Tensor:
        """(n,) items and in which epoch each is seen -> (n, 1 + words, size).

        In each epoch the next of an item's texts takes its turn, and neighbours begin at different
        ones; so which it is follows from the place in the stream alone.
        """
        turns = (indices + epochs) % self._counts[indices]
        return self._picked(self._starts[indices] + turns)

    def _picked(self, places: Tensor) -> Tensor:
        if self._bank is None:
            self._bank = self._read(self.texts)
        return self._bank.pick(self._flat[places], self.words)

    def take(self, rows: np.ndarray) -> "Captions":
        """The captions of some items."""
        return Captions([self.groups[row] for row in rows], self._read, self.words)
