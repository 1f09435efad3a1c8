"""What each update rule does with players, turns and optimizers; factors are in formulas/."""

import pytest
import torch

from sparring.core import (
    SGD,
    Adam,
    Alternating,
    Consensus,
    Extragradient,
    Optimistic,
    Player,
    Simultaneous,
    Turn,
    WrongUse,
)

TOGETHER = [Simultaneous(), Optimistic(), Consensus(0.0)]


def test_alternating_players_see_each_others_moves(traced, play):
    game = traced(["a", "b"])
    game.players["b"].loss = lambda _: {
        "x": (game.weights["a"].weight * game.weights["b"].weight).sum()
    }
    play(game, rule=Alternating())
    assert game.weights["b"].weight.item() == pytest.approx(1 - 0.1 * 0.9)


def test_simultaneous_players_do_not(traced, play):
    game = traced(["a", "b"])
    game.players["b"].loss = lambda _: {
        "x": (game.weights["a"].weight * game.weights["b"].weight).sum()
    }
    play(game, rule=Simultaneous())
    assert game.weights["b"].weight.item() == pytest.approx(1 - 0.1 * 1.0)


@pytest.mark.parametrize("rule", TOGETHER, ids=lambda rule: type(rule).__name__)
def test_a_turn_taken_k_times_is_in_the_first_k_rounds(traced, play, rule):
    seen, state = play(traced([Turn("a", times=3, fresh=True), "b"]), rule=rule)
    assert seen == [("a", 1), ("b", 1), ("a", 2), ("a", 3)]
    assert state.samples == 12


def test_extragradient_looks_at_the_same_batch_twice(traced, play):
    seen, state = play(traced(["a", "b"]), steps=2, rule=Extragradient())
    assert seen == [("a", 1), ("b", 1), ("a", 1), ("b", 1), ("a", 2), ("b", 2), ("a", 2), ("b", 2)]
    assert state.samples == 8


def test_extragradient_of_one_is_the_step_from_the_gradient_ahead(traced, play):
    """On w^2 / 2: w' = w - h (w - h w)."""
    game = traced(["a"], names="a")
    play(game, rule=Extragradient())
    assert game.weights["a"].weight.item() == pytest.approx(1 - 0.1 * 0.9)


def test_extragradients_optimizer_counts_both_steps(traced, play):
    """As in ExtraAdam: the moments take the look ahead and the move."""
    _, state = play(traced(["a", "b"], Adam(0.1)), steps=3, rule=Extragradient())
    (moments,) = state.optimizers["a"].state.values()
    assert float(moments["step"]) == 6


def test_a_rare_player_keeps_its_last_gradient_until_its_next_turn(traced, play):
    game = traced(["a", Turn("b", every=2)])
    _, state = play(game, steps=2, rule=Optimistic())
    assert state.memory["optimistic/a"][0].item() == pytest.approx(0.9)
    assert state.memory["optimistic/b"][0].item() == pytest.approx(1.0)


def test_consensus_of_nothing_is_simultaneous(traced, play):
    games = [traced(["a", "b"]) for _ in range(2)]
    play(games[0], steps=3, rule=Consensus(0.0))
    play(games[1], steps=3, rule=Simultaneous())
    assert [p.item() for p in games[0].parameters()] == [p.item() for p in games[1].parameters()]


def test_consensus_of_one_also_descends_the_squared_slope(traced, play):
    """On w^2 / 2: v = w and grad |v|^2 / 2 = w, so w' = w - h (1 + gamma) w."""
    game = traced(["a"], names="a")
    play(game, rule=Consensus(0.5))
    assert game.weights["a"].weight.item() == pytest.approx(1 - 0.1 * 1.5)


def test_consensus_bears_losses_without_curvature(traced, play):
    game = traced(["a"], names="a")
    game.players["a"].loss = lambda _: {"line": game.weights["a"].weight.sum()}
    play(game, rule=Consensus(1.0))
    assert game.weights["a"].weight.item() == pytest.approx(0.9)


def test_consensus_leaves_the_game_untraced(traced, play):
    game = traced(["a", "b"])
    play(game, rule=Consensus(1.0))
    assert game.traced is False


def test_consensus_refuses_gradients_that_it_cannot_differentiate(traced, play):
    class Noisy:
        def __call__(self, loss, batch, parameters):
            return loss(batch)

    game = traced(["a", "b"])
    game.players["b"].gradient = Noisy()
    with pytest.raises(WrongUse, match=r"those of player 'b' \(Noisy\) don't allow"):
        play(game, rule=Consensus())
    assert game.traced is False


@pytest.mark.parametrize("rule", [Alternating(), *TOGETHER, Extragradient()], ids=str)
def test_a_projection_follows_every_move(traced, play, rule):
    game = traced(["a", "b"])
    player = game.players["a"]
    game.players["a"] = Player(
        player.networks, player.loss, SGD(0.1), projection=lambda own: own[0].clamp_(max=0.5)
    )
    play(game, rule=rule)
    assert game.weights["a"].weight.item() == pytest.approx(0.5)


@pytest.mark.parametrize("rule", [Alternating(), *TOGETHER, Extragradient()], ids=str)
def test_every_rule_finds_the_bottom_of_a_bowl(traced, play, rule):
    game = traced(["a", "b"])
    play(game, steps=200, rule=rule)
    assert torch.cat([p.flatten() for p in game.parameters()]).abs().max() < 1e-4
