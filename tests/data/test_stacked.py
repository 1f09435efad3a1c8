"""Stacked digits: a thousand kinds of pictures, put together when they are asked for."""

import numpy as np
import pytest
import torch

from sparring.core.errors import WrongUse
from sparring.data import open_dataset
from sparring.data.sources import InMemory, Subset
from sparring.data.stacked import Stacked, stacked_in

DIGITS = np.random.default_rng(0).integers(0, 256, (5, 8, 8), dtype=np.uint8)
LABELS = np.array([4, 0, 9, 9, 2])


@pytest.fixture
def source():
    return Stacked(DIGITS, LABELS, np.array([[0, 1, 2], [3, 3, 4]]))


def test_each_colour_is_one_digit(source):
    x = source[torch.tensor([1, 0])]["x"]
    levels = ((x + 1) * 127.5).round().to(torch.uint8).numpy()
    assert np.array_equal(levels[0, 0], DIGITS[3])
    assert np.array_equal(levels[0, 2], DIGITS[4])
    assert np.array_equal(levels[1, 1], DIGITS[1])


def test_a_kind_is_the_number_that_the_digits_make(source):
    assert source.kinds.tolist() == [409, 992]


def test_nothing_is_said_of_the_pictures(source):
    assert sorted(source[torch.tensor([0])]) == ["x"]


def test_stacks_are_found_behind_a_part_of_them(source):
    assert stacked_in(Subset(source, torch.tensor([1]))) is source
    assert stacked_in(InMemory(torch.zeros(3, 2))) is None


@pytest.fixture
def mnist(tmp_path, monkeypatch):
    """A file that stands for MNIST's, of 30 and 20 digits."""
    from sparring.data import stacked
    from sparring.data.entries import Entry

    random = np.random.default_rng(1)
    path = tmp_path / "mnist.npz"
    parts = {
        f"{kind}_{part}": random.integers(0, high, (n, *shape), dtype=np.uint8)
        for part, n in (("train", 30), ("test", 20))
        for kind, high, shape in (("x", 256, (28, 28)), ("y", 10, ()))
    }
    np.savez(path, **parts)
    (entry,) = stacked.STACKED_SETS
    assert isinstance(entry, Entry)
    return lambda size=None: entry.load([path], None, size)


def test_the_pictures_are_drawn_alike_every_time(mnist):
    first, second = mnist(), mnist()
    assert torch.equal(first.train.kinds, second.train.kinds)
    assert (len(first.train), len(first.heldout)) == (128_000, 26_000)


def test_the_held_out_part_is_made_of_the_test_digits(mnist):
    dataset = mnist()
    assert len(dataset.train.digits) == 30
    assert len(dataset.heldout.digits) == 20
    assert dataset.classes is None
    assert dataset.real(2).shape == (2, 28, 28, 3)


def test_digits_can_be_resized(mnist):
    assert mnist(16).unseen(2).shape == (2, 16, 16, 3)


def test_it_is_in_the_catalogue():
    from sparring.data.catalog import CATALOG

    assert CATALOG["stacked-mnist"].shape == (28, 28, 3)
    with pytest.raises(WrongUse, match="did you mean 'stacked-mnist'"):
        open_dataset("stackedmnist")
