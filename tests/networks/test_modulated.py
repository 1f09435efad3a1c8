"""Modulated convolutions: the definition with weights for each item, and what is made of it."""

import pytest
import torch
import torch.nn.functional as F

from sparring.core.shares import set_share
from sparring.networks.modulated import ModulatedConv2d, StyleLayer, ToPicture, demodulation


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)
    torch.set_num_threads(1)


@pytest.fixture
def _float64():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def by_definition(layer, x, w, up):
    """Eq. 1 and 3 on weights of each item's own, convolved in as many groups as there are items."""
    n, before, side, _ = x.shape
    weight = layer.weight * layer.style(w)[:, None, :, None, None]  # (n, after, before, 3, 3)
    weight = weight / (weight.square().sum((2, 3, 4), keepdim=True) + 1e-8).sqrt()
    x = x.reshape(1, n * before, side, side)
    if not up:
        y = F.conv2d(x, weight.flatten(0, 1), padding=1, groups=n)
        return y.view(n, -1, side, side)
    turned = weight.transpose(1, 2).flatten(0, 1)  # (n * before, after, 3, 3)
    y = F.conv_transpose2d(x, turned, stride=2, groups=n)
    return layer.smooth(y.view(n, -1, 2 * side + 1, 2 * side + 1))


@pytest.mark.usefixtures("_float64")
@pytest.mark.parametrize("up", [False, True])
def test_scaling_features_is_scaling_each_items_weights(up):
    """To rounding: results, and slopes with respect to all that there is."""
    layer = ModulatedConv2d(6, 5, styles=4, up=up)
    x, w = torch.randn(3, 6, 5, 5, requires_grad=True), torch.randn(3, 4, requires_grad=True)
    maps, factors = layer(x, w)
    fast, slow = maps * factors[:, :, None, None], by_definition(layer, x, w, up)
    torch.testing.assert_close(fast, slow, rtol=1e-10, atol=1e-10)
    to = [x, w, *layer.parameters()]
    weights = torch.randn_like(fast)
    for a, b in zip(
        torch.autograd.grad((fast * weights).sum(), to),
        torch.autograd.grad((slow * weights).sum(), to),
        strict=True,
    ):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("strength", [0.1, 1.0, 30.0])
def test_demodulated_features_of_normal_ones_have_unit_variance(strength):
    layer = ModulatedConv2d(32, 16, styles=8)
    with torch.no_grad():
        layer.weight *= 0.2
        layer.style.weight *= strength
    maps, factors = layer(torch.randn(64, 32, 18, 18), torch.randn(64, 8))
    inside = (maps * factors[:, :, None, None])[..., 1:-1, 1:-1]
    assert inside.std().item() == pytest.approx(1, rel=0.01)
    each = inside.square().mean((0, 2, 3)).sqrt()
    torch.testing.assert_close(each, torch.ones(16), rtol=0.05, atol=0)


def test_demodulation_brings_each_filter_to_length_one():
    weight, style = torch.randn(5, 6, 3, 3), torch.randn(4, 6)
    factors = demodulation(weight, style)
    scaled = weight * style[:, None, :, None, None] * factors[:, :, None, None, None]
    lengths = scaled.square().sum((2, 3, 4)).sqrt()
    torch.testing.assert_close(lengths, torch.ones(4, 5))


def test_styles_start_at_one_in_the_mean():
    style = ModulatedConv2d(64, 4, styles=16).style(torch.randn(1000, 16))
    assert style.mean().item() == pytest.approx(1, abs=0.05)


def test_a_layer_is_the_convolution_with_noise_bias_and_rectifier():
    """sqrt(2) leaky_relu(conv + strength * noise + bias), with the paper's order of things."""
    layer = StyleLayer(6, 5, styles=4, side=7).eval()
    with torch.no_grad():
        layer.strength.fill_(0.3)
        layer.bias.normal_()
    x, w = torch.randn(3, 6, 7, 7), torch.randn(3, 4)
    plain = by_definition(layer.convolution, x, w, up=False)
    plain = plain + 0.3 * layer.noise + layer.bias[None, :, None, None]
    torch.testing.assert_close(layer(x, w), 2**0.5 * F.leaky_relu(plain, 0.2))


def test_noise_is_new_for_each_item_in_training_and_one_in_evaluation():
    layer = StyleLayer(4, 4, styles=3, side=6)
    with torch.no_grad():
        layer.strength.fill_(1.0)
    x, w = torch.randn(1, 4, 6, 6), torch.randn(1, 3).expand(2, -1)
    first, second = layer(x, w)
    assert not torch.allclose(first, second)
    layer.eval()
    first, second = layer(x, w)
    torch.testing.assert_close(first, second)


def test_noise_starts_without_strength():
    layer = StyleLayer(4, 4, styles=3, side=6)
    x, w = torch.randn(2, 4, 6, 6), torch.randn(2, 3)
    torch.testing.assert_close(layer(x, w), layer(x, w))


def test_two_processes_draw_the_noise_that_one_would():
    layer = StyleLayer(4, 4, styles=3, side=6)
    with torch.no_grad():
        layer.strength.fill_(1.0)
    x, w = torch.randn(1, 4, 6, 6), torch.randn(4, 3)
    torch.manual_seed(1)
    one = layer(x, w)
    try:
        for rank in (0, 1):
            set_share(rank, 2)
            torch.manual_seed(1)
            mine = slice(2 * rank, 2 * rank + 2)
            torch.testing.assert_close(layer(x, w[mine]), one[mine])
    finally:
        set_share(0, 1)


def test_colours_are_a_modulated_convolution_that_isnt_demodulated():
    layer = ToPicture(6, 3, styles=4)
    with torch.no_grad():
        layer.bias.normal_()
    x, w = torch.randn(2, 6, 5, 5), torch.randn(2, 4)
    scaled = x * layer.style(w)[:, :, None, None]
    expected = F.conv2d(scaled, layer.weight[:, :, None, None] / 6**0.5, layer.bias)
    torch.testing.assert_close(layer(x, w), expected)
