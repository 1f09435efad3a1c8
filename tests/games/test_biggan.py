"""SAGAN and BigGAN: both players normalised, two rates, orthogonal filters, truncation."""

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize

from sparring.core import SGD, Adam, Backend, Turn, train
from sparring.games import SAGAN, BigGAN
from sparring.losses import Hinge
from sparring.networks import (
    MLP,
    BigGANDiscriminator,
    BigGANGenerator,
    ResidualDiscriminator,
    ResidualGenerator,
    SAGANDiscriminator,
    SAGANGenerator,
)
from sparring.priors import Categorical, Normal, Uniform
from sparring.regularizers import Orthogonal

KINDS = {
    SAGAN: (SAGANGenerator, SAGANDiscriminator),
    BigGAN: (BigGANGenerator, BigGANDiscriminator),
}


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)
    torch.set_num_threads(1)


def make(kind, classes=0, size=8, width=4, **options):
    generator, discriminator = KINDS[kind]
    return kind(
        generator(6, 1, size, width=width, condition=classes),
        discriminator(1, size, width=width, condition=classes),
        Normal(6),
        Categorical([1.0] * classes) if classes else None,
        **options,
    )


def batch(n=4, classes=0):
    items = {"x": torch.rand(n, 1, 8, 8) * 2 - 1}
    return {**items, "y": torch.arange(n) % classes} if classes else items


@pytest.mark.parametrize("kind", KINDS)
def test_every_layer_of_both_players_is_normalised_but_the_generators_tables(kind):
    game, layers = make(kind, classes=3), (nn.Linear, nn.Conv2d, nn.Embedding)
    for player, tables in ((game.generator, False), (game.discriminator, True)):
        for module in player.modules():
            if isinstance(module, layers):
                expected = tables or not isinstance(module, nn.Embedding)
                assert parametrize.is_parametrized(module, "weight") is expected


@pytest.mark.parametrize(("kind", "rates", "betas", "turns"), [
    (SAGAN, (1e-4, 4e-4), (0.0, 0.9), 1), (BigGAN, (5e-5, 2e-4), (0.0, 0.999), 2),
])  # fmt: skip
def test_rates_and_turns_are_the_papers(kind, rates, betas, turns):
    game = make(kind)
    found = [game.players[name].optimizer for name in ("generator", "discriminator")]
    assert found == [Adam(rate, betas) for rate in rates]
    assert game.order() == [
        Turn("discriminator", turns, fresh=turns > 1), Turn("generator")
    ]  # fmt: skip
    assert game.adversarial_loss == Hinge()


@pytest.mark.parametrize("kind", KINDS)
def test_other_optimizers_may_be_given(kind):
    game = make(kind, generator_optimizer=SGD(0.1))
    assert game.players["generator"].optimizer == SGD(0.1)
    assert isinstance(game.players["discriminator"].optimizer, Adam)


def test_the_generators_loss_has_the_orthogonal_term_and_hints_beside_it():
    terms = make(BigGAN, orthogonality=0.5).generator_loss(batch())
    assert list(terms) == ["loss", "orthogonality"]
    twice = make(BigGAN, orthogonality=0.0, hints=[Orthogonal(0.5)]).generator_loss(batch())
    assert list(twice) == ["loss", "orthogonality"]
    assert list(make(BigGAN, orthogonality=0.0).generator_loss(batch())) == ["loss"]
    assert list(make(SAGAN).generator_loss(batch())) == ["loss"]


def test_a_negative_orthogonality_is_refused():
    with pytest.raises(ValueError, match="strength of Orthogonal must be at least 0, got -1"):
        make(BigGAN, orthogonality=-1.0)


def test_truncation_narrows_latents_and_what_is_made_of_them():
    game, spreads = make(BigGAN, size=16), []
    for _ in range(20):  # batch statistics
        game.sample(64)
    game.eval()
    for threshold in (4.0, 2.0, 1.0, 0.5, 0.1):
        with game.truncated(threshold), torch.no_grad():
            assert game.latent(500).abs().max() <= threshold
            spreads.append(float(game.sample(200).std(0).mean()))
    assert spreads == sorted(spreads, reverse=True)
    assert spreads[-1] < 0.2 * spreads[0]
    assert game.latent(2000).abs().max() > 2  # as wide as ever, after


def test_only_a_normal_prior_can_be_truncated():
    game = BigGAN(MLP((6,), (2,), (8,)), MLP((2,), (), (8,)), Uniform(6))
    with pytest.raises(ValueError, match="truncation needs a normal prior"), game.truncated(0.5):
        pass


@pytest.mark.parametrize("kind", KINDS)
def test_networks_that_start_blocks_at_zero_can_play(kind):
    game = kind(
        ResidualGenerator(6, 1, 8, width=8), ResidualDiscriminator(1, 8, width=8), Normal(6)
    )
    assert game.discriminator_loss(batch())["loss"].isfinite()
    assert game.generator_loss(batch())["loss"].isfinite()


class Stripes:
    """Pictures of stripes, upright or lying as their class says."""

    batch_size = 32

    def __next__(self):
        y = torch.arange(32) % 2
        stripes = 0.8 * (-1.0) ** torch.arange(8).float()
        upright = stripes.expand(8, 8)
        x = torch.where((y == 0)[:, None, None, None], upright, upright.t())
        return {"x": x + 0.1 * torch.randn(32, 1, 8, 8), "y": y}

    def state_dict(self):
        return {}

    def load_state_dict(self, state):
        pass


@pytest.mark.parametrize(("kind", "rate", "steps"), [(SAGAN, 4e-3, 60), (BigGAN, 2e-3, 50)])
def test_it_learns_which_class_is_which(kind, rate, steps):
    fast = [Adam(rate, (0.0, 0.9)), Adam(2 * rate, (0.0, 0.9))]
    game = make(
        kind, classes=2, width=16, discriminator_turns=1,
        generator_optimizer=fast[0], discriminator_optimizer=fast[1],
    )  # fmt: skip
    train(game, Stripes(), steps=steps, backend=Backend("cpu"))
    game.eval()
    y = torch.arange(200) % 2
    with torch.no_grad():
        x = game.sample(200, {"y": y})
    across, down = x.diff(dim=3).abs().mean((1, 2, 3)), x.diff(dim=2).abs().mean((1, 2, 3))
    assert ((across > down) == (y == 0)).float().mean() > 0.75
