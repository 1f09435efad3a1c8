"""Moves of the picture: flips, turns, shifts, scales, all of them in one resampling."""

import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from sparring.core import WrongUse
from sparring.regularizers.augmentation.change import Chance, Change

ZEROS, REFLECTION = 0, 2
_BILINEAR = 0


class Move(Change):
    """A change of where pixels are: an affine map, from new places to old ones."""

    @abstractmethod
    def matrix(self, chance: Chance, size: int) -> Tensor:
        """Where each pixel of the result comes from.

        Args:
            chance: draws for n items.
            size: side length of the pictures, in pixels.

        Returns:
            (n, 3, 3), on columns (across, down, 1); the picture lies from -1 to 1 both ways.
        """

    def __call__(self, x: Tensor, chance: Chance) -> Tensor:
        return self.together([self], x, chance)

    @staticmethod
    def together(run: Sequence[Any], x: Tensor, chance: Chance) -> Tensor:
        """One resampling for several moves; what lies outside is the picture, mirrored."""
        matrices = [move.matrix(chance, x.shape[-1]) for move in run]
        return warp(x, reduce(torch.matmul, matrices))


@dataclass(frozen=True)
class Flip(Move):
    """Left and right change places in one of two pictures.

    Karras et al. 2020 (arXiv 2006.06676), appendix B: x-flip.

    Example:
        >>> x = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
        >>> Flip()(x, Chance(1, torch.tensor(0.0))).tolist()
        [[[[1.0, 2.0], [3.0, 4.0]]]]
    """

    def matrix(self, chance: Chance, size: int) -> Tensor:
        side = chance.sometimes(1 - 2 * chance.below(2), 1.0)
        return _affine(side, 0.0, 0.0, 0.0, 1.0, 0.0)


@dataclass(frozen=True)
class QuarterTurn(Move):
    """A turn by 0, 90, 180 or 270 degrees.

    Karras et al. 2020 (arXiv 2006.06676), appendix B: 90 degree rotations.

    Example:
        >>> QuarterTurn()(torch.ones(2, 1, 4, 4), Chance(2, torch.tensor(1.0))).mean().item()
        1.0
    """

    def matrix(self, chance: Chance, size: int) -> Tensor:
        angle = chance.sometimes(chance.below(4), 0.0) * (math.pi / 2)
        return _turning(angle.cos().round(), angle.sin().round())


@dataclass(frozen=True)
class Shift(Move):
    """A shift by whole pixels, both ways by themselves.

    Karras et al. 2020 (arXiv 2006.06676), appendix B: integer translation.

    Args:
        reach: the most, as a share of the side, at least 0.

    Raises:
        WrongUse: for a negative reach.

    Example:
        >>> Shift(0.25).reach
        0.25
    """

    reach: float = 0.125

    def __post_init__(self) -> None:
        at_least_zero(self, reach=self.reach)

    def matrix(self, chance: Chance, size: int) -> Tensor:
        moved = chance.changed()
        across, down = (
            torch.where(moved, whole_pixels(chance, self.reach, size), 0.0) for _ in range(2)
        )
        return translation(across, down)


@dataclass(frozen=True)
class Scale(Move):
    """Everything larger or smaller, by 2 to the power of a normal number.

    Karras et al. 2020 (arXiv 2006.06676), appendix B: isotropic scaling.

    Args:
        deviation: of the power, at least 0.

    Raises:
        WrongUse: for a negative deviation.

    Example:
        >>> Scale().deviation
        0.2
    """

    deviation: float = 0.2

    def __post_init__(self) -> None:
        at_least_zero(self, deviation=self.deviation)

    def matrix(self, chance: Chance, size: int) -> Tensor:
        factor = chance.sometimes(chance.normal(self.deviation), 0.0).exp2()
        return _affine(factor, 0.0, 0.0, 0.0, factor, 0.0)


@dataclass(frozen=True)
class Rotate(Move):
    """A turn about the centre by any angle.

    Karras et al. 2020 (arXiv 2006.06676), appendix B: arbitrary rotation; there it is drawn twice,
    before and after stretching, here once.

    Args:
        most: the largest angle, in degrees, at least 0.

    Raises:
        WrongUse: for a negative angle.

    Example:
        >>> Rotate(15.0).most
        15.0
    """

    most: float = 180.0

    def __post_init__(self) -> None:
        at_least_zero(self, most=self.most)

    def matrix(self, chance: Chance, size: int) -> Tensor:
        most = math.radians(self.most)
        angle = chance.sometimes(chance.uniform(-most, most), 0.0)
        return _turning(angle.cos(), angle.sin())


@dataclass(frozen=True)
class Stretch(Move):
    """Wider and as much lower, or the reverse, by 2 to the power of a normal number.

    Karras et al. 2020 (arXiv 2006.06676), appendix B: anisotropic scaling.

    Args:
        deviation: of the power, at least 0.

    Raises:
        WrongUse: for a negative deviation.

    Example:
        >>> Stretch().deviation
        0.2
    """

    deviation: float = 0.2

    def __post_init__(self) -> None:
        at_least_zero(self, deviation=self.deviation)

    def matrix(self, chance: Chance, size: int) -> Tensor:
        power = chance.sometimes(chance.normal(self.deviation), 0.0)
        return _affine(power.exp2(), 0.0, 0.0, 0.0, (-power).exp2(), 0.0)


