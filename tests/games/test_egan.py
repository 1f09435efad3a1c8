"""The evolutionary GAN: its mutations and its fitness, by hand."""

import pytest
import torch
from torch import nn

from sparring.core import Backend, Evolution, WrongUse, train
from sparring.games import EGAN, GAN
from sparring.networks import MLP
from sparring.priors import Categorical, Normal


class Line(nn.Module):
    """D(x) = w x, whose gradients are known on paper."""

    def __init__(self, w):
        super().__init__()
        self.w = nn.Parameter(torch.tensor(w))

    def forward(self, x):
        return self.w * x[:, 0]


class Same(nn.Module):
    """G(z) = a, whatever z is."""

    def __init__(self, a):
        super().__init__()
        self.a = nn.Parameter(torch.tensor(a))

    def forward(self, z):
        return self.a.expand(len(z), 1)


def line(w=0.5, a=2.0, **options):
    return EGAN(Same(a), Line(w), Normal(1), **options)


X = {"x": torch.tensor([[1.0], [3.0]])}


def sigmoid(t):
    return 1 / (1 + torch.exp(-torch.tensor(t)))


def test_the_mutations_at_a_known_score():
    """The score of every generated item is w a = 1."""
    s = sigmoid(1.0)
    expected = {"minimax": (1 - s).log(), "heuristic": -s.log(), "least_squares": (s - 1).square()}
    for name, loss in line().mutations().items():
        (found,) = loss(X).items()
        assert found[0] == name
        torch.testing.assert_close(found[1], expected[name])


def test_fitness_is_quality_and_the_size_of_the_discriminators_next_move():
    """d/dw of -mean log s(w x) - log(1 - s(w a)) is -mean x (1 - s(w x)) + a s(w a)."""
    game = line(diversity=0.3)
    slope = -(1 * (1 - sigmoid(0.5)) + 3 * (1 - sigmoid(1.5))) / 2 + 2 * sigmoid(1.0)
    expected = sigmoid(1.0) - 0.3 * slope.abs().log()
    torch.testing.assert_close(game.fitness(X), expected)


def test_without_diversity_the_best_judged_child_wins():
    game = line(diversity=0.0)
    torch.testing.assert_close(game.fitness(X), sigmoid(1.0))


def test_fitness_leaves_no_gradient_behind():
    game = line()
    game.fitness(X)
    assert all(p.grad is None for p in game.parameters())
    assert not game.fitness(X).requires_grad


def test_a_mutation_is_not_kept():
    game = line()
    before = game.adversarial_loss
    game.mutations()["least_squares"](X)
    assert game.adversarial_loss == before


def test_fitness_sees_conditions():
    game = EGAN(
        MLP((3,), (2,), (8,), condition=2), MLP((2,), (), (8,), condition=2), Normal(3),
        Categorical([1.0, 1.0]),
    )  # fmt: skip
    batch = {"x": torch.randn(4, 2), "y": torch.tensor([0, 1, 1, 0])}
    assert game.fitness(batch).isfinite()
    with pytest.raises(WrongUse, match="EGAN needs 'y'"):
        game.fitness({"x": batch["x"]})


def test_under_another_rule_it_is_the_plain_game():
    """The heuristic mutation is the non-saturating loss."""
    torch.manual_seed(0)
    parts = MLP((3,), (2,), (8,)), MLP((2,), (), (8,)), Normal(3)
    losses = []
    for kind in (GAN, EGAN):
        torch.manual_seed(1)
        losses.append(kind(*parts).generator_loss({"x": torch.randn(4, 2)})["loss"])
    assert torch.equal(*losses)


class Ring:
    """Eight clusters on a circle."""

    batch_size = 128

    def __next__(self):
        angle = torch.randint(8, (128,)) * torch.pi / 4
        centres = torch.stack([angle.cos(), angle.sin()], 1)
        return {"x": centres * 1.4 + 0.02 * torch.randn(128, 2)}

    def state_dict(self):
        return {}

    def load_state_dict(self, state): ...


def test_it_learns_under_evolution_with_all_mutations_in_use():
    torch.manual_seed(0)
    game = EGAN(MLP((4,), (2,), (16, 16)), MLP((2,), (), (16, 16)), Normal(4))
    state = train(game, Ring(), steps=60, rule=Evolution(), backend=Backend("cpu"))
    survived = [terms for terms in state.terms if "generator/survived_minimax" in terms]
    assert len(survived) == 60
    total = {
        kind: sum(terms[f"generator/survived_{kind}"] for terms in survived)
        for kind in game.mutations()
    }
    assert sum(total.values()) == 60
    assert len([kind for kind in total if total[kind] > 0]) >= 2
    assert all(p.isfinite().all() for p in game.parameters())


def test_a_negative_diversity_is_refused():
    with pytest.raises(WrongUse, match="diversity of EGAN must be at least 0, got -1"):
        line(diversity=-1.0)
