"""Normalisers, against sums over all states."""

import itertools
import math

import pytest
import torch

from sparring.losses.annealing import MOST_EXACT, exact_log_z, log_z_of, pair_log_z

torch.set_num_threads(1)


def layers(visible, hidden, scale=1.0, seed=0):
    torch.manual_seed(seed)
    return (
        scale * torch.randn(visible, hidden),
        scale * torch.randn(visible),
        scale * torch.randn(hidden),
    )


@pytest.mark.parametrize(("visible", "hidden"), [(4, 3), (3, 5)])
def test_the_exact_sum_is_that_over_all_pairs_of_states(visible, hidden):
    weight, below, above = layers(visible, hidden)
    terms = []
    for x in itertools.product([0.0, 1.0], repeat=visible):
        for h in itertools.product([0.0, 1.0], repeat=hidden):
            v, u = torch.tensor(x), torch.tensor(h)
            terms.append(float(v @ weight @ u + below @ v + above @ u))
    expected = float(torch.logsumexp(torch.tensor(terms, dtype=torch.float64), 0))
    assert exact_log_z(weight, below, above) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_annealing_comes_within_a_twentieth_of_the_sum(seed):
    parts = layers(9, 8, scale=1.5, seed=seed)
    torch.manual_seed(seed)
    found, error = pair_log_z(*parts, chains=500, temperatures=1000)
    assert found == pytest.approx(exact_log_z(*parts), abs=0.05)
    assert error < 0.05


def test_few_laws_between_are_worse_and_say_so():
    parts = layers(9, 8, scale=1.5)
    errors = []
    for temperatures in (3, 1000):
        torch.manual_seed(0)
        errors.append(pair_log_z(*parts, chains=300, temperatures=temperatures)[1])
    assert errors[0] > 3 * errors[1]


def test_large_layers_are_annealed_and_the_same_each_time():
    parts = layers(MOST_EXACT + 2, MOST_EXACT + 1, scale=0.3)
    torch.manual_seed(7)
    before = torch.get_rng_state()
    assert log_z_of(*parts) == log_z_of(*parts)
    assert torch.equal(torch.get_rng_state(), before)
    assert log_z_of(*parts) == pytest.approx(exact_log_z(*parts), abs=0.05)


def test_without_couplings_it_is_known():
    zero = torch.zeros(30, 20)
    assert log_z_of(zero, zero[:, 0], zero[0]) == pytest.approx(50 * math.log(2), rel=1e-6)
