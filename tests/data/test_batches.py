import json
from itertools import islice

import pytest
import torch

import sparring.data.batches as module
from sparring.core.errors import WrongUse
from sparring.data.batches import Batches
from sparring.data.sources import InMemory


def count_up(items):
    return InMemory(torch.arange(float(items)), torch.arange(items))


def numbers(batches, count):
    return [batch["x"].tolist() for batch in islice(batches, count)]


@pytest.mark.parametrize(("items", "size"), [(10, 5), (10, 4), (10, 3), (5, 13), (1, 2)])
def test_every_item_comes_once_an_epoch(items, size):
    batches = Batches(count_up(items), size)
    drawn = [number for batch in numbers(batches, 3 * items) for number in batch]
    for epoch in range(3):
        piece = drawn[epoch * items : (epoch + 1) * items]
        assert sorted(piece) == list(range(items))


def test_epochs_have_different_orders():
    drawn = numbers(Batches(count_up(50), 50), 2)
    assert drawn[0] != drawn[1]


def test_the_seed_alone_decides_the_order():
    first, second, other = (numbers(Batches(count_up(50), 8, seed), 20) for seed in (1, 1, 2))
    assert first == second
    assert first != other


def test_classes_travel_with_their_items():
    batch = next(Batches(count_up(20), 6))
    assert batch["y"].tolist() == batch["x"].long().tolist()
    assert batch["y"].dtype == torch.int64


@pytest.mark.parametrize("stop", [0, 1, 3, 4, 17])
@pytest.mark.parametrize("size", [3, 5, 12])
def test_a_restored_stream_goes_on_as_if_nothing_had_happened(stop, size):
    straight = Batches(count_up(10), size, seed=4)
    numbers(straight, stop)
    state = json.loads(json.dumps(straight.state_dict()))
    restored = Batches(count_up(10), size, seed=4)
    numbers(restored, 2)
    restored.load_state_dict(state)
    assert numbers(restored, 30) == numbers(straight, 30)


@pytest.mark.parametrize(
    ("items", "seed", "what"), [(11, 4, "The data has changed: 11 items"), (10, 5, "same seed")]
)
def test_a_position_in_other_data_is_refused(items, seed, what):
    state = Batches(count_up(10), 3, seed=4).state_dict()
    with pytest.raises(WrongUse, match=what):
        Batches(count_up(items), 3, seed=seed).load_state_dict(state)


def test_two_processes_share_what_one_would_read(monkeypatch):
    whole = numbers(Batches(count_up(30), 8), 12)
    halves = []
    for rank in (0, 1):
        monkeypatch.setattr(module, "share", lambda t, r=rank: t[4 * r : 4 * r + 4])
        halves.append(numbers(Batches(count_up(30), 8), 12))
    assert [a + b for a, b in zip(*halves, strict=True)] == whole


@pytest.mark.parametrize("size", [0, -1, 2.0, True])
def test_impossible_batch_sizes_are_refused(size):
    with pytest.raises(WrongUse, match="whole number of at least 1"):
        Batches(count_up(5), size)


def test_an_empty_source_is_refused():
    with pytest.raises(WrongUse, match="at least one item"):
        Batches(count_up(0), 2)
