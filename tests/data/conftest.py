"""Small real files to read."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest


def noise(seed: int, size: tuple[int, int] = (16, 16)) -> PIL.Image.Image:
    """A random RGB picture, (width, height)."""
    levels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return PIL.Image.fromarray(levels)


@pytest.fixture
def make_folder(tmp_path: Path) -> Callable[..., Path]:
    """A folder of n random pictures."""

    def make(name="photos", n=12, mode="RGB", size=(16, 16), suffix=".png") -> Path:
        folder = tmp_path / name
        folder.mkdir(parents=True)
        for index in range(n):
            noise(index, size).convert(mode).save(folder / f"{index:03d}{suffix}")
        return folder

    return make


@pytest.fixture
def make_csv(tmp_path: Path) -> Callable[..., Path]:
    """A CSV file with these lines."""

    def make(*lines: str, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return make
