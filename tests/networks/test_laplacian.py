"""The pyramid loses nothing, and its networks meet at every level."""

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sparring.core import WrongUse
from sparring.networks.laplacian import (
    BandDiscriminator,
    BandGenerator,
    LaplacianDiscriminator,
    LaplacianGenerator,
    decode,
    down,
    encode,
    gaussian,
    halvings,
    up,
)


@pytest.fixture(autouse=True)
def _seed():
    torch.set_num_threads(1)
    torch.manual_seed(0)


@settings(max_examples=25, deadline=None)
@given(size=st.integers(8, 128), channels=st.sampled_from([1, 3]))
def test_a_picture_comes_back_from_its_pyramid(size, channels):
    x = torch.rand(2, channels, size, size) * 2 - 1
    bands = encode(x)
    assert [band.shape[-1] for band in bands] == halvings(size)
    assert (decode(bands) - x).abs().max() < 1e-6


@given(size=st.integers(8, 128))
def test_levels_halve_down_to_at_most_eight_pixels(size):
    sides = halvings(size)
    assert sides[0] == size
    assert 4 <= sides[-1] <= 8
    assert all(2 * after - before in (0, 1) for before, after in itertools.pairwise(sides))


@pytest.mark.parametrize("size", [7, 129])
def test_other_sizes_are_refused(size):
    with pytest.raises(WrongUse, match=f"between 8 and 128 pixels, got {size}"):
        halvings(size)


def test_halving_blurs_with_a_triangle():
    """[1, 3, 3, 1] / 8 a side: a point at (4, 4) weighs 3/8 where its pair is, 1/8 beside."""
    x = torch.zeros(1, 1, 8, 8)
    x[..., 4, 4] = 1
    weights = torch.tensor([0, 1, 3, 0]) / 8
    torch.testing.assert_close(down(x)[0, 0], torch.outer(weights, weights))


@pytest.mark.parametrize("size", [8, 13, 28])
def test_a_picture_of_one_colour_has_no_bands(size):
    *bands, low = encode(torch.full((1, 3, size, size), -0.25))
    assert all(band.abs().max() < 1e-6 for band in bands)
    torch.testing.assert_close(low, torch.full_like(low, -0.25))


def test_a_band_is_what_the_smaller_picture_lacks():
    x = torch.randn(2, 1, 16, 16)
    fine, coarse = gaussian(x)
    band, low = encode(x)
    torch.testing.assert_close(band, fine - up(coarse, 16))
    assert torch.equal(low, coarse)


@pytest.mark.parametrize("size", [13, 14])
def test_a_band_starts_as_nothing_and_sees_all_that_it_is_given(size):
    network = BandGenerator(1, size, width=4, condition=3)
    z, low, y = torch.randn(2, size * size), torch.randn(2, 1, 7, 7), torch.tensor([0, 2])
    assert torch.equal(network(z, low, y), up(low, size))
    torch.nn.init.normal_(network.layers[-1].weight)
    made = network(z, low, y)
    others = [
        network(torch.randn_like(z), low, y) - up(low, size),
        network(z, low, y.flip(0)) - up(low, size),
        network(z, low + 1, y) - up(low + 1, size),
    ]
    assert all((other - (made - up(low, size))).abs().max() > 1e-3 for other in others)


@pytest.mark.parametrize("condition", [0, 3])
@pytest.mark.parametrize(("channels", "size"), [(1, 8), (3, 28), (1, 33)])
def test_samples_are_made_from_coarse_to_fine(channels, size, condition):
    generator = LaplacianGenerator(5, channels, size, width=2, condition=condition)
    for band in generator.levels[:-1]:
        torch.nn.init.normal_(band.layers[-1].weight, std=0.1)
    z = torch.randn(2, sum(generator.lengths))
    y = (torch.tensor([0, 2]),) if condition else ()
    *noises, noise = generator.cut(z)
    expected = generator.levels[-1](noise, *y)
    for index in reversed(range(len(noises))):
        expected = generator.levels[index](noises[index], expected, *y)
    assert expected.shape == (2, channels, size, size)
    assert torch.equal(generator(z, *y), expected)


@pytest.mark.parametrize("condition", [0, 3])
def test_whole_pictures_get_the_mean_of_their_levels_scores(condition):
    discriminator = LaplacianDiscriminator(1, 28, width=2, condition=condition)
    x, y = torch.randn(2, 1, 28, 28), (torch.tensor([0, 2]),) if condition else ()
    pairs = zip(discriminator.levels, gaussian(x), strict=True)
    expected = sum(level(part, *y) for level, part in pairs) / 3
    torch.testing.assert_close(discriminator(x, *y), expected)


@pytest.mark.parametrize("size", [8, 9, 10, 11])
def test_a_band_is_judged_at_any_side_length(size):
    assert BandDiscriminator(3, size, width=2)(torch.randn(2, 3, size, size)).shape == (2,)
