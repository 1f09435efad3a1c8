"""Learning to recognise classes of images: a game of one."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from sparring.core import Batch, Game, Player, Predicts, Terms
from sparring.core.backend import Backend
from sparring.core.optimizers import Adam, Cosine
from sparring.core.shares import share
from sparring.core.train import train

_FEATURES = 128


class Recogniser(nn.Module):
    """Three strided convolutions, pooled to 4 x 4, and two linear layers.

    Args:
        channels: of the images.
        first: width of the first convolution; the next are twice and four times as wide.
        classes: how many.
        seed: of the first weights.

    Attributes:
        features: (n, channels, h, w) in [-1, 1] to (n, 128).

    Example:
        >>> Recogniser(1, 8, 10, seed=0)(torch.zeros(2, 1, 28, 28)).shape
        torch.Size([2, 10])
    """

    def __init__(self, channels: int, first: int, classes: int, seed: int) -> None:
        super().__init__()
        self.first, self.width = first, _FEATURES
        # The caller's random state is none of our business.
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.features = nn.Sequential(
                *_stage(channels, first, 5),
                *_stage(first, 2 * first, 5),
                *_stage(2 * first, 4 * first, 3),
                # What lies where is kept: pooled to a point, digits are recognised half as well.
                nn.AdaptiveAvgPool2d(4),
                nn.Flatten(),
                nn.Linear(4 * first * 16, _FEATURES, bias=False),
                nn.BatchNorm1d(_FEATURES),
                nn.LeakyReLU(0.2),
            )
            self.head = nn.Linear(_FEATURES, classes)

    def forward(self, x: Tensor) -> Tensor:
        """(n, channels, h, w) in [-1, 1] to class scores (n, classes)."""
        scores: Tensor = self.head(self.features(x))
        return scores


class Recognition(Game, Predicts):
    """One player learns to name the class of an image, by cross-entropy.

    Example:
        >>> game = Recognition(Recogniser(1, 8, 10, seed=0))
        >>> game.predict(torch.zeros(2, 1, 28, 28)).shape
        torch.Size([2, 10])
    """

    def __init__(self, network: nn.Module, lr: float = 3e-3, steps: int = 500) -> None:
        super().__init__()
        self.network = network
        optimizer = Adam(lr, betas=(0.9, 0.99), schedule=Cosine(steps, end=0.0))
        self.players = {"recogniser": Player([network], self.loss, optimizer)}
        self.turns = ["recogniser"]

    def loss(self, batch: Batch) -> Terms:
        """Cross-entropy in nats."""
        return {"cross_entropy": functional.cross_entropy(self.predict(batch["x"]), batch["y"])}

    def predict(self, x: Tensor) -> Tensor:
        """Class scores (n, classes) of images (n, channels, h, w) in [-1, 1]."""
        scores: Tensor = self.network(x)
        return scores


class Shuffled:
    """An endless stream of batches out of tensors, every item once an epoch.

    Args:
        x: (n, ...).
        y: (n,).
        batch_size: of all processes together; more than n is n.
        seed: of the order.

    Example:
        >>> batches = Shuffled(torch.arange(4), torch.arange(4), 2, seed=0)
        >>> sorted(torch.cat([next(batches)["x"], next(batches)["x"]]).tolist())
        [0, 1, 2, 3]
    """

    def __init__(self, x: Tensor, y: Tensor, batch_size: int, seed: int) -> None:
        self._x, self._y, self._seed = x, y, seed
        self.batch_size = min(batch_size, len(x))
        self._taken = 0

    def __next__(self) -> Batch:
        batches = len(self._x) // self.batch_size
        epoch, index = divmod(self._taken, batches)
        if index == 0 or not hasattr(self, "_order"):
            random = torch.Generator().manual_seed(self._seed + epoch)
            self._order = torch.randperm(len(self._x), generator=random)
        self._taken += 1
        rows = share(self._order[index * self.batch_size : (index + 1) * self.batch_size])
        return {"x": self._x[rows], "y": self._y[rows]}

    def state_dict(self) -> dict[str, Any]:
        """How many batches were taken."""
        return {"taken": self._taken}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on after so many batches."""
        self._taken = int(state["taken"])
        vars(self).pop("_order", None)


def recognise(
    network: Recogniser,
    x: Tensor,
    y: Tensor,
    *,
    steps: int,
    batch_size: int,
    seed: int,
    backend: Backend,
) -> None:
    """Train a network to recognise classes.

    Args:
        network: is changed.
        x: images (n, channels, h, w) in [-1, 1].
        y: their classes (n,), int64.
        steps: of training.
        batch_size: images a step.
        seed: of everything random.
        backend: where it runs.
    """
    batches = Shuffled(x, y, batch_size, seed)
    train(Recognition(network, steps=steps), batches, steps=steps, seed=seed, backend=backend)


def _stage(inputs: int, outputs: int, kernel: int) -> list[nn.Module]:
    return [
        nn.Conv2d(inputs, outputs, kernel, stride=2, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.LeakyReLU(0.2),
    ]
