"""DCGAN judges real and generated items apart."""

import pytest
import torch
from torch import nn

from sparring.core import Adam
from sparring.games import DCGAN, GAN
from sparring.networks import BatchNormDiscriminator, DCGANDiscriminator, DCGANGenerator
from sparring.priors import Categorical, Uniform


def make(kind=DCGAN, condition=0, discriminator=BatchNormDiscriminator, **options):
    torch.manual_seed(0)
    pair = (
        DCGANGenerator(5, 1, 16, width=4, condition=condition),
        discriminator(1, 16, width=4, condition=condition),
    )
    labels = Categorical([1.0] * condition) if condition else None
    return kind(*pair, Uniform(5), labels, **options)


@pytest.mark.parametrize("condition", [0, 3])
def test_real_and_generated_items_are_scored_in_calls_of_their_own(condition):
    game, sizes = make(condition=condition), []
    game.discriminator.layers[0].register_forward_hook(lambda _, x, __: sizes.append(len(x[0])))
    batch = {"x": torch.randn(6, 1, 16, 16), "y": torch.arange(6) % 3}
    game.discriminator_loss(batch)
    assert sizes == [6, 6]


def real_scores(game, real, scale):
    """Of the same real items beside generated ones of another scale."""
    torch.manual_seed(1)
    return game.judge_both(torch.cat([real, scale * torch.randn_like(real)]), None)[0][:6]


def test_scores_of_real_items_do_not_depend_on_generated_ones():
    real, apart, together = torch.randn(6, 1, 16, 16), make(), make(GAN)
    torch.testing.assert_close(real_scores(apart, real, 1), real_scores(apart, real, 9))
    # Where they do, the test would see it.
    assert not torch.allclose(real_scores(together, real, 1), real_scores(together, real, 9))


def test_without_batch_normalisation_apart_and_together_are_the_same():
    torch.manual_seed(1)
    x, y = torch.randn(6, 1, 16, 16), torch.arange(6) % 3
    apart = make(condition=3, discriminator=DCGANDiscriminator).judge_both(x, y)
    together = make(GAN, condition=3, discriminator=DCGANDiscriminator).judge_both(x, y)
    for left, right in zip(apart, together, strict=True):
        torch.testing.assert_close(left, right)


def test_the_optimizers_are_the_papers():
    expected = Adam(2e-4, (0.5, 0.999))
    game = make()
    assert [player.optimizer for player in game.players.values()] == [expected] * 2
    other = make(generator_optimizer=Adam(1e-3))
    assert other.players["generator"].optimizer == Adam(1e-3)
    assert other.players["discriminator"].optimizer == expected


def test_the_networks_are_normalised_but_for_the_last_and_the_first_layer():
    game = make()
    making = [type(layer) for layer in game.generator.layers]
    judging = [type(layer).__name__ for layer in BatchNormDiscriminator(1, 32, width=4).layers]
    assert making == [
        *[nn.ConvTranspose2d, nn.BatchNorm2d, nn.ReLU] * 2,
        *[nn.ConvTranspose2d, nn.Tanh],
    ]
    first = ["Conv2d", "LeakyReLU"]
    assert judging == [*first, *["Conv2d", "BatchNorm2d", "LeakyReLU"] * 2]


def test_weights_start_with_deviation_002():
    weight = DCGANGenerator(100, 1, 32, width=32).layers[0].weight
    assert float(weight.detach().std()) == pytest.approx(0.02, rel=0.02)
