"""The pair of DCGAN."""

import pytest
import torch
from torch import nn

from sparring.networks import DCGANDiscriminator, DCGANGenerator


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def test_pictures_lie_between_minus_one_and_one():
    generator = DCGANGenerator(8, 3, 16, width=4)
    with torch.no_grad():
        for parameter in generator.parameters():
            parameter *= 20
        pictures = generator(torch.randn(8, 8))
    assert pictures.abs().max() <= 1
    assert pictures.abs().max() > 0.9


def test_weights_start_with_the_papers_deviation():
    for network in (DCGANGenerator(32, 3, 32, width=32), DCGANDiscriminator(3, 32, width=32)):
        layers = [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]
        weights = torch.cat([layer.weight.flatten() for layer in layers])
        assert weights.std().item() == pytest.approx(0.02, rel=0.02)


def test_the_generator_is_normalised_and_the_discriminator_is_not():
    def norms(network):
        return sum(isinstance(module, nn.BatchNorm2d) for module in network.modules())

    assert norms(DCGANGenerator(8, 1, 32, width=4)) == 3
    assert norms(DCGANDiscriminator(1, 32, width=4)) == 0
    assert norms(DCGANDiscriminator(1, 32, width=4, norm=nn.BatchNorm2d)) == 2


def test_any_normalisation_serves():
    network = DCGANGenerator(8, 1, 16, width=4, norm=lambda width: nn.GroupNorm(2, width))
    assert sum(isinstance(module, nn.GroupNorm) for module in network.modules()) == 2
    assert network(torch.randn(2, 8)).shape == (2, 1, 16, 16)


def test_width_doubles_towards_the_small_end_up_to_eight_times():
    network = DCGANDiscriminator(1, 128, width=2)
    widths = [layer.out_channels for layer in network.layers if isinstance(layer, nn.Conv2d)]
    assert widths == [2, 4, 8, 16, 16]


def test_classes_enter_the_score_by_projection():
    """score(x, y) = score(x) + <mean features(x), e_y>."""
    network = DCGANDiscriminator(1, 8, width=4, condition=3)
    x, y = torch.randn(4, 1, 8, 8), torch.tensor([0, 1, 2, 1])
    features = network.layers(x)
    expected = network.score(features)
    embedded = network.conditioning.embedding.weight[y]
    expected = expected + (features.mean((2, 3)) * embedded).sum(1)
    torch.testing.assert_close(network(x, y), expected)
