"""Update rules: how the gradients of all players become one step of the game.

Write v(w) for the vector of every player's gradient of its own loss. The rules differ in where v is
taken and what is added to it; they hold for any number of players, and work through whatever
optimizer a player has.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from sparring.core.errors import WrongUse
from sparring.core.game import Backward, Batch, Turn, total
from sparring.core.state import TrainingState, lying_as


class UpdateRule(Protocol):
    """How a step is taken: moves every player whose turn it is."""

    def step(self, state: TrainingState) -> None: ...


def _due(state: TrainingState) -> list[Turn]:
    return [turn for turn in state.game.order() if state.step % turn.every == 0]


def _rounds(state: TrainingState) -> Iterator[tuple[list[str], Batch]]:
    """Who moves together, and on which batch: a turn taken k times is in the first k rounds."""
    due = _due(state)
    batch: Batch | None = None
    for number in range(max((turn.times for turn in due), default=0)):
        turns = [turn for turn in due if turn.times > number]
        if batch is None or any(turn.fresh for turn in turns):
            batch = state.next_batch()
        yield [turn.player for turn in turns], batch


@dataclass(frozen=True)
class Alternating:
    """Each player in its turn moves from where the one before it left the game.

    Example:
        >>> Alternating()
        Alternating()
    """

    def step(self, state: TrainingState) -> None:
        batch: Batch | None = None
        for turn in _due(state):
            for _ in range(turn.times):
                if batch is None or turn.fresh:
                    batch = state.next_batch()
                state.gradient(turn.player, batch)
                state.move(turn.player)


@dataclass(frozen=True)
class Simultaneous:
    """All players move at once: w' = w - h v(w).

    Example:
        >>> Simultaneous()
        Simultaneous()
    """

    def step(self, state: TrainingState) -> None:
        for movers, batch in _rounds(state):
            for name in movers:
                state.gradient(name, batch)
            for name in movers:
                state.move(name)


@dataclass(frozen=True)
class Extragradient:
    """All look ahead, then move with the gradient found there: w' = w - h v(w - h v(w)).

    Korpelevich 1976; for games between networks Gidel et al. 2019 (arXiv 1802.10551, algorithms 2
    and 4). As there, an optimizer's moments are updated by both the look ahead and the move.

    Example:
        >>> Extragradient()
        Extragradient()
    """

    def step(self, state: TrainingState) -> None:
        for movers, batch in _rounds(state):
            here: list[Tensor] = [p for name in movers for p in state.parameters[name]]
            kept = [p.detach().clone() for p in here]
            for name in movers:
                state.gradient(name, batch)
            for name in movers:
                state.move(name)
            for name in movers:
                state.gradient(name, batch)
            with torch.no_grad():
                torch._foreach_copy_(here, kept)
            for name in movers:
                state.move(name)


@dataclass(frozen=True)
class Optimistic:
    """All move with the gradient that the last one predicts: w' = w - 2 h v(w) + h v(w_before).

    Daskalakis et al. 2018 (arXiv 1711.00141); the correction is applied to the gradient before the
    optimizer sees it, so that it serves with any optimizer.

    Example:
        >>> Optimistic()
        Optimistic()
    """

    def step(self, state: TrainingState) -> None:
        for movers, batch in _rounds(state):
            for name in movers:
                state.gradient(name, batch)
            for name in movers:
                self._correct(state, name)
                state.move(name)

    def _correct(self, state: TrainingState, name: str) -> None:
        parameters = state.parameters[name]
        now = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
        before = state.memory.get(f"optimistic/{name}", now)
        state.memory[f"optimistic/{name}"] = [gradient.clone() for gradient in now]
        for parameter, new, old in zip(parameters, now, before, strict=True):
            parameter.grad = lying_as(parameter, 2 * new - old)


@dataclass(frozen=True)
class Consensus:
    """All move down their losses and down the length of v: w' = w - h (v + gamma grad |v|^2 / 2).

    Mescheder et al. 2017 (arXiv 1705.10461). Every player's losses are evaluated at the same point;
    the gradient of |v|^2 runs through the gradients of all of them, and so through what a game
    otherwise makes in `Game.fixed`.

    Args:
        gamma: weight of the length, at least 0.

    Raises:
        WrongUse: for a negative gamma, or a player whose gradient isn't plain backpropagation.

    Example:
        >>> Consensus(0.1).gamma
        0.1
    """

    gamma: float = 0.1

    def __post_init__(self) -> None:
        if self.gamma < 0:
            raise WrongUse(f"gamma of Consensus must be at least 0, got {self.gamma}.")

    def step(self, state: TrainingState) -> None:
        if state.backend.compiled:
            raise WrongUse(
                "Consensus differentiates networks twice, which compiled ones can't be; leave "
                "compiled out."
            )
        for movers, batch in _rounds(state):
            state.game.traced = True
            try:
                self._together(state, movers, batch)
            finally:
                state.game.traced = False
            for name in movers:
                state.move(name)

    def _together(self, state: TrainingState, movers: list[str], batch: Batch) -> None:
        parameters = [p for name in movers for p in state.parameters[name]]
        fields: list[Tensor] = []
        for name in movers:
            player = state.game.players[name]
            if not isinstance(player.gradient, Backward):
                raise WrongUse(
                    f"Consensus differentiates through gradients, which those of player {name!r} "
                    f"({type(player.gradient).__name__}) don't allow; use another update rule."
                )
            with state.backend.autocast():
                terms = player.loss(batch)
            state.record(name, terms)
            own = state.parameters[name]
            gradients = torch.autograd.grad(total(terms), own, create_graph=True, allow_unused=True)
            fields += [
                torch.zeros_like(p) if g is None else g for p, g in zip(own, gradients, strict=True)
            ]
        # |v|^2 is of the whole batch's v: the processes agree on v before it is differentiated.
        whole = [field.detach().clone() for field in fields]
        state.backend.average(whole)
        bent = [(field, v) for field, v in zip(fields, whole, strict=True) if field.requires_grad]
        pulls: tuple[Tensor | None, ...] = (None,) * len(parameters)
        if bent:
            ours, theirs = zip(*bent, strict=True)
            pulls = torch.autograd.grad(ours, parameters, theirs, allow_unused=True)
        slopes = [
            torch.zeros_like(v) if pull is None else pull
            for v, pull in zip(whole, pulls, strict=True)
        ]
        state.backend.average(slopes)
        for parameter, v, slope in zip(parameters, whole, slopes, strict=True):
            parameter.grad = lying_as(parameter, torch.add(v, slope, alpha=self.gamma))
