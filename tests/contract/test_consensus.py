"""Consensus differentiates |v|^2 through every player's gradient, in every game."""

import pytest
import torch

from sparring.core import Backend, Consensus, TrainingState


@pytest.fixture(autouse=True)
def _float64():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def state(row):
    torch.manual_seed(0)
    state = TrainingState(row.game(), row.batches(), Backend("cpu"))
    state.game.eval()  # in training a power iteration moves the point that is looked at
    state.game.shares = False  # consensus draws for each player
    return state


def field(state, batch):
    """v at this point and with these latents, as one vector."""
    torch.manual_seed(1)
    for name in state.game.players:
        state.gradient(name, batch)
    return torch.cat([p.grad.flatten() for own in state.parameters.values() for p in own])


def test_its_pull_is_the_slope_of_half_the_squared_length(state):
    """Against central differences along a random direction."""
    batch = state.next_batch()
    point = [p for own in state.parameters.values() for p in own]
    directions = [torch.randn_like(p) for p in point]
    lengths = []
    for shift in (1e-6, -2e-6):
        with torch.no_grad():
            torch._foreach_add_(point, directions, alpha=shift)
        lengths.append(float(field(state, batch).square().sum()) / 2)
    with torch.no_grad():
        torch._foreach_add_(point, directions, alpha=1e-6)
    slope = (lengths[0] - lengths[1]) / 2e-6

    v = field(state, batch)
    moved = {}
    # Only the first round, where all move: with several turns the later rounds are of one player.
    state.move = lambda name: [moved.setdefault(p, p.grad.clone()) for p in state.parameters[name]]
    state.next_batch = lambda: batch
    torch.manual_seed(1)
    Consensus(1.0).step(state)
    pull = torch.cat([moved[p].flatten() for p in point]) - v
    along = float(pull @ torch.cat([d.flatten() for d in directions]))
    assert abs(slope) > 1e-6
    assert along == pytest.approx(slope, rel=1e-4, abs=1e-8)
