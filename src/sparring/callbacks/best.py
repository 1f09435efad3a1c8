"""The best weights of a training, by a number that held-out items give."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from sparring.core import Callback, Game, TrainingState, WrongUse, evaluating


class KeepBest(Callback):
    """Keeps the averaged weights that were best, and ends the training when none are for long.

    Early stopping (Prechelt 1998). The best weights stand in `state.averages["best"]`, and the
    number of each look among the terms as `heldout/loss`.

    Args:
        judge: from a game with its averaged weights to a number, lower is better.
        every: steps between two looks, at least 1.
        patience: looks without a better one after which the training ends, at least 1; None goes
            on.

    Raises:
        WrongUse: for `every` or `patience` below 1.

    Example:
        >>> KeepBest(lambda game: 0.0, every=100, patience=5).every
        100
    """

    def __init__(
        self, judge: Callable[[Game], float], every: int, patience: int | None = None
    ) -> None:
        for name, value in (("every", every), ("patience", patience)):
            if value is not None and value < 1:
                raise WrongUse(f"{name} of KeepBest must be at least 1, got {value}.")
        self.judge, self.every, self.patience = judge, every, patience
        self.best, self.best_step = math.inf, 0

    def on_step(self, state: TrainingState) -> None:
        with state.aside(), state.averaged(), evaluating(state.game):
            loss = self.judge(state.game)
        if loss < self.best:
            self.best, self.best_step = loss, state.step
            state.averages["best"] = [tensor.clone() for tensor in state.averages["game"]]
        elif (
            self.patience is not None and state.step - self.best_step >= self.patience * self.every
        ):
            state.stop(f"what was held out was told best at step {self.best_step:,}")

    def on_end(self, state: TrainingState) -> None:
        if state.step % self.every:
            self.on_step(state)

    def state_dict(self) -> dict[str, Any]:
        return {"best": self.best, "best_step": self.best_step}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.best, self.best_step = float(state["best"]), int(state["best_step"])
