"""R-precision: does a picture look more like its own caption than like others?"""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn import functional

from sparring.core import Batch, Game, Player, Terms
from sparring.core.backend import Backend
from sparring.core.errors import WrongUse
from sparring.core.optimizers import Adam, Cosine
from sparring.core.train import train
from sparring.metrics.images import Images, as_tensor, embed, images, resize, square
from sparring.metrics.kept import fetch, keep, key
from sparring.metrics.recognition import Recogniser, Shuffled
from sparring.metrics.vectors import Vectors

Read = Callable[[Sequence[str]], ArrayLike]
"""n texts -> (n, k) numbers that a text encoder says of them."""

_SIDE = 32
_LEAST = 20
_SHIFT = 16
WRONG = 9
"""Wrong captions beside each right one."""


def r_precision(
    pictures: ArrayLike, texts: ArrayLike, own: ArrayLike, wrong: int = WRONG, seed: int = 0
) -> float:
    """The share of pictures whose own text is the nearest of it and some wrong ones.

    Xu et al. 2018 (AttnGAN, arXiv 1711.10485), section 4, with 9 wrong texts where the paper has
    99. Where several are equally near, the share that a draw among them would get.

    Args:
        pictures: (n, d) of length 1.
        texts: (m, d) of length 1, all different texts; m above `wrong`.
        own: (n,) the number of each picture's own.
        wrong: texts beside it, drawn without replacement, at least 1.
        seed: of the draw.

    Raises:
        WrongUse: for too few texts.

    Example:
        >>> r_precision(np.eye(4), np.eye(4), np.arange(4), wrong=3)
        1.0
        >>> r_precision(np.ones((4, 1)), np.ones((4, 1)), np.arange(4), wrong=3)  # all alike
        0.25
    """
    seen, said, right = np.asarray(pictures), np.asarray(texts), np.asarray(own)
    if wrong < 1 or len(said) <= wrong:
        raise WrongUse(
            f"R-precision needs more than {wrong} different captions, got {len(said)}; hold more "
            f"out."
        )
    random = np.random.default_rng(seed)
    # The first places of a random order of all others.
    others = random.random((len(seen), len(said) - 1)).argpartition(wrong - 1, axis=1)[:, :wrong]
    others += others >= right[:, None]
    near = np.einsum("nd,nwd->nw", seen, said[others])  # (n, wrong)
    best = (seen * said[right]).sum(axis=1)[:, None]
    tied = np.isclose(near, best, rtol=0, atol=1e-9)
    won = ~((near > best) & ~tied).any(axis=1)
    return float((won / (1 + tied.sum(axis=1))).mean())


@dataclass(frozen=True)
class Settings:
    """All that a matcher depends on beside its data.

    Attributes:
        steps: of training.
        batch_size: pairs a step.
        width: of the first convolution.
        dropout: share of the text's hidden units left out in training.
        heldout: share of the texts that its own precision is measured on.
        seed: of everything random.
    """

    steps: int = 400
    batch_size: int = 128
    width: int = 16
    dropout: float = 0.3
    heldout: float = 0.1
    seed: int = 0


class Towers(nn.Module):
    """Pictures and texts to points on one sphere.

    Args:
        channels: of the pictures.
        first: width of the first convolution.
        said: numbers that an encoder says of a text.
        dropout: share of the text's hidden units left out in training.
        seed: of the first weights.

    Example:
        >>> towers = Towers(3, 4, 5, 0.1, seed=0)
        >>> towers.pictures(torch.zeros(2, 3, 16, 16)).shape, towers.texts(torch.ones(2, 5)).shape
        (torch.Size([2, 64]), torch.Size([2, 64]))
    """

    def __init__(self, channels: int, first: int, said: int, dropout: float, seed: int) -> None:
        super().__init__()
        width = 64
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.seeing = Recogniser(channels, first, width, seed)
            self.reading = nn.Sequential(
                nn.Linear(said, 4 * width),
                nn.LeakyReLU(0.2),
                nn.Dropout(dropout),
                nn.Linear(4 * width, width),
            )
        self.sharpness = nn.Parameter(torch.tensor(math.log(10.0)))

    def pictures(self, x: Tensor) -> Tensor:
        """(n, channels, h, w) in [-1, 1] to (n, 64)."""
        return functional.normalize(self.seeing(x))

    def texts(self, y: Tensor) -> Tensor:
        """(n, said) to (n, 64)."""
        return functional.normalize(self.reading(y))