@dataclass(frozen=True)
class Slide(Move):
    """A shift by any length, normal both ways.

    Karras et al. 2020 (arXiv 2006.06676), appendix B: fractional translation.

    Args:
        deviation: as a share of the side, at least 0.

    Raises:
        WrongUse: for a negative deviation.

    Example:
        >>> Slide().deviation
        0.125
    """

    deviation: float = 0.125

    def __post_init__(self) -> None:
        at_least_zero(self, deviation=self.deviation)

    def matrix(self, chance: Chance, size: int) -> Tensor:
        moved, spread = chance.changed(), 2 * self.deviation
        across, down = (torch.where(moved, chance.normal(spread), 0.0) for _ in range(2))
        return _affine(1.0, 0.0, across, 0.0, 1.0, down)


def warp(x: Tensor, matrix: Tensor, outside: int = REFLECTION) -> Tensor:
    """Pictures moved by affine maps; those whose map is the identity stay as they are, to the bit.

    Differs from Karras et al. 2020 (arXiv 2006.06676), appendix B, which resamples at twice the
    size between two low-pass filters: bilinear interpolation, one pass.

    Args:
        x: (n, c, s, s).
        matrix: (n, 3, 3), from new places to old ones, as `Move.matrix` makes them.
        outside: what lies beyond the border, `ZEROS` or `REFLECTION`.

    Example:
        >>> x = torch.randn(2, 1, 5, 5)
        >>> torch.equal(warp(x, torch.eye(3).expand(2, 3, 3)), x)
        True
    """
    grid = F.affine_grid(matrix[:, :2], list(x.shape), align_corners=False)  # (n, s, s, 2)
    moved: Tensor = _Resample.apply(x.to(grid.dtype), grid, outside)
    still = (matrix == torch.eye(3, dtype=matrix.dtype, device=matrix.device)).all(2).all(1)
    return torch.where(still[:, None, None, None], x, moved.to(x.dtype))


class _Resample(torch.autograd.Function):
    """Bilinear sampling at given places, linear in the picture.

    Gradient penalties differentiate the gradient once more, which torch knows for this operation in
    its newer versions only. As a linear map is its own derivative, two functions do it.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, grid: Tensor, outside: int) -> Tensor:
        ctx.save_for_backward(grid)
        ctx.shape, ctx.outside = x.shape, outside
        return torch.grid_sampler(x, grid, _BILINEAR, outside, False)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (grid,) = ctx.saved_tensors
        return _Spread.apply(gradients[0], grid, ctx.shape, ctx.outside), None, None


class _Spread(torch.autograd.Function):
    """The transpose of `_Resample`."""

    @staticmethod
    def forward(ctx: Any, y: Tensor, grid: Tensor, shape: torch.Size, outside: int) -> Tensor:
        ctx.save_for_backward(grid)
        ctx.outside = outside
        # The picture's values aren't looked at where the grid's gradient isn't asked for.
        x = y.new_empty(1).expand(shape)
        spread: Tensor = torch.ops.aten.grid_sampler_2d_backward(
            y, x, grid, _BILINEAR, outside, False, (True, False)
        )[0]
        return spread

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        (grid,) = ctx.saved_tensors
        return _Resample.apply(gradients[0], grid, ctx.outside), None, None, None


def translation(across: Tensor, down: Tensor) -> Tensor:
    """Maps (n, 3, 3) that shift by (n,) of sides of length 2."""
    return _affine(1.0, 0.0, across, 0.0, 1.0, down)


def whole_pixels(chance: Chance, reach: float, size: int) -> Tensor:
    """Shifts (n,) of so many whole pixels, at most `reach` of the side, in sides of length 2."""
    return (chance.uniform(-reach, reach) * size).round() * (2 / size)


def at_least_zero(of: object, **values: float) -> None:
    """Refuse what must not be negative.

    Raises:
        WrongUse: naming it.
    """
    for name, value in values.items():
        if value < 0:
            raise WrongUse(f"{name} of {type(of).__name__} must be at least 0, got {value}.")


def _turning(cosine: Tensor, sine: Tensor) -> Tensor:
    return _affine(cosine, -sine, 0.0, sine, cosine, 0.0)


def _affine(*rows: Tensor | float) -> Tensor:
    """Six entries, numbers (n,) or the same for all, as matrices (n, 3, 3)."""
    like = next(entry for entry in rows if isinstance(entry, Tensor))
    matrix = like.new_zeros(len(like), 3, 3)
    matrix[:, 2, 2] = 1.0
    for place, entry in enumerate(rows):
        matrix[:, place // 3, place % 3] = entry
    return matrix
