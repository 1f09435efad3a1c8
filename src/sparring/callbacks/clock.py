"""Time on which all processes agree."""

import torch

from sparring.core import TrainingState

_EVERY = 10


def together(state: TrainingState, seconds: float) -> float | None:
    """A duration as all processes see it: their mean, so that they decide alike.

    With several processes it costs an exchange, and is None at nine steps of ten.
    """
    if state.backend.processes == 1:
        return seconds
    if state.step % _EVERY:
        return None
    shared = torch.tensor([seconds], dtype=torch.float64, device=state.backend.device)
    state.backend.average([shared])
    return float(shared[0])
