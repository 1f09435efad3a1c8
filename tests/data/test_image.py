import numpy as np
import PIL.Image
import pytest
import torch

from sparring.core.errors import WrongUse
from sparring.data.image import Image, normalise


def levels(shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize(("channels", "shape"), [(1, (5, 8, 8)), (3, (5, 8, 8, 3))])
def test_images_come_back_bit_for_bit(channels, shape):
    items = levels(shape)
    image = Image(8, channels)
    x = image.encode(items)
    assert x.shape == (5, channels, 8, 8)
    assert x.dtype == torch.float32
    assert (image.decode(x) == items).all()


def test_every_level_comes_back_and_stays_in_range():
    every = torch.arange(256, dtype=torch.uint8)
    x = normalise(every)
    assert x[0] == -1
    assert 1 - 1e-6 < x[255] <= 1
    torch.testing.assert_close(x, every.float() / 127.5 - 1, rtol=0, atol=2e-7)


def test_a_level_becomes_the_same_number_wherever_it_stands():
    # Vector instructions and the loop over the rest must round alike: streaming relies on it.
    every = torch.arange(256, dtype=torch.uint8)
    whole = normalise(every)
    assert all(normalise(every[k : k + 1])[0] == whole[k] for k in range(256))


def test_what_a_network_overshoots_is_clipped():
    x = torch.tensor([-3.0, 3.0]).reshape(2, 1, 1, 1).expand(2, 1, 8, 8)
    items = Image(8, 1).decode(x)
    assert items[0].max() == 0
    assert items[1].min() == 255


def test_colours_keep_their_channel():
    red = np.zeros((1, 8, 8, 3), np.uint8)
    red[..., 0] = 255
    x = Image(8, 3).encode(red)
    assert (x[0, 0] > 0.99).all()
    assert (x[0, 1:] == -1).all()


@pytest.mark.parametrize("size", [7, 129])
def test_sizes_out_of_range_are_refused(size):
    with pytest.raises(WrongUse, match=f"8 to 128 pixels.*got {size}.*size=64"):
        Image(size, 1)


@pytest.mark.parametrize("tones", [1, 257])
def test_fewer_tones_than_two_or_more_than_a_byte_has_are_refused(tones):
    with pytest.raises(WrongUse, match=f"2 to 256 tones, got {tones}"):
        Image(8, 1, tones=tones)


def test_two_channels_are_refused():
    with pytest.raises(WrongUse, match=r"1 \(grey\) or 3 \(RGB\)"):
        Image(8, 2)


def test_items_of_another_shape_are_refused():
    with pytest.raises(WrongUse, match=r"shape \(n, 8, 8\), got uint8 of shape \(2, 9, 9\)"):
        Image(8, 1).encode(np.zeros((2, 9, 9), np.uint8))


def test_the_grid_holds_each_item_once():
    items = np.arange(5, dtype=np.uint8)[:, None, None].repeat(48, 1).repeat(48, 2)
    picture = np.asarray(Image(48, 1).show(items))
    assert picture.shape == (2 * 50 + 2, 3 * 50 + 2)
    for index in range(5):
        row, column = divmod(index, 3)
        assert (picture[2 + 50 * row, 2 + 50 * column] == index).all()


def test_a_folder_of_pngs_holds_the_items(tmp_path):
    items = levels((12, 8, 8, 3))
    Image(8, 3).save(items, tmp_path / "out")
    files = sorted((tmp_path / "out").iterdir())
    assert [file.name for file in files[:2]] == ["00000.png", "00001.png"]
    read = np.stack([np.asarray(PIL.Image.open(file)) for file in files])
    assert (read == items).all()


def test_npz_and_grid_by_suffix(tmp_path):
    items = levels((4, 8, 8))
    image = Image(8, 1)
    image.save(items, tmp_path / "a.npz")
    image.save(items, tmp_path / "a.png")
    with np.load(tmp_path / "a.npz") as archive:
        assert (archive["x"] == items).all()
    with PIL.Image.open(tmp_path / "a.png") as picture:
        assert picture.size == image.show(items).size


def test_another_suffix_is_refused(tmp_path):
    with pytest.raises(WrongUse, match=r"must end in \.png.*got '\.csv'"):
        Image(8, 1).save(levels((1, 8, 8)), tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []
