"""Stacked digits: pictures of three digits at once, one in each colour, a thousand kinds."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from sparring.data.arrayfiles import read_npz
from sparring.data.arrays import to_levels
from sparring.data.building import Preparation
from sparring.data.dataset import Dataset
from sparring.data.entries import Entry
from sparring.data.image import Image, normalise
from sparring.data.imagesets import IMAGE_SETS
from sparring.data.sources import Source, Subset

_TRAIN, _HELDOUT = 128_000, 26_000


class Stacked:
    """Pictures of three digits, put together when they are asked for.

    Only the digits are kept, and three numbers a picture.

    Args:
        digits: (n, s, s) uint8 levels.
        labels: (n,) what digit each is, 0 to 9.
        stacks: (m, 3) int64, which digit is in the red, green and blue of each picture.

    Attributes:
        kinds: (m,) int64, what number the three digits of a picture make, from 0 to 999.

    Example:
        >>> digits = np.zeros((2, 8, 8), dtype=np.uint8)
        >>> source = Stacked(digits, np.array([7, 3]), np.array([[0, 1, 1]]))
        >>> source.kinds.tolist(), source[torch.tensor([0])]["x"].shape
        ([733], torch.Size([1, 3, 8, 8]))
    """

    def __init__(self, digits: np.ndarray, labels: np.ndarray, stacks: np.ndarray) -> None:
        self.digits, self.labels = digits, labels
        self._levels, self._stacks = torch.from_numpy(digits), torch.from_numpy(stacks)
        self.kinds = torch.from_numpy(labels[stacks].astype(np.int64) @ np.array([100, 10, 1]))

    def __len__(self) -> int:
        return len(self._stacks)

    def __getitem__(self, indices: Tensor) -> dict[str, Tensor]:
        stacks = self._stacks.index_select(0, indices)  # (n, 3)
        levels = self._levels.index_select(0, stacks.flatten())  # (3 n, s, s)
        return {"x": normalise(levels.unflatten(0, (-1, 3)))}


def stacked_in(source: Source) -> Stacked | None:
    """The stacked digits that a source is, or is a part of; None for any other.

    Example:
        >>> from sparring.data.sources import InMemory
        >>> stacked_in(InMemory(torch.zeros(2, 3))) is None
        True
    """
    while isinstance(source, Subset):
        source = source.source
    return source if isinstance(source, Stacked) else None


def _stacked(files: Sequence[Path], _: Preparation, size: int | None) -> Dataset:
    held = read_npz(files[0])
    # The pictures are the same whatever seed the held-out part of other sets is cut by.
    generator = np.random.default_rng(0)
    parts = []
    for items, x, y in ((_TRAIN, held.x, held.y), (_HELDOUT, held.x_test, held.y_test)):
        digits, labels = to_levels(np.asarray(x), size), np.asarray(y)
        parts.append(Stacked(digits, labels, generator.integers(len(digits), size=(items, 3))))
    train, heldout = parts
    return Dataset("stacked-mnist", Image(train.digits.shape[1], 3), train, heldout)


STACKED_SETS = (
    Entry(
        name="stacked-mnist",
        modality="image",
        items=_TRAIN + _HELDOUT,
        shape=(28, 28, 3),
        licence="as MNIST's: often quoted as CC BY-SA 3.0 (LeCun, Cortes, Burges)",
        about="Three of MNIST's digits as the red, green and blue of one picture, 1,000 kinds, "
        "drawn with seed 0: 128,000 of the training digits, after VEEGAN and PacGAN, and 26,000 of "
        "the test digits.",
        load=_stacked,
        files=next(entry.files for entry in IMAGE_SETS if entry.name == "mnist"),
    ),
)
