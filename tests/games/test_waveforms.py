"""Sounds drawn sample by sample: exact chances, and the same draws with and without queues."""

import itertools

import pytest
import torch
from torch import nn

from sparring.core import Adam, Backend, WrongUse, train
from sparring.data import Batches, InMemory
from sparring.games.waveforms import Waveforms
from sparring.losses.sounds import MuLaw
from sparring.networks.wavenet import WaveNet
from sparring.priors import Categorical

torch.set_num_threads(1)


def make(length=4, levels=3, condition=0, depth=2, **options):
    torch.manual_seed(0)
    network = WaveNet(levels, 6, depth, 1, 8, condition, levels)
    with torch.no_grad():  # far from the uniform law
        for parameter in network.parameters():
            parameter.mul_(3.0)
    labels = Categorical([1.0] * condition) if condition else None
    return Waveforms(network, MuLaw(levels=levels), length, labels, **options)


def every(length, law):
    places = law.places().tolist()
    return torch.tensor(list(itertools.product(places, repeat=length)))[:, None].double()


def test_the_chances_of_all_sounds_sum_to_one():
    game = make().double()
    chances = game.log_prob(every(4, game.pixels)).exp().detach()
    assert len(chances) == 81
    assert float(chances.sum()) == pytest.approx(1, abs=1e-9)
    assert float(chances.max()) > 4 / 81


def test_what_lies_between_two_levels_is_as_probable_as_the_nearest():
    game = make(levels=16, length=6)
    x = game.sample(5)
    torch.testing.assert_close(game.log_prob(x * 1.001), game.log_prob(x))


def test_sounds_come_as_often_as_they_are_probable():
    game, n = make(length=3), 20_000
    torch.manual_seed(1)
    drawn = game.sample(n).flatten(1)
    x = every(3, game.pixels)
    found = torch.cdist(drawn, x[:, 0].float()).argmin(1).bincount(minlength=27) / n
    expected = game.log_prob(x.float()).exp().detach()
    assert float((found - expected).abs().max()) < 0.012


class Naive(nn.Module):
    """The same network, looking at the whole sound so far each time."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x, y=None):
        return self.network(x, y)

    def following(self, n, y=None):
        heard = []

        def follow(before):
            heard.extend([] if before is None else [before])
            x = torch.stack([*heard, torch.zeros(n, dtype=torch.float64)], 1)[:, None]
            return self.network(x, y)[..., -1]

        return follow


@pytest.mark.parametrize("condition", [0, 3])
def test_cached_drawing_makes_what_naive_drawing_makes(condition):
    game = make(length=40, levels=16, condition=condition, depth=4).double()
    z = game.latent(3).double()
    asked = {"y": torch.tensor([0, 1, 2])} if condition else None
    naive = Waveforms(Naive(game.network), game.pixels, 40, game.labels)
    torch.testing.assert_close(
        game.sample(3, asked, z), naive.sample(3, asked, z), atol=1e-9, rtol=0
    )


def test_a_given_beginning_stays_and_the_rest_follows_it():
    game = make(length=20, levels=8)
    x = torch.full((5, 1, 20), 0.3)
    known = torch.zeros(5, 1, 20)
    known[..., :10] = 1
    z = game.latent(5)
    made = game.sample(5, {"x": x, "known": known}, z)
    assert torch.equal(made[..., :10], x[..., :10])
    other = game.sample(5, {"x": -x, "known": known}, z)
    assert not torch.equal(made[..., 10:], other[..., 10:])


def test_a_low_temperature_draws_what_is_probable():
    game = make(length=10)
    with game.truncated(0.3):
        cold = game.log_prob(game.sample(300)).mean()
    assert float((cold - game.log_prob(game.sample(300)).mean()).detach()) > 0.5


def test_it_learns_what_there_is():
    torch.manual_seed(0)
    wave = torch.tensor([0.0, 0.5, 0.0, -0.5]).repeat(5)
    x = torch.stack([wave, wave.roll(1)])[:, None].repeat(32, 1, 1)
    network = WaveNet(16, 6, 2, 1, 12, levels=16)
    game = Waveforms(network, MuLaw(levels=16), 20, optimizer=Adam(2e-2))
    train(game, Batches(InMemory(x), 32), steps=150, backend=Backend("cpu"))
    # Two sounds, each as probable: log 2 = .69 nats.
    assert float(-game.log_prob(x).mean().detach()) == pytest.approx(0.69, abs=0.15)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda g: g.sample(2, {"x": torch.zeros(2, 1, 3)}), "given places need 'x'"),
        (
            lambda g: g.sample(2, {"x": torch.zeros(2, 1, 4), "known": torch.zeros(2, 4)}),
            "'known' must have shape",
        ),
        (lambda g: g.truncated(0.0).__enter__(), "temperature must be a number above 0, got 0.0"),
        (lambda g: Waveforms(nn.Flatten(), MuLaw(), 3), "can't draw sample by sample"),
    ],
)
def test_wrong_use_is_refused(act, said):
    with pytest.raises(WrongUse, match=said):
        act(make())
