from itertools import islice

import numpy as np
import pytest
import torch

import sparring.data.batches as module
from sparring.data.batches import Batches
from sparring.data.conditions import Texts
from sparring.data.conditions.sources import some_of, with_codes
from sparring.data.sources import InMemory

GROUPS = [["one"], ["two a", "two b"], ["three a", "three b", "three c"]] * 2


@pytest.fixture
def source(encoder):
    captions = Texts(encoder).seen(GROUPS).encode(GROUPS)
    return with_codes(InMemory(torch.arange(6.0)[:, None]), captions)


@pytest.fixture
def texts(source):
    """From a batch to the caption of each of its items."""
    flat = [text for group in GROUPS for text in group]
    every = source.y._picked(torch.arange(len(flat))).flatten(1).tolist()
    said = {tuple(y): text for y, text in zip(every, flat, strict=True)}
    return lambda batch: [said[tuple(y.tolist())] for y in batch["y"].flatten(1)]


def test_each_text_of_an_item_takes_its_turn(source, texts):
    seen = {number: [] for number in range(6)}
    for batch in islice(Batches(source, 6, seed=0), 6):
        for x, text in zip(batch["x"].flatten().long().tolist(), texts(batch), strict=True):
            seen[x].append(text)
    for number, found in seen.items():
        group = GROUPS[number]
        assert {found.count(text) for text in group} == {6 // len(group)}


def test_the_texts_follow_from_the_place_in_the_stream(source, texts):
    first = Batches(source, 4, seed=1)
    for _ in range(5):
        next(first)
    state = first.state_dict()
    expected = [texts(next(first)) for _ in range(5)]
    again = Batches(source, 4, seed=1)
    again.load_state_dict(state)
    assert [texts(next(again)) for _ in range(5)] == expected


def test_two_processes_see_the_texts_that_one_would(source, texts, monkeypatch):
    alone = [texts(batch) for batch in islice(Batches(source, 4, seed=2), 6)]
    parts = []
    for rank in range(2):
        monkeypatch.setattr(module, "share", lambda whole, rank=rank: whole.chunk(2)[rank])
        parts.append([texts(batch) for batch in islice(Batches(source, 4, seed=2), 6)])
    assert [first + second for first, second in zip(*parts, strict=True)] == alone


def test_without_a_place_the_first_text_is_taken(source, texts):
    assert texts(source[torch.tensor([2, 1])]) == ["three a", "two a"]


def test_a_part_keeps_its_texts(source, texts):
    part = some_of(source, np.array([5, 1]))
    assert len(part) == 2
    assert part[torch.tensor([0])]["x"].item() == 5
    assert texts(part.at(torch.tensor([0, 1]), torch.tensor([1, 0]))) == ["three b", "two b"]


def test_attributes_are_part_of_the_source_itself():
    plain = InMemory(torch.zeros(2, 1))
    told = with_codes(plain, torch.eye(2))
    assert told[torch.tensor([1])]["y"].tolist() == [[0, 1]]
    assert plain.y is None
    assert some_of(told, np.array([1])).y.tolist() == [[0, 1]]
