"""The pair that grows: a level comes in without a jump, and old outputs fall out of use."""

import math

import pytest
import torch
import torch.nn.functional as F

from sparring.core import WrongUse
from sparring.networks import ProgressiveDiscriminator, ProgressiveGenerator
from sparring.networks.equalised import EqualisedConv2d, EqualisedLinear


@pytest.fixture(autouse=True)
def _seed():
    torch.set_num_threads(1)
    torch.manual_seed(0)


def generator(size=28, condition=0):
    return ProgressiveGenerator(6, 1, size, width=4, condition=condition)


def discriminator(size=28, condition=0):
    return ProgressiveDiscriminator(1, size, width=4, condition=condition, group=2)


@pytest.mark.parametrize("make", [generator, discriminator])
def test_a_stage_is_a_level_and_how_far_it_is_faded_in(make):
    network = make()
    assert (network.stage, network.level, network.alpha) == (2, 2, 1)
    for stage, level, alpha in [(0, 0, 1), (0.25, 1, 0.25), (1, 1, 1), (1.5, 2, 0.5)]:
        network.stage = stage
        assert (network.level, network.alpha, network.stage) == (level, alpha, stage)


@pytest.mark.parametrize("stage", [-0.1, 2.5])
def test_a_stage_beyond_the_levels_is_refused(stage):
    with pytest.raises(WrongUse, match=f"must be 0 to 2, got {stage}"):
        generator().stage = stage


@pytest.mark.parametrize("level", [1, 2])
def test_a_level_not_faded_in_yet_changes_no_picture(level):
    network, z = generator(), torch.randn(3, 6)
    network.stage = level - 1
    before, small = network(z), network.small(z)
    network.level, network.alpha = level, 0.0
    assert torch.equal(network(z), before)
    assert torch.equal(network.small(z), small.repeat_interleave(2, 2).repeat_interleave(2, 3))


@pytest.mark.parametrize("level", [1, 2])
def test_a_level_not_faded_in_yet_changes_no_score(level):
    network, x = discriminator(), torch.randn(4, 1, 28, 28)
    network.stage = level - 1
    before = network(x)
    network.level, network.alpha = level, 0.0
    torch.testing.assert_close(network(x), before)


def test_half_faded_in_is_half_of_either_picture():
    network, z = generator(), torch.randn(3, 6)
    made = []
    for alpha in (0.0, 1.0, 0.5):
        network.level, network.alpha = 2, alpha
        made.append(network(z))
    torch.testing.assert_close(made[2], (made[0] + made[1]) / 2)


def test_once_a_level_is_in_the_outputs_before_it_no_longer_matter():
    network, z = generator(), torch.randn(3, 6)
    network.stage = 1
    before = network(z)
    for index in (0, 2):
        torch.nn.init.zeros_(network.outputs[index].weight)
    assert torch.equal(network(z), before)
    network.stage = 0.5
    faded = network(z)
    torch.nn.init.ones_(network.outputs[0].weight)
    assert not torch.equal(network(z), faded)


@pytest.mark.parametrize("size", [8, 28, 33])
@pytest.mark.parametrize("condition", [0, 3])
def test_pictures_are_of_full_size_at_every_stage(size, condition):
    network, judge = generator(size, condition), discriminator(size, condition)
    y = (torch.tensor([0, 2]),) if condition else ()
    for stage in [0, 0.5, *range(1, len(network.sides))]:
        network.stage = judge.stage = stage
        x, small = network(torch.randn(2, 6), *y), network.small(torch.randn(2, 6), *y)
        assert x.shape == (2, 1, size, size)
        assert small.shape[-1] == network.sides[network.level]
        assert judge(x, *y).shape == judge(small, *y).shape == (2,)


@pytest.mark.parametrize("stage", [0, 0.5, 1, 2])
def test_whole_pictures_are_judged_as_the_small_ones_that_they_repeat(stage):
    network, judge = generator(), discriminator()
    network.stage = judge.stage = stage
    z = torch.randn(4, 6)
    torch.testing.assert_close(judge(network(z)), judge(network.small(z)))


def test_real_pictures_are_blurred_as_fading_in_blurs():
    judge, x = discriminator(8), torch.randn(2, 1, 8, 8)
    blurred = F.interpolate(F.avg_pool2d(x, 2), scale_factor=2.0, mode="nearest")
    judge.stage = 0.25
    torch.testing.assert_close(judge.faded(x), 0.75 * blurred + 0.25 * x)
    judge.stage = 1
    assert torch.equal(judge.faded(x), x)
    judge.stage = 0
    torch.testing.assert_close(judge.faded(x), F.avg_pool2d(x, 2))


@pytest.mark.parametrize("make", [generator, discriminator])
def test_weights_start_normal_and_are_scaled_by_their_fan_in(make):
    """He's sqrt(2 / fan in) before a rectifier, 1 / sqrt(fan in) before a picture or a score."""
    network = make()
    layers = [m for m in network.modules() if isinstance(m, EqualisedConv2d | EqualisedLinear)]
    last = [network.last] if make is discriminator else list(network.outputs)
    assert len(layers) > 8
    for layer in layers:
        gain = 1 if any(layer is other for other in last) else 2
        assert layer.scale == pytest.approx(math.sqrt(gain / layer.weight[0].numel()))
    drawn = torch.cat([layer.weight.detach().flatten() for layer in layers])
    assert float(drawn.std()) == pytest.approx(1, rel=0.05)


@pytest.mark.parametrize("stage", [0, 0.5, 1, 1.5, 2])
def test_only_the_parts_in_use_learn(stage):
    """Levels up to the stage's, and the outputs and inputs of the one or two that are shown."""
    network, judge = generator(), discriminator()
    network.stage = judge.stage = stage
    judge(network(torch.randn(4, 6))).sum().backward()
    level = math.ceil(stage)
    shown = {level} if stage == level else {level, level - 1}
    for parts, used in [
        (network.blocks, set(range(level + 1))), (judge.blocks, set(range(level))),
        (network.outputs, shown), (judge.inputs, shown),
    ]:  # fmt: skip
        learns = {i for i, p in enumerate(parts) if next(p.parameters()).grad is not None}
        assert learns == used
