"""Changes of colour, all of them in one matrix."""

import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import torch
from torch import Tensor

from sparring.core import WrongUse
from sparring.regularizers.augmentation.change import Chance, Change
from sparring.regularizers.augmentation.geometry import at_least_zero


class Colour(Change):
    """An affine map of colours in [-1, 1]; what leaves the range is not cut off."""

    @abstractmethod
    def matrix(self, chance: Chance) -> Tensor:
        """Maps (n, 4, 4) or (n, 1, 1) of columns (red, green, blue, 1), n draws."""

    def __call__(self, x: Tensor, chance: Chance) -> Tensor:
        return self.together([self], x, chance)

    @staticmethod
    def together(run: Sequence[Any], x: Tensor, chance: Chance) -> Tensor:
        """One map for several changes of colour."""
        matrices = [change.matrix(chance) for change in run]
        return recolour(x, reduce(lambda first, then: then @ first, matrices))


@dataclass(frozen=True)
class Brightness(Colour):
    """All channels higher or lower, by a normal number.

    Karras et al. 2020 (arXiv 2006.06676), appendix B.

    Args:
        deviation: of that number, where colours lie in [-1, 1]; at least 0.

    Raises:
        WrongUse: for a negative deviation.

    Example:
        >>> Brightness().deviation
        0.2
    """

    deviation: float = 0.2

    def __post_init__(self) -> None:
        at_least_zero(self, deviation=self.deviation)

    def matrix(self, chance: Chance) -> Tensor:
        lift = chance.sometimes(chance.normal(self.deviation), 0.0)
        matrix = _same(chance)
        matrix[:, :3, 3] = lift[:, None]
        return matrix


@dataclass(frozen=True)
class Contrast(Colour):
    """All channels times 2 to the power of a normal number.

    Karras et al. 2020 (arXiv 2006.06676), appendix B.

    Args:
        deviation: of the power, at least 0.

    Raises:
        WrongUse: for a negative deviation.

    Example:
        >>> Contrast().deviation
        0.5
    """

    deviation: float = 0.5

    def __post_init__(self) -> None:
        at_least_zero(self, deviation=self.deviation)

    def matrix(self, chance: Chance) -> Tensor:
        factor = chance.sometimes(chance.normal(self.deviation), 0.0).exp2()
        matrix = _same(chance)
        matrix[:, range(3), range(3)] = factor[:, None]
        return matrix


@dataclass(frozen=True)
class LumaFlip(Colour):
    """Light and dark change places in one of two pictures, hue and saturation stay.

    Karras et al. 2020 (arXiv 2006.06676), appendix B.

    Example:
        >>> LumaFlip()(torch.ones(2, 1, 2, 2), Chance(2, torch.tensor(0.0))).mean().item()
        1.0
    """

    def matrix(self, chance: Chance) -> Tensor:
        flipped = chance.sometimes(chance.below(2), 0.0)
        return _same(chance) - 2 * flipped[:, None, None] * _luma(chance)


@dataclass(frozen=True)
class Hue(Colour):
    """Colours turned about the grey axis. Grey pictures stay as they are.

    Karras et al. 2020 (arXiv 2006.06676), appendix B.

    Args:
        most: the largest angle, in degrees, at least 0.

    Raises:
        WrongUse: for a negative angle.

    Example:
        >>> Hue(30.0).most
        30.0
    """

    most: float = 180.0

    def __post_init__(self) -> None:
        at_least_zero(self, most=self.most)

    def matrix(self, chance: Chance) -> Tensor:
        most = math.radians(self.most)
        angle = chance.sometimes(chance.uniform(-most, most), 0.0)[:, None, None]
        same, grey = _same(chance), _luma(chance)
        # Rodrigues: what lies along the axis stays, the rest is turned.
        across = grey.new_zeros(4, 4)
        for row, column in ((1, 0), (2, 1), (0, 2)):
            across[row, column] = 1 / math.sqrt(3)
            across[column, row] = -1 / math.sqrt(3)
        return same + (angle.cos() - 1) * (_colours(chance) - grey) + angle.sin() * across


@dataclass(frozen=True)
class Saturation(Colour):
    """Colours nearer to grey or farther, by 2 to the power of a normal number. Grey stays grey.

    Karras et al. 2020 (arXiv 2006.06676), appendix B.

    Args:
        deviation: of the power, at least 0.

    Raises:
        WrongUse: for a negative deviation.

    Example:
        >>> Saturation().deviation
        1.0
    """

    deviation: float = 1.0

    def __post_init__(self) -> None:
        at_least_zero(self, deviation=self.deviation)

    def matrix(self, chance: Chance) -> Tensor:
        power = chance.sometimes(chance.normal(self.deviation), 0.0)[:, None, None]
        return _same(chance) + (power.exp2() - 1) * (_colours(chance) - _luma(chance))


def recolour(x: Tensor, matrix: Tensor) -> Tensor:
    """Colours mapped; of a grey picture, what the map makes of its grey, as grey.

    Args:
        x: (n, 3, s, s), or (n, 1, s, s) grey.
        matrix: (n, 4, 4), on columns (red, green, blue, 1).

    Raises:
        WrongUse: for another number of channels.

    Example:
        >>> x = torch.randn(2, 3, 4, 4)
        >>> torch.equal(recolour(x, torch.eye(4).expand(2, 4, 4)), x)
        True
    """
    linear, offset = matrix[:, :3, :3], matrix[:, :3, 3:]  # (n, 3, 3), (n, 3, 1)
    if x.shape[1] == 1:
        factor = linear.sum(2).mean(1)[:, None, None, None]
        return (x * factor + offset.mean(1)[..., None, None]).to(x.dtype)
    if x.shape[1] != 3:
        raise WrongUse(
            f"changes of colour need pictures of 1 or 3 channels, got {x.shape[1]}; leave them out "
            f"of the augmentation's changes."
        )
    colours = x.to(matrix.dtype).flatten(2)  # (n, 3, s * s)
    return torch.baddbmm(offset, linear, colours).view(x.shape).to(x.dtype)


def _same(chance: Chance) -> Tensor:
    one = torch.eye(4, dtype=chance.p.dtype, device=chance.p.device)
    return one.repeat(chance.n, 1, 1)


def _colours(chance: Chance) -> Tensor:
    """(4, 4), the identity on colours, without the offset."""
    matrix = torch.eye(4, dtype=chance.p.dtype, device=chance.p.device)
    matrix[3, 3] = 0.0
    return matrix


def _luma(chance: Chance) -> Tensor:
    """(4, 4), the projection of colours on the grey axis."""
    matrix = torch.zeros(4, 4, dtype=chance.p.dtype, device=chance.p.device)
    matrix[:3, :3] = 1 / 3
    return matrix
