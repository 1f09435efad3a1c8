"""The adversarial autoencoder: latents follow the prior, and items come back."""

import pytest
import torch
from torch import nn

from sparring.core import Adam, Backend, WrongUse, train
from sparring.data import Batches, InMemory
from sparring.games import AAE
from sparring.losses import Bernoulli, NonSaturating, RelativisticPaired
from sparring.metrics.kernel import squared_mmd
from sparring.networks import MLP
from sparring.priors import Categorical, Normal, Uniform

torch.set_num_threads(1)


def make(condition=0, prior=None, **options):
    torch.manual_seed(0)
    labels = Categorical([1.0] * condition) if condition else None
    encoder = MLP((1, 4, 4), (2,), (64,), condition)
    decoder = MLP((2,), (1, 4, 4), (64,), condition)
    judge = MLP((2,), (), (64, 64))
    return AAE(encoder, decoder, judge, prior or Normal(2), Bernoulli(), labels, **options)


def stripes(n=600):
    torch.manual_seed(0)
    x = -torch.ones(n, 1, 4, 4)
    kind = torch.randint(4, (n,))
    x[torch.arange(n), 0, :, kind] = 1.0
    flip = torch.rand(n, 1, 4, 4) < 0.1  # so that latents have something to spread over
    return torch.where(flip, -x, x), kind


@pytest.mark.parametrize("prior", [Normal(2), Uniform(2)])
def test_latents_come_to_follow_the_prior(prior):
    x, _ = stripes()
    plain, game = (
        make(prior=prior, weight=0.0),
        make(prior=prior, optimizer=Adam(3e-3, (0.5, 0.999))),
    )
    for one in (plain, game):
        train(one, Batches(InMemory(x), 100), steps=600, backend=Backend("cpu"))
    real = prior.sample(600).numpy()
    far, near = (squared_mmd(real, one.encode(x).detach().numpy()) for one in (plain, game))
    assert near < 0.3
    assert near < far / 5


def test_items_come_back_and_conditions_are_heard():
    x, y = stripes()
    game = make(condition=4, optimizer=Adam(3e-3, (0.5, 0.999)))
    train(game, Batches(InMemory(x, y), 100), steps=500, backend=Backend("cpu"))
    made = game.sample(8, {"y": torch.arange(8) % 4})
    assert made.mean((1, 2)).argmax(1).tolist() == [0, 1, 2, 3, 0, 1, 2, 3]


def test_each_loss_is_what_it_says():
    x, _ = stripes(50)
    game = make(weight=2.0)
    terms = game.loss({"x": x})
    z = game.encode(x)
    fooling = NonSaturating().generator(None, game.discriminator(z))
    assert torch.allclose(terms["fooling"], 2 * fooling)
    assert torch.allclose(terms["loss"], game.pixels.surprise(x, game.decoder(z)).mean())
    torch.manual_seed(3)
    mine = game.discriminator_loss({"x": x})["loss"]
    torch.manual_seed(3)
    scores = game.discriminator(game.prior.sample(50)), game.discriminator(z.detach())
    assert torch.allclose(mine, NonSaturating().discriminator(*scores))


@pytest.mark.parametrize(
    ("make_one", "said"),
    [
        (lambda: make(weight=-1.0), "weight of AAE must be at least 0"),
        (lambda: make(loss=RelativisticPaired()), "must not compare pairs"),
    ],
)
def test_wrong_use_is_refused(make_one, said):
    with pytest.raises(WrongUse, match=said):
        make_one()


def test_the_discriminators_turn_leaves_the_encoder_alone():
    game = make()
    game.discriminator_loss({"x": stripes(10)[0]})["loss"].backward()
    assert all(p.grad is None for p in game.encoder.parameters())
    assert isinstance(game.discriminator, nn.Module)
