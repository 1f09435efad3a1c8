"""The game min_x max_y x y at step size h: each rule's factor per step, against paper and pencil.

v(w) = (y, -x) = A w with eigenvalues +-i, so that a rule that is linear in v multiplies w by a
matrix whose eigenvalues are known.
"""

import cmath
import itertools
import math

import numpy as np
import pytest
import torch
from torch import nn

from sparring.core import (
    SGD,
    Alternating,
    Backend,
    Callback,
    Consensus,
    Extragradient,
    Game,
    Optimistic,
    Player,
    Simultaneous,
    train,
)

H = 0.1


class Number(nn.Module):
    def __init__(self, value):
        super().__init__()
        self.value = nn.Parameter(torch.tensor(value, dtype=torch.float64))


class Bilinear(Game):
    """One player minimises x y over x, the other maximises it over y."""

    def __init__(self, x, y, h=H):
        super().__init__()
        self.x, self.y = Number(x), Number(y)
        self.players = {
            "low": Player([self.x], lambda _: {"xy": self.x.value * self.y.value}, SGD(h)),
            "high": Player([self.y], lambda _: {"xy": -self.x.value * self.y.value}, SGD(h)),
        }
        self.turns = ["low", "high"]


class Nothing:
    """A game that needs no data."""

    batch_size = 1

    def __next__(self):
        return {}

    def state_dict(self):
        return {}

    def load_state_dict(self, state): ...


class Path(Callback):
    """Where the game has been, as points of the complex plane."""

    def on_start(self, state):
        self.points = []
        self.on_step(state)

    def on_step(self, state):
        self.points.append(complex(state.game.x.value.item(), state.game.y.value.item()))


def walk(rule, steps, start=(1.0, 1.0), h=H):
    path = Path()
    train(
        Bilinear(*start, h), Nothing(), steps=steps, rule=rule, callbacks=[path],
        backend=Backend("cpu"),
    )  # fmt: skip
    return path.points


def eigenvalues(rule, h=H):
    """Of the matrix that one step is."""
    columns = [walk(rule, 1, start, h)[1] for start in ((1.0, 0.0), (0.0, 1.0))]
    return np.linalg.eigvals(np.array([[c.real for c in columns], [c.imag for c in columns]]))


def factors(points):
    return [abs(after) / abs(before) for before, after in itertools.pairwise(points)]


def test_simultaneous_steps_spiral_out_by_sqrt_1_plus_h2():
    assert factors(walk(Simultaneous(), 50)) == pytest.approx([math.sqrt(1 + H**2)] * 50, abs=1e-12)
    assert math.sqrt(1 + H**2) == pytest.approx(1.004988, abs=1e-6)


def test_extragradient_spirals_in_by_sqrt_1_minus_h2_plus_h4():
    expected = math.sqrt(1 - H**2 + H**4)
    assert factors(walk(Extragradient(), 50)) == pytest.approx([expected] * 50, abs=1e-12)
    assert expected == pytest.approx(0.995038, abs=1e-6)


def test_consensus_spirals_in_by_the_weight_of_the_length():
    """|v|^2 / 2 = (x^2 + y^2) / 2, so w' = w - h (v + gamma w): sqrt((1 - h gamma)^2 + h^2)."""
    for gamma in (0.0, 0.1, 1.0, 3.0):
        expected = math.sqrt((1 - H * gamma) ** 2 + H**2)
        assert factors(walk(Consensus(gamma), 20)) == pytest.approx([expected] * 20, abs=1e-12)


def test_alternating_steps_turn_without_end_for_h_below_2():
    """The matrix is [[1, -h], [h, 1 - h^2]]: determinant 1, trace 2 - h^2."""
    for h in (0.1, 1.0, 1.9):
        assert np.abs(eigenvalues(Alternating(), h)) == pytest.approx([1.0, 1.0], abs=1e-12)
        assert sum(eigenvalues(Alternating(), h)).real == pytest.approx(2 - h**2, abs=1e-12)
    points = walk(Alternating(), 500)
    assert max(map(abs, points)) < 1.06 * abs(points[0])
    assert min(map(abs, points)) > 0.94 * abs(points[0])


def test_alternating_steps_diverge_for_h_above_2():
    assert max(np.abs(eigenvalues(Alternating(), 2.1))) > 1.3


def optimistic_moduli(h):
    """Of the roots of l^2 - (1 - 2 i h) l - i h, from w'' = w' - 2 h A w' + h A w."""
    root = cmath.sqrt((1 - 2j * h) ** 2 + 4j * h)
    return sorted(abs((1 - 2j * h + sign * root) / 2) for sign in (1, -1))


def test_optimistic_steps_have_the_two_moduli_of_their_recurrence():
    """Two roots fit any four points in a row, and are those on paper."""
    u = walk(Optimistic(), 4)
    recurrence = np.linalg.solve(np.array([[u[1], u[0]], [u[2], u[1]]]), np.array([u[2], u[3]]))
    roots = np.roots([1, -recurrence[0], -recurrence[1]])
    assert sorted(np.abs(roots)) == pytest.approx(optimistic_moduli(H), abs=1e-9)
    assert optimistic_moduli(H) == pytest.approx([0.100509, 0.994936], abs=1e-6)


def test_optimistic_steps_spiral_in_by_the_larger_modulus_in_the_end():
    last = factors(walk(Optimistic(), 60))[30:]
    assert last == pytest.approx([0.994936] * 30, abs=1e-6)


def test_the_first_optimistic_step_is_a_plain_one():
    assert walk(Optimistic(), 1) == pytest.approx(walk(Simultaneous(), 1), abs=1e-15)
