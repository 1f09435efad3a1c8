"""What networks must fit, what a game is made of, and a row of the networks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from sparring.data.conditions import ClassNames, condition_from
from sparring.priors import Categorical, Normal, Prior
from sparring.tasks.asked import Asked

Pair = tuple[nn.Module, nn.Module]


@dataclass(frozen=True)
class Fit:
    """What a pair of networks must fit: items, latents, classes.

    Attributes:
        shape: of one item in model space.
        latent: length of z.
        width: of the layers.
        condition: how many classes or attributes items are asked for by, or how long a text's
            embedding is; 0 for none.
        spans: kinds and widths of a table's encoded columns; empty for all else.
        frequencies: how often each category of a table comes whose game asks for them.
        asked: description of what items are asked for by (see `data.conditions`); empty where
            nothing is.
        parents: of each column of a table, the columns that its network looks at; empty for all.
        dropout: share of the hidden units left out in training, where networks have it.
        judged: shape of what the discriminator sees; empty where it sees items one by one.
        tones: how many levels a channel of pictures has.
        options: of the networks, parts written as data.
    """

    shape: tuple[int, ...]
    latent: int
    width: int
    condition: int = 0
    spans: tuple[tuple[str, int], ...] = ()
    frequencies: tuple[float, ...] = ()
    asked: Mapping[str, Any] = field(default_factory=dict)
    parents: tuple[tuple[int, ...], ...] = ()
    dropout: float = 0.0
    judged: tuple[int, ...] = ()
    tones: int = 256
    options: Mapping[str, Any] = field(default_factory=dict)

    def labels(self) -> Prior | None:
        """The prior of conditions; None where nothing is asked for."""
        if not self.asked:
            return None
        condition = condition_from(self.asked)
        if isinstance(condition, ClassNames):
            return Categorical(condition.frequencies().tolist())
        return Asked(condition)

    @property
    def seen(self) -> tuple[int, ...]:
        """Shape of what the discriminator sees."""
        return self.judged or self.shape

    @property
    def told(self) -> int:
        """What the discriminator is told: of a pack, the conditions of all its items."""
        return self.condition * (self.seen[0] // self.shape[0])


@dataclass(frozen=True)
class Parts:
    """What a game is made of: the first arguments of its constructor, and some by name."""

    first: tuple[Any, ...]
    named: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Built:
    """A row of the networks.

    Attributes:
        build: makes them, and what else the game is made of.
        title: what they are, in one line.
        own: whether they are those of one game, which plays with no others.
    """

    build: Callable[[Fit], Parts]
    title: str
    own: bool = False


def adversaries(
    pair: Callable[[Fit], Pair], prior: Callable[[int], Prior] = Normal
) -> Callable[[Fit], Parts]:
    """Builds a pair with its prior and that of conditions, as games of two players take them."""

    def make(fit: Fit) -> Parts:
        return Parts((*pair(fit), prior(fit.latent), fit.labels()))

    return make
