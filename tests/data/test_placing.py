"""Data that lies on a device as a whole; a device without numbers stands in for a GPU."""

import numpy as np
import pytest
import torch

from sparring.core import Backend
from sparring.data import Batches, InMemory, Pictures, Subset

META = torch.device("meta")


def levels(items=6):
    return torch.arange(items * 12, dtype=torch.uint8).reshape(items, 3, 2, 2)


def sources():
    array = levels().permute(0, 2, 3, 1).contiguous().numpy()
    y = torch.arange(6)
    return {
        "memory": InMemory(levels(), y),
        "part": Subset(InMemory(levels(), y), torch.tensor([0, 2, 3])),
        "pictures": Pictures(array, y.numpy()),
        "some pictures": Pictures(array, y.numpy(), rows=np.array([1, 4])),
    }


@pytest.mark.parametrize("name", sources())
def test_a_batch_comes_from_the_device_where_the_data_lies(name):
    batches = Batches(sources()[name], 2)
    batches.move(META, 10**6)
    batch = next(batches)
    assert {tensor.device for tensor in batch.values()} == {META}
    assert (batch["x"].shape, batch["y"].shape) == ((2, 3, 2, 2), (2,))


@pytest.mark.parametrize("name", sources())
def test_moved_data_gives_the_same_batches(name):
    source = sources()[name]
    here, there = Batches(source, 2, seed=3), Batches(source, 2, seed=3)
    there.move(torch.device("cpu"), 10**6)
    for _ in range(5):
        one, other = next(here), next(there)
        assert torch.equal(one["x"], other["x"])
        assert torch.equal(one["y"], other["y"])
    assert here.state_dict() == there.state_dict()


@pytest.mark.parametrize("name", sources())
def test_the_source_stays_where_it_is_for_others(name):
    source = sources()[name]
    Batches(source, 2).move(META, 10**6)
    assert source[torch.tensor([0])]["x"].device.type == "cpu"


@pytest.mark.parametrize("name", sources())
def test_data_that_does_not_fit_stays(name):
    batches = Batches(sources()[name], 2)
    before = batches.source
    batches.move(META, 20)
    assert batches.source is before


def test_pictures_of_other_sources_are_not_moved():
    part = sources()["some pictures"].on(META, 10**6)
    assert part._items.shape[0] == 2


def test_a_backend_moves_data_to_its_gpu_within_a_quarter_of_its_free_memory(monkeypatch):
    asked = []

    class Stream:
        def move(self, device, room):
            asked.append((device, room))

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (4000, 9000))
    monkeypatch.setattr(Backend, "device", property(lambda self: META))
    Backend("cuda").place_data(Stream())
    assert asked == [(META, 1000)]
    Backend("cpu").place_data(Stream())
    assert len(asked) == 1


def test_streams_that_cannot_be_moved_are_left_alone(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    Backend("cuda").place_data(object())
