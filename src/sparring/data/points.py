"""Points in a plane or a space, whose distances mean something."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
import torch
from PIL.Image import Image as Picture
from torch import Tensor

from sparring.core.errors import WrongUse
from sparring.data.drawing import Panel, draw_panels
from sparring.data.modality import Modality, wrong_suffix
from sparring.data.writing import aside


def check_points(items: Any) -> np.ndarray:
    """Items as a float array (n, d), or a refusal."""
    array = np.asarray(items)
    if array.ndim != 2 or array.shape[1] == 0 or array.dtype.kind not in "fiu":
        raise WrongUse(
            f"Points must be numbers of shape (n, d), got {array.dtype} of shape {array.shape}."
        )
    broken = np.flatnonzero(~np.isfinite(array).all(axis=1))
    if len(broken):
        raise WrongUse(
            f"Points must be finite, got {array[broken[0]].tolist()} in row {broken[0] + 1} "
            f"(the first is 1): leave such rows out."
        )
    return array


class Points(Modality):
    """Points (n, d), moved to the origin and scaled by one number, so that shapes are kept.

        x = (point - centre) / scale,    scale^2 = mean variance of the coordinates

    Args:
        centre: d numbers.
        scale: above 0.

    Example:
        >>> points = Points.fit(np.array([[0.0, 1.0], [2.0, 1.0], [4.0, 1.0]]))
        >>> points.centre, points.shape
        ((2.0, 1.0), (2,))
        >>> points.decode(points.encode(np.array([[3.0, 4.0]]))).round(5).tolist()
        [[3.0, 4.0]]
    """

    name: ClassVar[str] = "points"

    def __init__(self, centre: Sequence[float], scale: float) -> None:
        self.centre, self.scale = tuple(float(c) for c in centre), float(scale)
        self.shape = (len(self.centre),)

    @classmethod
    def fit(cls, items: Any) -> Self:
        """Centre and scale of these points.

        Raises:
            WrongUse: not (n, d) finite numbers, or all points are one.
        """
        array = check_points(items).astype(np.float64)
        scale = float(np.sqrt(array.var(axis=0).mean()))
        if not scale > 0:
            raise WrongUse("All points are the same: there is nothing to learn.")
        return cls(array.mean(axis=0).tolist(), scale)

    def encode(self, items: Any) -> Tensor:
        """(n, d) numbers -> (n, d) float32 of mean 0 and mean variance 1."""
        array = check_points(items)
        if array.shape[1:] != self.shape:
            raise WrongUse(f"Points must have shape (n, {self.shape[0]}), got {array.shape}.")
        x = (array - np.asarray(self.centre)) / self.scale
        return torch.from_numpy(x.astype(np.float32))

    def decode(self, x: Tensor) -> np.ndarray:
        """(n, d) -> (n, d) float64."""
        items: np.ndarray = x.detach().cpu().double().numpy() * self.scale + self.centre
        return items

    def log_unit(self) -> float:
        """A volume shrinks by the scale in each direction on its way to model space."""
        return -len(self.centre) * math.log(self.scale)

    def show(self, items: Any) -> Picture:
        """The first two coordinates as a cloud; one coordinate as a histogram."""
        array = check_points(items)
        if array.shape[1] == 1:
            return draw_panels([Panel("", histogram=array[:, 0])], columns=1, inches=4.8)
        return draw_panels([Panel("", cloud=array[:, :2])], columns=1, inches=4.8)

    def save(self, items: Any, path: str | Path) -> None:
        """A .csv file with columns x0, x1, ..., or a .npy file."""
        path, array = Path(path), check_points(items)
        if path.suffix not in (".csv", ".npy"):
            raise wrong_suffix(path, ".csv or .npy")
        with aside(path) as part:
            if path.suffix == ".npy":
                np.save(part, array)
            else:
                names = [f"x{index}" for index in range(array.shape[1])]
                pd.DataFrame(array, columns=names).to_csv(part, index=False)

    def describe(self) -> dict[str, Any]:
        """Centre and scale."""
        return {"modality": self.name, "centre": list(self.centre), "scale": self.scale}

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """The points that `describe` described."""
        return cls(description["centre"], description["scale"])
