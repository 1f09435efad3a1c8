"""The variational autoencoder against a model whose likelihood is known."""

import math

import pytest
import torch
from torch import nn

from sparring.core import Adam, Backend, Moving, WrongUse, train
from sparring.data import Batches, InMemory
from sparring.games import IWAE, VAE
from sparring.losses import Bernoulli, Gaussian
from sparring.networks import MLP, InverseAutoregressive
from sparring.priors import Categorical, Normal, Uniform

torch.set_num_threads(1)
DEVIATION = 0.6


class Linear(nn.Module):
    """x = W z + b with a fixed deviation: the data are normal, with covariance W W' + s^2."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.weight = nn.Parameter(torch.randn(4, 2))
        self.bias = nn.Parameter(torch.randn(4))

    def forward(self, z, y=None):
        mean = (z @ self.weight.t() + self.bias).view(-1, 1, 2, 2)
        return torch.cat([mean, torch.full_like(mean, math.log(DEVIATION))], 1)

    def law(self):
        covariance = self.weight @ self.weight.t() + DEVIATION**2 * torch.eye(4)
        return torch.distributions.MultivariateNormal(self.bias, covariance)

    def posterior(self, x):
        """Its mean and covariance, exactly."""
        precision = torch.eye(2) + self.weight.t() @ self.weight / DEVIATION**2
        covariance = precision.inverse()
        mean = (x.flatten(1) - self.bias) @ self.weight @ covariance / DEVIATION**2
        return mean, covariance


class Exact(nn.Module):
    """The best independent posterior of the linear model, or one that is too wide."""

    def __init__(self, decoder, wide=0.0):
        super().__init__()
        self.decoder, self.wide = [decoder], wide

    def forward(self, x, y=None):
        mean, covariance = self.decoder[0].posterior(x)
        precision = covariance.inverse().diagonal()
        return torch.stack([mean, (-precision.log() + self.wide).expand_as(mean)], 1)


def linear(kind=VAE, wide=0.0, **options):
    decoder = Linear()
    return kind(Exact(decoder, wide), decoder, Normal(2), Gaussian(least=0.01), **options), decoder


def data(decoder, n=300):
    torch.manual_seed(1)
    with torch.no_grad():
        return decoder.law().sample((n,)).view(-1, 1, 2, 2)


def test_the_estimate_is_the_known_likelihood():
    game, decoder = linear(draws=500)
    x = data(decoder, 100)
    with torch.no_grad():
        found, expected = game.log_prob(x), decoder.law().log_prob(x.flatten(1))
    assert float((found - expected).abs().max()) < 0.15
    assert float((found - expected).mean().abs()) < 0.02


def test_the_bound_rises_with_the_draws_and_stays_below_the_likelihood():
    game, decoder = linear(wide=1.5)
    x = data(decoder, 2000)
    with torch.no_grad():
        bounds = [float(game.bound(x, draws=k).mean()) for k in (1, 3, 10, 50)]
        truth = float(decoder.law().log_prob(x.flatten(1)).mean())
    assert bounds == sorted(bounds)
    assert bounds[-1] < truth + 0.02
    assert truth - bounds[0] > 0.2


def test_the_loss_is_the_negative_bound():
    game, decoder = linear(wide=0.5)
    x = data(decoder, 20_000)
    torch.manual_seed(3)
    with torch.no_grad():
        terms = game.loss({"x": x})
        bound = game.bound(x).mean()
    assert float(sum(terms.values())) == pytest.approx(-float(bound), abs=0.03)


def test_iwae_of_one_draw_has_the_vaes_gradient_on_average():
    vae, decoder = linear(wide=0.3)
    iwae = IWAE(vae.encoder, decoder, Normal(2), Gaussian(least=0.01), k=1)
    x = data(decoder, 50_000)
    slopes = []
    for game in (vae, iwae):
        torch.manual_seed(2)
        total = sum(game.loss({"x": x}).values())
        slopes.append(torch.autograd.grad(total, decoder.weight)[0])
    assert torch.allclose(*slopes, atol=0.05)


def test_iwae_lowers_minus_its_own_bound():
    game, decoder = linear(IWAE, wide=1.0, k=8)
    x = data(decoder, 5000)
    with torch.no_grad():
        loss, bound = float(game.loss({"x": x})["loss"]), float(game.bound(x, draws=8).mean())
    assert loss == pytest.approx(-bound, abs=0.05)


@pytest.mark.parametrize("paths", [1, 3])
def test_few_paths_have_the_bounds_value_and_on_average_its_slope(paths):
    full, decoder = linear(IWAE, wide=3.0, k=8)
    few = IWAE(full.encoder, decoder, Normal(2), Gaussian(least=0.01), k=8, paths=paths)
    x = 2 * data(decoder, 50_000)  # another law than the decoder's: there are slopes
    values, slopes = [], []
    for game in (full, few):
        torch.manual_seed(2)
        values.append(game.loss({"x": x})["loss"])
        slopes.append(torch.autograd.grad(values[-1], decoder.weight)[0])
    assert torch.allclose(*values, atol=1e-4)
    assert torch.allclose(*slopes, atol=0.006)
    vae = IWAE(full.encoder, decoder, Normal(2), Gaussian(least=0.01), k=1)
    torch.manual_seed(2)
    looser = torch.autograd.grad(vae.loss({"x": x})["loss"], decoder.weight)[0]
    assert not torch.allclose(looser, slopes[1], atol=0.015)


def small(kind=VAE, condition=0, **options):
    torch.manual_seed(0)
    labels = Categorical([1.0] * condition) if condition else None
    encoder = MLP((1, 4, 4), (2, 3), (32,), condition)
    decoder = MLP((3,), (1, 4, 4), (32,), condition)
    return kind(encoder, decoder, Normal(3), Bernoulli(), labels, **options)


def stripes(n=400):
    torch.manual_seed(0)
    x = -torch.ones(n, 1, 4, 4)
    kind = torch.randint(4, (n,))
    x[torch.arange(n), 0, :, kind] = 1.0
    return x, kind


@pytest.mark.parametrize("kind", [VAE, IWAE])
def test_it_learns_what_there_is(kind):
    x, _ = stripes()
    game = small(kind, optimizer=Adam(1e-2))
    train(game, Batches(InMemory(x), 100), steps=300, backend=Backend("cpu"))
    with torch.no_grad():  # four pictures, each as probable
        nats = -float(game.log_prob(x).mean())
        again = game.pixels.mean(game.decode(game.encode(x), None))
    assert math.log(4) - 0.05 < nats < math.log(4) + 0.8
    assert float(((again > 0) == (x > 0)).float().mean()) > 0.97


class Lying(nn.Module):
    """An encoder that tells the same of every item: latents that lie around a line."""

    def forward(self, x, y=None):
        return torch.tensor([[0.2, -0.1], [0.4, 0.1], [1.0, -1.0]]).expand(len(x), 3, 2)


def test_the_density_of_another_posterior_is_that_of_its_draws():
    """The mean weight is the likelihood whatever the posterior, if its density is right."""
    torch.manual_seed(4)
    decoder, posterior = Linear(), InverseAutoregressive(2, steps=2, units=16)
    with torch.no_grad():
        decoder.weight.mul_(0.3)  # so that the posterior may lie wherever it likes
        for network in posterior.steps:
            network.layers[-1].weight.mul_(2)
    game = VAE(Lying(), decoder, Normal(2), Gaussian(least=0.01), posterior=posterior, draws=20_000)
    x = data(decoder, 20)
    with torch.no_grad():
        found, expected = game.log_prob(x), decoder.law().log_prob(x.flatten(1))
        bounds = [float(game.bound(x, draws=k).mean()) for k in (1, 10, 1000)]
    assert float((found - expected).abs().median()) < 0.02
    assert bounds == sorted(bounds)


def tilted(n=600):
    """Pictures under which two latents hang together: x is normal around their sum."""
    torch.manual_seed(2)
    return torch.randn(n, 1, 2, 2) * 0.4 + torch.randn(n, 1, 1, 1) * 1.4


class Sum(nn.Module):
    """Each pixel is the sum of both latents, with a deviation of .4."""

    def forward(self, z, y=None):
        mean = z.sum(1).view(-1, 1, 1, 1).expand(-1, 1, 2, 2)
        return torch.cat([mean, torch.full_like(mean, math.log(0.4))], 1)


def test_latents_that_depend_on_each_other_are_found():
    """Given x their sum is known and their difference isn't: no independent law comes near."""
    x, bounds = tilted(), []
    for posterior in (None, InverseAutoregressive(2, steps=2, units=32)):
        torch.manual_seed(0)
        encoder = MLP((1, 2, 2), (3 if posterior else 2, 2), (32,))
        parts = encoder, Sum(), Normal(2), Gaussian(least=0.01), None, posterior
        game = VAE(*parts, optimizer=Adam(5e-3))
        train(game, Batches(InMemory(x), 100), steps=500, backend=Backend("cpu"))
        with torch.no_grad():
            bounds.append(float(game.bound(x.repeat(5, 1, 1, 1)).mean()))
    assert bounds[1] > bounds[0] + 0.3


