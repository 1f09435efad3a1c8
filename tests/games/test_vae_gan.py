"""The VAE/GAN: who wants what, and that pictures come back."""

import pytest
import torch
from torch import nn

from sparring.core import Adam, Backend, WrongUse, evaluating, train
from sparring.data import Batches, InMemory
from sparring.games import VAEGAN
from sparring.losses import NonSaturating, RelativisticPaired
from sparring.networks import MLP, ConvolutionalEncoder, DCGANDiscriminator, DCGANGenerator
from sparring.priors import Normal, Uniform

torch.set_num_threads(1)


def make(condition=0, latent=4, width=4, **options):
    torch.manual_seed(0)
    return VAEGAN(
        ConvolutionalEncoder(1, 8, (2, latent), width),
        DCGANGenerator(latent, 1, 8, width),
        DCGANDiscriminator(1, 8, width),
        options.pop("prior", Normal(latent)),
        **options,
    )


def squares(n=300):
    """A bright square of 3 somewhere on a dark ground."""
    torch.manual_seed(0)
    x, places = -torch.ones(n, 1, 8, 8), torch.randint(6, (n, 2))
    for picture, (row, column) in zip(x, places.tolist(), strict=True):
        picture[0, row : row + 3, column : column + 3] = 1.0
    return x


def test_each_term_is_what_it_says():
    game, x = make(likeness=3.0, sharpness=10.0).eval(), squares(20)
    torch.manual_seed(5)
    z = game.infer(x)
    new = game.latent(20)
    with torch.no_grad():
        real, features = game.discriminator.look(x)
        back, seen = game.discriminator.look(game.generator(z))
        made, _ = game.discriminator.look(game.generator(new))
        mean, log_variance = game.encoder(x).unbind(1)
    torch.manual_seed(5)
    terms = game.generator_loss({"x": x})
    surprise = 5 * (features - seen).square().mean()
    fooling = NonSaturating().generator(None, torch.cat([back, made]))
    assert float(terms["loss"].detach()) == pytest.approx(float(fooling), rel=1e-5)
    assert float(terms["surprise"].detach()) == pytest.approx(3 * float(surprise), rel=1e-5)
    torch.manual_seed(5)
    terms = game.encoder_loss({"x": x})
    divergence = (mean.square() + log_variance.exp() - log_variance - 1).sum(1).mean() / 2
    assert float(terms["loss"].detach()) == pytest.approx(float(surprise), rel=1e-5)
    assert float(terms["divergence"].detach()) == pytest.approx(float(divergence), rel=1e-5)
    torch.manual_seed(5)
    loss = game.discriminator_loss({"x": x})["loss"]
    both = [NonSaturating().discriminator(real, fake) for fake in (back, made)]
    assert float(loss.detach()) == pytest.approx(float(sum(both)) / 2, rel=1e-5)


def test_the_discriminator_does_not_learn_from_the_likeness():
    game, x = make(), squares(10)
    for name, player in game.players.items():
        total = sum(player.loss({"x": x}).values())
        others = [p for q in game.players if q != name for p in game.players[q].parameters()]
        reached = torch.autograd.grad(total, player.parameters(), allow_unused=True)
        assert any(slope is not None and bool(slope.ne(0).any()) for slope in reached)
        if name == "discriminator":  # what it judges are constants
            fresh = sum(player.loss({"x": x}).values())
            slopes = torch.autograd.grad(fresh, others, allow_unused=True)
            assert all(slope is None for slope in slopes)


def test_pictures_come_back_to_their_place():
    x = squares()
    game = make(width=8, sharpness=1000.0, likeness=1.0, optimizer=Adam(2e-3, (0.5, 0.999)))
    train(game, Batches(InMemory(x), 50), steps=250, backend=Backend("cpu"))
    with torch.no_grad(), evaluating(game):
        back = game.generator(game.encode(x))
        others = back[torch.randperm(len(x))]
    near, far = ((x - one).square().mean() for one in (back, others))
    assert float(near) < 0.5 * float(far)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: make(prior=Uniform(4)), "prior of VAEGAN must be Normal"),
        (lambda: make(likeness=-1.0), "likeness of VAEGAN must be at least 0"),
        (lambda: make(sharpness=0.0), "sharpness above 0"),
        (lambda: make(loss=RelativisticPaired()), "must not compare pairs"),
        (
            lambda: VAEGAN(nn.Flatten(), nn.Flatten(), MLP((4,), ()), Normal(4)),
            "MLP doesn't show its features",
        ),
    ],
)
def test_wrong_use_is_refused(act, said):
    with pytest.raises(WrongUse, match=said):
        act()