class Pairing(Game):
    """One player learns which text belongs to which picture of a batch.

    The symmetric cross-entropy of Radford et al. 2021 (CLIP, arXiv 2103.00020), figure 3. Equal
    texts in a batch aren't held against each other, and pictures are shifted by a
    pixel or two.

    Example:
        >>> game = Pairing(Towers(1, 4, 5, 0.0, seed=0), steps=10)
        >>> batch = {"x": torch.randn(4, 1, 16, 16), "y": torch.randn(4, 5)}
        >>> list(game.loss(batch))
        ['cross_entropy']
    """

    def __init__(self, towers: Towers, steps: int) -> None:
        super().__init__()
        self.towers = towers
        optimizer = Adam(2e-3, betas=(0.9, 0.99), schedule=Cosine(steps, end=0.0))
        self.players = {"matcher": Player([towers], self.loss, optimizer)}
        self.turns = ["matcher"]

    def loss(self, batch: Batch) -> Terms:
        """Nats, the mean over pictures and texts."""
        x, y = shifted(batch["x"]), batch["y"]
        cosines = self.towers.pictures(x) @ self.towers.texts(y).t()  # (n, n)
        logits = cosines * self.towers.sharpness.clamp(max=math.log(100.0)).exp()
        own = torch.arange(len(y), device=y.device)
        equal = (y[:, None] == y[None]).all(2) & (own[:, None] != own)
        logits = logits.masked_fill(equal, -torch.inf)
        both = functional.cross_entropy(logits, own) + functional.cross_entropy(logits.t(), own)
        return {"cross_entropy": both / 2}


def shifted(x: Tensor) -> Tensor:
    """Pictures moved by up to a sixteenth of their height, all alike."""
    height, width = x.shape[2:]
    most = height // _SHIFT
    down, across = torch.randint(0, 2 * most + 1, (2,)).tolist()
    wide = functional.pad(x, (most,) * 4, mode="replicate")
    return wide[:, :, down : down + height, across : across + width]