def test_pictures_under_several_outputs_are_as_surprising_as_one_by_one():
    torch.manual_seed(0)
    x = torch.randn(3, 1, 4, 4).sign()
    for pixels in (Bernoulli(), Gaussian()):
        outputs = torch.randn(6, pixels.outputs, 4, 4)
        found = pixels.surprises(x, outputs)
        for item in range(3):
            for which in range(2):
                alone = pixels.surprise(x[item : item + 1], outputs[2 * item + which][None])
                assert float(found[item, which]) == pytest.approx(float(alone), rel=1e-5)


def test_conditions_reach_both_networks():
    x, y = stripes()
    game = small(condition=4, optimizer=Adam(1e-2))
    train(game, Batches(InMemory(x, y), 100), steps=300, backend=Backend("cpu"))
    made = game.sample(8, {"y": torch.arange(8) % 4})
    assert made.mean((1, 2)).argmax(1).tolist() == [0, 1, 2, 3, 0, 1, 2, 3]
    with torch.no_grad():  # nothing is left to be surprised at
        assert -float(game.log_prob(x, {"y": y}).mean()) < 0.3
    assert game.encode(x[:3], {"y": y[:3]}).shape == (3, 3)


def test_free_bits_are_free():
    x, _ = stripes(50)
    game, generous = small(), small(free_bits=1.0)
    torch.manual_seed(0)
    plain = game.loss({"x": x})
    torch.manual_seed(0)
    freed = generous.loss({"x": x})
    assert float(plain["divergence"].detach()) < 3
    assert float(freed["divergence"].detach()) == pytest.approx(3.0)  # one for each of three
    assert float(freed["loss"].detach()) == pytest.approx(float(plain["loss"].detach()))


