"""Evolution: of several moves that a player might make, the fittest is made."""

import contextlib
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from sparring.core.errors import WrongUse
from sparring.core.game import Batch, Loss
from sparring.core.state import TrainingState


class Evolves(ABC):
    """A game in which one player has several losses to choose from, and knows which served.

    Attributes:
        evolving: name of that player.
    """

    evolving: str = "generator"

    @abstractmethod
    def mutations(self) -> Mapping[str, Loss]:
        """The losses by name, each of which makes one child of a parent."""

    @abstractmethod
    def fitness(self, batch: Batch) -> Tensor:
        """How fit the player is with its present weights: a number, higher is fitter.

        The same in every process: what is found of a batch is first made the mean over all (see
        `core.over_processes`).
        """


@dataclass(frozen=True)
class Evolution:
    """Each mutation of each parent makes a child by one move; the fittest children are the parents.

    Wang et al. 2018 (arXiv 1803.00657), algorithm 1. A child inherits the parent's optimizer state
    and goes on with its own. All other players move as under `Alternating`, against every parent
    in turn: their gradients are averaged. The fittest parent is the one that the game has, and
    that is saved.

    Differs from the paper: all children of a step see the same random numbers, so that a child is
    fitter for its move alone; and what the other players see of several parents is a whole batch of
    each, not a batch shared among them.

    Args:
        parents: how many children survive a step, at least 1; each costs a whole player more.

    Raises:
        WrongUse: for fewer parents, or a game that doesn't evolve.

    Example:
        >>> Evolution()
        Evolution(parents=1)
    """

    parents: int = 1

    def __post_init__(self) -> None:
        if self.parents < 1:
            raise WrongUse(f"parents of Evolution must be at least 1, got {self.parents}.")

    def step(self, state: TrainingState) -> None:
        game: Any = state.game
        if not isinstance(game, Evolves):
            raise WrongUse(
                f"Evolution plays games that evolve, such as EGAN, got {type(game).__name__}; use "
                f"another update rule."
            )
        batch: Batch | None = None
        for turn in state.game.order():
            if state.step % turn.every:
                continue
            for _ in range(turn.times):
                if batch is None or turn.fresh:
                    batch = state.next_batch()
                if turn.player == game.evolving:
                    self._evolve(state, game, batch)
                else:
                    _against_all(state, game.evolving, turn.player, batch)
                    state.move(turn.player)

    def _evolve(self, state: TrainingState, game: Evolves, batch: Batch) -> None:
        name, mutations = game.evolving, game.mutations()
        player = state.game.players[name]
        trials = [(parent, kind) for parent in _population(state, name) for kind in mutations]
        children: list[list[Tensor]] = []
        fitness: list[float] = []
        usual = player.loss
        try:
            for number, (parent, kind) in enumerate(trials, 1):
                # The last child's random numbers, which are everybody's, count as drawn.
                same = state.aside() if number < len(trials) else contextlib.nullcontext()
                with same:
                    _become(state, name, parent)
                    player.loss = mutations[kind]
                    state.gradient(name, batch)
                    state.move(name)
                    fitness.append(_fitness(state, game, batch))
                children.append(_present(state, name))
        finally:
            player.loss = usual
        # Of equals the first: every process must choose alike.
        order = sorted(range(len(trials)), key=lambda child: -fitness[child])[: self.parents]
        _become(state, name, children[order[0]])
        if self.parents > 1:
            state.memory.update({f"evolution/{i}": children[c] for i, c in enumerate(order)})
        _record(state, name, trials, fitness, order)


def _fitness(state: TrainingState, game: Evolves, batch: Batch) -> float:
    with state.backend.autocast():
        found = game.fitness(batch)
    value = float(found)
    return value if math.isfinite(value) else -math.inf


def _record(
    state: TrainingState,
    name: str,
    trials: list[tuple[list[Tensor], str]],
    fitness: list[float],
    order: list[int],
) -> None:
    """How fit the children of each mutation were, and which share of the survivors are its."""
    terms: dict[str, Tensor] = {}
    for kind in dict.fromkeys(kind for _, kind in trials):
        own = [child for child, (_, made_by) in enumerate(trials) if made_by == kind]
        terms[f"fitness_{kind}"] = torch.tensor(max(fitness[child] for child in own))
        survivors = sum(child in order for child in own)
        terms[f"survived_{kind}"] = torch.tensor(survivors / len(order))
    state.record(name, terms)


def _population(state: TrainingState, name: str) -> list[list[Tensor]]:
    """The parents, the fittest first; before the first step, the player as it is."""
    kept = [key for key in state.memory if key.startswith("evolution/")]
    parents = [state.memory[f"evolution/{index}"] for index in range(len(kept))]
    return parents or [_present(state, name)]


def _against_all(state: TrainingState, evolving: str, mover: str, batch: Batch) -> None:
    """Leave the mean of a player's gradients against each parent in its parameters."""
    population = _population(state, evolving)
    if len(population) == 1:
        state.gradient(mover, batch)
        return
    means: dict[nn.Parameter, Tensor] = {}
    for parent in population:
        _become(state, evolving, parent)
        state.gradient(mover, batch)
        for parameter in state.parameters[mover]:
            if parameter.grad is not None:
                part = parameter.grad / len(population)
                means[parameter] = means[parameter] + part if parameter in means else part
    for parameter, mean in means.items():
        parameter.grad = mean
    _become(state, evolving, population[0])


def _weights(state: TrainingState, name: str) -> list[Tensor]:
    """All that makes a player what it is, but for its optimizer: parameters and buffers."""
    unique: dict[Tensor, None] = dict.fromkeys(p.detach() for p in state.parameters[name])
    for network in state.game.players[name].networks:
        unique.update(dict.fromkeys(network.buffers()))
    return list(unique)


def _moments(state: TrainingState, name: str) -> list[Tensor]:
    """What the optimizer keeps, in a fixed order; nothing before the first move."""
    kept = state.optimizers[name].state
    return [
        kept[parameter][key]
        for parameter in state.parameters[name]
        if parameter in kept
        for key in sorted(kept[parameter])
    ]


def _present(state: TrainingState, name: str) -> list[Tensor]:
    """A copy of a player as it is now: its weights, then what its optimizer keeps."""
    return [t.clone() for t in (*_weights(state, name), *_moments(state, name))]


def _become(state: TrainingState, name: str, individual: list[Tensor]) -> None:
    """Give a player the weights and the optimizer state of such a copy."""
    weights = _weights(state, name)
    for tensor, value in zip(weights, individual, strict=False):
        tensor.copy_(value)
    moments = individual[len(weights) :]
    if not moments:  # it has never moved
        state.optimizers[name].state.clear()
        return
    for tensor, value in zip(_moments(state, name), moments, strict=True):
        tensor.copy_(value)
