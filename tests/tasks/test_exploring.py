"""Pseudo-counts, held against true ones, and the densities that give them."""

import copy
import math

import numpy as np
import pytest
import torch

from sparring.core import SGD
from sparring.core.errors import WrongUse
from sparring.games import GAN, Autoregressive
from sparring.losses import Bernoulli
from sparring.networks import MLP, PixelCNN
from sparring.priors import Normal
from sparring.tasks.exploring import Empirical, FromGain, Online, PseudoCount, Sighting, solved

torch.set_num_threads(1)


def test_of_an_empirical_law_pseudo_counts_are_the_counts():
    states = np.random.default_rng(0).zipf(1.5, 3000) % 50
    counts, true = PseudoCount(Empirical()), dict.fromkeys(range(50), 0)
    counts.see(-1)  # something else, so that no probability is 1
    for state in states.tolist():
        assert counts.see(state).count == pytest.approx(true[state], rel=1e-9, abs=1e-9)
        true[state] += 1
    assert counts.seen == 3001


def test_what_alone_was_ever_seen_tells_nothing():
    counts = PseudoCount(Empirical())
    assert [counts.see("a").count for _ in range(3)] == [0.0, math.inf, math.inf]
    assert counts.see("b").count == 0


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        (0.5, 0.6, 0.5 * 0.4 / 0.1),
        (0.01, 0.02, 0.01 * 0.98 / 0.01),
        (0.2, 0.2, math.inf),
        (0.3, 0.2, math.inf),
    ],
)
def test_the_count_solves_the_papers_two_equations(before, after, count):
    assert solved(math.log(before), math.log(after), 1) == pytest.approx(count)


def test_it_keeps_its_digits_where_probabilities_are_beyond_floats():
    # rho' = 1.25 rho, both about e^-1000: N = 1 / .25.
    assert solved(-1000.0, -1000.0 + math.log(1.25), 1) == pytest.approx(4.0)
    assert solved(-2000.0, -1000.0, 1) == 0


def test_the_count_from_the_gain_shrinks_it_by_the_root_of_time():
    # c n^-1/2 PG = .1 / 10 * log 2 / .01 = log 2, so that N = 1 / (2 - 1).
    gain = 100 * math.log(2)
    assert FromGain(0.1)(-200.0, -200.0 + gain, 100) == pytest.approx(1.0)
    assert FromGain(0.1)(-1.0, -2.0, 100) == math.inf
    assert FromGain(0.1)(-1e6, 0.0, 1) == 0
    # A small gain g speaks of about 1 / g.
    assert FromGain(1.0)(-5.0, -5.0 + 1e-6, 1) == pytest.approx(1e6, rel=1e-5)


@pytest.mark.parametrize(("count", "bonus"), [(0.0, 10.0), (3.99, 0.5), (math.inf, 0.0)])
def test_the_bonus_is_the_papers(count, bonus):
    assert Sighting(count, 0.0).bonus == pytest.approx(bonus)


def test_arrays_are_counted_by_what_they_hold():
    law = Empirical()
    law.learn(np.zeros(3))
    law.learn(np.zeros(3, dtype=np.float32))
    assert law.log_prob(np.zeros(3)) == pytest.approx(math.log(1 / 2))
    coarse = Empirical(key=lambda x: round(float(x[0])))
    coarse.learn(np.array([0.2]))
    assert coarse.log_prob(np.array([0.4])) == 0


def pixelcnn(rate=0.01):
    torch.manual_seed(0)
    network = PixelCNN(1, 1, width=4, blocks=1)
    return Autoregressive(network, Bernoulli(), 8, optimizer=SGD(rate))


def encode(bits):
    return 2 * torch.as_tensor(bits, dtype=torch.float32)[None] - 1


@pytest.fixture
def bits():
    return np.random.default_rng(0).integers(0, 2, (6, 8, 8))


def test_learning_is_one_step_of_the_games_own_optimizer(bits):
    game = pixelcnn()
    by_hand = copy.deepcopy(game)
    (-by_hand.log_prob(encode(bits[0])[None])).mean().backward()
    with torch.no_grad():
        for weight in by_hand.parameters():
            weight -= 0.01 * weight.grad
    density = Online(game, encode)
    density.learn(bits[0])
    for mine, theirs in zip(game.parameters(), by_hand.parameters(), strict=True):
        assert torch.allclose(mine.cpu(), theirs, atol=1e-7)


def test_what_was_learnt_long_counts_for_more_than_what_is_new(bits):
    """The gain is a slope of the log-probability, which flattens as the picture is known."""
    density = Online(pixelcnn(rate=0.03), encode)
    stripes = np.tile([0, 1], (8, 4))
    for _ in range(60):
        density.learn(stripes)
    known = PseudoCount(copy.deepcopy(density)).see(stripes)
    new = PseudoCount(copy.deepcopy(density)).see(bits[0])
    assert known.count > 10 * new.count
    assert 0 < known.gain < new.gain / 10


def test_looking_changes_neither_the_density_nor_the_random_state(bits):
    density = Online(pixelcnn(), encode)
    before = torch.get_rng_state()
    first = density.log_prob(bits[0])
    density.log_prob(bits[1])
    assert density.log_prob(bits[0]) == first
    density.learn(bits[0])
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (
            lambda: Online(GAN(MLP((2,), (3,)), MLP((3,), ()), Normal(2)), torch.as_tensor),
            "game of Online must know how probable an item is, got GAN",
        ),
        (lambda: FromGain(0.0), "c of FromGain must be above 0, got 0.0"),
        (lambda: Empirical().learn([1, 2]), "an array or hashable to be counted, got list"),
    ],
)
def test_what_cannot_count_is_refused(act, said):
    with pytest.raises(WrongUse, match=said):
        act()
