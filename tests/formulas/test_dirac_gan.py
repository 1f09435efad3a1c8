"""The Dirac-GAN (Mescheder et al. 2018, arXiv 1801.04406, section 3), played by the real `GAN`.

The data is a point at 0, the generator a point theta, the discriminator D(x) = psi x. In that paper
a high score means generated; here it means real: psi has the other sign.
"""

import math

import numpy as np
import pytest
import torch
from torch import nn

from sparring.core import (
    SGD,
    Alternating,
    Backend,
    Consensus,
    Extragradient,
    Simultaneous,
    train,
)
from sparring.games import GAN
from sparring.losses import Minimax, NonSaturating, RelativisticPaired, Wasserstein
from sparring.priors import Normal
from sparring.regularizers import R1, R2, Clip, GradientPenalty

H = 0.1


class Point(nn.Module):
    """A generator that always makes theta."""

    def __init__(self, theta):
        super().__init__()
        self.theta = nn.Parameter(torch.tensor(theta, dtype=torch.float64))

    def forward(self, z):
        return self.theta.expand(len(z), 1)


class Slope(nn.Module):
    """A discriminator through the origin."""

    def __init__(self, psi):
        super().__init__()
        self.psi = nn.Parameter(torch.tensor(psi, dtype=torch.float64))

    def forward(self, x):
        return (self.psi * x).flatten()


class Origin:
    """The data: a point at 0."""

    batch_size = 2

    def __next__(self):
        return {"x": torch.zeros(2, 1, dtype=torch.float64)}

    def state_dict(self):
        return {}

    def load_state_dict(self, state): ...


def play(steps, start=(1.0, 1.0), loss=None, rule=None, h=H, **parts):
    """(theta, psi) after so many steps, psi counted as in the paper."""
    theta, psi = start
    game = GAN(
        Point(theta), Slope(-psi), Normal(1), loss=loss or Minimax(),
        generator_optimizer=SGD(h), discriminator_optimizer=SGD(h), **parts,
    )  # fmt: skip
    train(game, Origin(), steps=steps, rule=rule or Simultaneous(), backend=Backend("cpu"))
    return game.generator.theta.item(), -game.discriminator.psi.item()


def ratio(steps, **parts):
    return math.hypot(*play(steps, **parts)) / math.sqrt(2)


def step_eigenvalues(start=1e-6, **parts):
    """Of one step near the equilibrium (0, 0)."""
    columns = [play(1, point, **parts) for point in ((start, 0.0), (0.0, start))]
    return np.linalg.eigvals(np.array(columns).T / start)


def sigmoid(t):
    return 1 / (1 + math.exp(-t))


def by_hand(steps, slope, alternating=False, gamma=0.0):
    """The paper's recurrence: theta' = theta - h psi g, psi' = psi + h (theta f' - gamma psi)."""
    theta = psi = 1.0
    for _ in range(steps):
        rise = theta * sigmoid(-psi * theta) - gamma * psi
        new = psi + H * rise
        judge = new if alternating else psi
        theta, psi = theta - H * judge * slope(judge * theta), new
    return math.hypot(theta, psi) / math.sqrt(2)


def saturating(t):
    return sigmoid(-t)


# The norm from (1, 1), h = .1, after 500 steps.


def test_simultaneous_steps_diverge():
    assert ratio(500) == pytest.approx(1.5935, abs=1e-4)
    assert ratio(500) == pytest.approx(by_hand(500, saturating), abs=1e-9)


def test_alternating_steps_neither_come_nor_go():
    assert ratio(500, rule=Alternating()) == pytest.approx(by_hand(500, saturating, True), abs=1e-9)
    assert 0.95 < ratio(500, rule=Alternating()) < 1.05


def test_r1_converges():
    found = ratio(500, regularizers=[R1(0.3)])
    assert found == pytest.approx(0.0007, abs=5e-5)
    assert found == pytest.approx(by_hand(500, saturating, gamma=0.3), abs=1e-9)


def test_extragradient_converges():
    assert ratio(500, rule=Extragradient()) == pytest.approx(0.5512, abs=1e-4)


def test_the_nonsaturating_loss_converges_slowly():
    """It converges to the equilibrium, but not at any exponential rate."""
    found = ratio(500, loss=NonSaturating())
    assert found == pytest.approx(0.3685, abs=1e-4)
    assert found == pytest.approx(by_hand(500, lambda t: sigmoid(t)), abs=1e-9)


