"""Smooth resampling: the filter [1, 3, 3, 1], nothing else."""

import pytest
import torch

from sparring.networks.resampling import Smooth, doubled, halving


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)
    torch.set_num_threads(1)


def filtered(x, gain=1.0):
    """By definition, at the places where the filter's four taps lie inside; (s - 3)^2 of them."""
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8
    rows = sum(t * x[..., i : x.shape[-2] - 3 + i, :] for i, t in enumerate(taps))
    return gain * sum(t * rows[..., i : x.shape[-1] - 3 + i] for i, t in enumerate(taps))


@pytest.mark.parametrize("padding", [0, 1, 2])
def test_each_map_is_filtered_by_itself_with_zeros_beyond(padding):
    x = torch.randn(2, 3, 6, 6)
    padded = torch.nn.functional.pad(x, [padding] * 4)
    torch.testing.assert_close(Smooth(padding)(x), filtered(padded))


def test_halving_keeps_every_other_filtered_pixel():
    x = torch.randn(2, 3, 8, 8)
    padded = torch.nn.functional.pad(x, [1] * 4)
    torch.testing.assert_close(halving()(x), filtered(padded)[..., ::2, ::2])


def test_doubling_is_zeros_between_pixels_and_the_filter():
    """Inside; at the border the outermost pixels go on."""
    x = torch.randn(2, 3, 5, 5)
    spread = torch.zeros(2, 3, 10, 10)
    spread[..., ::2, ::2] = x
    expected = filtered(torch.nn.functional.pad(spread, (2, 1, 2, 1)), gain=4.0)
    torch.testing.assert_close(doubled(x)[..., 1:-1, 1:-1], expected[..., 1:-1, 1:-1])


def test_doubling_keeps_a_plain_picture_plain():
    x = torch.full((1, 2, 4, 4), -1.0)
    torch.testing.assert_close(doubled(x), torch.full((1, 2, 8, 8), -1.0))


def test_what_changes_from_pixel_to_pixel_is_gone_when_halved():
    """[1, 3, 3, 1] takes nothing of a wave of two pixels; each second pixel alone would be all."""
    wave = torch.tensor([1.0, -1.0]).repeat(8).expand(1, 1, 16, 16)
    assert halving()(wave)[..., 1:-1, 1:-1].abs().max() < 1e-6


def test_maps_that_lie_channels_last_stay_so():
    x = torch.randn(2, 8, 6, 6).to(memory_format=torch.channels_last)
    for y in (halving()(x), Smooth(2)(x), doubled(x)):
        assert y.is_contiguous(memory_format=torch.channels_last)
