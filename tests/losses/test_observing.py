"""What is observed of a picture, on paper and by another implementation."""

import numpy as np
import PIL.Image
import pytest
import torch
from torch import nn

from sparring.core import WrongUse
from sparring.losses import Known, Shrunk

torch.set_num_threads(1)


def test_known_pixels_are_seen_row_by_row_in_all_channels():
    known = torch.tensor([[False, True, True], [True, False, False]])
    x = torch.arange(12.0).view(1, 2, 2, 3)
    assert Known(known)(x).tolist() == [[[1, 2, 3], [7, 8, 9]]]


def test_what_isnt_known_gets_no_gradient():
    known = torch.rand(4, 5, generator=torch.Generator().manual_seed(0)) < 0.5
    x = torch.randn(2, 3, 4, 5, requires_grad=True)
    Known(known)(x).sum().backward()
    assert torch.equal(x.grad, known.expand(2, 3, 4, 5).float())


def test_operators_follow_each_other():
    x = torch.full((1, 1, 4, 6), 0.5)
    corner = Known(torch.tensor([[True, False, False], [False, False, False]]))
    seen = nn.Sequential(Shrunk(2), corner)(x)
    assert seen.shape == (1, 1, 1)
    assert float(seen) == pytest.approx(0.5)


@pytest.mark.parametrize("factor", [1, 2, 3, 4])
def test_pictures_shrink_as_pillow_shrinks_them(factor):
    picture = np.random.default_rng(0).random((12, 24), dtype=np.float32)
    size = 24 // factor, 12 // factor
    theirs = PIL.Image.fromarray(picture).resize(size, PIL.Image.Resampling.BICUBIC)
    ours = Shrunk(factor)(torch.from_numpy(picture)[None, None])[0, 0]
    assert np.abs(ours.numpy() - np.asarray(theirs)).max() < 1e-5


def test_of_a_slope_each_small_pixel_is_the_mean_of_what_it_covers():
    slope = torch.arange(24.0).expand(1, 1, 4, 24)
    middle = Shrunk(2)(slope)[0, 0, 0, 2:-2]
    assert middle.tolist() == pytest.approx([4.5, 6.5, 8.5, 10.5, 12.5, 14.5, 16.5, 18.5])


def test_a_mask_that_knows_nothing_is_refused():
    with pytest.raises(WrongUse, match=r"at least one True, got 0 in \(2, 3\)"):
        Known(torch.zeros(2, 3, dtype=torch.bool))


def test_pictures_of_another_size_than_the_masks_are_refused():
    with pytest.raises(WrongUse, match=r"pictures \(2, 3\), got \(3, 2\)"):
        Known(torch.ones(2, 3, dtype=torch.bool))(torch.zeros(1, 1, 3, 2))


def test_sides_that_the_factor_doesnt_divide_are_refused():
    with pytest.raises(WrongUse, match="multiples of it, got 8 x 9"):
        Shrunk(2)(torch.zeros(1, 1, 8, 9))


def test_a_factor_below_1_is_refused():
    with pytest.raises(WrongUse, match="at least 1, got 0"):
        Shrunk(0)
