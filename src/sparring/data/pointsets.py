"""Named sets of points, made on the spot."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from sparring.data.building import Preparation, points_dataset
from sparring.data.dataset import Dataset, Modes
from sparring.data.entries import Entry

_TRAIN, _HELDOUT = 100_000, 10_000


def ring8() -> Modes:
    """8 normals of standard deviation 0.01, evenly on the circle of radius 1.

    Reference: Lin, Khetan, Fanti, Oh, "PacGAN", https://arxiv.org/abs/1712.04086.

    Example:
        >>> ring8().centres.shape
        (8, 2)
    """
    angles = 2 * np.pi * np.arange(8) / 8
    return Modes(np.stack((np.cos(angles), np.sin(angles)), axis=1), 0.01)


def grid25() -> Modes:
    """25 normals of standard deviation 0.05 on a 5 x 5 grid from -4 to 4.

    Reference: Lin, Khetan, Fanti, Oh, "PacGAN", https://arxiv.org/abs/1712.04086.

    Example:
        >>> grid25().centres.shape, grid25().centres.max()
        ((25, 2), np.float64(4.0))
    """
    line = np.arange(-4.0, 5.0, 2.0)
    return Modes(np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2), 0.05)


def _mixture(
    modes: Modes, name: str, _: Sequence[Path], how: Preparation, __: int | None
) -> Dataset:
    # The points are the same whatever seed the held-out part of other sets is cut by.
    generator = np.random.default_rng(0)
    number = generator.integers(len(modes.centres), size=_TRAIN + _HELDOUT)
    noise = generator.normal(scale=modes.std, size=(_TRAIN + _HELDOUT, 2))
    items = modes.centres[number] + noise
    return points_dataset(name, items[:_TRAIN], how, items[_TRAIN:], modes)


def _moons(_: Sequence[Path], how: Preparation, __: int | None) -> Dataset:
    from sklearn.datasets import make_moons

    items, _labels = make_moons(4000, noise=0.05, random_state=0)
    return points_dataset("moons", items, how)


POINT_SETS = (
    Entry(
        name="ring8",
        modality="points",
        items=_TRAIN + _HELDOUT,
        shape=(2,),
        licence="none needed",
        about="8 normals (standard deviation 0.01) on a circle of radius 1, after PacGAN; 100,000 "
        "points to train on, made with seed 0.",
        load=partial(_mixture, ring8(), "ring8"),
        comes_with="made on the spot",
    ),
    Entry(
        name="grid25",
        modality="points",
        items=_TRAIN + _HELDOUT,
        shape=(2,),
        licence="none needed",
        about="25 normals (standard deviation 0.05) on a grid of spacing 2, after PacGAN; 100,000 "
        "points to train on, made with seed 0.",
        load=partial(_mixture, grid25(), "grid25"),
        comes_with="made on the spot",
    ),
    Entry(
        name="moons",
        modality="points",
        items=4000,
        shape=(2,),
        licence="none needed",
        about="Two half circles with noise of standard deviation 0.05, made with seed 0.",
        load=_moons,
        comes_with="made on the spot",
    ),
)
