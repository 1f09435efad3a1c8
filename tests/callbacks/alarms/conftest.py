"""A run under watch, and the statistic of copying worked out by itself."""

import pytest
import torch

from sparring.callbacks import Average, Watch


def raised(state):
    return [event["alarm"] for event in state.events if event["state"] == "raised"]


@pytest.fixture(scope="session")
def watched(tiny):
    """Plays a game with alarms beside it; returns the training state."""

    def run(game, x, steps, alarms=None, *, every=20, before=(), after=(), **options):
        watch = Watch(x[:256], alarms, every)
        callbacks = [Average(2000), *before, watch, *after]
        return tiny.play(game, x, steps, callbacks, **options)

    return run


@pytest.fixture(scope="session")
def names():
    """The alarms that were raised in a training, in order."""
    return raised


@pytest.fixture(scope="session")
def copying():
    """C_T without cells: the Mann-Whitney z of distances to the nearest training item."""

    def statistic(train, heldout, generated):
        held = torch.cdist(heldout, train).amin(1)
        made = torch.cdist(generated, train).amin(1)
        n, m = len(made), len(held)
        above = (made[:, None] > held).sum() + (made[:, None] == held).sum() / 2
        return float((above - n * m / 2) / (n * m * (n + m + 1) / 12) ** 0.5)

    return statistic
