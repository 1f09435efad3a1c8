"""The residual pair starts as its own skip path."""

import math

import pytest
import torch

from sparring.networks import ResidualDiscriminator, ResidualGenerator
from sparring.networks.residual import Block, Resample


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


@pytest.mark.parametrize("width", [8, 32])
def test_a_block_starts_as_the_identity(width):
    x = torch.randn(2, width, 5, 5)
    assert torch.equal(Block(width, blocks=4)(x), x)


def test_a_block_can_leave_the_identity():
    block, x = Block(8, blocks=4), torch.randn(2, 8, 5, 5)
    block(x).square().sum().backward()
    assert block.project.weight.grad.abs().max() > 0


@pytest.mark.parametrize("make", [
    lambda: ResidualGenerator(6, 3, 28, width=8, depth=2),
    lambda: ResidualDiscriminator(3, 28, width=8, depth=2),
])  # fmt: skip
def test_a_network_starts_as_its_skip_path(make):
    network = make()
    generator = isinstance(network, ResidualGenerator)
    x = torch.randn(2, 6) if generator else torch.randn(2, 3, 28, 28)
    whole = network(x)
    blocks = [i for i, layer in enumerate(network.layers) if isinstance(layer, Block)]
    assert len(blocks) == 6
    for index in blocks:
        network.layers[index] = torch.nn.Identity()
    assert torch.equal(network(x), whole)


def test_weights_start_smaller_in_deeper_networks():
    """Deviation sqrt(2 / (1 + .2^2)) L^(-1/4) / sqrt(fan in), L the number of blocks."""
    for blocks in (1, 16):
        block = Block(64, blocks)
        for layer in (block.expand, block.mix):
            fan_in = layer.weight[0].numel()
            expected = math.sqrt(2 / 1.04) * blocks**-0.25 / math.sqrt(fan_in)
            assert layer.weight.std().item() == pytest.approx(expected, rel=0.03)


def test_the_middle_convolution_is_grouped():
    assert Block(32, blocks=4, group=16).mix.groups == 4


def test_resampling_keeps_constants_constant():
    x = torch.full((1, 4, 6, 6), 2.0)
    up, down = Resample(4, 4, up=True)(x), Resample(4, 4, up=False)(x)
    assert up.shape == (1, 4, 12, 12)
    assert down.shape == (1, 4, 3, 3)
    torch.testing.assert_close(up, torch.full_like(up, 2.0))
    torch.testing.assert_close(down, torch.full_like(down, 2.0))


def test_classes_enter_the_score_by_projection():
    """score(x, y) = score(x) + <features(x), e_y> / sqrt(features)."""
    network = ResidualDiscriminator(1, 8, width=8, condition=3)
    x, y = torch.randn(4, 1, 8, 8), torch.tensor([0, 1, 2, 1])
    features = network.gather(network.layers(network.first(x))).flatten(1)
    expected = network.last(features).flatten()
    embedded = network.conditioning.embedding.weight[y]
    expected = expected + (features * embedded).sum(1) / math.sqrt(16)
    torch.testing.assert_close(network(x, y), expected)
