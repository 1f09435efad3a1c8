"""What every game of generators against discriminators takes, and asks of its networks."""

from collections.abc import Sequence
from typing import Protocol, TypedDict, runtime_checkable

from torch import Tensor

from sparring.core import OptimizerSpec, Terms
from sparring.regularizers import Augmentation, Hint, Regularizer


class Common(TypedDict, total=False):
    """Arguments that every such game takes beside its own.

    Attributes:
        generator_optimizer, discriminator_optimizer: how they step.
        augmentation: changes all that the discriminator sees, real and generated, in the turns of
            both players.
        extra_regularizers: of the discriminator, beside the game's own.
        hints: terms of the generator's loss: what is known of items.
    """

    generator_optimizer: OptimizerSpec | None
    discriminator_optimizer: OptimizerSpec | None
    augmentation: Augmentation | None
    extra_regularizers: Sequence[Regularizer]
    hints: Sequence[Hint]


def stepping(common: Common, generator: OptimizerSpec, discriminator: OptimizerSpec) -> Common:
    """The arguments with a game's own optimizers where none are given.

    Example:
        >>> from sparring.core import SGD
        >>> stepping({}, SGD(0.2), SGD(0.3))["generator_optimizer"].lr
        0.2
    """
    return {
        **common,
        "generator_optimizer": common.get("generator_optimizer") or generator,
        "discriminator_optimizer": common.get("discriminator_optimizer") or discriminator,
    }


def join(terms: dict[str, Tensor], others: Terms) -> None:
    """Put other terms beside these; one whose name is taken gets a number after it.

    Example:
        >>> from torch import tensor
        >>> terms = {"r1": tensor(1.0)}
        >>> join(terms, {"r1": tensor(2.0)})
        >>> terms
        {'r1': tensor(1.), 'r1 2': tensor(2.)}
    """
    for name, term in others.items():
        number, free = 1, name
        while free in terms:
            number += 1
            free = f"{name} {number}"
        terms[free] = term


@runtime_checkable
class Judges(Protocol):
    """A discriminator that shows by what features it judges."""

    features_width: int

    def judge(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Scores (n, ...) and features (n, features_width)."""


@runtime_checkable
class Conditions(Protocol):
    """What a discriminator asks of both players where conditions are more than an input to it."""

    def discriminator_terms(self, real: Tensor, fake: Tensor, y: Tensor) -> Terms:
        """Terms of the discriminator's loss, from features (n, k) of real and generated items."""

    def generator_terms(self, fake: Tensor, y: Tensor) -> Terms:
        """Terms of the generator's loss, from features (n, k) of generated items."""


def conditions_of(discriminator: object) -> Conditions | None:
    """What a discriminator asks of both players, if it does."""
    found = getattr(discriminator, "conditioning", None)
    return found if isinstance(found, Conditions) else None
