"""The PixelVAE is a law of pictures, under latents of one level and of two."""

import itertools
import math

import pytest
import torch
from torch import nn

from sparring.core import Adam, Backend, WrongUse, evaluating, train
from sparring.data import Batches, InMemory
from sparring.games import PixelVAE
from sparring.games.above import Above
from sparring.losses import Bernoulli, Gaussian
from sparring.networks import MLP, GatedPixelCNN, MapDecoder, MapEncoder
from sparring.priors import Categorical, Normal

torch.set_num_threads(1)


def make(side=3, latent=1, condition=0, deep=3.0, **options):
    torch.manual_seed(0)
    encoder = MLP((1, side, side), (2, latent), (16,), condition)
    decoder = MLP((latent,), (2, side, side), (16,), condition)
    network = GatedPixelCNN(1, 1, width=8, depth=2, kernel=3, maps=2)
    with torch.no_grad():  # far from the uniform law
        for parameter in (*network.parameters(), *decoder.parameters()):
            parameter.mul_(deep)
    labels = Categorical([1.0] * condition) if condition else None
    return PixelVAE(
        encoder, decoder, network, Normal(latent), Bernoulli(), side, 1, labels, **options
    )


def hierarchical(side=8, latents=2, **options):
    torch.manual_seed(0)
    small = (side + 3) // 4
    above = PixelVAE(
        MLP((latents, small, small), (2, 2), (16,)),
        MLP((2,), (3, small, small), (16,)),
        GatedPixelCNN(latents, 2 * latents, width=8, depth=1, kernel=3, maps=3),
        Normal(2),
        Gaussian(latents),
        small,
        latents,
    )
    return PixelVAE(
        MapEncoder(1, 2, latents, width=4),
        MapDecoder(latents, 3, side, width=4),
        GatedPixelCNN(1, 1, width=8, depth=1, kernel=3, maps=3),
        Above(above, (latents, small, small)),
        Bernoulli(),
        side,
        **options,
    )


def every():
    bits = list(itertools.product([-1.0, 1.0], repeat=9))
    return torch.tensor(bits, dtype=torch.float64).view(-1, 1, 3, 3)


def grid(places=60, reach=6.0):
    """Latents of one number, and how much of a normal law lies at each."""
    z = torch.linspace(-reach, reach, places, dtype=torch.float64)[:, None]
    mass = torch.softmax(Normal(1).log_prob(z), 0)
    return z, mass


def integrated(game, x):
    """p(x) by the grid, exact up to its steps."""
    z, mass = grid()
    said = [game.surprise(one[None], z, None)[0] for one in x]  # of each picture, (places,)
    return torch.stack([((-surprise).exp() * mass).sum() for surprise in said])


def test_the_chances_of_all_pictures_sum_to_one_over_a_grid_of_latents():
    game = make().double()
    with torch.no_grad():
        chances = integrated(game, every())
    assert len(chances) == 512
    assert float(chances.sum()) == pytest.approx(1, abs=1e-9)
    assert float(chances.max()) > 4 / 512


def test_the_estimate_is_the_integral_and_the_bound_lies_below_and_rises():
    game, x = make(draws=1000).double(), every()[::8]
    torch.manual_seed(0)
    with torch.no_grad():
        truth = integrated(game, x).log()
        found = game.log_prob(x)
        bounds = [float(game.bound(x, draws=k).mean()) for k in (1, 5, 50)]
    assert float((found - truth).abs().mean()) < 0.05
    assert bounds == sorted(bounds)
    assert bounds[-1] < float(truth.mean()) + 0.02


def test_the_latents_reach_every_pixel_and_no_pixel_reaches_those_before():
    game = make(side=5, latent=2)
    z = torch.zeros(1, 2, requires_grad=True)
    x = torch.ones(1, 1, 5, 5, requires_grad=True)
    outputs = game.network(x, game.decode(z, None))
    for row, column in ((0, 0), (2, 3), (4, 4)):
        slopes = torch.autograd.grad(outputs[0, 0, row, column], (x, z), retain_graph=True)
        seen = slopes[0].flatten().ne(0)
        assert not bool(seen[row * 5 + column :].any())
        assert bool(slopes[1].ne(0).any())


