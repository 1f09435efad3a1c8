"""What the optimizers' descriptions build."""

import math

import pytest
import torch
from torch import nn

from sparring.core import SGD, Adam, Cosine, Moving, RMSprop


def test_a_cosine_starts_at_one_is_halfway_in_the_middle_and_stays_at_its_end():
    schedule = Cosine(100, end=0.2)
    factors = [schedule(step, 0.0) for step in (0, 50, 100, 1000)]
    assert factors == pytest.approx([1.0, 0.6, 0.2, 0.2])
    assert schedule(25, 0.0) == pytest.approx(0.2 + 0.8 * (1 + math.sqrt(0.5)) / 2)


def test_a_cosine_without_steps_follows_the_training():
    assert [Cosine(end=0.5)(7, done) for done in (0.0, 0.5, 1.0)] == pytest.approx([1, 0.75, 0.5])


def test_a_moving_second_moment_is_set_anew_each_step():
    adam = Adam(1e-3, (0.0, Moving(0.9, 0.99)))
    assert adam.settings(3, 1.0) == {"betas": (0.0, 0.99)}
    assert Adam().settings(3, 1.0) == {}


def steps(spec, slopes):
    """Where a weight that starts at 1 goes under these gradients."""
    weight = nn.Parameter(torch.ones((), dtype=torch.float64))
    optimizer, path = spec.build([weight]), []
    for slope in slopes:
        weight.grad = torch.tensor(slope, dtype=torch.float64)
        optimizer.step()
        path.append(weight.item())
    return path


SLOPES = [1.0, -2.0, 0.5, 3.0]


def test_adam_is_algorithm_1_of_its_paper():
    lr, first, second, eps = 0.1, 0.3, 0.9, 1e-3
    weight, m, v, expected = 1.0, 0.0, 0.0, []
    for t, g in enumerate(SLOPES, 1):
        m, v = first * m + (1 - first) * g, second * v + (1 - second) * g * g
        weight -= lr * (m / (1 - first**t)) / (math.sqrt(v / (1 - second**t)) + eps)
        expected.append(weight)
    assert steps(Adam(lr, (first, second), eps), SLOPES) == pytest.approx(expected, abs=1e-9)


def test_weight_decay_adds_the_weight_to_the_gradient():
    lr, first, second, eps, decay = 0.1, 0.3, 0.9, 1e-3, 0.25
    weight, m, v, expected = 1.0, 0.0, 0.0, []
    for t, slope in enumerate(SLOPES, 1):
        g = slope + decay * weight
        m, v = first * m + (1 - first) * g, second * v + (1 - second) * g * g
        weight -= lr * (m / (1 - first**t)) / (math.sqrt(v / (1 - second**t)) + eps)
        expected.append(weight)
    spec = Adam(lr, (first, second), eps, weight_decay=decay)
    assert steps(spec, SLOPES) == pytest.approx(expected, abs=1e-9)


def test_a_negative_weight_decay_is_refused():
    with pytest.raises(ValueError, match="weight_decay of Adam must be at least 0"):
        Adam(weight_decay=-0.1)


def test_without_first_moment_adam_starts_with_steps_of_its_rate():
    assert steps(Adam(0.1), [5.0])[0] == pytest.approx(0.9, abs=1e-6)


def test_rmsprop_divides_by_the_root_of_the_mean_square():
    weight, v, expected = 1.0, 0.0, []
    for g in SLOPES:
        v = 0.9 * v + 0.1 * g * g
        weight -= 0.1 * g / (math.sqrt(v) + 1e-8)
        expected.append(weight)
    assert steps(RMSprop(0.1, alpha=0.9), SLOPES) == pytest.approx(expected, abs=1e-6)


def test_sgd_with_momentum():
    weight, velocity, expected = 1.0, 0.0, []
    for g in SLOPES:
        velocity = 0.9 * velocity + g
        weight -= 0.1 * velocity
        expected.append(weight)
    assert steps(SGD(0.1, momentum=0.9), SLOPES) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("spec", [Adam(), RMSprop(), SGD(0.1)])
def test_descriptions_are_values(spec):
    assert spec == type(spec)(**vars(spec))
    assert hash(spec) == hash(type(spec)(**vars(spec)))
