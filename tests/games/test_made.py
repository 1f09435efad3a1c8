"""MADE: the mean over its orders, and draws that follow it."""

import itertools

import pytest
import torch
from torch import nn

from sparring.core import Adam, Backend, WrongUse, train
from sparring.data import Batches, InMemory
from sparring.games import MADE, Autoregressive
from sparring.losses import Bernoulli
from sparring.networks import MaskedAutoencoder, PixelCNN
from sparring.priors import Categorical

torch.set_num_threads(1)


def make(side=3, pixels=None, channels=1, colours=1, condition=0, orders=3, **options):
    torch.manual_seed(0)
    pixels = pixels or Bernoulli()
    network = MaskedAutoencoder(
        channels,
        pixels.outputs,
        side,
        width=48,
        orders=orders,
        condition=condition,
        colours=colours,
    )
    with torch.no_grad():  # far from the uniform law
        for parameter in network.parameters():
            parameter.mul_(3.0)
    labels = Categorical([1.0] * condition) if condition else None
    return MADE(network, pixels, side, channels, labels, **options)


def every(pixels):
    return torch.tensor(list(itertools.product([-1.0, 1.0], repeat=pixels)))


@pytest.mark.parametrize("condition", [0, 2])
def test_the_chances_of_all_pictures_sum_to_one(condition):
    game, x = make(condition=condition).double(), every(9).reshape(-1, 1, 3, 3).double()
    told = {"y": torch.ones(512, dtype=torch.long)} if condition else None
    chances = game.log_prob(x, told).exp()
    assert float(chances.sum().detach()) == pytest.approx(1, abs=1e-9)
    assert float(chances.max().detach()) > 4 / 512


def test_a_pictures_chance_is_the_mean_over_the_orders():
    game, x = make(side=2), every(4).reshape(-1, 1, 2, 2)
    chances = []
    for order in range(3):
        with game.network.along(order):
            chances.append(Autoregressive.log_prob(game, x).exp())
    assert not torch.allclose(*chances[:2])
    torch.testing.assert_close(game.log_prob(x).exp(), sum(chances) / 3)


def test_pictures_come_as_often_as_they_are_probable():
    game, n = make(side=2), 20_000
    torch.manual_seed(1)
    drawn = game.sample(n).flatten(1)
    x = every(4)
    found = torch.cdist(drawn, x).argmin(1).bincount(minlength=16) / n
    expected = game.log_prob(x.reshape(-1, 1, 2, 2)).exp().detach()
    assert float((found - expected).abs().max()) < 0.012


def test_each_batch_has_an_order_of_its_own():
    game, x = make(), every(9).reshape(-1, 1, 3, 3)
    torch.manual_seed(0)
    losses = {round(float(game.loss({"x": x})["loss"].detach()), 4) for _ in range(30)}
    assert len(losses) == 3
    assert game.network.order == 0


def test_given_pixels_stay_and_each_picture_has_its_own_condition():
    game = make(side=4, condition=2)
    x, y = torch.ones(6, 1, 4, 4), torch.tensor([0, 1] * 3)
    known = torch.zeros(6, 1, 4, 4)
    known[:, :, :2] = 1
    z = game.latent(6)
    made = game.sample(6, {"x": x, "known": known, "y": y}, z)
    assert torch.equal(made[:, :, :2], x[:, :, :2])
    # One by one, with the same numbers: the same pictures, so rows weren't mixed up.
    for i in range(6):
        given = {"x": x[i : i + 1], "known": known[i : i + 1], "y": y[i : i + 1]}
        assert torch.equal(game.sample(1, given, z[i : i + 1]), made[i : i + 1])
    assert not torch.equal(game.sample(6, {"y": 1 - y}, z), game.sample(6, {"y": y}, z))


def test_it_learns_what_there_is():
    torch.manual_seed(0)
    x = torch.ones(256, 1, 4, 4)
    x[:128, :, :, ::2] = -1  # stripes, or all on
    network = MaskedAutoencoder(1, 1, 4, width=128, orders=2)
    game = MADE(network, Bernoulli(), 4, optimizer=Adam(1e-2))
    train(game, Batches(InMemory(x), 64), steps=300, backend=Backend("cpu"))
    # Two pictures, each as probable: log 2 = .69 nats.
    assert float(-game.log_prob(x).mean().detach()) == pytest.approx(0.69, abs=0.1)
    whole = (game.sample(200).flatten(1) == 1).all(1).float().mean()
    assert 0.3 < float(whole) < 0.7


def test_a_network_without_orders_is_refused():
    with pytest.raises(WrongUse, match="PixelCNN has no orders of its pixels; MADE needs"):
        MADE(PixelCNN(1, 1), Bernoulli(), 4)
    with pytest.raises(WrongUse, match="can't draw pixel by pixel"):
        MADE(nn.Flatten(), Bernoulli(), 4)
    with pytest.raises(WrongUse, match="orders of MaskedAutoencoder must be at least 1, got 0"):
        MaskedAutoencoder(1, 1, 4, orders=0)