class Matcher:
    """Compares pictures with texts, having learnt from real pairs. Made by `Matcher.on`.

    Attributes:
        precision: R-precision on pairs of texts that it didn't learn from, in [0, 1].

    Example:
        >>> def read(texts):
        ...     return [[float(text == "dark"), float(text == "light")] for text in texts]
        >>> random = np.random.default_rng(0)
        >>> dark, light = random.integers(0, 99, (30, 8, 8)), random.integers(150, 255, (30, 8, 8))
        >>> pictures = np.concatenate([dark, light]).astype(np.uint8)
        >>> matcher = Matcher.on(pictures, ["dark"] * 30 + ["light"] * 30, read, Settings(steps=20))
        >>> matcher.pictures(pictures).shape, matcher.texts(["dark"]).shape
        ((60, 64), (1, 64))
    """

    def __init__(self, towers: Towers, read: Read, size: tuple[int, int], backend: Backend) -> None:
        self.precision = float("nan")
        self._towers, self._read = towers.eval().requires_grad_(False), read
        self._size, self._backend = size, backend
        backend.place_module(towers)

    @classmethod
    def on(
        cls,
        values: ArrayLike,
        texts: Sequence[str],
        read: Read,
        settings: Settings | None = None,
        *,
        cache: Path | None = None,
        backend: Backend | None = None,
    ) -> "Matcher":
        """Learn from real pairs, or fetch what was learnt from them before.

        Args:
            values: (n, h, w) or (n, h, w, 3), uint8, at least 20.
            texts: n captions, one of each picture.
            read: what a text encoder says of texts.
            settings: of the training.
            cache: folder; the towers are kept there under a hash of data and settings.
            backend: where it runs.

        Raises:
            WrongUse: if pictures are too few, or texts aren't as many.
            Failure: if the cached file can't be read.
        """
        real = images(values)
        settings, backend = settings or Settings(), backend or Backend()
        if len(real) < _LEAST or len(texts) != len(real):
            raise WrongUse(
                f"a matcher learns from at least {_LEAST} pictures with a text each, got "
                f"{len(real)} pictures and {len(texts)} texts."
            )
        said = _numbers(read, texts)
        channels, size = 1 if real.ndim == 3 else 3, square(real.shape[1:3], _SIDE)
        towers = Towers(channels, settings.width, said.shape[1], settings.dropout, settings.seed)
        matcher = cls(towers, read, size, backend)
        name = key("matcher", real, said.numpy(), [*size, _SHIFT, asdict(settings)])
        file = None if cache is None else Path(cache) / f"{name}.safetensors"
        if file is not None and file.is_file():
            matcher.precision = float(fetch(file, towers)["precision"])
            return matcher
        matcher._learn(real, texts, said, settings)
        if file is not None:
            keep(file, towers, {"precision": matcher.precision})
        return matcher

    def pictures(self, values: ArrayLike) -> Vectors:
        """(n, 64) of length 1, of images (n, h, w) or (n, h, w, 3), uint8."""
        network = _Called(self._towers.pictures)
        return embed(network, images(values), self._prepare, self._backend)

    def texts(self, texts: Sequence[str]) -> Vectors:
        """(n, 64) of length 1."""
        with torch.no_grad():
            placed = self._backend.place({"y": _numbers(self._read, texts)})["y"]
            found: Vectors = self._towers.texts(placed).cpu().double().numpy()
        return found

    def r_precision(self, values: ArrayLike, texts: Sequence[str], seed: int = 0) -> float:
        """The share of pictures whose own text is nearer than 9 others among these.

        Args:
            values: (n, h, w) or (n, h, w, 3), uint8.
            texts: the n texts that they belong to, at least 10 different ones.
            seed: of the draw of others.
        """
        different, own = np.unique(np.asarray(texts, dtype=str), return_inverse=True)
        said = self.texts(different.tolist())
        return r_precision(self.pictures(values), said, own, seed=seed)

    def _prepare(self, part: Images) -> Tensor:
        return resize(as_tensor(part), self._size) * 2 - 1

    def _learn(self, real: Images, texts: Sequence[str], said: Tensor, settings: Settings) -> None:
        x = torch.cat([self._prepare(real[i : i + 1000]) for i in range(0, len(real), 1000)])
        different, own = np.unique(np.asarray(texts, dtype=str), return_inverse=True)
        order = np.random.default_rng(settings.seed).permutation(len(different))
        away = np.isin(own, order[: round(len(different) * settings.heldout)])
        rows = torch.from_numpy(np.flatnonzero(~away))
        batches = Shuffled(x[rows], said[rows], settings.batch_size, settings.seed)
        game = Pairing(self._towers.train().requires_grad_(True), settings.steps)
        train(game, batches, steps=settings.steps, seed=settings.seed, backend=self._backend)
        self._towers.eval().requires_grad_(False)
        if len(np.unique(own[away])) > WRONG:
            apart = [text for text, out in zip(texts, away, strict=True) if out]
            self.precision = self.r_precision(real[away], apart)


class _Called(nn.Module):
    """A function of tensors as a module."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


def _numbers(read: Read, texts: Sequence[str]) -> Tensor:
    found: NDArray = np.asarray(read(texts), dtype=np.float32)
    return torch.from_numpy(found)
