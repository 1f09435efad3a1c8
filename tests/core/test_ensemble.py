"""Several games trained at once."""

import copy

import pytest
import torch
from torch import nn

from sparring.core import SGD, Adam, Backend, WrongUse, train
from sparring.core.ensemble import train_together
from sparring.games import GAN, R3GAN, WGAN
from sparring.networks import MLP, DCGANDiscriminator, DCGANGenerator
from sparring.priors import Normal, Prior
from sparring.regularizers import DRAGAN

torch.set_num_threads(1)


class Fixed(Prior):
    """Always the same latents."""

    def _draw(self, n):
        return torch.linspace(-1, 1, 3 * n).reshape(n, 3)

    def log_prob(self, z):
        raise NotImplementedError


class Stream:
    """Batches that depend on the stream's number and nothing else."""

    batch_size = 8

    def __init__(self, number=0):
        self.number, self.position = number, 0

    def __next__(self):
        self.position += 1
        source = torch.Generator().manual_seed(1000 * self.number + self.position)
        return {"x": torch.randn(8, 2, generator=source)}

    def state_dict(self):
        return {"position": self.position}

    def load_state_dict(self, state):
        self.position = state["position"]


def gans(count=3, prior=None, make=GAN, **options):
    found = []
    for seed in range(count):
        torch.manual_seed(seed)
        networks = MLP((3,), (2,), (6,)), MLP((2,), (), (6,))
        found.append(make(*networks, prior or Normal(3), **options))
    return found


def streams(count=3):
    return [Stream(number) for number in range(count)]


def distance(one, other):
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    return max(float((a - b).detach().abs().max()) for a, b in pairs)


@pytest.mark.parametrize("optimizer", [Adam(1e-2), SGD(1e-1)])
@pytest.mark.parametrize("turns", [1, 3])
def test_without_randomness_each_game_goes_where_it_goes_alone(optimizer, turns):
    together = gans(
        prior=Fixed(), discriminator_turns=turns,
        generator_optimizer=optimizer, discriminator_optimizer=optimizer,
    )  # fmt: skip
    alone = copy.deepcopy(together)
    before = copy.deepcopy(together)
    train_together(together, streams(), steps=10, compiled=False)
    for number, game in enumerate(alone):
        train(game, Stream(number), steps=10, backend=Backend("cpu"))
    for one, other, start in zip(together, alone, before, strict=True):
        assert distance(one, other) < 1e-5
        assert distance(one, start) > 1e-2


def test_each_game_draws_latents_of_its_own():
    twins = gans(1) * 2
    twins = [copy.deepcopy(game) for game in twins]
    train_together(twins, [Stream(0), Stream(0)], steps=3, compiled=False)
    assert distance(*twins) > 0


def test_the_same_seed_gives_the_same_games():
    one, other = gans(), gans()
    for games in (one, other):
        torch.manual_seed(id(games))
        train_together(games, streams(), steps=3, seed=5, compiled=False)
    assert max(distance(a, b) for a, b in zip(one, other, strict=True)) == 0


def test_the_last_terms_are_each_games_own():
    terms = train_together(gans(), streams(), steps=1, compiled=False)
    assert len({found["discriminator/loss"] for found in terms}) == 3


def test_the_global_random_state_is_left_as_it_was():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    games = gans()
    torch.manual_seed(3)
    train_together(games, streams(), steps=1, compiled=False)
    assert torch.equal(torch.get_rng_state(), before)


def test_no_batch_is_lost_to_trying():
    kept = streams()
    train_together(gans(), kept, steps=4, compiled=False)
    assert [stream.position for stream in kept] == [4, 4, 4]


def convolutional():
    networks = DCGANGenerator(4, 1, 8, width=4), DCGANDiscriminator(1, 8, width=4)
    return GAN(*networks, Normal(4))


def normalised():
    generator = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    return GAN(generator, MLP((2,), (), (4,)), Normal(3))


def wide():
    return GAN(MLP((3,), (2,), (300, 300)), MLP((2,), (), (4,)), Normal(3))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (convolutional, "convolutions"),
        (wide, "more than 16384 weights in a layer"),
        (normalised, "running_mean"),
        (lambda: gans(1, make=WGAN)[0], "constrains its weights"),
    ],
)
def test_what_would_be_slower_or_wrong_is_refused_with_its_reason(make, reason):
    with pytest.raises(WrongUse, match=reason):
        train_together([make(), make()], streams(2), steps=1, compiled=False)


def test_games_that_differ_are_refused():
    other = GAN(MLP((3,), (2,), (7,)), MLP((2,), (), (6,)), Normal(3))
    with pytest.raises(WrongUse, match="made alike"):
        train_together([*gans(1), other], streams(2), steps=1, compiled=False)


def test_games_that_share_weights_are_refused():
    one = gans(1)[0]
    with pytest.raises(WrongUse, match="share weights"):
        train_together([one, one], streams(2), steps=1, compiled=False)


def test_a_single_game_is_refused():
    with pytest.raises(WrongUse, match="at least two games"):
        train_together(gans(1), streams(1), steps=1, compiled=False)


def penalised(*networks):
    return GAN(*networks, regularizers=[DRAGAN(deviation=0.0)])


@pytest.mark.parametrize("make", [R3GAN, penalised])
def test_penalties_on_slopes_are_those_of_games_trained_alone(make):
    together, alone = gans(make=make, prior=Fixed()), gans(make=make, prior=Fixed())
    terms = train_together(together, streams(), steps=4, compiled=False)
    for game, stream in zip(alone, streams(), strict=True):
        train(game, stream, steps=4, backend=Backend("cpu"))
    assert max(distance(a, b) for a, b in zip(together, alone, strict=True)) < 1e-5
    assert all(term > 0 for name, term in terms[0].items() if "loss" not in name)


@pytest.mark.slow
def test_compiled_it_goes_where_it_goes_uncompiled():
    one, other = gans(prior=Fixed()), gans(prior=Fixed())
    train_together(one, streams(), steps=5, compiled=True)
    train_together(other, streams(), steps=5, compiled=False)
    assert max(distance(a, b) for a, b in zip(one, other, strict=True)) < 1e-5
