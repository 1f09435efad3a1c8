import copy
import pickle
from itertools import islice

import pytest
import torch

from sparring.core.errors import WrongUse
from sparring.data import folder, open_dataset
from sparring.data.batches import Batches
from sparring.data.sources import Files, InMemory, Prefetches, Source


@pytest.fixture
def streamed_and_kept(make_folder, monkeypatch):
    make_folder("photos/a", n=9)
    path = make_folder("photos/b", n=9, size=(16, 16)).parent
    kept = open_dataset(path, seed=3)
    monkeypatch.setattr(folder, "budget", lambda: 0)
    return open_dataset(path, seed=3), kept


def test_data_that_do_not_fit_are_streamed(streamed_and_kept):
    streamed, kept = streamed_and_kept
    assert isinstance(streamed.train, Files)
    assert isinstance(kept.train, InMemory)
    assert isinstance(streamed.train, Prefetches)
    assert isinstance(streamed.train, Source)


def test_streamed_batches_equal_those_from_memory_bit_for_bit(streamed_and_kept):
    streams = [Batches(data.train, 5, seed=1) for data in streamed_and_kept]
    for streamed, kept in islice(zip(*streams, strict=True), 12):
        assert torch.equal(streamed["x"], kept["x"])
        assert torch.equal(streamed["y"], kept["y"])


def test_a_batch_that_was_begun_but_not_asked_for_does_no_harm(streamed_and_kept):
    streamed, kept = streamed_and_kept
    streamed.train.prefetch(torch.tensor([0, 1]))
    wanted = torch.tensor([5, 2, 2])
    assert torch.equal(streamed.train[wanted]["x"], kept.train[wanted]["x"])


def test_real_items_are_the_same_streamed_or_kept(streamed_and_kept):
    streamed, kept = streamed_and_kept
    assert (streamed.real(5, seed=2) == kept.real(5, seed=2)).all()
    assert (streamed.unseen() == kept.unseen()).all()


def test_a_file_that_breaks_later_is_named(streamed_and_kept):
    streamed, _ = streamed_and_kept
    streamed.train.paths[4].write_bytes(b"broken")
    with pytest.raises(WrongUse, match=rf"{streamed.train.paths[4].name} is not an image"):
        streamed.train[torch.tensor([4])]


def test_a_streamed_source_can_be_copied(streamed_and_kept):
    streamed, _ = streamed_and_kept
    wanted = torch.tensor([1, 0])
    expected = streamed.train[wanted]["x"]
    for twin in (copy.deepcopy(streamed.train), pickle.loads(pickle.dumps(streamed.train))):  # noqa: S301
        assert torch.equal(twin[wanted]["x"], expected)


def test_levels_are_kept_as_bytes():
    images = torch.zeros(10, 1, 8, 8, dtype=torch.uint8)
    source = InMemory(images)
    assert source.x.element_size() == 1
    assert source[torch.tensor([0, 1])]["x"].dtype == torch.float32
