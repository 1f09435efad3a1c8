"""The deep Boltzmann machine against sums over all of its states."""

import itertools

import pytest
import torch
import torch.nn.functional as F

from sparring.core import SGD, Backend, Cosine, WrongUse, train
from sparring.data import Batches, InMemory
from sparring.games import DBM
from sparring.networks.boltzmann import DeepCoupling

torch.set_num_threads(1)


def make(visible=9, hidden=6, top=4, scale=0.7, **options):
    torch.manual_seed(0)
    coupling = DeepCoupling(visible, hidden, top)
    with torch.no_grad():
        for parameter in coupling.parameters():
            parameter.copy_(scale * torch.randn_like(parameter))
    return DBM(coupling, (1, 3, visible // 3), **options)


def states(units, low=0.0):
    return torch.tensor(list(itertools.product([low, 1.0], repeat=units)))


def every(pixels=9):
    return states(pixels, -1.0).view(-1, 1, 3, pixels // 3)


def exact(game):
    """log p of every picture, by sums over the hidden states."""
    coupling, v = game.coupling, states(game.coupling.lower.shape[0])
    terms = []
    for g in states(coupling.upper.shape[1]):
        inner = coupling.inner(v, g.expand(len(v), -1))
        terms.append(v @ coupling.visible_bias + g @ coupling.top_bias + F.softplus(inner).sum(1))
    free = torch.logsumexp(torch.stack(terms), 0).detach()
    return free - torch.logsumexp(free, 0), float(torch.logsumexp(free.double(), 0))


def test_z_is_the_sum_over_all_states():
    game = make()
    assert game.log_z() == pytest.approx(exact(game)[1], abs=1e-4)


def test_the_bound_is_below_the_truth_and_near_it():
    game = make()
    law, _ = exact(game)
    bound = game.log_prob(every()).detach()
    assert float((bound - law).max()) < 1e-4
    assert float((law - bound).mean()) < 0.5


def test_without_upper_couplings_it_is_exact():
    game = make()
    with torch.no_grad():
        game.coupling.upper.zero_()
    law, _ = exact(game)
    assert torch.allclose(game.log_prob(every()).detach(), law, atol=1e-4)
    assert float(game.log_prob(every()).exp().sum().detach()) == pytest.approx(1, abs=1e-3)


def test_the_mean_field_is_a_fixed_point():
    game = make(rounds=200)
    v = game.units(every()[:9])
    h, g = game.coupling.mean_field(v, 200)
    again = torch.sigmoid(game.coupling.inner(v, g))
    assert torch.allclose(h, again, atol=1e-4)


def test_samples_come_as_often_as_they_are_probable():
    game = make(visible=6, settling=100, scale=0.5)
    law, _ = exact(game)
    torch.manual_seed(1)
    made = game.sample(20_000).flatten(1)
    found = torch.cdist(made, states(6, -1.0)).argmin(1).bincount(minlength=64) / len(made)
    assert float((found - law.exp()).abs().max()) < 0.012


def test_it_learns_what_there_is():
    kinds = torch.tensor([[1.0, 1, 1, -1, -1, -1, -1, -1, -1], [-1.0, -1, -1, -1, -1, -1, 1, 1, 1]])
    x = kinds[torch.arange(200) % 2].view(-1, 1, 3, 3)
    torch.manual_seed(0)
    optimizer = SGD(0.2, schedule=Cosine(end=0.02))
    game = DBM(DeepCoupling(9, 8, 4), (1, 3, 3), optimizer=optimizer)
    before = -float(game.log_prob(x).mean().detach())
    train(game, Batches(InMemory(x), 50), steps=1500, backend=Backend("cpu"))
    after = -float(game.log_prob(x).mean().detach())
    assert before > 6
    assert 0.69 - 0.01 < after < 2.5


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: make(rounds=0), "rounds of DBM must be at least 1"),
        (lambda: DBM(DeepCoupling(9, 2, 2), (1, 2, 2)), "don't fit 9 visible units"),
        (lambda: DeepCoupling(1, 0, 2), "at least 1 unit, got 1, 0 and 2"),
        (lambda: make().log_prob(torch.zeros(1, 1, 3, 3)), "pixels here are on or off"),
    ],
)
def test_wrong_use_is_refused(act, said):
    with pytest.raises(WrongUse, match=said):
        act()
