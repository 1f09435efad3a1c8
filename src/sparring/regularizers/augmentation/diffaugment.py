"""DiffAugment: colour, translation and cutout, always."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sparring.regularizers.augmentation.change import Chance, Change
from sparring.regularizers.augmentation.geometry import (
    ZEROS,
    at_least_zero,
    translation,
    warp,
    whole_pixels,
)
from sparring.regularizers.augmentation.scheduled import Changing


@dataclass(frozen=True)
class Jitter(Change):
    """Brightness, saturation and contrast changed by uniform amounts.

    Zhao et al. 2020 (arXiv 2006.10738), section 3.2, "color": b is added; then each pixel's
    difference from its grey is multiplied by s, then each item's from its mean by c.

    Args:
        brightness: b lies within +- this, where colours lie in [-1, 1]; at least 0.
        saturation: s lies within 1 +- this, at least 0; a grey picture has none.
        contrast: c lies within 1 +- this, at least 0.

    Raises:
        WrongUse: for a negative amount.

    Example:
        >>> still = Jitter(0.0, 0.0, 0.0)
        >>> x = torch.ones(2, 3, 4, 4)
        >>> torch.equal(still(x, Chance(2, torch.tensor(1.0))), x)
        True
    """

    brightness: float = 0.5
    saturation: float = 1.0
    contrast: float = 0.5

    def __post_init__(self) -> None:
        at_least_zero(
            self, brightness=self.brightness, saturation=self.saturation, contrast=self.contrast
        )

    def __call__(self, x: Tensor, chance: Chance) -> Tensor:
        lift, colourful, strong = (
            chance.uniform(-most, most)[:, None, None, None].to(x.dtype)
            for most in (self.brightness, self.saturation, self.contrast)
        )
        changed = x + lift
        if x.shape[1] > 1:
            grey = changed.mean(1, keepdim=True)  # (n, 1, s, s)
            changed = changed + (changed - grey) * colourful
        changed = changed + (changed - changed.mean((1, 2, 3), keepdim=True)) * strong
        return torch.where(chance.changed()[:, None, None, None], changed, x)


@dataclass(frozen=True)
class Translation(Change):
    """A shift by whole pixels, both ways by themselves; zeros come in.

    Zhao et al. 2020 (arXiv 2006.10738), section 3.2, "translation".

    Args:
        reach: the most, as a share of the side, at least 0.

    Raises:
        WrongUse: for a negative reach.

    Example:
        >>> Translation(0.25).reach
        0.25
    """

    reach: float = 0.125

    def __post_init__(self) -> None:
        at_least_zero(self, reach=self.reach)

    def __call__(self, x: Tensor, chance: Chance) -> Tensor:
        moved = chance.changed()
        across, down = (
            torch.where(moved, whole_pixels(chance, self.reach, x.shape[-1]), 0.0) for _ in range(2)
        )
        return warp(x, translation(across, down), ZEROS)


@dataclass(frozen=True)
class Cutout(Change):
    """A square of zeros, anywhere; what of it lies outside is lost.

    Zhao et al. 2020 (arXiv 2006.10738), section 3.2, "cutout", after DeVries and Taylor 2017
    (arXiv 1708.04552).

    Args:
        share: its side, as a share of the picture's; at least 0.

    Raises:
        WrongUse: for a negative share.

    Example:
        >>> Cutout(2.0)(torch.ones(1, 1, 4, 4), Chance(1, torch.tensor(1.0))).sum().item()
        0.0
    """

    share: float = 0.5

    def __post_init__(self) -> None:
        at_least_zero(self, share=self.share)

    def __call__(self, x: Tensor, chance: Chance) -> Tensor:
        size = x.shape[-1]
        side = round(self.share * size)
        places = torch.arange(size, dtype=chance.p.dtype, device=x.device)
        rows, columns = (self._within(places, chance.below(size), side) for _ in range(2))
        inside = rows[:, :, None] & columns[:, None, :]  # (n, s, s)
        cut = inside & chance.changed()[:, None, None]
        return torch.where(cut[:, None], 0.0, x)

    @staticmethod
    def _within(places: Tensor, centre: Tensor, side: int) -> Tensor:
        start = centre[:, None] - side // 2  # (n, 1)
        return (places >= start) & (places < start + side)


@dataclass(eq=False)
class DiffAugment(Changing):
    """Differentiable augmentation of all that the discriminator sees, of every item.

    Zhao et al. 2020 (arXiv 2006.10738), section 3.2: the same kinds of changes for real and
    generated items, in the turns of both players. The paper takes all three kinds for few items,
    translation and cutout for many.

    Args:
        changes: which, in their order.

    Raises:
        WrongUse: for no changes, or anything but square pictures.

    Example:
        >>> DiffAugment((Translation(), Cutout()))(torch.zeros(2, 3, 8, 8)).shape
        torch.Size([2, 3, 8, 8])
    """

    changes: Sequence[Change] = (Jitter(), Translation(), Cutout())

    def __post_init__(self) -> None:
        self.start(1.0)

    def observe(self, real_scores: Tensor, done: float) -> None:
        """Nothing changes with what is observed."""
