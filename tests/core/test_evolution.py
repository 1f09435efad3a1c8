"""Of several moves the fittest is made, whatever the game."""

import json
import math

import pytest
import torch
from torch import nn

from sparring.core import (
    SGD,
    Adam,
    Backend,
    Callback,
    Evolution,
    Evolves,
    Game,
    Player,
    TrainingState,
    WrongUse,
    draw,
    over_processes,
    train,
)

RATE = 0.1


class Walk(Game, Evolves):
    """A player who may go up or down by `RATE`, and one who follows it."""

    evolving = "walker"

    def __init__(self, goal=100.0, optimizer=None, order=("up", "down")):
        super().__init__()
        self.walker, self.follower = (nn.Linear(1, 1, bias=False) for _ in range(2))
        for layer in (self.walker, self.follower):
            nn.init.zeros_(layer.weight)
        self.register_buffer("moves", torch.zeros(()))
        self.goal, self.order_of, self.drawn = goal, order, []
        self.players = {
            "follower": Player([self.follower], self.follow, SGD(1.0)),
            "walker": Player([self.walker], self.stay, optimizer or SGD(RATE)),
        }
        self.turns = ["follower", "walker"]

    def stay(self, batch):
        return {"loss": 0 * self.walker.weight.sum()}

    def follow(self, batch):
        apart = self.follower.weight - self.walker.weight.detach()
        return {"loss": apart.square().sum() / 2}

    def toward(self, sign):
        def loss(batch):
            noise = draw(torch.randn, len(batch["x"]))
            self.drawn.append(round(float(noise[0]), 6))
            return {"loss": -sign * self.walker.weight.sum() * (1 + 0 * noise.mean())}

        return loss

    def mutations(self):
        return {name: self.toward(1 if name == "up" else -1) for name in self.order_of}

    def fitness(self, batch):
        apart = (self.walker.weight - self.goal).abs().sum() + 0 * batch["x"].mean()
        return -over_processes(apart.detach())


class Zeros:
    batch_size = 4

    def __next__(self):
        return {"x": torch.zeros(4 // Backend("cpu").processes, 1)}

    def state_dict(self):
        return {}

    def load_state_dict(self, state): ...


def play(game, steps, rule=None, **options):
    options.setdefault("backend", Backend("cpu"))
    return train(game, Zeros(), steps=steps, rule=rule or Evolution(), **options)


@pytest.mark.parametrize("goal", [100.0, -100.0])
def test_the_fittest_child_survives_in_every_step(goal):
    game = Walk(goal)
    play(game, 3)
    assert game.walker.weight.item() == pytest.approx(math.copysign(3 * RATE, goal))


def test_the_order_of_the_mutations_does_not_matter():
    first, second = Walk(), Walk(order=("down", "up"))
    play(first, 3)
    play(second, 3)
    assert first.walker.weight.item() == second.walker.weight.item()


def test_a_child_goes_on_with_the_optimizer_state_of_its_parent():
    """One move a step counts, though two were tried; and the moments are of the way that led."""
    game = Walk(optimizer=Adam(RATE, (0.5, 0.9)))
    state = play(game, 4)
    (moments,) = state.optimizers["walker"].state.values()
    assert float(moments["step"]) == 4
    assert float(moments["exp_avg"]) == pytest.approx(-(1 - 0.5**4))


def test_the_children_of_a_step_see_the_same_random_numbers():
    game = Walk()
    play(game, 2)
    first, second, third, fourth = game.drawn
    assert first == second
    assert third == fourth
    assert first != third


def test_trying_draws_no_more_than_moving():
    one, two = Walk(order=("up",)), Walk()
    play(one, 3)
    play(two, 3)
    assert one.drawn == two.drawn[::2]


def test_the_players_own_loss_is_its_own_again():
    game = Walk()
    play(game, 1)
    assert game.players["walker"].loss == game.stay


def test_a_fitness_that_is_no_number_never_wins():
    game = Walk()
    usual = game.fitness

    def lost(batch):
        found = usual(batch)
        return torch.tensor(float("nan")) if game.walker.weight.item() > 0 else found

    game.fitness = lost
    play(game, 1)
    assert game.walker.weight.item() == pytest.approx(-RATE)


def test_who_survived_is_logged():
    state = play(Walk(), 2)
    last = state.terms[-1]
    assert last["walker/survived_up"] == 1.0
    assert last["walker/survived_down"] == 0.0
    assert last["walker/fitness_up"] > last["walker/fitness_down"]


def test_of_several_parents_the_best_is_the_games():
    """From 0 by two moves: of 2, 1, 1 and 0 (times the rate) upwards, the best two are kept."""
    game = Walk()
    state = play(game, 2, Evolution(parents=2))
    kept = [state.memory[f"evolution/{i}"][0].item() for i in range(2)]
    assert kept == [pytest.approx(2 * RATE), pytest.approx(0.0)]
    assert game.walker.weight.item() == pytest.approx(2 * RATE)


def test_the_others_play_against_all_parents():
    """After one step the parents stand at +-RATE; the follower's full step ends at their mean."""
    game = Walk()
    play(game, 2, Evolution(parents=2))
    assert game.follower.weight.item() == pytest.approx(0.0, abs=1e-7)
    alone = Walk()
    play(alone, 2)
    assert alone.follower.weight.item() == pytest.approx(RATE)


class Keep(Callback):
    every = 2

    def on_step(self, state):
        tensors, meta = state.state_dict()
        self.kept = {k: v.clone() for k, v in tensors.items()}, json.dumps(meta)

    def restore(self, state):
        state.load_state_dict(self.kept[0], json.loads(self.kept[1]))


@pytest.mark.parametrize("parents", [1, 3])
def test_stop_save_load_and_go_on_is_going_straight_on(parents):
    keep, rule = Keep(), Evolution(parents)
    optimizer = Adam(RATE, (0.5, 0.9))
    play(Walk(optimizer=optimizer), 2, rule, callbacks=[keep])
    resumed = play(Walk(optimizer=optimizer), 5, rule, seed=9, restore=keep.restore)
    straight = play(Walk(optimizer=optimizer), 5, rule)
    mine, other = resumed.state_dict()[0], straight.state_dict()[0]
    assert mine.keys() == other.keys()
    assert all(torch.equal(mine[name], other[name]) for name in mine)


def test_a_game_that_does_not_evolve_is_refused(traced, numbered):
    state = TrainingState(traced(["a", "b"]), numbered(), Backend("cpu"))
    with pytest.raises(WrongUse, match="plays games that evolve, such as EGAN, got Traced"):
        Evolution().step(state)


def test_there_must_be_a_parent():
    with pytest.raises(WrongUse, match="parents of Evolution must be at least 1, got 0"):
        Evolution(0)
