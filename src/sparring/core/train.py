"""The one loop that trains every game."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from sparring.core.backend import Backend
from sparring.core.errors import WrongUse
from sparring.core.game import Batches, Game
from sparring.core.rules import Alternating, UpdateRule
from sparring.core.state import TrainingState, clock


class Callback:
    """Something done beside the training: recording, averaging, watching, keeping.

    Attributes:
        every: `on_step` is called after every so many steps.
    """

    every: int = 1

    def on_start(self, state: TrainingState) -> None:
        """Called before the first step of a sitting, when a resumed state has been restored."""

    def on_step(self, state: TrainingState) -> None:
        """Called after each step whose number is a multiple of `every`."""

    def on_end(self, state: TrainingState) -> None:
        """Called after the last step."""

    def state_dict(self) -> dict[str, Any]:
        """What the callback needs to go on, JSON-able."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned."""


def train(
    game: Game,
    batches: Batches,
    *,
    steps: int | None = None,
    rule: UpdateRule | None = None,
    backend: Backend | None = None,
    callbacks: Sequence[Callback] = (),
    seed: int = 0,
    restore: Callable[[TrainingState], None] | None = None,
) -> TrainingState:
    """Play a game until its steps are done, or a callback stops it.

    The global random state is left as it was found; within, everything follows from `seed`.

    Args:
        game: the players and their turns.
        batches: an endless stream of batches.
        steps: how many steps, at least 1; None leaves the end to a callback.
        rule: how gradients become moves; alternating by default.
        backend: where it runs; one process in float32 on a GPU if there is one, by default.
        callbacks: called in this order.
        seed: of everything random in the training.
        restore: brings an earlier state back before the first step, for a training that goes on.

    Returns:
        The training state after the last step.

    Raises:
        WrongUse: if the game's parts don't fit together, or nothing would ever end the training.

    Example:
        >>> from torch import nn
        >>> from sparring.core import Player, SGD
        >>> class Mean(Game):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.mean = nn.Linear(1, 1, bias=False)
        ...         self.players = {"mean": Player([self.mean], self.loss, SGD(0.5))}
        ...         self.turns = ["mean"]
        ...
        ...     def loss(self, batch):
        ...         return {"error": (batch["x"] - self.mean.weight).square().mean()}
        >>> class Threes:
        ...     batch_size = 2
        ...
        ...     def __next__(self):
        ...         return {"x": torch.full((2, 1), 3.0)}
        ...
        ...     def state_dict(self):
        ...         return {}
        ...
        ...     def load_state_dict(self, state): ...
        >>> train(Mean(), Threes(), steps=20).game.mean.weight
        Parameter containing:
        tensor([[3.]], requires_grad=True)
    """
    if steps is not None and steps < 1:
        raise WrongUse(f"steps must be at least 1, got {steps}.")
    if steps is None and not callbacks:
        raise WrongUse("give the training a number of steps, or a callback that stops it.")
    backend = backend or Backend()
    rule = rule or Alternating()
    cuda = [backend.device] if backend.accelerator == "cuda" else []
    with torch.random.fork_rng(devices=cuda):
        torch.manual_seed(seed)
        state = TrainingState(game, batches, backend, seed, steps)
        state.callbacks = callbacks
        if restore is not None:
            restore(state)
        for callback in callbacks:
            callback.on_start(state)
        game.train()
        _play(state, rule, callbacks)
        for callback in callbacks:
            callback.on_end(state)
    return state


def _play(state: TrainingState, rule: UpdateRule, callbacks: Sequence[Callback]) -> None:
    before, sat = state.seconds, clock()
    while not state.finished:
        rule.step(state)
        state.advance()
        state.seconds = before + clock() - sat
        for callback in callbacks:
            if state.step % callback.every == 0:
                callback.on_step(state)
