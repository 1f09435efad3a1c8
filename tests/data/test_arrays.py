import numpy as np
import pytest
import torch

from sparring.core.errors import WrongUse
from sparring.data.arrayfiles import read_idx, read_npz
from sparring.data.arrays import to_classes, to_levels, to_numpy

LEVELS = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3), dtype=np.uint8)


def test_all_layouts_give_the_same_images():
    first = LEVELS.transpose(0, 3, 1, 2)
    for array in (LEVELS, first, LEVELS / 255, first / 127.5 - 1):
        assert (to_levels(array) == LEVELS).all()
    assert (to_levels(to_numpy(torch.from_numpy(first.copy()))) == LEVELS).all()


def test_one_channel_is_dropped_wherever_it_stands():
    grey = LEVELS[..., 0]
    for array in (grey, grey[..., None], grey[:, None]):
        assert (to_levels(array) == grey).all()


def test_booleans_are_black_and_white():
    assert set(to_levels(LEVELS[..., 0] > 100).ravel()) == {0, 255}


def test_a_size_crops_and_resizes():
    assert to_levels(np.zeros((2, 20, 30), np.uint8), size=8).shape == (2, 8, 8)


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (LEVELS * 1.0, r"\[0, 1\] or \[-1, 1\], got \[\d+, 25\d\]"),
        (np.full((2, 8, 8), np.nan), "got .nan, nan"),
        (LEVELS.astype(int), "got int64"),
        (np.zeros((2, 8, 8, 4), np.uint8), "got 4 in shape"),
        (np.zeros((2, 8, 8, 2), np.uint8), "c 1 or 3"),
        (np.zeros(8), r"got \(8,\)"),
        (np.zeros((2, 8, 9), np.uint8), "square, got 9x8.*--set size=64"),
    ],
)
def test_other_arrays_are_refused(array, sentence):
    with pytest.raises(WrongUse, match=sentence):
        to_levels(array)


def test_labels_become_numbers_and_names():
    assert to_classes([7, 5, 5, 7], 4)[1] == ("5", "7")
    assert to_classes([1, 0, 1, 0], 4, names=("cat", "dog"))[1] == ("cat", "dog")
    assert to_classes(np.array([[1], [0], [1], [0]]), 4)[0].tolist() == [1, 0, 1, 0]


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ([0, 0, 1], "one label an item"),
        ([0, 0, 0, 1], "Class '1' has one item"),
        ([0.5, 0.5, 1, 1], "whole numbers or texts"),
    ],
)
def test_other_labels_are_refused(labels, sentence):
    with pytest.raises(WrongUse, match=sentence):
        to_classes(labels, 4)


def test_npz_never_unpickles(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.array([{"a": 1}], dtype=object))
    with pytest.raises(WrongUse, match="holds Python objects"):
        read_npz(tmp_path / "a.npz")


def test_npz_of_unknown_names_lists_them(tmp_path):
    np.savez(tmp_path / "a.npz", left=LEVELS, right=LEVELS)
    with pytest.raises(WrongUse, match="got left, right"):
        read_npz(tmp_path / "a.npz")
    with pytest.raises(WrongUse, match="no array 'y' for labels"):
        read_npz(tmp_path / "a.npz", labels="y")


def test_a_damaged_npz_is_refused(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", x=LEVELS)
    whole = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WrongUse, match="no readable arrays"):
        read_npz(tmp_path / "a.npz")


@pytest.mark.parametrize("content", [b"", b"\0\0\x08\x03\0\0\0\x09", b"junk" * 10, b"\x1f\x8bjunk"])
def test_a_damaged_idx_is_refused(tmp_path, content):
    (tmp_path / "a-idx3-ubyte").write_bytes(content)
    with pytest.raises(WrongUse, match="not a whole idx file"):
        read_idx(tmp_path / "a-idx3-ubyte")
