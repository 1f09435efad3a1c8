"""Flows say exact densities, and learn them; a discriminator may teach them too."""

import math

import pytest
import torch
from torch import nn

from sparring.core import Adam, Backend, WrongUse, train
from sparring.data import Batches, InMemory
from sparring.games import Flow, FlowGAN
from sparring.losses import Dequantised, Plain
from sparring.networks import IAF, MAF, MLP, NICE, NeuralSpline, RealNVP
from sparring.priors import Categorical, Normal, Uniform

torch.set_num_threads(1)


def make(kind=RealNVP, shape=(2,), space=None, condition=0, **options):
    torch.manual_seed(0)
    network = kind(shape, width=32, depth=3, condition=condition)
    space = space or Plain(shape)
    labels = Categorical([1.0] * condition) if condition else None
    return Flow(network, Normal(space.numbers), space, labels, **options)


def make_pair(weight=1.0, shape=(2,), space=None, **options):
    torch.manual_seed(0)
    space = space or Plain(shape)
    parts = NICE(shape, width=16), MLP(shape, (), hidden=(32, 32)), Normal(space.numbers), space
    return FlowGAN(*parts, weight=weight, **options)


class Still(nn.Module):
    """The flow that changes nothing."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, x, y=None):
        return x + 0 * self.weight, x.new_zeros(len(x))

    def inverse(self, z, y=None):
        return z


def normals(n=2000):
    """Correlated normal points, and their law."""
    torch.manual_seed(1)
    covariance = torch.tensor([[1.0, 0.8], [0.8, 1.0]])
    law = torch.distributions.MultivariateNormal(torch.tensor([0.5, -0.5]), covariance)
    return law.sample((n,)), law


@pytest.mark.parametrize("kind", [NICE, RealNVP, MAF, IAF, NeuralSpline])
def test_it_learns_a_known_density(kind):
    x, law = normals()
    game = make(kind, optimizer=Adam(5e-3))
    train(game, Batches(InMemory(x), 200), steps=250, backend=Backend("cpu"))
    new = law.sample((2000,))
    with torch.no_grad():
        lost = law.log_prob(new) - game.log_prob(new)
    assert 0 < float(lost.mean()) + 0.01 < 0.06
    made = game.sample(4000).detach()
    assert float(torch.corrcoef(made.T)[0, 1]) == pytest.approx(0.8, abs=0.05)


def test_an_untaught_flow_of_pictures_is_known_on_paper():
    """Uniform latents in [-1, 1) are uniform levels: log 256 nats, 8 bits, a pixel."""
    space = Dequantised((1, 2, 2), logit=None)
    game = Flow(Still(), Uniform(4), space)
    x = 2 * torch.randint(256, (7, 1, 2, 2)) / 255 - 1
    assert game.log_prob(x).tolist() == pytest.approx([-4 * math.log(256)] * 7, abs=1e-3)


def test_chances_of_all_levels_have_at_most_the_sum_one():
    """The mean of the bound over noise; what is missing lies beyond the levels or in the bound."""
    torch.manual_seed(0)
    game = make(shape=(1, 1, 2), space=Dequantised((1, 1, 2), levels=3))
    levels = torch.tensor([-1.0, 0.0, 1.0])
    x = torch.cartesian_prod(levels, levels).view(9, 1, 1, 2)
    with torch.no_grad():
        looks = game.log_prob(x.repeat(2000, 1, 1, 1)).view(2000, 9)
    bound, chances = looks.mean(0).exp().sum(), looks.exp().mean(0).sum()
    assert float(bound) <= float(chances) <= 1.03
    assert float(chances) > 0.3


def test_a_density_of_pictures_through_levels_is_whole():
    """As before, with a law that has no mass beyond the levels: the chances are all there is."""
    torch.manual_seed(0)
    space = Dequantised((1, 1, 2), levels=3, logit=None)
    game = Flow(Still(), Uniform(2), space)
    levels = torch.tensor([-1.0, 0.0, 1.0])
    x = torch.cartesian_prod(levels, levels).view(9, 1, 1, 2)
    assert float(game.log_prob(x).exp().sum().detach()) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("game", [make(), make_pair()], ids=["flow", "flow-gan"])
def test_items_come_back_from_their_latents(game):
    x = torch.randn(5, 2)
    z = game.encode(x)
    assert float((game.sample(5, latent=z) - x).abs().max().detach()) < 1e-4
    assert z.shape == (5, 2)


def test_conditions_are_heeded():
    torch.manual_seed(0)
    y = torch.randint(3, (3000,))
    x = torch.stack([y * 4.0 - 4, torch.zeros(3000)], 1) + 0.3 * torch.randn(3000, 2)
    game = make(condition=3, optimizer=Adam(5e-3))
    train(game, Batches(InMemory(x, y), 200), steps=200, backend=Backend("cpu"))
    made = game.sample(300, {"y": torch.arange(300) % 3})[:, 0]
    found = ((made + 4) / 4).round().clamp(0, 2)
    assert float((found == torch.arange(300) % 3).float().mean()) > 0.97
    right = game.log_prob(x[:9], {"y": y[:9]})
    wrong = game.log_prob(x[:9], {"y": (y[:9] + 1) % 3})
    assert bool((right > wrong + 5).all())


def test_a_low_temperature_draws_what_is_probable():
    game = make()
    with game.truncated(0.3):
        assert float(game.latent(2000).std()) == pytest.approx(0.3, rel=0.1)
        cold = game.log_prob(game.sample(500)).mean()
    assert float((cold - game.log_prob(game.sample(500)).mean()).detach()) > 0.5
    assert game.temperature == 1.0


def test_weight_is_that_of_the_surprise_in_nats():
    x, _ = normals(100)
    terms = {weight: make_pair(weight).generator_loss({"x": x}) for weight in (0.0, 0.5, 2.0)}
    assert set(terms[0.0]) == {"loss"}
    surprise = -float(make_pair().log_prob(x).mean().detach())
    assert float(terms[0.5]["surprise"].detach()) == pytest.approx(0.5 * surprise, rel=1e-5)
    assert float(terms[2.0]["surprise"].detach()) == pytest.approx(2 * surprise, rel=1e-5)


def test_the_discriminator_sees_real_items_with_noise():
    seen = []

    class Judge(MLP):
        def judge(self, x, y=None):
            seen.append(x.detach())
            return super().judge(x, y)

    shape = (1, 2, 2)
    space = Dequantised(shape, levels=4)
    judge = Judge(shape, (), hidden=(4,))
    game = FlowGAN(NICE(shape, width=4), judge, Normal(4), space, penalty=0.0)
    x = torch.full((50, *shape), 1 / 3)
    game.discriminator_loss({"x": x})
    real = seen[0][:50]
    assert float((real - x).abs().max()) <= 1 / 3 + 1e-5  # half the way to a neighbour
    assert float(real.std()) > 0.1


def test_likelihood_is_better_where_it_is_asked_for():
    x, _ = normals()
    found = []
    for weight in (0.0, 1.0):
        game = make_pair(weight, discriminator_turns=1)
        train(game, Batches(InMemory(x), 100), steps=80, backend=Backend("cpu"))
        found.append(float(game.log_prob(x).mean().detach()))
    assert found[1] > found[0] + 0.05


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: make_pair(-0.1), "weight of FlowGAN must be at least 0, got -0.1"),
        (lambda: Flow(MLP((2,), (2,)), Normal(2), Plain((2,))), "MLP can't be undone"),
        (
            lambda: Flow(RealNVP((2,)), Normal(3), Plain((2,))),
            r"latents of Flow must be as many numbers as an item's 2, got \(3,\); take Normal\(2\)",
        ),
        (lambda: make().truncated(0.0).__enter__(), "temperature must be a number above 0, got 0"),
        (lambda: make(condition=3).log_prob(torch.zeros(1, 2)), "Flow needs 'y'"),
        (lambda: make().loss({}), "Flow needs 'x'"),
    ],
)
def test_wrong_use_is_refused(act, said):
    with pytest.raises(WrongUse, match=said):
        act()
