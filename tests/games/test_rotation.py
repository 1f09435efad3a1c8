"""A network that tells which way up pictures are."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from sparring.core import train
from sparring.core.errors import WrongUse
from sparring.data import Batches, InMemory
from sparring.games import Rotation
from sparring.games.rotation import RotationHead, rotated
from sparring.networks import BatchNormDiscriminator


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 99), size=st.integers(1, 5), channels=st.integers(1, 3))
def test_each_picture_is_turned_by_its_own_number(seed, size, channels):
    torch.manual_seed(seed)
    x, turns = torch.randn(6, channels, size, size), torch.randint(4, (6,))
    for picture, number, turned in zip(x, turns.tolist(), rotated(x, turns), strict=True):
        for _ in range(number):  # a quarter turn anticlockwise: columns become rows, last first
            picture = picture.transpose(1, 2).flip(1)
        assert torch.equal(turned, picture)


def test_four_quarter_turns_are_none():
    x = torch.randn(3, 2, 4, 4)
    once = torch.ones(3, dtype=torch.long)
    back = rotated(rotated(x, once), 3 * once)
    assert torch.equal(back, x)


class Corner(nn.Module):
    """Features that are the four corners, in the order in which turns bring the first there."""

    features_width = 4

    def features(self, x):
        return torch.stack([x[:, 0, i, j] for i, j in ((0, 0), (-1, 0), (-1, -1), (0, -1))], 1)


def test_the_labels_are_the_turns_that_were_made():
    x = torch.zeros(50, 1, 3, 3)
    x[:, :, 0, 0] = 100.0  # the first corner: after k turns it is corner k
    head = RotationHead(4)
    with torch.no_grad():
        head.linear.weight.copy_(100 * torch.eye(4))
    assert head.cost(Corner(), x).item() < 1e-6
    with torch.no_grad():
        head.linear.weight.copy_(100 * torch.eye(4).roll(1, 0))
    assert head.cost(Corner(), x).item() > 100


def test_it_learns_which_way_up_pictures_are():
    torch.manual_seed(0)
    steep = 1 - 2 * (torch.arange(16) % 4) / 3  # falls downwards, and rises at once
    x = steep[:, None] + 0.2 * torch.randn(400, 1, 16, 16)
    game = Rotation(BatchNormDiscriminator(1, 16, width=8))
    train(game, Batches(InMemory(x[:300]), 32), steps=40)
    turns = torch.arange(100) % 4
    right = (game.predict(rotated(x[300:], turns)).argmax(1) == turns).float().mean()
    assert right > 0.9


def test_a_network_without_features_is_refused():
    with pytest.raises(WrongUse, match=r"needs a network with features.*, got Linear"):
        Rotation(nn.Linear(4, 2))
