"""InfoGAN: codes stand in the latents, and both players keep them readable."""

import math

import pytest
import torch
from torch import nn

from sparring.core import Adam, Backend, Encodes, WrongUse, evaluating, train
from sparring.games import GAN, InfoGAN
from sparring.games.reading import Reader
from sparring.metrics.matching import matched_accuracy
from sparring.networks import MLP, DCGANDiscriminator, DCGANGenerator
from sparring.priors import Categorical, Codes, Normal
from sparring.regularizers import GradientPenalty


def make(latent=6, **options):
    options = {"categories": (3,), "continuous": 1, **options}
    return InfoGAN(MLP((latent,), (2,), (8,)), MLP((2,), (), (8,)), Normal(latent), **options)


def test_the_codes_take_the_last_places_of_the_latents():
    z = make().latent(50)
    assert z.shape == (50, 6)
    assert torch.equal(z[:, 2:5].sort(1).values, torch.tensor([0.0, 0.0, 1.0]).expand(50, 3))
    assert z[:, 5].abs().max() <= 1


def test_a_reader_that_knows_nothing_finds_no_information_in_choices():
    """Even probabilities say log 3 nats, which is all the entropy that there is."""
    reader = Reader(4, Codes(0, categories=(3, 2), continuous=0))
    nn.init.zeros_(reader.layers[-1].weight)
    nn.init.zeros_(reader.layers[-1].bias)
    codes = Codes(0, (3, 2), 0).sample(5)
    assert reader.surprise(torch.randn(5, 4), codes)["categories"].item() == pytest.approx(0.0)


def told(codes, values):
    """A reader whose last layer says `values` whatever it sees."""
    reader = Reader(4, codes)
    nn.init.zeros_(reader.layers[-1].weight)
    reader.layers[-1].bias.data = torch.tensor(values)
    return reader


def test_a_reader_that_is_sure_and_right_finds_all_information_in_choices():
    codes = Codes(0, categories=(3,), continuous=0)
    chosen = torch.tensor([[0.0, 1.0, 0.0]])
    found = told(codes, [0.0, 50.0, 0.0]).surprise(torch.zeros(1, 4), chosen)
    assert found["categories"].item() == pytest.approx(-math.log(3))


def test_numbers_are_read_as_normal():
    """-log N(.5; .2, e^-1) - log 2, by hand."""
    codes = Codes(0, categories=(), continuous=1)
    found = told(codes, [0.2, -1.0]).surprise(torch.zeros(1, 4), torch.tensor([[0.5]]))
    surprise = (0.3 * math.e) ** 2 / 2 - 1 + math.log(2 * math.pi) / 2
    assert found["numbers"].item() == pytest.approx(surprise - math.log(2))


def test_exactness_has_a_limit():
    codes = Codes(0, categories=(), continuous=1)
    found = told(codes, [0.5, -50.0]).surprise(torch.zeros(1, 4), torch.tensor([[0.5]]))
    assert found["numbers"].item() == pytest.approx(-3 + math.log(2 * math.pi) / 2 - math.log(2))


def test_both_players_have_the_terms_and_the_reader_is_the_discriminators():
    game = make(choices_weight=0.0)
    batch = {"x": torch.randn(4, 2)}
    for loss in (game.discriminator_loss, game.generator_loss):
        terms = loss(batch)
        assert sorted(terms) == ["categories", "loss", "numbers"]
        assert terms["categories"] == 0.0
    assert game.reader in game.players["discriminator"].networks
    game.check()


def test_what_is_read_are_the_generated_items_of_the_turn():
    """Even where a regularizer has others judged afterwards, and real ones are judged before."""
    game = make(extra_regularizers=[GradientPenalty()])
    heard = {}

    def surprise(features, codes):
        heard.update(features=features, codes=codes)
        return {"categories": features.sum() * 0, "numbers": features.sum() * 0}

    made = {}
    usual = game.generator.forward
    game.generator.forward = lambda z, y=None: made.update(z=z, x=usual(z, y)) or made["x"]
    game.reader.surprise = surprise
    for loss in (game.discriminator_loss, game.generator_loss):
        loss({"x": torch.randn(4, 2)})
        assert torch.equal(heard["codes"], made["z"][:, 2:])
        torch.testing.assert_close(heard["features"], game.discriminator.judge(made["x"])[1])


def test_nothing_of_a_turn_is_kept():
    game = make()
    game.generator_loss({"x": torch.randn(4, 2)})
    assert game._turn is None


def test_it_encodes_probabilities_and_means():
    codes = make().encode(torch.randn(5, 2))
    assert codes.shape == (5, 4)
    torch.testing.assert_close(codes[:, :3].sum(1), torch.ones(5))
    assert isinstance(make(), Encodes)


def test_pictures_have_codes_too():
    pair = DCGANGenerator(16, 1, 8, 4), DCGANDiscriminator(1, 8, 4)
    game = InfoGAN(*pair, Normal(16))
    assert game.encode(game.sample(3)).shape == (3, 12)


def test_with_conditions_codes_are_read_from_features_that_need_none():
    labels = Categorical([1.0, 1.0])
    pair = DCGANGenerator(16, 1, 8, 4, 2), DCGANDiscriminator(1, 8, 4, 2)
    game = InfoGAN(*pair, Normal(16), labels)
    batch = {"x": torch.randn(4, 1, 8, 8), "y": torch.tensor([0, 1, 1, 0])}
    assert "categories" in game.discriminator_loss(batch)
    assert game.encode(batch["x"]).shape == (4, 12)
    joined = MLP((16,), (2,), (8,), 2), MLP((2,), (), (8,), 2)
    with pytest.raises(WrongUse, match="fit with conditional=False"):
        InfoGAN(*joined, Normal(16), labels).encode(torch.randn(4, 2))


class Clusters:
    """Four clusters; which one, nobody is told."""

    batch_size = 64

    def draw(self):
        kinds = torch.randint(4, (64,))
        angle = kinds * torch.pi / 2
        return kinds, torch.stack([angle.cos(), angle.sin()], 1) * 1.4 + 0.1 * torch.randn(64, 2)

    def __next__(self):
        return {"x": self.draw()[1]}

    def state_dict(self):
        return {}

    def load_state_dict(self, state): ...


def test_a_choice_finds_the_clusters_that_nobody_named():
    torch.manual_seed(0)
    optimizer = Adam(4e-3, (0.5, 0.99))
    game = InfoGAN(
        MLP((8,), (2,), (24, 24)), MLP((2,), (), (24, 24)), Normal(8), categories=(4,),
        continuous=0, generator_optimizer=optimizer, discriminator_optimizer=optimizer,
    )  # fmt: skip
    train(game, Clusters(), steps=300, backend=Backend("cpu"))
    kinds, x = Clusters().draw()
    with evaluating(game):
        assert matched_accuracy(game.encode(x).argmax(1), kinds) > 0.9


def test_wrong_codes_get_their_sentence():
    with pytest.raises(WrongUse, match="must have room for 4 codes, got 3 numbers"):
        make(latent=3)
    with pytest.raises(WrongUse, match=r"must be at least 0, got 1\.0 and -1"):
        make(numbers_weight=-1)
    with pytest.raises(WrongUse, match=r"must show its features, as those of .* got Linear"):
        InfoGAN(nn.Linear(6, 2), nn.Linear(2, 1), Normal(6))


def test_it_is_a_gan():
    assert isinstance(make(), GAN)
