"""The restricted Boltzmann machine against sums over all of its states."""

import itertools
import math

import pytest
import torch

from sparring.core import SGD, Backend, Cosine, WrongUse, train
from sparring.data import Batches, InMemory
from sparring.games import RBM
from sparring.networks.boltzmann import Coupling

torch.set_num_threads(1)


def make(visible=9, hidden=4, scale=1.0, **options):
    torch.manual_seed(0)
    coupling = Coupling(visible, hidden)
    with torch.no_grad():
        for parameter in coupling.parameters():
            parameter.copy_(scale * torch.randn_like(parameter))
    return RBM(coupling, (1, 3, visible // 3), **options)


def every(pixels=9):
    bits = itertools.product([-1.0, 1.0], repeat=pixels)
    return torch.tensor(list(bits)).view(-1, 1, 3, pixels // 3)


def test_the_chances_of_all_pictures_sum_to_one():
    chances = make().log_prob(every()).double().exp()
    assert len(chances) == 512
    assert float(chances.sum().detach()) == pytest.approx(1, abs=1e-4)
    assert float(chances.max().detach()) > 10 / 512


def test_the_free_energy_is_the_sum_over_hidden_states():
    game = make(hidden=3)
    v = game.units(every()[:5])
    coupling = game.coupling
    terms = []
    for h in itertools.product([0.0, 1.0], repeat=3):
        u = torch.tensor(h)
        energy = -(v @ coupling.weight @ u) - v @ coupling.visible_bias - coupling.hidden_bias @ u
        terms.append(-energy)
    expected = -torch.logsumexp(torch.stack(terms), 0)
    torch.testing.assert_close(game.free_energy(v), expected)


def test_samples_come_as_often_as_they_are_probable():
    game = make(visible=6, scale=0.7, settling=60)
    x = every(6)
    torch.manual_seed(1)
    drawn = game.sample(20_000).flatten(1)
    found = torch.cdist(drawn, x.flatten(1)).argmin(1).bincount(minlength=64) / len(drawn)
    expected = game.log_prob(x).exp().detach()
    assert float((found - expected).abs().max()) < 0.012


def test_the_chains_gradient_is_on_average_the_exact_one():
    game = make(scale=0.5, chains=20_000, moves=30)
    x = every()[torch.randint(512, (64,))]
    names = list(dict(game.coupling.named_parameters()))
    loss = game.loss({"x": x})["loss"]
    mine = torch.autograd.grad(loss, list(game.coupling.parameters()))
    # d/dw of the mean of F(v) + log Z, the latter by a sum over all pictures.
    free = game.free_energy(game.units(x)).mean()
    exact_z = torch.logsumexp(-game.free_energy(game.units(every())), 0)
    exact = torch.autograd.grad(free + exact_z, list(game.coupling.parameters()))
    for name, a, b in zip(names, mine, exact, strict=True):
        cosine = torch.nn.functional.cosine_similarity(a.flatten(), b.flatten(), dim=0)
        assert float(cosine) > 0.98, name


@pytest.mark.parametrize("options", [{}, {"persistent": False, "moves": 2}])
def test_it_learns_what_there_is(options):
    torch.manual_seed(0)
    kinds = torch.tensor([[1.0, 1, 1, -1, -1, -1, -1, -1, -1], [-1.0, -1, -1, -1, -1, -1, 1, 1, 1]])
    x = kinds[torch.arange(200) % 2].view(-1, 1, 3, 3)
    torch.manual_seed(0)
    game = RBM(Coupling(9, 6), (1, 3, 3), optimizer=SGD(0.3, schedule=Cosine(end=0.02)), **options)
    before = -float(game.log_prob(x).mean().detach())
    train(game, Batches(InMemory(x), 50), steps=800, backend=Backend("cpu"))
    after = -float(game.log_prob(x).mean().detach())
    assert before > 6
    assert math.log(2) - 0.01 < after < 1.6


def test_chains_go_on_only_where_they_are_to():
    x = every()[:8]
    going, anew = make(), make(persistent=False)
    starts = [game.chains.clone() for game in (going, anew)]
    for game in (going, anew):
        game.loss({"x": x})
    assert not torch.equal(going.chains, starts[0])
    assert torch.equal(anew.chains, starts[1])


def test_the_same_latents_make_the_same_samples():
    game = make(settling=20)
    z = game.latent(5)
    assert torch.equal(game.sample(5, latent=z), game.sample(5, latent=z))


def test_a_glance_is_the_log_probability_with_less_annealing():
    torch.manual_seed(0)
    game = RBM(Coupling(25, 20), (1, 5, 5))
    with torch.no_grad():
        game.coupling.weight.normal_(0, 0.3)
    x = torch.bernoulli(torch.full((4, 1, 5, 5), 0.5)) * 2 - 1
    glance, whole = game.glance(x).detach(), game.log_prob(x).detach()
    offset = glance - whole
    assert float(offset[0]) != 0
    torch.testing.assert_close(offset, offset[:1].expand(4), atol=1e-4, rtol=0)
    assert float(offset.abs().max()) < 0.3


def test_z_is_found_anew_when_weights_change():
    game = make()
    first = game.log_z()
    assert game.log_z() is first or game.log_z() == first
    with torch.no_grad():
        game.coupling.visible_bias.add_(1.0)
    assert game.log_z() != first


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: make(chains=0), "chains of RBM must be at least 1"),
        (lambda: make(moves=0), "moves of RBM must be at least 1"),
        (lambda: RBM(Coupling(9, 2), (1, 2, 2)), r"shape \(1, 2, 2\) don't fit 9 visible units"),
        (lambda: Coupling(0, 2), "at least 1 unit, got 0 and 2"),
        (lambda: make().log_prob(torch.zeros(1, 1, 3, 3)), "pixels here are on or off"),
    ],
)
def test_wrong_use_is_refused(act, said):
    with pytest.raises(WrongUse, match=said):
        act()
