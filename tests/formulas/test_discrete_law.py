"""What the theory says of the best discriminator, on a law of five states where all is countable.

The data has law p, the generator law q; a discriminator is a table of five scores. Items are listed
as often as they come, so that a mean over the batch is the expectation itself.
"""

import numpy as np
import pytest
import torch
from torch import nn

from sparring.core import SGD, Backend, Game, Player, TrainingState, train
from sparring.losses import Hinge, LeastSquares, Minimax, NonSaturating, RelativisticPaired

REAL, FAKE = (8, 6, 3, 2, 1), (1, 2, 4, 5, 8)  # how often each state comes, of 20
p, q = np.array(REAL) / 20, np.array(FAKE) / 20


class Table(nn.Module):
    """One number a state."""

    def __init__(self):
        super().__init__()
        self.value = nn.Parameter(torch.zeros(5, dtype=torch.float64))


class Judging(Game):
    """The discriminator plays alone, against a generator that stays as it is."""

    def __init__(self, loss, rate):
        super().__init__()
        self.scores, self.wants = Table(), loss
        self.players = {"discriminator": Player([self.scores], self.loss, SGD(rate))}
        self.turns = ["discriminator"]

    def loss(self, batch):
        scores = self.scores.value
        return {"loss": self.wants.discriminator(scores[batch["x"]], scores[batch["fake"]])}


class Counted:
    """Every state as often as it comes, in every batch."""

    batch_size = 20

    def __init__(self, real=REAL, fake=FAKE):
        self.batch = {
            name: torch.repeat_interleave(torch.arange(5), torch.tensor(counts))
            for name, counts in (("x", real), ("fake", fake))
        }

    def __next__(self):
        return self.batch

    def state_dict(self):
        return {}

    def load_state_dict(self, state): ...


def best(loss, rate=5.0, steps=600):
    """The scores that the discriminator comes to, and its loss there."""
    game = Judging(loss, rate)
    train(game, Counted(), steps=steps, backend=Backend("cpu"))
    return game.scores.value.detach(), float(game.loss(Counted().batch)["loss"].detach())


def divergence(a, b):
    """Kullback-Leibler, in nats."""
    return float(np.sum(a * np.log(a / b)))


def jensen_shannon(a, b):
    middle = (a + b) / 2
    return (divergence(a, middle) + divergence(b, middle)) / 2


@pytest.mark.parametrize("loss", [Minimax(), NonSaturating()])
def test_the_best_discriminator_is_the_share_of_the_data(loss):
    """Goodfellow et al. 2014, proposition 1: D* = p / (p + q)."""
    scores, _ = best(loss)
    assert scores.sigmoid().numpy() == pytest.approx(p / (p + q), abs=1e-3)


def test_the_value_of_the_game_is_the_jensen_shannon_divergence():
    """Goodfellow et al. 2014, theorem 1: V(D*) = -log 4 + 2 JSD(p, q)."""
    _, loss = best(Minimax())
    assert -loss == pytest.approx(-np.log(4) + 2 * jensen_shannon(p, q), abs=1e-6)
    assert jensen_shannon(p, q) > 0.1


def test_where_the_laws_are_equal_the_value_is_minus_log_4():
    game = Judging(Minimax(), 5.0)
    train(game, Counted(REAL, REAL), steps=100, backend=Backend("cpu"))
    value = -float(game.loss(Counted(REAL, REAL).batch)["loss"].detach())
    assert value == pytest.approx(-np.log(4), abs=1e-12)
    assert game.scores.value.sigmoid().tolist() == pytest.approx([0.5] * 5, abs=1e-12)


class Discrete(Game):
    """Both play: the generator's law is a softmax, and expectations over it are sums."""

    def __init__(self, loss, scores, law):
        super().__init__()
        self.scores, self.law, self.wants = Table(), Table(), loss
        self.scores.value.data = torch.as_tensor(scores, dtype=torch.float64)
        self.law.value.data = torch.log(torch.as_tensor(law))
        self.players = {
            "discriminator": Player([self.scores], self.judge, SGD(1.0)),
            "generator": Player([self.law], self.make, SGD(1.0)),
        }
        self.turns = ["discriminator", "generator"]

    def judge(self, batch):
        scores = self.scores.value
        return {"loss": self.wants.discriminator(scores[batch["x"]], scores[batch["fake"]])}

    def make(self, batch):
        each = torch.stack([self.wants.generator(None, score) for score in self.scores.value])
        return {"loss": (self.law.value.softmax(0) * each).sum()}


def gradients(loss, scores, real, law):
    """Each player's gradient at one point of the game."""
    game = Discrete(loss, scores, np.array(law) / 20)
    state = TrainingState(game, Counted(real, law), Backend("cpu"))
    found = {}
    for name in game.players:
        state.gradient(name, state.next_batch())
        found[name] = state.parameters[name][0].grad.clone()
    return found


@pytest.mark.parametrize("loss", [Minimax(), NonSaturating()])
def test_at_the_equilibrium_nobody_wants_to_move(loss):
    """p = q and D = 1/2: both gradients are zero."""
    found = gradients(loss, np.zeros(5), REAL, REAL)
    assert found["discriminator"].abs().max() < 1e-12
    assert found["generator"].abs().max() < 1e-12


