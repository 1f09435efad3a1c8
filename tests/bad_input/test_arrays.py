"""Files of arrays, and arrays, that can't be learnt from."""

import struct

import numpy as np
import pytest

from sparring import Synthesizer
from sparring.core.errors import WrongUse

IMAGES = np.random.default_rng(0).integers(0, 256, (20, 8, 8), dtype=np.uint8)
LABELS = np.arange(20) % 2


def idx(array, code=8, zero=0):
    return struct.pack(f">HBB{array.ndim}I", zero, code, array.ndim, *array.shape) + array.tobytes()


def floats(value):
    array = IMAGES / 255
    array[3, 2, 1] = value
    return array


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"pictures": IMAGES, "more": IMAGES}, ("a.npz", "named x", "pictures, more", "rename")),
        ({"x": np.array([{"a": 1}] * 20)}, ("a.npz", "Python objects", "plain arrays")),
        ({"x": IMAGES.astype(np.int32)}, ("uint8", "int32", "astype")),
        ({"x": floats(255.0)}, ("[0, 1] or [-1, 1]", "255", "rescale")),
        ({"x": floats(np.nan)}, ("nan",)),
        ({"x": floats(np.inf)}, ("inf",)),
        ({"x": IMAGES[:, :, :5]}, ("square", "5x8", "--set size=")),
        ({"x": IMAGES[:0]}, ("at least 10", "got 0")),
        ({"x": IMAGES[:1]}, ("at least 10", "got 1")),
        ({"x": np.zeros((20, 8, 8, 4), np.uint8)}, ("4", "channels", "transparency")),
        ({"x": np.zeros((20, 8, 8, 2, 3), np.uint8)}, ("shape", "(20, 8, 8, 2, 3)")),
        ({"x": np.zeros(20, np.uint8)}, ("shape", "(20,)")),
        ({"x": np.uint8(3)}, ("shape", "()")),
        ({"x": IMAGES, "y": LABELS[:19]}, ("one label an item", "20", "(19,)")),
        ({"x": IMAGES, "y": LABELS / 2}, ("labels", "whole numbers", "float64")),
        ({"x": IMAGES, "y": np.arange(20)}, ("class", "one item", "at least 2")),
        ({"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES}, ("held-out", "y_test")),
        ({"x_train": IMAGES, "x_test": np.zeros((9, 16, 16), np.uint8)}, ("shape", "8", "16")),
        ({"x": np.full((20, 3), np.inf)}, ("infinite",)),
        ({"x": np.full((20, 3), np.nan)}, ("only missing values",)),
        ({"x": np.full((20, 3), "word")}, ("numbers", "<U4")),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) else None,
)
def test_an_npz_that_cannot_be_learnt_from(arrays, says, here, refused):
    np.savez(here / "a.npz", **arrays)
    refused("fit", "a.npz", "--run", "run", "--steps", "2", says=("a.npz", *says))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.npz", b"PK broken", ("a.npz", "no readable arrays", "numpy.savez")),
        ("a.npz", b"", ("a.npz", "no readable arrays")),
        ("a.npy", b"\x93NUMPY broken", ("a.npy", "no readable array", "numpy.save")),
        ("images-idx3-ubyte", idx(IMAGES, zero=7), ("images-idx3-ubyte", "idx")),
        ("images-idx3-ubyte", idx(IMAGES, code=77), ("images-idx3-ubyte", "idx")),
        ("images-idx3-ubyte", idx(IMAGES)[:100], ("images-idx3-ubyte", "cut short")),
        ("images-idx3-ubyte.gz", b"\x1f\x8b\x08 broken", ("idx3-ubyte.gz", "get it again")),
    ],
)
def test_a_file_that_holds_no_arrays(name, content, says, here, refused):
    (here / name).write_bytes(content)
    refused("fit", name, "--run", "run", "--steps", "2", says=says)


def test_an_npz_cut_in_its_middle(here, refused):
    np.savez_compressed(here / "a.npz", x=IMAGES)
    whole = bytearray((here / "a.npz").read_bytes())
    whole[100:200] = bytes(100)
    (here / "a.npz").write_bytes(whole)
    refused("fit", "a.npz", says=("a.npz", "no readable arrays"))


@pytest.mark.parametrize(
    ("x", "y", "says"),
    [
        (None, None, "NoneType"),
        ([[1, 2]] * 20, None, "list"),
        (IMAGES, LABELS[:3], "one label an item"),
        (IMAGES, [object()] * 20, "Labels must be"),
        (np.zeros((20, 2)), LABELS, "labels"),
        (np.array([["a", 1]] * 20, dtype=object), None, "numbers"),
    ],
)
def test_fit_refuses_what_it_cannot_take(x, y, says):
    with pytest.raises((WrongUse, TypeError), match=says):
        Synthesizer(steps=1).fit(x, y)
