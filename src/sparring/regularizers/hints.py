"""What is known of pictures, as slopes that a generator can follow."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from sparring.core import Terms, WrongUse
from sparring.regularizers.hint import Generation, Hint

Box = tuple[float, float, float, float]
"""Top, left, bottom and right of a part of a picture, as shares of its side in [0, 1]."""


def check_weight(of: object, weight: float) -> None:
    """Refuse a weight that would reward what is forbidden."""
    if weight < 0:
        raise WrongUse(f"weight of {type(of).__name__} must be at least 0, got {weight}.")


@dataclass(frozen=True)
class Mirror(Hint):
    """weight E (x - flip(x))^2: left and right, or top and bottom, are alike.

    Args:
        weight: at least 0.
        upright: whether the top mirrors the bottom, in the stead of left and right.

    Raises:
        WrongUse: for a negative weight.

    Example:
        >>> x = torch.tensor([[[[0.0, 1.0]]]])
        >>> float(Mirror(2.0)(Generation(None, x, None, x, 0))["mirror"])
        2.0
    """

    weight: float = 1.0
    upright: bool = False

    def __post_init__(self) -> None:
        check_weight(self, self.weight)

    def __call__(self, generation: Generation) -> Terms:
        x = generation.x
        flipped = x.flip(-2 if self.upright else -1)
        return {"mirror": self.weight * (x - flipped).square().mean()}


@dataclass(frozen=True)
class Alike(Hint):
    """weight E |mean colour here - mean colour there|^2: two places have one colour, as eyes do.

    Args:
        first, second: the places.
        weight: at least 0.

    Raises:
        WrongUse: for a negative weight, or a box that isn't inside a picture.

    Example:
        >>> x = torch.tensor([[[[0.0, 1.0], [0.0, 1.0]]]])
        >>> left, right = (0.0, 0.0, 1.0, 0.5), (0.0, 0.5, 1.0, 1.0)
        >>> float(Alike(left, right)(Generation(None, x, None, x, 0))["alike"])
        1.0
    """

    first: Box
    second: Box
    weight: float = 1.0

    def __post_init__(self) -> None:
        check_weight(self, self.weight)
        for box in (self.first, self.second):
            top, left, bottom, right = box
            if not (0 <= top < bottom <= 1 and 0 <= left < right <= 1):
                raise WrongUse(
                    f"a box of Alike must be (top, left, bottom, right) as shares of the picture, "
                    f"such as (0.3, 0.2, 0.4, 0.4), got {tuple(box)}."
                )

    def __call__(self, generation: Generation) -> Terms:
        first, second = (_colour(generation.x, box) for box in (self.first, self.second))
        return {"alike": self.weight * (first - second).square().sum(1).mean()}


def _colour(x: Tensor, box: Box) -> Tensor:
    """Mean of each channel inside a box, (n, channels); never less than a pixel."""
    height, width = x.shape[-2:]
    top, left = int(box[0] * height), int(box[1] * width)
    bottom = max(top + 1, round(box[2] * height))
    right = max(left + 1, round(box[3] * width))
    return x[..., top:bottom, left:right].mean((-2, -1))


@dataclass(frozen=True)
class Amount(Hint):
    """weight E (share of ink - wanted)^2: so much of each picture is bright.

    Args:
        wanted: mean of (x + 1) / 2 over a picture, in [0, 1].
        weight: at least 0.

    Raises:
        WrongUse: for a negative weight, or a share outside [0, 1].

    Example:
        >>> x = torch.ones(1, 1, 2, 2)
        >>> float(Amount(0.5)(Generation(None, x, None, x, 0))["amount"])
        0.25
    """

    wanted: float
    weight: float = 1.0

    def __post_init__(self) -> None:
        check_weight(self, self.weight)
        if not 0 <= self.wanted <= 1:
            raise WrongUse(f"wanted of Amount must lie between 0 and 1, got {self.wanted}.")

    def __call__(self, generation: Generation) -> Terms:
        share = (generation.x.flatten(1).mean(1) + 1) / 2
        return {"amount": self.weight * (share - self.wanted).square().mean()}


@dataclass(frozen=True)
class Violation(Hint):
    """weight E v(x), where a function of your own says how far each item is from what is known.

    Args:
        violation: from items (n, ...) in model space, pictures in [-1, 1], to (n,) numbers of at
            least 0, 0 where all is well; slopes are taken through it.
        weight: at least 0.
        name: of the term in the log.

    Raises:
        WrongUse: for a negative weight; in the training, for numbers of another shape, without a
            slope, negative or not finite.

    Example:
        >>> dark = Violation(lambda x: x.flatten(1).mean(1).clamp(min=0))
        >>> x = torch.ones(3, 1, 2, 2, requires_grad=True)
        >>> float(dark(Generation(None, x, None, x, 0))["violation"].detach())
        1.0
    """

    violation: Callable[[Tensor], Tensor]
    weight: float = 1.0
    name: str = "violation"

    def __post_init__(self) -> None:
        check_weight(self, self.weight)

    def __call__(self, generation: Generation) -> Terms:
        x = generation.x
        found = self.violation(x)
        if not isinstance(found, Tensor) or found.shape != (len(x),):
            got = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
            raise WrongUse(
                f"the hint {self.name!r} must return one number an item, shape ({len(x)},), got "
                f"{got}."
            )
        if x.requires_grad and not found.requires_grad:
            raise WrongUse(
                f"the hint {self.name!r} must be a differentiable function of the items; use "
                f"Checked for what can only be checked."
            )
        # Looked at now and then: each look waits for the device.
        if generation.step % 100 == 0 and not bool((torch.isfinite(found) & (found >= 0)).all()):
            raise WrongUse(
                f"the hint {self.name!r} must return finite numbers of at least 0, got "
                f"{found.detach().min().item():g} to {found.detach().max().item():g}."
            )
        return {self.name: self.weight * found.mean()}
