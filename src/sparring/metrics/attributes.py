"""Attribute accuracy: does a picture show what was asked for, attribute by attribute?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor
from torch.nn import functional

from sparring.core import Batch, Game, Player, Terms
from sparring.core.backend import Backend
from sparring.core.errors import WrongUse
from sparring.core.optimizers import Adam, Cosine
from sparring.core.train import train
from sparring.metrics.images import Images, as_tensor, embed, images
from sparring.metrics.kept import fetch, keep, key
from sparring.metrics.recognition import Recogniser, Shuffled

_LEAST = 20


@dataclass(frozen=True)
class Settings:
    """All that a reader depends on beside its data.

    Attributes:
        steps: of training.
        batch_size: pictures a step.
        width: of the first convolution.
        seed: of everything random.
    """

    steps: int = 1600
    batch_size: int = 128
    width: int = 24
    seed: int = 0


class Reading(Game):
    """One player learns several attributes of a picture at once, by their cross-entropies.

    Example:
        >>> game = Reading(Recogniser(1, 4, 5, seed=0), (2, 3), steps=10)
        >>> batch = {"x": torch.zeros(4, 1, 16, 16), "y": torch.zeros(4, 2, dtype=torch.int64)}
        >>> list(game.loss(batch))
        ['cross_entropy']
    """

    def __init__(self, network: Recogniser, sizes: Sequence[int], steps: int) -> None:
        super().__init__()
        self.network, self.sizes = network, tuple(sizes)
        optimizer = Adam(3e-3, betas=(0.9, 0.99), schedule=Cosine(steps, end=0.0))
        self.players = {"reader": Player([network], self.loss, optimizer)}
        self.turns = ["reader"]

    def loss(self, batch: Batch) -> Terms:
        """The mean over attributes, in nats."""
        parts = self.network(batch["x"]).split(self.sizes, 1)
        costs = [functional.cross_entropy(part, batch["y"][:, i]) for i, part in enumerate(parts)]
        return {"cross_entropy": torch.stack(costs).mean()}


class Reader:
    """Reads attributes off pictures, having learnt from pictures of which they are known.

    Made by `Reader.on`.

    Example:
        >>> random = np.random.default_rng(0)
        >>> dark, light = random.integers(0, 99, (30, 8, 8)), random.integers(150, 255, (30, 8, 8))
        >>> pictures = np.concatenate([dark, light]).astype(np.uint8)
        >>> known = {"light": ["dark"] * 30 + ["light"] * 30}
        >>> reader = Reader.on(pictures, known, Settings(steps=30))
        >>> reader.accuracies(pictures, known)
        {'light': 1.0}
    """

    def __init__(
        self, network: Recogniser, values: Mapping[str, Sequence[str]], backend: Backend
    ) -> None:
        self.values = {name: tuple(known) for name, known in values.items()}
        self._network, self._backend = network.eval().requires_grad_(False), backend
        backend.place_module(network)

    @classmethod
    def on(
        cls,
        values: ArrayLike,
        attributes: Mapping[str, Sequence[str]],
        settings: Settings | None = None,
        *,
        cache: Path | None = None,
        backend: Backend | None = None,
    ) -> "Reader":
        """Learn from pictures, or fetch what was learnt from them before.

        Args:
            values: (n, h, w) or (n, h, w, 3), uint8, at least 20.
            attributes: of each attribute the n values.
            settings: of the training.
            cache: folder; the network is kept there under a hash of data and settings.
            backend: where it runs.

        Raises:
            WrongUse: if pictures are too few, or values aren't as many.
            Failure: if the cached file can't be read.
        """
        real = images(values)
        settings, backend = settings or Settings(), backend or Backend()
        _check(real, attributes)
        found = [np.unique(np.asarray(v, str), return_inverse=True) for v in attributes.values()]
        known = dict(zip(attributes, (names.tolist() for names, _ in found), strict=True))
        targets = np.stack([numbers for _, numbers in found], axis=1)  # (n, attributes)
        sizes = [len(names) for names in known.values()]
        channels = 1 if real.ndim == 3 else 3
        network = Recogniser(channels, settings.width, sum(sizes), settings.seed)
        name = key("reader", real, targets, [known, asdict(settings)])
        file = None if cache is None else Path(cache) / f"{name}.safetensors"
        if file is not None and file.is_file():
            fetch(file, network)
            return cls(network, known, backend)
        x = torch.cat([_prepare(real[i : i + 1000]) for i in range(0, len(real), 1000)])
        batches = Shuffled(x, torch.from_numpy(targets), settings.batch_size, settings.seed)
        game = Reading(network, sizes, settings.steps)
        train(game, batches, steps=settings.steps, seed=settings.seed, backend=backend)
        if file is not None:
            keep(file, network, {"values": known})
        return cls(network, known, backend)

    def read(self, values: ArrayLike) -> dict[str, list[str]]:
        """Of each attribute, what n pictures seem to show."""
        scores = embed(self._network, images(values), _prepare, self._backend)  # (n, all values)
        ends = np.cumsum([len(known) for known in self.values.values()])[:-1]
        parts = np.split(scores, ends, axis=1)
        return {
            name: [known[number] for number in part.argmax(axis=1)]
            for (name, known), part in zip(self.values.items(), parts, strict=True)
        }

    def accuracies(self, values: ArrayLike, asked: Mapping[str, Sequence[str]]) -> dict[str, float]:
        """Of each attribute, the share of pictures that show what was asked for.

        Args:
            values: n pictures, uint8.
            asked: of each attribute the n values asked for.

        Raises:
            WrongUse: if they aren't as many.
        """
        real = images(values)
        _check(real, asked, least=1)
        seen = self.read(real)
        return {
            name: float(np.mean(np.asarray(seen[name]) == np.asarray(wanted, str)))
            for name, wanted in asked.items()
        }


def _check(real: Images, attributes: Mapping[str, Sequence[str]], least: int = _LEAST) -> None:
    counts = {len(values) for values in attributes.values()}
    if len(real) < least or counts != {len(real)}:
        raise WrongUse(
            f"attributes are read off at least {least} pictures with one value each, got "
            f"{len(real)} pictures and {sorted(counts)} values."
        )


def _prepare(part: Images) -> Tensor:
    return as_tensor(part) * 2 - 1
