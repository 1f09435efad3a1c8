"""Layers that are scaled as they are used, and what is seen of a group of items."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sparring.core import WrongUse
from sparring.core.shares import set_share
from sparring.networks import EqualisedConv2d, EqualisedLinear, MinibatchDeviation, PixelNorm


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)
    torch.set_num_threads(1)


@pytest.mark.parametrize(
    ("layer", "fan_in"),
    [
        (EqualisedLinear(512, 128), 512),
        (EqualisedConv2d(32, 64, 3), 32 * 9),
        (EqualisedConv2d(32, 64, 1), 32),
    ],
)
def test_weights_are_standard_normal_and_used_at_the_scale_of_he(layer, fan_in):
    assert layer.weight.std().item() == pytest.approx(1, rel=0.05)
    assert layer.scaled()[0].std().item() == pytest.approx(math.sqrt(2 / fan_in), rel=0.05)


def test_a_layer_is_the_plain_one_with_scaled_weights():
    x = torch.randn(2, 6, 5, 5)
    layer = EqualisedConv2d(6, 4, 3, stride=2, gain=1.0)
    weight = layer.weight / math.sqrt(54)
    expected = torch.nn.functional.conv2d(x, weight, layer.bias, stride=2, padding=1)
    torch.testing.assert_close(layer(x), expected)
    layer = EqualisedLinear(6, 4, gain=1.0, start=0.5)
    expected = x.mean((2, 3)) @ layer.weight.t() / math.sqrt(6) + 0.5
    torch.testing.assert_close(layer(x.mean((2, 3))), expected)


def test_the_rate_leaves_the_function_and_slows_its_learning():
    """Steps of a fixed size in the parameters are rate times as large in what they make."""
    torch.manual_seed(1)
    plain = EqualisedLinear(5, 3, start=1.0)
    torch.manual_seed(1)
    slow = EqualisedLinear(5, 3, rate=0.01, start=1.0)
    for a, b in zip(plain.scaled(), slow.scaled(), strict=True):
        torch.testing.assert_close(a, b)
    moved = []
    for layer in (plain, slow):
        before = [tensor.detach().clone() for tensor in layer.scaled()]
        with torch.no_grad():
            layer.weight += 1.0
            layer.bias += 1.0
        moved.append([a - b for a, b in zip(layer.scaled(), before, strict=True)])
    for fast, small in zip(*moved, strict=True):
        torch.testing.assert_close(small, 0.01 * fast, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("shape", [(4, 7), (2, 5, 3, 3)])
def test_pixels_come_to_unit_mean_square(shape):
    squares = PixelNorm()(3 * torch.randn(shape)).square().mean(1)
    torch.testing.assert_close(squares, torch.ones_like(squares))


def seen(x, group):
    """What stands in the new feature map, one number an item."""
    result = MinibatchDeviation(group)(x)
    assert torch.equal(result[:, :-1], x)
    maps = result[:, -1].flatten(1)
    assert torch.equal(maps, maps[:, :1].expand_as(maps))
    return maps[:, 0]


def deviation(items):
    """Mean over features and places of the deviation over items, divided by their number."""
    return float(items.var(0, correction=0).add(1e-8).sqrt().mean())


def test_each_run_of_a_group_shares_its_mean_deviation():
    x = torch.randn(16, 3, 2, 2)
    found = seen(x, 4)
    for run in range(4):
        items = slice(4 * run, 4 * run + 4)
        expected = torch.full((4,), deviation(x[items]))
        torch.testing.assert_close(found[items], expected)


@given(st.permutations(range(4)))
@settings(max_examples=10, deadline=None)
def test_the_order_in_a_group_doesnt_matter(order):
    x = torch.randn(8, 2, 3, 3)
    changed = x.clone()
    changed[:4] = x[torch.tensor(order)]
    torch.testing.assert_close(seen(changed, 4), seen(x, 4))


@given(n=st.integers(1, 11), group=st.integers(2, 5))
@settings(max_examples=40, deadline=None)
def test_real_and_generated_items_never_share_a_group(n, group):
    """However many there are, what one half shows is what it would show beside any other half."""
    real, fake, other = torch.randn(3, n, 2, 2, 2)
    beside = seen(torch.cat([real, fake]), group), seen(torch.cat([real, other]), group)
    assert torch.equal(beside[0][:n], beside[1][:n])
    alone = seen(torch.cat([other, fake]), group)
    assert torch.equal(beside[0][n:], alone[n:])


def test_whole_groups_are_the_same_in_both_turns():
    real, fake = torch.randn(2, 16, 2, 3, 3)
    torch.testing.assert_close(seen(torch.cat([real, fake]), 4)[16:], seen(fake, 4))


def test_two_processes_have_the_groups_that_one_has():
    """Each holds a run of the real items and a run of the generated ones."""
    real, fake = torch.randn(2, 16, 2, 3, 3)
    one = seen(torch.cat([real, fake]), 4)
    try:
        for rank in (0, 1):
            set_share(rank, 2)
            mine = slice(8 * rank, 8 * rank + 8)
            share = seen(torch.cat([real[mine], fake[mine]]), 4)
            torch.testing.assert_close(share[:8], one[:16][mine])
            torch.testing.assert_close(share[8:], one[16:][mine])
    finally:
        set_share(0, 1)


def test_a_run_that_isnt_full_takes_in_those_before_it():
    x = torch.randn(7, 2, 2, 2)  # an odd number: no halves
    found = seen(x, 4)
    torch.testing.assert_close(found[:4], torch.full((4,), deviation(x[:4])))
    torch.testing.assert_close(found[4:], torch.full((3,), deviation(x[3:])))


def test_equal_items_and_one_item_show_no_deviation_and_have_a_slope():
    for n in (1, 8):
        x = torch.ones(n, 2, 2, 2, requires_grad=True)
        found = seen(x, 4)
        assert float(found.detach().max()) == pytest.approx(1e-4)
        (slope,) = torch.autograd.grad(found.sum(), x)
        assert torch.isfinite(slope).all()


def test_half_precision_sees_small_differences():
    x = (1e-3 * torch.tensor([0.0, 1.0])).reshape(2, 1, 1, 1).half()
    assert float(MinibatchDeviation(2)(torch.cat([x, x]))[0, 1]) > 4e-4


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: EqualisedLinear(2, 2, rate=0.0), "rate of EqualisedLinear must be above 0"),
        (lambda: MinibatchDeviation(1), "group of MinibatchDeviation must be at least 2, got 1"),
    ],
)
def test_wrong_use_gets_its_sentence(make, message):
    with pytest.raises(WrongUse, match=message):
        make()
