"""Classes for pictures that have none: clusters of features that were learnt without labels."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sparring.core import Backend, evaluating, train
from sparring.core.errors import WrongUse
from sparring.data import Batches, Image, InMemory, Source
from sparring.data.arrays import to_levels, to_numpy
from sparring.games.rotation import Rotation
from sparring.networks import BatchNormDiscriminator

_CHUNK = 512


@dataclass(frozen=True)
class Clusters:
    """Where pictures belong; made by `cluster`.

    Attributes:
        rotation: the game whose features are compared.
        centres: of the clusters, (clusters, features), in the units of `mean` and `scale`.
        mean, scale: that every feature is made even by, (features,) each.
    """

    rotation: Rotation
    centres: Tensor
    mean: Tensor
    scale: Tensor

    def predict(self, pictures: Source | np.ndarray | Tensor) -> Tensor:
        """The clusters (n,) int64 of all pictures, given as to `cluster`."""
        rows = (_features(self.rotation, _source(pictures)) - self.mean) / self.scale
        return torch.cdist(rows, self.centres).argmin(1)


def cluster(
    pictures: Source | np.ndarray | Tensor,
    clusters: int,
    seed: int = 0,
    *,
    steps: int = 1000,
    batch_size: int = 64,
    width: int = 32,
    backend: Backend | None = None,
) -> Clusters:
    """Put pictures into clusters, by what one must see in them to tell which way up they are.

    Lucic et al. 2019 (arXiv 1903.02271), section 3.1: features of a network that learnt to tell
    rotations, put into clusters by k-means; the clusters then stand for classes in any game.
    Differs from the paper: a small network is trained here and now.

    Args:
        pictures: uint8 levels (n, size, size) or (n, size, size, channels), floats in [0, 1] or
            [-1, 1], or a source of such as (n, channels, size, size).
        clusters: how many, at least 2 and at most as many as there are pictures.
        seed: of all that is drawn.
        steps, batch_size, width: of the network's training.
        backend: where it runs.

    Raises:
        WrongUse: for another number of clusters, or what are no pictures.

    Example:
        >>> from sparring import Synthesizer
        >>> pictures = np.random.default_rng(0).integers(0, 256, (64, 8, 8), dtype=np.uint8)
        >>> y = cluster(pictures, 3, steps=2, width=4).predict(pictures)
        >>> synthesizer = Synthesizer(steps=2, batch_size=8, width=4, alarms=False)
        >>> synthesizer.fit(pictures, y).sample(2, {"class": 1}).shape
        (2, 8, 8)
    """
    source = _source(pictures)
    if not 2 <= clusters <= len(source):
        raise WrongUse(
            f"clusters must be at least 2 and at most the {len(source)} items, got {clusters}."
        )
    shape = tuple(source[torch.tensor([0])]["x"].shape[1:])
    if len(shape) != 3 or shape[1] != shape[2]:
        raise WrongUse(f"cluster is for square pictures, and items here have shape {shape}.")
    backend = backend or Backend()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        game = Rotation(BatchNormDiscriminator(shape[0], shape[1], width))
    train(game, Batches(source, batch_size, seed), steps=steps, backend=backend, seed=seed)
    game.cpu()
    rows = _features(game, source)
    mean, scale = rows.mean(0), rows.std(0).clamp_min(1e-6)
    return Clusters(game, _centres((rows - mean) / scale, clusters, seed), mean, scale)


def _source(pictures: Source | np.ndarray | Tensor) -> Source:
    if not isinstance(pictures, np.ndarray | Tensor):
        return pictures
    levels = to_levels(to_numpy(pictures))
    return InMemory(Image(levels.shape[1], 1 if levels.ndim == 3 else 3).levels(levels))


def _features(game: Rotation, source: Source) -> Tensor:
    """The features (n, features) of all pictures of a source."""
    chunks = torch.arange(len(source)).split(_CHUNK)
    with evaluating(game):
        return torch.cat([game.encode(source[rows]["x"]) for rows in chunks])


def _centres(rows: Tensor, clusters: int, seed: int) -> Tensor:
    from sklearn.cluster import MiniBatchKMeans

    fitted: Any = MiniBatchKMeans(clusters, n_init=10, batch_size=2048, random_state=seed)
    return torch.from_numpy(fitted.fit(rows.numpy()).cluster_centers_).float()