def test_drawn_place_by_place_the_maps_say_what_they_say_of_the_whole():
    game = make(side=6, latent=3).double()
    x = every()[:4].new_empty(4, 1, 6, 6).uniform_(-1, 1)
    maps = game.decode(torch.ones(4, 3, dtype=torch.float64), None)
    with torch.no_grad():
        whole = game.network(x, maps)
        with game.network.remembering(4, 6):
            for place in game.network.places(6):
                found = game.network.at(x, place, maps)
                torch.testing.assert_close(found, whole[(..., *place)], atol=1e-12, rtol=0)


def test_pictures_come_as_often_as_they_are_probable():
    game, n = make(), 20_000
    torch.manual_seed(1)
    drawn = (game.sample(n).flatten(1) > 0).double()
    places = (drawn @ (2.0 ** torch.arange(8, -1, -1, dtype=torch.float64))).long()
    found = places.bincount(minlength=512) / n
    with torch.no_grad():
        expected = integrated(game.double(), every())
    assert float((found - expected).abs().max()) < 0.012
    assert float((found - expected).abs().sum()) < 0.2


def test_latents_alone_draw_the_same_picture_each_time():
    game = make(side=4, latent=3)
    z = game.ends(5)
    assert torch.equal(game.sample(5, latent=z), game.sample(5, latent=z))
    whole = game.latent(5)
    assert torch.equal(game.sample(5, latent=whole), game.sample(5, latent=whole))
    assert not torch.equal(game.sample(50), game.sample(50))


@pytest.mark.parametrize("kind", ["one level", "two levels"])
def test_what_the_network_cannot_see_the_latents_hold(kind):
    """The last row is as the first, too far up for a window of 3: alone it would cost 2 log 2."""
    torch.manual_seed(0)
    x = -torch.ones(400, 1, 6, 6)
    x[::2, :, 0], x[::2, :, 5] = 1.0, 1.0
    options = {"optimizer": Adam(1e-2), "draws": 50}
    game = make(6, 4, deep=1.0, **options) if kind == "one level" else hierarchical(6, **options)
    train(game, Batches(InMemory(x), 50), steps=200, backend=Backend("cpu"))
    with torch.no_grad(), evaluating(game):
        nats = -float(game.log_prob(x).mean())
        divergence = float(game.loss({"x": x})["divergence"])
    assert math.log(2) - 0.1 < nats < 2 * math.log(2) - 0.3
    assert divergence > 0.4
    drawn = game.sample(200)[:, 0]
    assert float((drawn[:, 0] == drawn[:, 5]).all(1).float().mean()) > 0.8


def test_a_prior_above_bounds_the_law_of_what_is_below():
    """Two levels: the bound of both together, against latents drawn from above."""
    game = hierarchical(side=4, latents=1, draws=4000).double()
    x = torch.ones(1, 1, 4, 4, dtype=torch.float64)
    torch.set_default_dtype(torch.float64)
    try:
        torch.manual_seed(0)
        with torch.no_grad():
            found = float(game.log_prob(x)[0])
            z = game.prior.sample(40_000)
            chances = (-game.surprise(x, z, None)[0]).exp()
    finally:
        torch.set_default_dtype(torch.float32)
    assert found == pytest.approx(float(chances.mean().log()), abs=0.05)


def test_conditions_reach_the_pixels():
    game = make(side=4, latent=2, condition=3)
    y = torch.tensor([0, 1, 2])
    z = game.latent(1).expand(3, -1)
    drawn = game.sample(3, {"y": y}, z)
    assert drawn.shape == (3, 1, 4, 4)
    x = torch.ones(3, 1, 4, 4)
    with torch.no_grad():
        torch.manual_seed(0)
        found = game.log_prob(x, {"y": y})
    assert len(set(found.tolist())) == 3


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (
            lambda: PixelVAE(None, None, nn.Flatten(), Normal(1), Bernoulli(), 3),
            "can't draw pixel by pixel; PixelVAE needs",
        ),
        (lambda: make(draws=0), "draws of PixelVAE must be at least 1"),
        (lambda: make().loss({"x": torch.zeros(2, 1, 3, 3)}), "on or off"),
        (lambda: GatedPixelCNN(1, 1, condition=2, maps=2), "looks at a condition or at maps"),
    ],
)
def test_wrong_use_is_refused(act, said):
    with pytest.raises(WrongUse, match=said):
        act()


def test_a_low_temperature_draws_more_probable_pixels():
    game = make()
    latents = game.latent(500)
    with game.truncated(0.3), torch.no_grad():
        cold = game.log_prob(game.sample(500, latent=latents)).mean()
    with torch.no_grad():
        warm = game.log_prob(game.sample(500, latent=latents)).mean()
    assert float(cold - warm) > 0.3
