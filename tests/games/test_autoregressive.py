"""Autoregressive models are exact: they sum to one, and draw what they say."""

import itertools

import pytest
import torch
from torch import nn

from sparring.core import Adam, Backend, WrongUse, train
from sparring.data import Batches, InMemory
from sparring.games.autoregressive import Autoregressive
from sparring.losses import Bernoulli, Levels, LogisticMixture
from sparring.networks import MultiscalePixelCNN, PixelCNN, PixelCNNPlusPlus, PixelRNN
from sparring.priors import Categorical

torch.set_num_threads(1)


def make(side=3, pixels=None, channels=1, colours=1, condition=0, **options):
    torch.manual_seed(0)
    pixels = pixels or Bernoulli()
    network = PixelCNN(
        channels, pixels.outputs, width=6, blocks=2, condition=condition, colours=colours
    )
    with torch.no_grad():  # far from the uniform law
        for parameter in network.parameters():
            parameter.mul_(3.0)
    labels = Categorical([1.0] * condition) if condition else None
    return Autoregressive(network, pixels, side, channels, labels, **options)


def every(pixels):
    bits = list(itertools.product([-1.0, 1.0], repeat=pixels))
    return torch.tensor(bits)


def test_the_chances_of_all_pictures_sum_to_one():
    game, x = make().double(), every(9).reshape(-1, 1, 3, 3).double()
    chances = game.log_prob(x).exp()
    assert len(x) == 512
    assert float(chances.sum().detach()) == pytest.approx(1, abs=1e-9)
    assert float(chances.max().detach()) > 4 / 512


def test_the_chances_of_all_colour_pictures_sum_to_one():
    game = make(side=2, pixels=Levels(3, levels=2), channels=3, colours=3).double()
    x = every(12).reshape(-1, 3, 2, 2).double()
    assert float(game.log_prob(x).exp().sum().detach()) == pytest.approx(1, abs=1e-9)


def test_pictures_come_as_often_as_they_are_probable():
    game, n = make(side=2), 20_000
    torch.manual_seed(1)
    drawn = game.sample(n).flatten(1)
    x = every(4)
    found = torch.cdist(drawn, x).argmin(1).bincount(minlength=16) / n
    expected = game.log_prob(x.reshape(-1, 1, 2, 2)).exp().detach()
    assert float((found - expected).abs().max()) < 0.012


class Naive(nn.Module):
    """The same network, looking at whole pictures each time."""

    def __init__(self, network):
        super().__init__()
        self.network, self.colours = network, network.colours

    def forward(self, x, y=None):
        return self.network(x, y)

    def places(self, side):
        return self.network.places(side)

    def at(self, x, place, y=None):
        return self.network(x, y)[(..., *place)]

    def remembering(self, n, side):
        return torch.no_grad()


@pytest.mark.parametrize(
    "options",
    [
        {"side": 6},
        {"side": 5, "condition": 3},
        {"side": 4, "pixels": Levels(3, levels=3), "channels": 3, "colours": 3},
        {"side": 4, "pixels": LogisticMixture(3, components=2), "channels": 3},
    ],
)
def test_cached_drawing_makes_what_naive_drawing_makes(options):
    game = make(**options).double()
    z = game.latent(3).double()
    condition = {"y": torch.tensor([0, 1, 2])} if game.labels else None
    cached = game.sample(3, condition, z)
    naive = Autoregressive(
        Naive(game.network), game.pixels, game.shape[1], game.shape[0], game.labels
    ).sample(3, condition, z)
    torch.testing.assert_close(cached, naive, atol=1e-9, rtol=0)


