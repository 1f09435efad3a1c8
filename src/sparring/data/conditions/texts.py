"""What a text says."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import torch
from torch import Tensor

from sparring.core.errors import WrongUse
from sparring.data.conditions.base import MOST_TEXTS, Condition, in_turn, wishes
from sparring.data.conditions.captions import Bank, Captions, Scale
from sparring.data.conditions.text_encoder import MINILM, TextEncoder, encoder_named

MOST_WORDS = 24
"""Of a text that y holds; the whole text is read all the same."""
_WORD = re.compile(r"\w+|[^\w\s]")


class Texts(Condition):
    """What a text says; y is (n, 1 + words, size) float32: the whole text, then its words.

    Row 0 is what the encoder says of the text, the others what it says of each word in it, zeros
    after the last. All are brought to mean 0 and mean square 1 over the training texts, because
    texts of one kind have nearly one direction. Nothing is read before it is asked for.

    Args:
        encoder: the name of a text encoder ("minilm", or a model of Hugging Face), or one itself.
        words: rows of y beside the first; those of the longest training text, at most 24.
        captions: of the training data, at most about 2000 that differ.
        weights: how many training items have each.
        scale: None to take it from the captions.

    Example:
        >>> class Lengths:
        ...     name, size = "lengths", 1
        ...
        ...     def __call__(self, texts):
        ...         lengths = torch.tensor([[float(len(text))] for text in texts])
        ...         return lengths, lengths[:, None]
        >>> texts = Texts(Lengths()).seen(["a dog", "two dogs"])
        >>> texts.encode(["a dog", "a cow"])[torch.tensor([1])].shape
        torch.Size([1, 3, 1])
        >>> texts.tell(texts.ask("two dogs", 1))
        ['two dogs']
        >>> texts.ask(" ", 1)
        Traceback (most recent call last):
        ...
        sparring.core.errors.WrongUse: The text that is asked for is empty: write what is wanted.
    """

    name: ClassVar[str] = "texts"

    def __init__(
        self,
        encoder: str | TextEncoder = MINILM,
        words: int = MOST_WORDS,
        captions: Sequence[str] = (),
        weights: Sequence[float] = (),
        scale: Scale | None = None,
    ) -> None:
        self._encoder = encoder
        self.words = words
        self.captions, self._weights = tuple(captions), tuple(weights)
        self._scale = scale
        self._bank: Bank | None = None

    @property
    def encoder(self) -> TextEncoder:
        """What reads the texts; found by its name at first use."""
        if isinstance(self._encoder, str):
            self._encoder = encoder_named(self._encoder)
        return self._encoder

    @property
    def size(self) -> int:  # type: ignore[override]
        """Numbers that the encoder says of a text."""
        return self.encoder.size

    def seen(self, values: Any) -> Self:
        """The same encoder with the texts that occur here; of more than 2000, evenly spread."""
        counts = Counter(text for group in grouped(values) for text in group)
        texts = list(counts)
        longest = max((len(_WORD.findall(text)) for text in texts), default=0)
        if len(texts) > MOST_TEXTS:
            evenly = np.linspace(0, len(texts) - 1, MOST_TEXTS).round().astype(int)
            texts = [texts[place] for place in evenly]
        weights = [counts[text] for text in texts]
        return type(self)(self._encoder, min(longest, MOST_WORDS), texts, weights)

    def encode(self, values: Any) -> Captions:
        """A text of each item, or a list of several -> what is read when it is asked for.

        Raises:
            WrongUse: an empty text, or what is none.
        """
        return Captions(grouped(values), self._read, self.words)

    def ask(self, wanted: Any, n: int) -> Tensor:
        """A text, {"text": text}, or a list of these -> (n, 1 + words, size) float32."""
        texts = [_asked(wish) for wish in wishes(wanted, n)]
        bank = self._read(texts)
        return in_turn(bank.pick(torch.arange(len(texts)), self.words), n)

    def tell(self, y: Tensor) -> list[str]:
        """(n, 1 + words, size) -> of each the training text that says nearly the same."""
        known = torch.nn.functional.normalize(self._kept().sentences())
        nearest = (y[:, 0].float().cpu() @ known.T).argmax(1)
        return [self.captions[number] for number in nearest.tolist()]

    def describe(self) -> dict[str, Any]:
        """The encoder's name, some training texts, and the scale that they give."""
        scale = self._scaled()
        return {
            "condition": self.name,
            "encoder": self.encoder.name,
            "words": self.words,
            "captions": list(self.captions),
            "weights": list(self._weights),
            "sentence_centre": scale.sentence_centre.tolist(),
            "word_centre": scale.word_centre.tolist(),
            "sentence_scale": scale.sentence,
            "word_scale": scale.word,
        }

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """The texts that `describe` described; the encoder is found when it is needed."""
        scale = Scale(
            torch.tensor(description["sentence_centre"]),
            torch.tensor(description["word_centre"]),
            description["sentence_scale"],
            description["word_scale"],
        )
        known = description["captions"], description["weights"]
        return cls(description["encoder"], description["words"], *known, scale)

    def rows(self, numbers: Tensor | None = None) -> Tensor:
        """(m, 1 + words, size) training texts, at most about 2000, or these of them."""
        wanted = torch.arange(len(self.captions)) if numbers is None else numbers.cpu()
        return self._kept().pick(wanted, self.words)

    def frequencies(self) -> Tensor:
        """(m,) how often each of the rows comes in the training data, among them."""
        weights = torch.tensor(self._weights, dtype=torch.float64)
        return (weights / weights.sum()).float()

    def _scaled(self) -> Scale:
        if self._scale is None:
            self._scale = Scale.of(*self.encoder(self.captions))
        return self._scale

    def _kept(self) -> Bank:
        if self._bank is None:
            self._bank = self._read(self.captions)
        return self._bank

    def _read(self, texts: Sequence[str]) -> Bank:
        return Bank(*self.encoder(texts), self._scaled())


def grouped(values: Any) -> list[list[str]]:
    """A text of each item, or a list of several, as one list of texts an item.

    Raises:
        WrongUse: an empty text, an item without any, or what is no text.

    Example:
        >>> grouped(["a dog", ["a cow", "one cow"]])
        [['a dog'], ['a cow', 'one cow']]
    """
    groups = []
    for number, value in enumerate(values):
        group = [value] if isinstance(value, str) else value
        several = isinstance(group, list | tuple | np.ndarray) and len(group) > 0
        if not several or not all(isinstance(text, str) for text in group):
            raise WrongUse(
                f"Captions must be texts, or lists of texts, got {value!r} for image {number + 1}: "
                f"write one, or leave the image out."
            )
        if not all(text.strip() for text in group):
            raise WrongUse(
                f"The caption of image {number + 1} is empty: write one, or leave the image out."
            )
        groups.append([str(text) for text in group])
    return groups


def _asked(wish: Any) -> str:
    if isinstance(wish, Mapping):
        unknown = [key for key in wish if key != "text"]
        if unknown or not wish:
            raise WrongUse(
                f"the model can't be asked for {', '.join(map(str, unknown)) or 'nothing'}; it "
                f"knows text."
            )
        wish = wish["text"]
    if not isinstance(wish, str):
        raise WrongUse(f"A text must be asked for, such as 'a red circle', got {wish!r}.")
    if not wish.strip():
        raise WrongUse("The text that is asked for is empty: write what is wanted.")
    return wish
