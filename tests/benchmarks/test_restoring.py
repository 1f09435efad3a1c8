"""Photographs that are damaged on purpose, and the rule that Restorer is compared with."""

import numpy as np
import torch

from restoring import PICTURES, Variance, decibels, photograph

torch.set_num_threads(1)


class State:
    def __init__(self, step, level):
        self.step, self.game = step, self
        self.picture = torch.tensor([level])


def stops(levels):
    """Where the rule stops, when each step's output is one number."""
    variance = Variance()
    for step, level in enumerate(levels, 1):
        variance.on_step(State(step, level))
    return variance.stops()


def test_both_photographs_made_small():
    china, flower = (photograph(name, 16) for name in PICTURES)
    assert china.shape == flower.shape == (16, 16, 3)
    assert china[..., 2].mean() > flower[..., 2].mean() + 50


def test_decibels_on_paper():
    # 10 log10(255^2 / 25.5^2)
    assert decibels(np.full((2, 2), 25.5), np.zeros((2, 2))) == 20


def test_the_rule_of_least_variance():
    # Outputs swing less and less up to step 300, and ever more from there on.
    swing = [abs(step - 300) for step in range(1, 500)]
    assert 340 <= stops([(-1.0) ** n * s for n, s in enumerate(swing)]) <= 360


def test_the_rule_is_over_when_nothing_varied_less_for_long():
    noisy = [(-1.0) ** n for n in range(1300)]
    assert stops([0.5 * n for n in noisy[:200]] + noisy + [0.0] * 200) == 100
