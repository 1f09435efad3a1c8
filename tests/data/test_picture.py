"""One picture, or a mask of it, however it is given."""

import numpy as np
import PIL.Image
import pytest
import torch

from sparring.core import WrongUse
from sparring.data.picture import read_mask, read_picture, to_levels

LEVELS = np.arange(256, dtype=np.uint8).reshape(8, 32)


@pytest.mark.parametrize(
    "picture", [LEVELS, np.stack([LEVELS, LEVELS.T.reshape(8, 32), ~LEVELS], 2)]
)
def test_all_levels_come_back_as_they_were(picture):
    x = read_picture(picture)
    assert x.dtype == torch.float32
    assert x.min() == -1
    assert 0.99999 < x.max() <= 1
    assert np.array_equal(to_levels(x), picture)


def test_channels_come_first_in_model_space():
    red = np.zeros((8, 9, 3))
    red[2, 5, 0] = 1.0
    x = read_picture(red)
    assert x[0, 2, 5] == 1
    assert int((x == 1).sum()) == 1


def test_what_lies_beyond_is_clipped():
    assert to_levels(torch.tensor([[[-3.0, 3.0]]])).tolist() == [[0, 255]]


@pytest.mark.parametrize(
    ("mode", "channels"), [("1", 1), ("L", 1), ("RGB", 3), ("RGBA", 3), ("P", 3), ("CMYK", 3)]
)
def test_pictures_of_pillow_are_grey_or_of_three_colours(mode, channels):
    picture = PIL.Image.fromarray(np.full((8, 9, 3), 255, np.uint8)).convert(mode)
    x = read_picture(picture)
    assert x.shape == (channels, 8, 9)
    assert x.min() > 0.99


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        (PIL.Image.new("RGBA", (9, 8), (1, 2, 3, 0)), "the picture is partly transparent"),
        (PIL.Image.new("I;16", (9, 8)), "the picture has more than 8 bits"),
        (PIL.Image.new("RGB", (9, 0)), "at least 8 pixels high and wide, got 0 x 9"),
    ],
)
def test_pictures_of_pillow_that_cant_be_used_are_refused(picture, says):
    with pytest.raises(WrongUse, match=says):
        read_picture(picture)


def test_white_and_true_are_missing():
    levels = np.array([[0, 127], [128, 255]], dtype=np.uint8)
    expected = [[False, False], [True, True]]
    assert read_mask(levels, (2, 2)).tolist() == expected
    assert read_mask(levels > 127, (2, 2)).tolist() == expected
    coloured = PIL.Image.fromarray(levels).convert("RGB")
    assert read_mask(coloured, (2, 2)).tolist() == expected


def test_a_file_that_is_no_picture_is_refused(tmp_path):
    (tmp_path / "x.png").write_bytes(b"not a picture")
    with pytest.raises(WrongUse, match="not an image that can be read"):
        read_picture(tmp_path / "x.png")
