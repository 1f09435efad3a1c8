"""Worlds: maps and textures without end, the same whenever one comes back."""

from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from scipy.special import ndtri

from sparring.core import evaluating
from sparring.core.errors import WrongUse
from sparring.networks.field import FieldGenerator
from sparring.tasks.checks import whole
from sparring.tasks.synthesizer import Synthesizer

_STEP = 8
_FEWEST = 16
_MOST_PIXELS = 1 << 24


class World:
    """Learns a map or a texture, and goes on with it for ever in every direction.

    Parts of any size and place can be looked at; those that overlap agree, and what was seen once
    is there again, for it follows from the seed and its place alone. Built on a generator whose
    latent is a field (`networks.field`).

    Args:
        size: side length of the pieces that are learnt from, 8 to 128 pixels.
        options: of the `Synthesizer` that learns: `minutes`, `steps`, `game`, `run`, ....

    Example:
        >>> hills = np.add.outer(np.sin(np.arange(90) / 9), np.cos(np.arange(90) / 7))
        >>> world = World(size=16, steps=2, batch_size=4, width=2, alarms=False).fit(hills)
        >>> far = world.window(10**9, -5, 20, 30)
        >>> far.shape, bool(np.allclose(far[4:, 6:], world.window(10**9 + 4, 1, 16, 24), atol=1e-4))
        ((20, 30), True)
    """

    def __init__(self, size: int = 64, **options: Any) -> None:
        self.size, self.options = size, options

    def fit(self, surface: Any) -> Self:
        """Learn from one large map or picture.

        Args:
            surface: heights (h, w), any numbers; or levels (h, w, 3) uint8.

        Raises:
            WrongUse: for another shape, numbers that aren't finite, or a map that is too small.
        """
        array = np.asarray(surface)
        heights = array.ndim == 2
        if not heights and not (array.ndim == 3 and array.shape[2] == 3 and array.dtype == "uint8"):
            raise WrongUse(
                f"a world is learnt from heights (h, w) or uint8 levels (h, w, 3), got "
                f"{array.dtype} of shape {array.shape}."
            )
        if heights and not np.isfinite(array.astype(np.float64)).all():
            raise WrongUse("heights must be finite numbers; fill the voids first.")
        low, high = (float(array.min()), float(array.max())) if heights else (0.0, 255.0)
        if low == high:
            raise WrongUse(f"heights must differ, all are {low:g}.")
        levels = (array.astype(np.float64) - low) / (high - low) * 255
        pieces = _pieces(levels.round().astype(np.uint8), self.size)
        learner = Synthesizer(
            **{"networks": "field", "conditional": False, "batch_size": 16, **self.options}
        )
        self.synthesizer_ = learner.fit(pieces)
        self.low_, self.high_, self.heights_ = low, high, heights
        return self

    def window(self, top: int, left: int, height: int, width: int, seed: int = 0) -> np.ndarray:
        """A part of the world.

        Args:
            top, left: of its first pixel, any whole numbers from -2^40 to 2^40.
            height, width: in pixels, at least 1; at most 2^24 pixels at once.
            seed: which of the worlds.

        Returns:
            Heights (height, width) float64 in the units that were learnt, or uint8 levels
            (height, width, 3).

        Raises:
            WrongUse: for a part that can't be made.
        """
        height, width = whole("height", height), whole("width", width)
        for name, place in (("top", top), ("left", left)):
            if abs(place) > 1 << 40:
                raise WrongUse(f"{name} must lie between -2^40 and 2^40, got {place}.")
        if height * width > _MOST_PIXELS:
            raise WrongUse(
                f"a window must have at most {_MOST_PIXELS:,} pixels, got {height}x{width}; look "
                f"at it part by part."
            )
        generator = self._generator()
        row, rows = generator.cells(top, height)
        column, columns = generator.cells(left, width)
        z = cells(self._latent(), row, column, rows, columns, seed)
        with evaluating(generator):
            x = generator.render(
                torch.from_numpy(z)[None], (row, column), (top, left, height, width)
            )[0]
        share = (x.clamp(-1, 1).double() + 1) / 2
        if self.heights_:
            found: np.ndarray = (self.low_ + (self.high_ - self.low_) * share[0]).numpy()
            return found
        return (share * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()

    def save(self, folder: str | Path) -> None:
        """Write the world into a folder."""
        self._generator()
        self.synthesizer_.save(folder)
        np.savez(Path(folder) / "world.npz", low=self.low_, high=self.high_, heights=self.heights_)

    @classmethod
    def load(cls, folder: str | Path) -> "World":
        """The world that was saved in a folder.

        Raises:
            WrongUse: if there is none.
        """
        about = Path(folder) / "world.npz"
        if not about.is_file():
            raise WrongUse(f"there is no world in {folder}; make one with World().fit(heights).")
        world = cls()
        world.synthesizer_ = Synthesizer.load(folder)
        with np.load(about, allow_pickle=False) as kept:
            world.low_, world.high_ = float(kept["low"]), float(kept["high"])
            world.heights_ = bool(kept["heights"])
        return world

    def _generator(self) -> FieldGenerator:
        if not hasattr(self, "synthesizer_"):
            raise WrongUse("this World isn't fitted yet; call fit or load first.")
        generator = self.synthesizer_.model_.generator
        if not isinstance(generator, FieldGenerator):
            raise WrongUse("a world needs networks='field'; leave networks out.")
        return generator

    def _latent(self) -> int:
        return int(self.synthesizer_.spec_.fit.latent)


def _pieces(levels: np.ndarray, size: int) -> np.ndarray:
    """Overlapping squares, and their mirror images."""
    height, width = levels.shape[:2]
    if min(height, width) < 2 * size:
        raise WrongUse(
            f"a map must be at least twice as large as the pieces of {size} pixels, got "
            f"{height}x{width}; give a smaller size."
        )
    step = max(1, min(_STEP, min(height - size, width - size) // _FEWEST))
    pieces = [
        levels[top : top + size, left : left + size]
        for top in range(0, height - size + 1, step)
        for left in range(0, width - size + 1, step)
    ]
    straight = np.stack(pieces)
    return np.concatenate([straight, straight[:, :, ::-1]])


def cells(latent: int, row: int, column: int, rows: int, columns: int, seed: int = 0) -> np.ndarray:
    """Normal numbers of the cells of a field without end, each from its place and the seed.

    The numbers of a cell are its coordinates, mixed by the finaliser of SplitMix64 (Steele et al.
    2014, "Fast splittable pseudorandom number generators") and put through the normal quantile
    function.

    Args:
        latent: numbers in a cell.
        row, column: of the first cell, any whole numbers.
        rows, columns: how many.
        seed: which field.

    Returns:
        (latent, rows, columns) float32.

    Example:
        >>> whole = cells(2, -3, 5, 4, 4)
        >>> bool((whole[:, 1:, 2:] == cells(2, -2, 7, 3, 2)).all())
        True
    """
    with np.errstate(over="ignore"):
        place = np.full((latent, rows, columns), seed, dtype=np.int64).astype(np.uint64)
        axes = (
            np.arange(latent)[:, None, None],
            np.arange(row, row + rows)[None, :, None],
            np.arange(column, column + columns)[None, None, :],
        )
        for axis in axes:
            place = _mixed(place + axis.astype(np.int64).astype(np.uint64))
    # The middle of one of 2^53 equal parts of (0, 1).
    uniform = ((place >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53
    normal: np.ndarray = ndtri(uniform).astype(np.float32)
    return normal


def _mixed(x: np.ndarray) -> np.ndarray:
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