def test_away_from_the_equilibrium_the_generator_descends_the_divergence():
    """With D* the minimax generator's gradient is that of 2 JSD: the envelope theorem."""
    found = gradients(Minimax(), np.log(p / q), REAL, FAKE)
    assert found["discriminator"].abs().max() < 1e-12
    slopes = []
    for state in range(5):
        ends = []
        for shift in (1e-5, -1e-5):
            logits = np.log(q)
            logits[state] += shift
            law = np.exp(logits) / np.exp(logits).sum()
            ends.append(2 * jensen_shannon(p, law))
        slopes.append((ends[0] - ends[1]) / 2e-5)
    assert found["generator"].tolist() == pytest.approx(slopes, abs=1e-8)
    assert np.abs(slopes).max() > 0.01


def slope(loss, scores):
    """Gradient of the generator's loss by each generated item's score, for a batch of one each."""
    scores = torch.as_tensor(scores, dtype=torch.float64).requires_grad_()
    (gradient,) = torch.autograd.grad(loss.generator(None, scores), scores)
    return gradient.numpy() * 5


def test_at_the_best_discriminator_minimax_pulls_by_d_and_nonsaturating_by_its_rest():
    """d/df -softplus(f) = -D* and d/df softplus(-f) = -(1 - D*)."""
    best_scores, share = np.log(p / q), p / (p + q)
    assert slope(Minimax(), best_scores) == pytest.approx(-share, abs=1e-12)
    assert slope(NonSaturating(), best_scores) == pytest.approx(-(1 - share), abs=1e-12)


def test_where_the_discriminator_wins_only_the_saturating_gradient_fades():
    assert abs(slope(Minimax(), np.full(5, -20.0))).max() < 1e-8
    assert slope(NonSaturating(), np.full(5, -20.0)) == pytest.approx(-1.0, abs=1e-8)


def test_the_best_least_squares_score_is_the_weighted_target():
    """Mao et al. 2017, eq. 5: D* = (b p + a q) / (p + q)."""
    scores, _ = best(LeastSquares(-1.0, 1.0, 0.0), rate=4.0)
    assert scores.numpy() == pytest.approx((p - q) / (p + q), abs=1e-9)


@pytest.mark.parametrize(("a", "b", "c"), [(-1.0, 1.0, 0.0), (0.5, 2.5, 1.5)])
def test_with_b_minus_c_1_and_b_minus_a_2_least_squares_is_pearsons_chi_squared(a, b, c):
    """Mao et al. 2017, eq. 7: both items' costs at D* are chi^2(p + q, 2 q) / 2."""
    loss = LeastSquares(a, b, c)
    scores, _ = best(loss, rate=4.0)
    batch = Counted().batch
    costs = loss.generator(None, scores[batch["x"]]) + loss.generator(None, scores[batch["fake"]])
    pearson = np.sum((2 * q - (p + q)) ** 2 / (p + q))
    assert float(costs) == pytest.approx(pearson / 2, abs=1e-9)


def test_other_targets_are_another_divergence():
    loss = LeastSquares(0.0, 1.0, 1.0)
    scores, _ = best(loss, rate=4.0)
    batch = Counted().batch
    costs = loss.generator(None, scores[batch["x"]]) + loss.generator(None, scores[batch["fake"]])
    assert float(costs) != pytest.approx(np.sum((q - p) ** 2 / (p + q)) / 2, abs=1e-2)


def test_the_best_hinge_score_is_the_sign_and_its_loss_twice_the_overlap():
    """Lim and Ye 2017: D* = sign(p - q), where D's loss is 2 sum min(p, q) = 2 - 2 TV."""
    scores, loss = best(Hinge(), rate=0.05, steps=800)
    assert scores.numpy() == pytest.approx(np.sign(p - q), abs=0.05)
    assert loss == pytest.approx(2 * np.minimum(p, q).sum(), abs=0.02)
    exact = torch.tensor(np.sign(p - q))
    batch = Counted().batch
    value = float(Hinge().discriminator(exact[batch["x"]], exact[batch["fake"]]))
    assert value == pytest.approx(2 * np.minimum(p, q).sum(), abs=1e-12)


def test_the_hinge_generator_pulls_every_item_alike():
    assert slope(Hinge(), np.sign(p - q)) == pytest.approx(-1.0, abs=1e-12)


def test_the_relativistic_pair_balances_where_the_laws_are_equal():
    """Its equilibrium: a constant score, each loss log 2."""
    scores = torch.zeros(20, dtype=torch.float64, requires_grad=True)
    fakes = torch.zeros(20, dtype=torch.float64, requires_grad=True)
    loss = RelativisticPaired().discriminator(scores, fakes)
    assert loss.item() == pytest.approx(np.log(2), abs=1e-12)
    # With p = q each state's pulls as a real and as a fake item cancel.
    pulls = torch.autograd.grad(loss, (scores, fakes))
    assert (pulls[0] + pulls[1]).abs().max() < 1e-12