def test_beta_weighs_the_divergence_and_may_move():
    x, _ = stripes(50)
    one, two = small(beta=1.0), small(beta=Moving(0.0, 4.0))
    two.done = 0.5
    terms = []
    for game in (one, two):
        torch.manual_seed(0)
        terms.append(float(game.loss({"x": x})["divergence"].detach()))
    assert terms[1] == pytest.approx(2 * terms[0])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: VAE(None, None, Uniform(3), Bernoulli()), "prior of VAE must be Normal"),
        (lambda: small(beta=-1.0), "beta of VAE must be at least 0"),
        (lambda: small(free_bits=-0.1), "free_bits of VAE must be at least 0"),
        (lambda: small(draws=0), "draws of VAE must be at least 1"),
        (lambda: small(IWAE, k=0), "k of IWAE must be at least 1"),
        (lambda: small(IWAE, paths=0), "paths of IWAE must be at least 1"),
        (lambda: small().loss({"x": torch.zeros(2, 1, 4, 4)}), "on or off"),
    ],
)
def test_numbers_out_of_range_are_refused(make, said):
    with pytest.raises(WrongUse, match=said):
        make()


def test_in_training_one_draw_an_item_is_looked_at():
    """However many `log_prob` takes."""
    pair = MLP((1, 4, 4), (2, 3), (8,)), MLP((3,), (1, 4, 4), (8,))
    game, decoded = VAE(*pair, Normal(3), Bernoulli(), draws=50), []
    game.decoder.register_forward_hook(lambda _, given, made: decoded.append(len(made)))
    x = torch.ones(6, 1, 4, 4)
    with torch.no_grad():
        game.glance(x)
        game.log_prob(x)
    assert decoded[0] == 6
    assert sum(decoded[1:]) == 300
