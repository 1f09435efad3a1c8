"""What any adversarial game is: named players, what each one wants, and who moves when.

A game of two is a GAN; of three, inference or censoring; of four, translation; of one, a density
model. Nothing here knows about data, devices or processes.
"""

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from sparring.core.errors import WrongUse
from sparring.core.optimizers import Adam, OptimizerSpec

Batch = Mapping[str, Tensor]
Terms = Mapping[str, Tensor]
Loss = Callable[[Batch], Terms]


class Batches(Protocol):
    """An endless stream of batches whose position can be kept and restored."""

    batch_size: int

    def __next__(self) -> Batch: ...
    def state_dict(self) -> dict[str, Any]: ...
    def load_state_dict(self, state: Mapping[str, Any]) -> None: ...


def total(terms: Terms) -> Tensor:
    """The sum of a player's terms: what it minimises.

    Raises:
        WrongUse: if they aren't named scalars.
    """
    if not isinstance(terms, Mapping) or not terms:
        raise WrongUse(
            f"a player's loss must return named scalars, {{'loss': ...}}, got {terms!r}."
        )
    values = list(terms.values())
    result = values[0]
    for value in values[1:]:
        result = result + value
    return result


class Gradient(Protocol):
    """How a player's gradient is taken: leaves it in `.grad` and returns the terms."""

    def __call__(self, loss: Loss, batch: Batch, parameters: list[nn.Parameter]) -> Terms: ...


@dataclass(frozen=True)
class Backward:
    """Backpropagation of the sum of the terms into the player's own parameters and no others."""

    def __call__(self, loss: Loss, batch: Batch, parameters: list[nn.Parameter]) -> Terms:
        for parameter in parameters:
            parameter.grad = None
        terms = loss(batch)
        total(terms).backward(inputs=parameters)
        return terms


@dataclass
class Player:
    """One who moves: the networks it owns, the loss that it minimises, its optimizer.

    Args:
        networks: modules whose trainable parameters only this player changes.
        loss: from a batch to named scalars; their sum is minimised, each is logged.
        optimizer: how gradients become steps.
        gradient: how the gradient is taken.
        projection: applied to the weights after each move, to bring them back into a feasible
            set (clipping, a ball, the simplex); takes the player's parameters.
    """

    networks: Sequence[nn.Module]
    loss: Loss
    optimizer: OptimizerSpec = field(default_factory=Adam)
    gradient: Gradient = field(default_factory=Backward)
    projection: Callable[[list[nn.Parameter]], None] | None = None

    def parameters(self) -> list[nn.Parameter]:
        """The trainable parameters, each once, in a fixed order."""
        unique: dict[nn.Parameter, None] = {}
        for network in self.networks:
            unique.update((p, None) for p in network.parameters() if p.requires_grad)
        return list(unique)


@dataclass(frozen=True)
class Turn:
    """A place in the order of moves.

    Args:
        player: who moves.
        times: how many moves in a row, at least 1.
        every: the turn comes in every so many steps, at least 1.
        fresh: each move sees a batch of its own, not the step's.

    Raises:
        WrongUse: if `times` or `every` is below 1.

    Example:
        >>> Turn("discriminator", times=5, fresh=True).times
        5
    """

    player: str
    times: int = 1
    every: int = 1
    fresh: bool = False

    def __post_init__(self) -> None:
        for name, value in (("times", self.times), ("every", self.every)):
            if value < 1:
                raise WrongUse(
                    f"{name} of the turn of {self.player!r} must be at least 1, got {value}."
                )


