"""The deep sea is what it says, and counts find its treasure."""

import pytest

from exploration import DeepSea, dived, walked


def test_the_treasure_lies_at_the_end_of_one_way():
    env = DeepSea(4, seed=0)
    env.reset(seed=0)
    rewards, over = [], False
    while not over:
        _, reward, over, _, _ = env.step(int(env.right[env.row, env.cell]))
        rewards.append(reward)
    assert rewards == pytest.approx([-0.0025, -0.0025, -0.0025, 0.9975])
    env.reset(seed=0)
    state, reward, *_ = env.step(1 - int(env.right[0, 0]))
    assert (state, reward) == (4, 0)  # the second row's first column, for nothing


def test_counts_find_what_chance_does_not():
    # Chance finds one of 2^12 ways in 150 dives with a probability below .04.
    assert dived(12, 0.05, 1800, seed=0)["solved"] is not None
    assert dived(12, 0.0, 1800, seed=0)["solved"] is None


def test_a_networks_counts_follow_the_true_ones():
    walk = walked(600, seed=0)
    assert sum(walk["true"]) == 600
    assert walk["spearman"] > 0.6
