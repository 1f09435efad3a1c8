"""Path length: a step among the styles shall change pictures as much wherever it is taken."""

import math
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from sparring.core import Terms, WrongUse, draw, over_processes
from sparring.regularizers.hint import Generation, Hint


@runtime_checkable
class Styled(Protocol):
    """A generator in two parts: latents to styles, and styles to items.

    Attributes:
        count: how many styles an item takes, coarse ones first.
        mapping: a module, from z (n, k), and conditions, to w (n, styles); its `average`, of shape
            (styles,), is the mean of w.
    """

    count: int
    mapping: nn.Module

    def synthesis(self, w: Tensor) -> Tensor:
        """Items (n, ...) of styles (n, count, styles)."""


def styled(generator: object, of: object) -> Styled:
    """A generator, if it is made of these two parts.

    Raises:
        WrongUse: if it isn't.
    """
    if not isinstance(generator, Styled):
        raise WrongUse(
            f"{type(of).__name__} needs a generator with mapping(z) -> w, synthesis(w) -> x and "
            f"count, how many styles there are, got {type(generator).__name__}; use "
            f"networks='style'."
        )
    return generator


class PathLength(nn.Module, Hint):
    """weight E (|J^T y| - a)^2, J the slope of items along their styles, y normal noise.

    Karras et al. 2020 (arXiv 1912.04958), eq. 4; a is the running mean of the lengths. It pulls J
    towards a multiple of an orthogonal matrix (appendix C). As in appendix B it acts every so many
    steps, and then so many times as strongly, on a part of the batch. The noise is divided by the
    square root of the number of pixels, and squares are averaged over an item's styles, so that a
    weight of 2 is the paper's ln 2 / (r^2 (ln r - ln 2)) at any resolution r.

    Args:
        weight: at least 0.
        every: at steps 0, every, 2 every, ...; at least 1.
        share: of a batch, which takes part; 1, 2, 3, ... for all of it, a half, a third.
        decay: how far a moves towards the mean of a batch, in (0, 1].

    Attributes:
        mean: a, a buffer; 0 before the first time.

    Raises:
        WrongUse: for numbers outside these ranges, or a generator that isn't `Styled`.

    Example:
        >>> PathLength(weight=1.0, every=8).mean
        tensor(0.)
    """

    mean: Tensor

    def __init__(
        self, weight: float = 2.0, every: int = 4, share: int = 2, decay: float = 0.01
    ) -> None:
        super().__init__()
        if weight < 0:
            raise WrongUse(f"weight of PathLength must be at least 0, got {weight}.")
        for name, value in (("every", every), ("share", share)):
            if value < 1:
                raise WrongUse(f"{name} of PathLength must be at least 1, got {value}.")
        if not 0 < decay <= 1:
            raise WrongUse(f"decay of PathLength must be above 0 and at most 1, got {decay}.")
        self.weight, self.every, self.share, self.decay = weight, every, share, decay
        self.register_buffer("mean", torch.zeros(()))

    def forward(self, generation: Generation) -> Terms:
        """The term, or nothing where it isn't its turn."""
        generator = styled(generation.generator, self)
        if self.weight == 0 or generation.step % self.every:
            return {}
        # Every so manieth item, so that the parts of two processes are those of one.
        z, y = generation.z[:: self.share], generation.y
        w = generator.mapping(z) if y is None else generator.mapping(z, y[:: self.share])
        lengths = path_lengths(generator, w[:, None].expand(-1, generator.count, -1))
        if self.training:
            mean = over_processes(lengths.detach().mean())
            self.mean.lerp_(mean.to(self.mean.dtype), self.decay)
        term = (lengths - self.mean).square().mean()
        return {"path_length": term * (self.weight * self.every)}

    def extra_repr(self) -> str:
        return f"weight={self.weight}, every={self.every}"


def path_lengths(generator: Styled, w: Tensor) -> Tensor:
    """|J^T y| of each item, (n,): y normal, divided by the root of the number of pixels.

    Karras et al. 2020 (arXiv 1912.04958), eq. 4. J^T y is the gradient of <x, y>, so that J itself
    need not be known. Squares are summed over a style and averaged over an item's styles.

    Args:
        generator: whose `synthesis` makes the items.
        w: styles, (n, count, styles), which require a gradient.
    """
    x = generator.synthesis(w)  # (n, ...)
    shape, dtype, device = x.shape[1:], x.dtype, x.device
    noise = draw(lambda count: torch.randn(count, *shape, dtype=dtype, device=device), len(x))
    pixels = math.prod(shape[1:])
    (slope,) = torch.autograd.grad((x * noise).sum() / math.sqrt(pixels), w, create_graph=True)
    return slope.square().sum(2).mean(1).sqrt()
