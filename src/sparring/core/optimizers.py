"""What a player's optimizer shall be; `core.state` builds it and alone may step it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import nn

from sparring.core.errors import WrongUse
from sparring.core.moving import Moving, at


class Schedule(Protocol):
    """A factor on the learning rate, from the steps taken and the share of the training done."""

    def __call__(self, step: int, done: float) -> float: ...


@dataclass(frozen=True)
class Cosine:
    """Half a cosine from 1 down to `end` over `steps` steps, and `end` ever after.

    Args:
        steps: at least 1; None takes the whole training, however long it is.
        end: the factor on the learning rate that is left, at least 0.

    Raises:
        WrongUse: for fewer steps, or a negative end.

    Example:
        >>> Cosine(steps=100, end=0.0)(50, 0.0), Cosine(end=0.0)(50, 0.5)
        (0.5, 0.5)
    """

    steps: int | None = None
    end: float = 0.1

    def __post_init__(self) -> None:
        if self.steps is not None and self.steps < 1:
            raise WrongUse(f"steps of Cosine must be at least 1, got {self.steps}.")
        if self.end < 0:
            raise WrongUse(f"end of Cosine must be at least 0, got {self.end}.")

    def __call__(self, step: int, done: float) -> float:
        done = done if self.steps is None else min(step / self.steps, 1.0)
        return self.end + (1 - self.end) * (1 + math.cos(math.pi * done)) / 2


def _refuse_rate(of: object, lr: float) -> None:
    if lr <= 0:
        raise WrongUse(f"lr of {type(of).__name__} must be above 0, got {lr}.")


def _rate(of: Any, step: int, done: float) -> dict[str, Any]:
    return {} if of.schedule is None else {"lr": of.lr * of.schedule(step, done)}


class OptimizerSpec(Protocol):
    """A description from which an optimizer is built.

    Its `settings` are those that change from step to step, as the optimizer's groups have them.
    """

    @property
    def lr(self) -> float: ...

    def build(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer: ...
    def settings(self, step: int, done: float) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Adam:
    """Adam (Kingma and Ba 2015, arXiv 1412.6980, algorithm 1), fused where torch has it.

    Args:
        lr: step size, above 0.
        betas: decay rates of the two moments, each in [0, 1); the second may be moving.
        eps: added to the root of the second moment.
        schedule: factor on `lr` by steps taken; none keeps it constant.
        weight_decay: times the weights, added to the gradient, at least 0.

    Raises:
        WrongUse: for a rate that isn't above 0, or a negative decay.

    Example:
        >>> Adam(1e-4).betas
        (0.0, 0.99)
    """

    lr: float = 2e-4
    betas: tuple[float, float | Moving] = (0.0, 0.99)
    eps: float = 1e-8
    schedule: Schedule | None = None
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        _refuse_rate(self, self.lr)
        if self.weight_decay < 0:
            raise WrongUse(f"weight_decay of Adam must be at least 0, got {self.weight_decay}.")

    def build(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        first, second = self.betas
        return torch.optim.Adam(
            parameters,
            lr=self.lr,
            betas=(float(first), float(at(second, 0.0))),
            eps=self.eps,
            weight_decay=self.weight_decay,
            fused=True,
        )

    def settings(self, step: int, done: float) -> dict[str, Any]:
        first, second = self.betas
        changing = _rate(self, step, done)
        if isinstance(second, Moving):
            changing["betas"] = (float(first), second.at(done))
        return changing


@dataclass(frozen=True)
class RMSprop:
    """RMSprop (Tieleman and Hinton 2012), the optimizer of the first Wasserstein GAN.

    Example:
        >>> RMSprop().lr
        5e-05
    """

    lr: float = 5e-5
    alpha: float = 0.99
    schedule: Schedule | None = None

    def __post_init__(self) -> None:
        _refuse_rate(self, self.lr)

    def build(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        return torch.optim.RMSprop(parameters, lr=self.lr, alpha=self.alpha, foreach=True)

    def settings(self, step: int, done: float) -> dict[str, Any]:
        return _rate(self, step, done)


@dataclass(frozen=True)
class SGD:
    """Gradient descent, with momentum where asked.

    Example:
        >>> SGD(0.1).momentum
        0.0
    """

    lr: float
    momentum: float = 0.0
    schedule: Schedule | None = None

    def __post_init__(self) -> None:
        _refuse_rate(self, self.lr)

    def build(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        return torch.optim.SGD(parameters, lr=self.lr, momentum=self.momentum, fused=True)

    def settings(self, step: int, done: float) -> dict[str, Any]:
        return _rate(self, step, done)
