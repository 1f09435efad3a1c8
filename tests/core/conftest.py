"""A game whose every move leaves a trace."""

import pytest
import torch
from torch import nn

from sparring.core import SGD, Backend, Game, Player, train


class Traced(Game):
    """Players "a", "b", ... each with one weight; remembers who saw which batch."""

    def __init__(self, turns, optimizer=None, names="ab"):
        super().__init__()
        self.seen = []
        self.weights = nn.ModuleDict({name: nn.Linear(1, 1, bias=False) for name in names})
        for layer in self.weights.values():
            nn.init.ones_(layer.weight)
        self.players = {
            name: Player([layer], self.loss_of(name), optimizer or SGD(0.1))
            for name, layer in self.weights.items()
        }
        self.turns = turns

    def loss_of(self, name):
        def loss(batch):
            self.seen.append((name, int(batch["x"][0, 0])))
            return {"square": self.weights[name].weight.square().sum() / 2}

        return loss


class Numbered:
    """Batches that hold their own number."""

    batch_size = 4

    def __init__(self):
        self.drawn = 0

    def __next__(self):
        self.drawn += 1
        return {"x": torch.full((4, 1), float(self.drawn))}

    def state_dict(self):
        return {"drawn": self.drawn}

    def load_state_dict(self, state):
        self.drawn = state["drawn"]


@pytest.fixture
def traced():
    return Traced


@pytest.fixture
def numbered():
    return Numbered


@pytest.fixture
def play():
    """Train on numbered batches; what the players saw, and the state."""

    def play(game, steps=1, **options):
        batches = Numbered()
        state = train(game, batches, steps=steps, backend=Backend("cpu"), **options)
        return game.seen, state

    return play