class Game(nn.Module):
    """Base of all games; a subclass sets `players` and `turns` in its constructor.

    Attributes:
        players: by name; together they own every trainable parameter, each exactly once.
        turns: who moves in which order; a bare name is a turn taken once every step.
        step: how many steps the training has taken, for losses that change over time.
        steps: how many it will take, or None where time decides.
        done: the share of the training that is over, in [0, 1]; 0 where nobody knows.
        traced: whether the update rule differentiates through every player's gradient; set by it.
        stacked: whether it is one of several that are trained together; set by `train_together`.
        shares: whether a turn may use what the turn before has made.
        averaged: names of the networks whose averaged weights are used to sample, score or encode;
            empty means all.

    Example:
        >>> class Mean(Game):
        ...     '''A game of one: the parameter walks to the mean of the data.'''
        ...
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.mean = nn.Linear(1, 1, bias=False)
        ...         self.players = {"mean": Player([self.mean], self.loss)}
        ...         self.turns = ["mean"]
        ...
        ...     def loss(self, batch):
        ...         return {"error": (batch["x"] - self.mean.weight).square().mean()}
        >>> Mean().check()
    """

    players: dict[str, Player]
    turns: Sequence[Turn | str]
    averaged: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self.step = 0
        self.steps: int | None = None
        self.done = 0.0
        self.traced = False
        self.stacked = False
        self.shares = True

    def order(self) -> list[Turn]:
        """The turns, bare names spelled out."""
        return [turn if isinstance(turn, Turn) else Turn(turn) for turn in self.turns]

    def fixed(self) -> AbstractContextManager[Any]:
        """Inside, the other players' networks make constants: no graph is kept of what they do.

        A loss that uses another player's networks without being its loss makes their items here;
        a rule that differentiates through every player's gradient still gets the graph.
        """
        return contextlib.nullcontext() if self.traced else torch.no_grad()

    def need(self, name: str, batch: Batch) -> Tensor:
        """A tensor that a batch or condition must hold.

        Raises:
            WrongUse: if it isn't there.
        """
        if name not in batch:
            raise WrongUse(
                f"{type(self).__name__} needs {name!r} in every batch and condition, "
                f"got {', '.join(map(repr, batch)) or 'nothing'}."
            )
        return batch[name]

    def check(self) -> None:
        """Refuse a game whose parts don't fit together.

        Raises:
            WrongUse: for a turn without a player, a player without a turn, a trainable parameter
                that nobody owns, or one owned twice.
        """
        title = type(self).__name__
        seated = {turn.player for turn in self.order()}
        for name in seated - set(self.players):
            raise WrongUse(
                f"{title} has a turn for {name!r}, who is no player; its players are "
                f"{', '.join(map(repr, self.players))}."
            )
        for name in set(self.players) - seated:
            raise WrongUse(f"{title}'s player {name!r} never has a turn; add it to the turns.")
        owner: dict[nn.Parameter, str] = {}
        names = {parameter: name for name, parameter in self.named_parameters()}
        for name, player in self.players.items():
            parameters = player.parameters()
            if not parameters:
                raise WrongUse(f"{title}'s player {name!r} owns no trainable parameter.")
            for parameter in parameters:
                if parameter in owner:
                    raise WrongUse(
                        f"parameter {names.get(parameter, '?')} of {title} is owned by both "
                        f"{owner[parameter]!r} and {name!r}; give it to one of them."
                    )
                if parameter not in names:
                    raise WrongUse(
                        f"{title}'s player {name!r} owns a network that is no attribute of the "
                        f"game; assign it in the constructor, else it isn't saved."
                    )
                owner[parameter] = name
        for parameter, name in names.items():
            if parameter.requires_grad and parameter not in owner:
                raise WrongUse(
                    f"parameter {name} of {title} is trainable and no player owns it; add its "
                    f"network to a player, or call requires_grad_(False) on it."
                )

    def averaged_tensors(self) -> list[Tensor]:
        """Weights and floating buffers of the networks named in `averaged`."""
        modules: Iterable[nn.Module] = (
            [self.get_submodule(name) for name in self.averaged] if self.averaged else [self]
        )
        unique: dict[Tensor, None] = {}
        for module in modules:
            unique.update((p, None) for p in module.parameters() if p.requires_grad)
            unique.update((b, None) for b in module.buffers() if b.is_floating_point())
        return [tensor.detach() for tensor in unique]


class evaluating:  # noqa: N801 - used as a word: `with evaluating(game):`
    """Networks in evaluation mode and no gradient recorded, inside; each as it was, after.

    Example:
        >>> layer = nn.Dropout()
        >>> with evaluating(layer):
        ...     layer.training
        False
        >>> layer.training
        True
    """

    def __init__(self, module: nn.Module) -> None:
        self._module = module
        self._no_grad = torch.no_grad()
        self._training: list[tuple[nn.Module, bool]] = []

    def __enter__(self) -> None:
        self._training = [(module, module.training) for module in self._module.modules()]
        self._module.eval()
        self._no_grad.__enter__()

    def __exit__(self, *failure: Any) -> None:
        self._no_grad.__exit__(*failure)
        for module, training in self._training:
            module.training = training
