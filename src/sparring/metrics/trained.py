"""A small network, trained once on the real images, as their features and as a classifier."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from sklearn.cluster import MiniBatchKMeans
from torch import Tensor, nn

from sparring.core.backend import Backend
from sparring.core.errors import Failure, WrongUse
from sparring.metrics.images import Images, as_tensor, embed, images, resize, square
from sparring.metrics.recognition import Recogniser, recognise
from sparring.metrics.vectors import Vectors

_SIDE = 32
_LEAST = 20
_CELLS = 32


@dataclass(frozen=True)
class Settings:
    """All that a trained network depends on beside its data.

    Attributes:
        steps: of training.
        batch_size: images a step.
        width: of the first convolution.
        heldout: share of the images that its accuracy is measured on.
        seed: of everything random.
    """

    steps: int = 600
    batch_size: int = 128
    width: int = 16
    heldout: float = 0.1
    seed: int = 0


class Trained:
    """Features from a small convolutional classifier of the real images themselves.

    It learns their labels, or, where they have none, in which of 32 k-means cells of pixel space
    an image lies. A Fréchet distance in them is `fd_trained`; it compares generators of one data
    set, on one machine or with one cache, and nothing else. Made by `Trained.on`.

    Attributes:
        accuracy: on images that it didn't learn from, in [0, 1].
        classes: the labels, sorted; cells are 0 to 31.
        labelled: whether it learnt labels, not cells.

    Example:
        >>> random = np.random.default_rng(0)
        >>> dark, light = random.integers(0, 99, (30, 8, 8)), random.integers(150, 255, (30, 8, 8))
        >>> real = np.concatenate([dark, light]).astype(np.uint8)
        >>> trained = Trained.on(real, [0] * 30 + [1] * 30, settings=Settings(steps=30))
        >>> trained(real).shape, trained.predict(real[[0, -1]])
        ((60, 128), array([0, 1]))
    """

    name = "trained"

    def __init__(
        self,
        network: Recogniser,
        classes: NDArray,
        accuracy: float,
        size: tuple[int, int],
        channels: int,
        labelled: bool,
        backend: Backend,
    ) -> None:
        self.classes, self.accuracy, self.labelled = classes, accuracy, labelled
        self._network, self._backend = network.eval().requires_grad_(False), backend
        self._size, self._channels = size, channels
        backend.place_module(network)

    @classmethod
    def on(
        cls,
        values: ArrayLike,
        labels: ArrayLike | None = None,
        *,
        cache: Path | None = None,
        settings: Settings | None = None,
        backend: Backend | None = None,
    ) -> "Trained":
        """Train on real images, or fetch what was trained on them before.

        Args:
            values: (n, h, w) or (n, h, w, 3), uint8, at least 20.
            labels: (n,), integers or words, at least 2 different; None for k-means cells.
            cache: folder; the network is kept there under a hash of the data and the settings.
            settings: of the training.
            backend: where it runs.

        Raises:
            WrongUse: if images are too few, or labels don't fit them.
            Failure: if the cached file can't be read.
        """
        real = images(values)
        settings, backend = settings or Settings(), backend or Backend()
        answers = None if labels is None else _checked(labels, len(real))
        if len(real) < _LEAST:
            raise WrongUse(
                f"images must be at least {_LEAST} to train features on, got {len(real)}; name "
                f"other features."
            )
        file = (
            None if cache is None else Path(cache) / f"{_key(real, answers, settings)}.safetensors"
        )
        if file is not None and file.is_file():
            return cls._load(file, backend)
        trained = cls._train(real, answers, settings, backend)
        if file is not None:
            trained._save(file)
        return trained

    def __call__(self, values: ArrayLike) -> Vectors:
        """Features (n, d) of images (n, h, w) or (n, h, w, 3), uint8."""
        return embed(self._network.features, images(values), self._prepare, self._backend)

    def predict(self, values: ArrayLike) -> NDArray:
        """The label (or cell) that each image most looks like, (n,)."""
        return np.asarray(self.classes[self.probabilities(values).argmax(axis=1)])

    def probabilities(self, values: ArrayLike) -> Vectors:
        """How sure it is of each label, (n, classes), rows sum to 1."""
        network = nn.Sequential(self._network, nn.Softmax(dim=1))
        return embed(network, images(values), self._prepare, self._backend)

    def describe(self) -> str:
        """One sentence for the report."""
        goal = "labels" if self.labelled else "k-means cells"
        return (
            f"{self._network.width} features of a small network trained on the real images, which "
            f"tells {len(self.classes)} {goal} apart with a held-out accuracy of "
            f"{self.accuracy:.1%}"
        )

    def _prepare(self, part: Images) -> Tensor:
        return resize(as_tensor(part, self._channels), self._size) * 2 - 1

    @classmethod
    def _train(
        cls, real: Images, answers: NDArray | None, settings: Settings, backend: Backend
    ) -> "Trained":
        size, channels = square(real.shape[1:3], _SIDE), 1 if real.ndim == 3 else 3
        pixels = torch.cat(
            [resize(as_tensor(real[i : i + 1000]), size) for i in range(0, len(real), 1000)]
        )  # (n, channels, h, w)
        labelled = answers is not None
        if answers is None:
            answers = _cells(pixels.flatten(1).numpy(), settings.seed)
        classes, targets = np.unique(answers, return_inverse=True)
        network = Recogniser(channels, settings.width, len(classes), settings.seed)
        order = np.random.default_rng(settings.seed).permutation(len(real))
        away = max(1, round(len(real) * settings.heldout))
        judge, learn = order[:away], order[away:]
        recognise(
            network,
            pixels[learn] * 2 - 1,
            torch.from_numpy(targets[learn]),
            steps=settings.steps,
            batch_size=settings.batch_size,
            seed=settings.seed,
            backend=backend,
        )
        trained = cls(network, classes, 0.0, size, channels, labelled, backend)
        trained.accuracy = float((trained.predict(real[judge]) == answers[judge]).mean())
        return trained

    def _save(self, file: Path) -> None:
        meta = {
            "classes": self.classes.tolist(),
            "accuracy": self.accuracy,
            "size": self._size,
            "channels": self._channels,
            "labelled": self.labelled,
            "width": self._network.first,
        }
        tensors = {k: v.cpu().contiguous() for k, v in self._network.state_dict().items()}
        aside = file.with_suffix(f".{os.getpid()}.part")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            save_file(tensors, aside, {"trained": json.dumps(meta)})
            aside.replace(file)
        except OSError as error:
            raise Failure(
                f"the trained features can't be kept in {file.parent}: {error.strerror}; give "
                f"another cache."
            ) from error

    @classmethod
    def _load(cls, file: Path, backend: Backend) -> "Trained":
        try:
            with safe_open(file, "pt") as kept:
                meta: dict[str, Any] = json.loads(kept.metadata()["trained"])
                tensors = {name: kept.get_tensor(name) for name in kept.keys()}  # noqa: SIM118
            classes = np.asarray(meta["classes"])
            network = Recogniser(meta["channels"], meta["width"], len(classes), 0)
            network.load_state_dict(tensors)
        except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
            raise Failure(f"the features kept in {file} are damaged; delete that file.") from error
        height, width = meta["size"]
        return cls(
            network,
            classes,
            float(meta["accuracy"]),
            (int(height), int(width)),
            int(meta["channels"]),
            bool(meta["labelled"]),
            backend,
        )


def _checked(labels: ArrayLike, count: int) -> NDArray:
    answers = np.asarray(labels)
    if answers.shape != (count,) or answers.dtype.kind not in "iubUO":
        raise WrongUse(
            f"labels must be {count} integers or words, one an image, got {answers.dtype} of "
            f"shape {answers.shape}."
        )
    if answers.dtype.kind == "O":
        answers = answers.astype(str)
    if len(np.unique(answers)) < 2:
        raise WrongUse("labels must be at least 2 different ones, got one; leave them out.")
    return answers


def _cells(pixels: NDArray[np.float32], seed: int) -> NDArray:
    count = min(_CELLS, len(pixels) // 4)
    cells = MiniBatchKMeans(count, n_init=3, batch_size=1024, random_state=seed)
    return np.asarray(cells.fit_predict(pixels))


def _key(real: Images, answers: NDArray | None, settings: Settings) -> str:
    content = hashlib.sha256(np.ascontiguousarray(real).tobytes())
    shapes: list[Any] = [list(real.shape), _SIDE, _CELLS, asdict(settings)]
    if answers is not None:
        shapes.append(answers.tolist())
    content.update(json.dumps(shapes, sort_keys=True).encode())
    return f"features-{content.hexdigest()[:24]}"