def test_the_published_norms_after_5000_steps():
    assert ratio(5000) == pytest.approx(2.565, abs=1e-3)
    assert ratio(5000, rule=Extragradient()) == pytest.approx(0.00201, abs=1e-5)


# Eigenvalues at the equilibrium: a step's are 1 + h l, those of the flow are l.


def by_parts(value):
    return value.real, value.imag


def flow(**parts):
    return sorted((step_eigenvalues(**parts) - 1) / H, key=by_parts)


def test_without_regularizer_the_flow_turns():
    """Lemma 2.3: +-f'(0) i = +-i/2."""
    assert flow() == pytest.approx([-0.5j, 0.5j], abs=1e-6)


@pytest.mark.parametrize("regularizer", [R1, R2])
@pytest.mark.parametrize("gamma", [0.1, 0.3, 2.0])
def test_zero_centred_penalties_pull_the_flow_in(regularizer, gamma):
    """Section 4.1: -gamma/2 +- sqrt(gamma^2/4 - f'(0)^2), and the same for R2."""
    root = np.emath.sqrt(gamma**2 / 4 - 1 / 4)
    expected = sorted([-gamma / 2 + root, -gamma / 2 - root], key=by_parts)
    assert flow(regularizers=[regularizer(gamma)]) == pytest.approx(expected, abs=1e-5)


def test_the_critical_penalty_is_gamma_1():
    """Both eigenvalues meet at -1/2: more or less converges more slowly."""
    found = flow(regularizers=[R1(1.0)])
    assert np.abs(found) == pytest.approx([0.5, 0.5], abs=1e-2)
    assert sum(found).real == pytest.approx(-1.0, abs=1e-6)


def test_the_eigenvalues_are_those_in_the_tables():
    expected = {0.1: -0.05 + 0.4975j, 0.3: -0.15 + 0.4770j, 2.0: -0.134}
    for gamma, value in expected.items():
        assert flow(regularizers=[R1(gamma)])[-1] == pytest.approx(value, abs=1e-4)


def test_consensus_pulls_the_flow_in_by_the_square_of_its_speed():
    """v = A w near 0 with A of eigenvalues +-i/2, so A + gamma A^T A: -gamma/4 +- i/2."""
    found = flow(rule=Consensus(1.0))
    assert found == pytest.approx([-0.25 - 0.5j, -0.25 + 0.5j], abs=1e-6)


def test_the_relativistic_pair_with_both_penalties_converges():
    """D - D' = psi theta: the same flow with twice the penalty: -gamma +- sqrt(gamma^2 - 1/4)."""
    found = flow(loss=RelativisticPaired(), regularizers=[R1(0.3), R2(0.3)])
    root = np.emath.sqrt(0.09 - 0.25)
    assert found == pytest.approx([-0.3 - root, -0.3 + root], abs=1e-5)


# Wasserstein: the game is bilinear.


def test_an_unconstrained_critic_spirals_out():
    assert ratio(500, loss=Wasserstein()) == pytest.approx((1 + H**2) ** 250, rel=1e-9)


def test_a_clipped_critic_moves_back_and_forth():
    """|psi| stays within the limit, and theta crosses 0 again and again."""
    thetas = []
    for steps in (0, 100, 200, 300, 400):
        point = play(steps, loss=Wasserstein(), projection=Clip(0.5)) if steps else (1.0, 1.0)
        thetas.append(point[0])
        assert steps == 0 or abs(point[1]) <= 0.5
    assert max(thetas) > 0.4
    assert min(thetas) < -0.4


def test_the_gradient_penalty_pulls_psi_to_one():
    """theta' = theta - h psi; psi' = psi + h (theta - 2 weight (|psi| - 1) sign psi)."""
    theta = psi = 1.5
    for _ in range(40):
        theta, psi = (
            theta - H * psi,
            psi + H * (theta - 2 * 3.0 * (abs(psi) - 1) * math.copysign(1, psi)),
        )
    parts = {"loss": Wasserstein(), "regularizers": [GradientPenalty(3.0)]}
    assert play(40, (1.5, 1.5), **parts) == pytest.approx((theta, psi), abs=1e-9)


def test_the_gradient_penalty_does_not_converge():
    """Mescheder et al. 2018, section 3.2: the equilibrium has a slope of 0, the penalty wants 1."""
    parts = {"loss": Wasserstein(), "regularizers": [GradientPenalty(3.0)]}
    norms = [ratio(steps, **parts) for steps in (400, 425, 450, 475, 500)]
    assert max(norms) > 0.3
