"""The average of weights over time, with which a game samples better than with its last ones."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from sparring.core import Callback, Moving, TrainingState, WrongUse, at


class Average(Callback):
    """Exponential moving average of the weights of the networks that a game names.

    After b new samples, w_avg <- w_avg + (1 - 2^(-b / h)) (w - w_avg), with the half-life
    h = min(half_life, ramp * samples seen). The average: Yazici et al. 2019 (arXiv 1806.04498);
    the ramp is that of the code published with Karras et al. 2020 (arXiv 2006.06676). Kept in
    `state.averages["game"]`; play with it inside `state.averaged()`. Differs from the paper:
    floating buffers are averaged as well.

    Args:
        half_life: in samples seen, above 0; it may be moving, from 0 on.
        ramp: the half-life as a share of the samples seen so far, above 0; None for no ramp.

    Raises:
        WrongUse: for arguments out of range.

    Example:
        >>> Average(half_life=10_000).ramp
        0.05
    """

    def __init__(self, half_life: float | Moving = 10_000, ramp: float | None = 0.05) -> None:
        ends = (half_life.start, half_life.end) if isinstance(half_life, Moving) else (half_life,)
        for name, value in (("half_life", max(ends)), ("ramp", ramp)):
            if value is not None and not value > 0:
                raise WrongUse(f"{name} of Average must be above 0, got {value}.")
        self.half_life, self.ramp = half_life, ramp
        self._tensors: list[Tensor] = []
        self._seen = 0

    def on_start(self, state: TrainingState) -> None:
        self._tensors = state.game.averaged_tensors()
        self._seen = state.samples
        if "game" not in state.averages:
            state.averages["game"] = [tensor.clone() for tensor in self._tensors]

    def on_step(self, state: TrainingState) -> None:
        fresh, self._seen = state.samples - self._seen, state.samples
        if fresh <= 0:
            return
        half_life = at(self.half_life, state.done)
        if self.ramp is not None:
            half_life = min(half_life, self.ramp * state.samples)
        weight = 1 - 0.5 ** (fresh / half_life) if half_life > 0 else 1.0
        torch._foreach_lerp_(state.averages["game"], self._tensors, weight)

    def state_dict(self) -> dict[str, Any]:
        return {"seen": self._seen}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._seen = int(state["seen"])
