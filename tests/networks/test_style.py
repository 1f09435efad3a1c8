"""The style pair: its parts, its sizes, and what a style reaches."""

import pytest
import torch

from sparring.core import WrongUse
from sparring.networks import MappingNetwork, StyleDiscriminator, StyleGenerator
from sparring.networks.sizes import pyramid


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)
    torch.set_num_threads(1)


@pytest.mark.parametrize(("size", "channels"), [(8, 1), (13, 3), (28, 1), (33, 3), (128, 3)])
def test_any_size_from_8_to_128(size, channels):
    generator = StyleGenerator(4, channels, size, width=2)
    x = generator(torch.randn(2, 4))
    assert x.shape == (2, channels, size, size)
    assert generator.count == 2 * len(pyramid(size))
    assert StyleDiscriminator(channels, size, width=2)(x).shape == (2,)


@pytest.mark.parametrize("channels", [1, 3])
def test_maps_lie_channels_last_from_end_to_end(channels):
    """One layer that doesn't would make all behind it twice as slow."""
    found = []

    def look(module, _, output):
        tensors = output if isinstance(output, tuple) else (output,)
        found.extend(
            (type(module).__name__, tuple(t.shape))
            for t in tensors
            if t.dim() == 4
            and t.shape[1] > 1
            and not t.is_contiguous(memory_format=torch.channels_last)
        )

    generator = StyleGenerator(8, channels, 16, width=4)
    discriminator = StyleDiscriminator(channels, 16, width=4)
    blocks = (generator.first, *generator.growing, *generator.refining, *discriminator.blocks)
    for block in blocks:
        for module in block.modules():
            module.register_forward_hook(look)
    discriminator(generator(torch.randn(4, 8)))
    assert found == []


def test_features_keep_their_size_through_both_networks():
    """Equalised and demodulated from the start: nothing vanishes or explodes.

    A filter takes a part of what is white noise, so that doubling costs a little each time.
    """
    generator = StyleGenerator(32, 3, 64, width=8)
    sizes = []
    for module in (*generator.growing, *generator.refining):
        module.register_forward_hook(lambda m, i, y: sizes.append(y.std().item()))
    x = generator(torch.randn(16, 32))
    assert all(0.2 < size < 2 for size in sizes), sizes
    assert len(sizes) == 8
    scores = StyleDiscriminator(3, 64, width=8)(torch.randn(16, 3, 64, 64))
    assert 0.05 < scores.square().mean().sqrt().item() < 5
    assert 0.2 < x.square().mean().sqrt().item() < 10


def test_the_mapping_takes_the_direction_of_a_latent_alone():
    mapping = MappingNetwork(8, 6)
    z = torch.randn(5, 8)
    torch.testing.assert_close(mapping(z), mapping(7 * z))


def test_the_mapping_keeps_a_running_mean_of_styles_in_training():
    mapping = MappingNetwork(8, 6)
    w = mapping(torch.randn(100, 8))
    torch.testing.assert_close(mapping.average, 0.005 * w.mean(0))
    kept = mapping.eval().average.clone()
    mapping(torch.randn(100, 8))
    assert torch.equal(mapping.average, kept)
    assert "average" in mapping.state_dict()


def test_the_mapping_learns_a_hundredth_as_fast():
    rates = {layer.rate for layer in MappingNetwork(8, 6, depth=3).layers}
    assert rates == {0.01}
    assert len(MappingNetwork(8, 6, depth=3).layers) == 3


@pytest.mark.parametrize("y", [torch.tensor([0, 2]), torch.tensor([[1.0, 0, 0], [0, 1, 1]])])
def test_a_condition_changes_styles_and_scores(y):
    generator = StyleGenerator(4, 1, 8, width=4, condition=3).eval()
    discriminator = StyleDiscriminator(1, 8, width=4, condition=3)
    z = torch.randn(2, 4)
    x = generator(z, y)
    assert not torch.allclose(x, generator(z, y.flip(0)))
    assert not torch.allclose(discriminator(x, y), discriminator(x, y.flip(0)))
    with pytest.raises(WrongUse, match="needs a condition"):
        generator(z)


def test_each_style_is_of_its_own_layers():
    """Fine ones leave alone what coarser layers make; each of them changes the picture."""
    generator = StyleGenerator(6, 1, 16, width=4).eval()
    coarse = []
    generator.first.register_forward_hook(lambda m, i, y: coarse.append(y.detach()))
    w = torch.randn(1, generator.count, 6)
    picture = generator.synthesis(w)
    for layer in range(generator.count):
        changed = w.clone()
        changed[:, layer] = torch.randn(1, 6)
        assert not torch.allclose(generator.synthesis(changed), picture)
        assert torch.equal(coarse[0], coarse[-1]) == (layer > 0)


def test_the_same_style_at_all_layers_is_the_plain_call():
    generator = StyleGenerator(6, 1, 16, width=4).eval()
    z = torch.randn(3, 6)
    w = generator.mapping(z)[:, None].expand(-1, generator.count, -1)
    torch.testing.assert_close(generator(z), generator.synthesis(w))


def test_pictures_are_a_sum_over_resolutions():
    """With all but the coarsest colours at zero, what is left is that picture, doubled twice."""
    generator = StyleGenerator(6, 1, 16, width=4).eval()
    found = []
    generator.pictures[0].register_forward_hook(lambda m, i, y: found.append(y))
    with torch.no_grad():
        for picture in generator.pictures[1:]:
            picture.weight.zero_()
    x = generator(torch.randn(2, 6))
    expected = torch.nn.functional.interpolate(
        torch.nn.functional.interpolate(found[0], scale_factor=2, mode="bilinear"),
        scale_factor=2,
        mode="bilinear",
    )
    torch.testing.assert_close(x, expected)


def test_the_discriminator_sees_how_alike_a_group_is():
    discriminator = StyleDiscriminator(1, 8, width=4)
    x = torch.randn(4, 1, 8, 8)
    alike = x[:1].expand(4, -1, -1, -1)
    assert not torch.allclose(discriminator(x)[0], discriminator(alike)[0])


def test_features_are_those_behind_the_score():
    discriminator = StyleDiscriminator(3, 12, width=4)
    x = torch.randn(4, 3, 12, 12)
    scores, features = discriminator.judge(x)
    assert features.shape == (4, discriminator.features_width)
    torch.testing.assert_close(discriminator.last(features).flatten(), scores)


def test_a_mapping_needs_a_layer():
    with pytest.raises(WrongUse, match="depth of MappingNetwork must be at least 1, got 0"):
        MappingNetwork(4, 4, depth=0)