OTHERS = {
    "pixelcnn++": lambda condition: PixelCNNPlusPlus(1, 1, 4, 1, 2, condition=condition),
    "pixelrnn": lambda condition: PixelRNN(1, 1, 4, kernel=3, condition=condition),
    "multiscale": lambda condition: MultiscalePixelCNN(1, 1, 4, 4, 1, condition=condition),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_other_networks_draw_alike_with_pixels_and_classes_given(kind):
    torch.manual_seed(0)
    network, labels = OTHERS[kind](2).double().eval(), Categorical([1.0, 1.0])
    game, naive = (
        Autoregressive(made, Bernoulli(), 4, 1, labels) for made in (network, Naive(network))
    )
    z, x = game.latent(64).double(), torch.ones(64, 1, 4, 4, dtype=torch.float64)
    known = (torch.rand(64, 1, 4, 4) < 0.3).double()
    condition = {"x": x, "known": known, "y": torch.arange(64) % 2}
    drawn = game.sample(64, condition, z)
    assert bool((drawn[known.bool()] == 1).all())
    torch.testing.assert_close(drawn, naive.sample(64, condition, z))
    others = game.sample(64, {**condition, "x": -x}, z)[~known.bool()]
    assert not torch.equal(drawn[~known.bool()], others)


@pytest.mark.parametrize("kind", OTHERS)
def test_other_networks_draw_pictures_as_often_as_they_are_probable(kind):
    torch.manual_seed(0)
    game, n = Autoregressive(OTHERS[kind](0).eval(), Bernoulli(), 2), 20_000
    with torch.no_grad():
        for parameter in game.network.parameters():
            parameter.mul_(2.0)
    x = every(4)
    found = torch.cdist(game.sample(n).flatten(1), x).argmin(1).bincount(minlength=16) / n
    expected = game.log_prob(x.reshape(-1, 1, 2, 2)).exp().detach()
    assert float(expected.max()) > 1.3 / 16
    assert float((found - expected).abs().max()) < 0.012


def test_given_pixels_stay_and_the_others_follow_them():
    game = make(side=4)
    x = torch.ones(5, 1, 4, 4)
    known = torch.zeros(5, 1, 4, 4)
    known[:, :, :2] = 1
    z = game.latent(5)
    made = game.sample(5, {"x": x, "known": known}, z)
    assert torch.equal(made[:, :, :2], x[:, :, :2])
    other = game.sample(5, {"x": -x, "known": known}, z)
    assert not torch.equal(made[:, :, 2:], other[:, :, 2:])


def test_a_low_temperature_draws_what_is_probable():
    game = make(side=3)
    with game.truncated(0.3):
        cold = game.log_prob(game.sample(500)).mean()
    assert float((cold - game.log_prob(game.sample(500)).mean()).detach()) > 0.5
    assert game.temperature == 1.0


def test_it_learns_what_there_is():
    torch.manual_seed(0)
    x = torch.ones(256, 1, 4, 4)
    x[:128, :, :, ::2] = -1  # stripes, or all on
    game = Autoregressive(
        PixelCNN(1, 1, width=6, blocks=1, kernel=3), Bernoulli(), 4, optimizer=Adam(1e-2)
    )
    train(game, Batches(InMemory(x), 64), steps=150, backend=Backend("cpu"))
    # Two pictures, each as probable: log 2 = .69 nats.
    assert float(-game.log_prob(x).mean().detach()) == pytest.approx(0.69, abs=0.1)
    drawn = game.sample(200)
    whole = (drawn.flatten(1) == 1).all(1).float().mean()
    assert 0.3 < float(whole) < 0.7


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda g: g.sample(2, {"x": torch.zeros(2, 1, 3, 3)}), "given places need 'x'"),
        (
            lambda g: g.sample(2, {"x": torch.zeros(2, 1, 2, 3), "known": torch.zeros(2, 1, 3, 3)}),
            "given places need 'x' of shape",
        ),
        (
            lambda g: g.sample(2, {"x": torch.zeros(2, 1, 3, 3), "known": torch.zeros(2, 9)}),
            "'known' must have shape",
        ),
        (lambda g: g.truncated(0.0).__enter__(), "temperature must be a number above 0, got 0.0"),
        (lambda g: g.log_prob(torch.zeros(1, 1, 3, 3)), "on or off"),
        (lambda g: Autoregressive(nn.Flatten(), Bernoulli(), 3), "can't draw pixel by pixel"),
    ],
)
def test_wrong_use_is_refused(act, said):
    with pytest.raises(WrongUse, match=said):
        act(make())
