"""What a regularizer of a discriminator sees and returns."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor

from sparring.core import Terms, WrongUse
from sparring.core.penalised import penalised


@dataclass
class Evaluation:
    """One evaluation of a discriminator on real and generated items in a single call.

    Args:
        discriminator: scores items of shape (n, ...) under the batch's condition.
        x: real items, then generated ones, of shape (2 n, ...).
        scores: the discriminator's scores of x, of shape (2 n, ...).
        step: steps taken so far.
        done: the share of the training that is over, in [0, 1].
        apart: half of x -> items and scores that were judged in a call of their own, because slopes
            of that half alone are asked for.
        stacked: whether slopes are taken of functions, as games that are trained together need
            them; they then cost the discriminator another look.
    """

    discriminator: Callable[[Tensor], Tensor]
    x: Tensor
    scores: Tensor
    step: int
    done: float = 0.0
    apart: Mapping[int, tuple[Tensor, Tensor]] = field(default_factory=dict)
    stacked: bool = False

    @property
    def real(self) -> Tensor:
        """The real items, of shape (n, ...)."""
        return self.x.chunk(2)[0]

    @property
    def fake(self) -> Tensor:
        """The generated items, of shape (n, ...)."""
        return self.x.chunk(2)[1]

    @cached_property
    def input_gradient(self) -> Tensor:
        """Gradient of each score with respect to its own item, of x's shape.

        One pass gives it for all items, since no item's score depends on another item.
        """
        return self.slopes_at(self.x) if self.stacked else _slope(self.scores, self.x)

    def slopes(self, half: int) -> Tensor:
        """Gradient of each score of one half, `REAL` or `FAKE`, with respect to its own item."""
        if half not in self.apart:
            return self.input_gradient.chunk(2)[half]
        items, scores = self.apart[half]
        return _slope(scores, items)

    def slopes_at(self, points: Tensor) -> Tensor:
        """Gradient of the scores of other items, each with respect to its own."""
        if self.stacked:
            gradient: Tensor = torch.func.grad(lambda x: self.discriminator(x).sum())(points)
            return gradient
        points = points.requires_grad_()
        with penalised():
            scores = self.discriminator(points)
        return _slope(scores, points)


def _slope(scores: Tensor, items: Tensor) -> Tensor:
    (gradient,) = torch.autograd.grad(scores.sum(), items, create_graph=True)
    return gradient


REAL, FAKE = 0, 1
"""The halves of what a discriminator evaluates."""


class Regularizer(ABC):
    """A term added to the discriminator's loss."""

    def sloped(self, step: int) -> frozenset[int]:
        """The halves whose `Evaluation.slopes` will be asked for at this step."""
        return frozenset()

    @abstractmethod
    def __call__(self, evaluation: Evaluation) -> Terms:
        """Named terms to be added to the loss; empty where there is nothing to add."""


@dataclass(frozen=True)
class Lazy(Regularizer):
    """A regularizer that acts every so many steps, and then so many times as strongly.

    Karras et al. 2020 (arXiv 1912.04958), section 3.1.

    Args:
        regularizer: what acts.
        every: at steps 0, every, 2 every, ...; at least 1.

    Raises:
        WrongUse: if `every` is below 1.

    Example:
        >>> from sparring.regularizers import R1
        >>> lazy = Lazy(R1(10.0), every=16)
        >>> lazy.sloped(16) == {REAL}, lazy.sloped(17) == set()
        (True, True)
    """

    regularizer: Regularizer
    every: int = 16

    def __post_init__(self) -> None:
        if self.every < 1:
            raise WrongUse(f"every of Lazy must be at least 1, got {self.every}.")

    def _due(self, step: int) -> bool:
        return step % self.every == 0

    def sloped(self, step: int) -> frozenset[int]:
        return self.regularizer.sloped(step) if self._due(step) else frozenset()

    def __call__(self, evaluation: Evaluation) -> Terms:
        if not self._due(evaluation.step):
            return {}
        return {name: self.every * term for name, term in self.regularizer(evaluation).items()}


def squared_norms(gradient: Tensor) -> Tensor:
    """Squared length of each item's gradient: (n, ...) to (n,)."""
    return gradient.flatten(1).square().sum(1)
