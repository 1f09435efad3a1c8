"""An augmentation made of changes, applied with a probability that is given."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sparring.core import Moving, WrongUse, at
from sparring.regularizers.augmentation.base import Augmentation
from sparring.regularizers.augmentation.change import Chance, Change, change_all
from sparring.regularizers.augmentation.colour import (
    Brightness,
    Contrast,
    Hue,
    LumaFlip,
    Saturation,
)
from sparring.regularizers.augmentation.geometry import (
    Flip,
    QuarterTurn,
    Rotate,
    Scale,
    Shift,
    Slide,
    Stretch,
)

# Karras et al. 2020 (arXiv 2006.06676), section 2.3: "bgc", the categories that help the most.
ADA_CHANGES: tuple[Change, ...] = (
    *(Flip(), QuarterTurn(), Shift()),
    *(Scale(), Rotate(), Stretch(), Slide()),
    *(Brightness(), Contrast(), LumaFlip(), Hue(), Saturation()),
)


class Changing(Augmentation):
    """Base of augmentations that apply changes with one probability, each by itself.

    Attributes:
        changes: in their order.
        probability: (), a buffer.
    """

    changes: Sequence[Change]
    probability: Tensor

    def start(self, probability: float) -> None:
        """Set up the module; every constructor calls it."""
        super().__init__()
        if not self.changes:
            raise WrongUse(f"changes of {type(self).__name__} must name at least one, got none.")
        self.register_buffer("probability", torch.tensor(float(probability)))

    @abstractmethod
    def observe(self, real_scores: Tensor, done: float) -> None: ...

    def forward(self, x: Tensor, batches: int = 1) -> Tensor:
        """Pictures (n, c, s, s) in [-1, 1], some of them changed.

        Raises:
            WrongUse: for anything but square pictures.
        """
        if x.dim() != 4 or x.shape[2] != x.shape[3]:
            raise WrongUse(
                f"{type(self).__name__} changes square pictures (n, channels, size, size), got "
                f"shape {tuple(x.shape)}; leave the augmentation out."
            )
        if not self.training:
            return x
        p = self.probability.to(torch.promote_types(x.dtype, torch.float32))
        return change_all(self.changes, x, Chance(len(x), p, batches))


@dataclass(eq=False)
class Augment(Changing):
    """Changes applied with a fixed probability, or one that moves as the training goes on.

    Huang et al. 2024 (R3GAN, arXiv 2501.05441), appendix on training details, moves it from 0 to
    .3 or .55 along a cosine.

    Args:
        p: how probable it is that an item is changed, for each change by itself, in [0, 1].
        changes: which, in their order; those of `ADA` by default.

    Raises:
        WrongUse: for a probability out of its range, no changes, or anything but square pictures.

    Example:
        >>> x = torch.randn(4, 3, 8, 8)
        >>> torch.equal(Augment(p=0.0)(x), x), Augment(p=Moving(0.0, 0.3))(x).shape
        (True, torch.Size([4, 3, 8, 8]))
    """

    p: float | Moving = 1.0
    changes: Sequence[Change] = ADA_CHANGES

    def __post_init__(self) -> None:
        for value in (at(self.p, 0.0), at(self.p, 1.0)):
            between("p", value, self)
        self.start(at(self.p, 0.0))

    def observe(self, real_scores: Tensor, done: float) -> None:
        self.probability.fill_(at(self.p, done))


def between(name: str, value: float, of: object) -> None:
    """Refuse what isn't a probability.

    Raises:
        WrongUse: naming it.
    """
    if not 0 <= value <= 1:
        raise WrongUse(f"{name} of {type(of).__name__} must be between 0 and 1, got {value}.")
