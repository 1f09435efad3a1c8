"""What a move changes, and what it leaves alone."""

import pytest
import torch

from sparring.core import Backend, Extragradient, TrainingState, train


@pytest.fixture
def state(row):
    torch.manual_seed(0)
    return TrainingState(row.game(), row.batches(), Backend("cpu"))


def test_only_the_movers_parameters_change(state):
    for mover in state.game.players:
        before = {name: [p.clone() for p in own] for name, own in state.parameters.items()}
        state.gradient(mover, state.next_batch())
        state.move(mover)
        changed = {
            name: any(not torch.equal(a, b) for a, b in zip(own, before[name], strict=True))
            for name, own in state.parameters.items()
        }
        assert changed == {name: name == mover for name in state.game.players}


def test_a_gradient_reaches_only_the_mover(state):
    for mover in state.game.players:
        for own in state.parameters.values():
            for parameter in own:
                parameter.grad = None
        state.gradient(mover, state.next_batch())
        reached = {name for name, own in state.parameters.items() if own[0].grad is not None}
        assert reached == {mover}


def test_every_owned_parameter_gets_a_finite_gradient(state):
    names = {parameter: name for name, parameter in state.game.named_parameters()}
    for player, own in state.parameters.items():
        state.gradient(player, state.next_batch())
        without = [names[p] for p in own if p.grad is None or not p.grad.isfinite().all()]
        assert without == []
        assert any(p.grad.count_nonzero() > 0 for p in own)


def test_every_rule_plays_every_game_unmodified(row, rule):
    state = train(row.game(), row.batches(), steps=3, rule=rule, backend=Backend("cpu"))
    start = row.game()
    for name, parameter in state.game.named_parameters():
        assert parameter.isfinite().all(), name
    for player in start.players:
        pairs = zip(start.players[player].parameters(), state.parameters[player], strict=True)
        assert any(not torch.equal(was, now) for was, now in pairs), player
    assert state.step == 3


def test_extragradient_is_not_the_simultaneous_rule_in_disguise(row, weights):
    games = [row.game(), row.game()]
    train(games[0], row.batches(), steps=2, rule=Extragradient(), backend=Backend("cpu"))
    train(games[1], row.batches(), steps=2, backend=Backend("cpu"))
    first, second = (weights(game) for game in games)
    assert any(not torch.equal(first[name], second[name]) for name in first)


def test_the_losses_that_are_logged_are_named_by_player(state):
    for player in state.game.players:
        state.gradient(player, state.next_batch())
    logged = {name for terms in state.terms for name in terms}
    assert {f"{player}/loss" for player in state.game.players} <= logged
    assert all(type(value) is float for terms in state.terms for value in terms.values())
