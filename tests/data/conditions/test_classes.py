import json

import numpy as np
import pytest
import torch

from sparring.core.errors import WrongUse
from sparring.data.conditions import UNLABELLED, ClassNames, condition_from

PETS = ClassNames(["cat", "dog", "fish"])


def test_names_become_their_places_and_back():
    assert PETS.encode(["fish", "cat"]).tolist() == [2, 0]
    assert PETS.tell(torch.tensor([2, 0])) == ["fish", "cat"]
    assert PETS.encode(["fish", "cat"]).dtype == torch.int64


def test_a_number_means_a_place_where_no_name_is_one():
    assert PETS.encode(np.array([2, 0])).tolist() == [2, 0]


def test_a_number_means_a_name_where_names_are_numbers():
    assert ClassNames(["7", "9"]).ask(9, 1).tolist() == [1]
    with pytest.raises(WrongUse, match="no class '0'"):
        ClassNames(["7", "9"]).ask(0, 1)


def test_a_class_that_is_not_known_is_minus_one_and_not_counted():
    assert PETS.encode(["cat", UNLABELLED]).tolist() == [0, -1]
    assert PETS.tell(torch.tensor([-1])) == [None]
    seen = PETS.seen(["cat", "cat", "dog", UNLABELLED])
    assert torch.allclose(seen.frequencies(), torch.tensor([2 / 3, 1 / 3, 0]))


@pytest.mark.parametrize("wanted", ["dog", {"class": "dog"}, 1, np.int64(1), ["dog"]])
def test_one_class_can_be_asked_for_in_several_ways(wanted):
    assert PETS.ask(wanted, 3).tolist() == [1, 1, 1]


def test_several_classes_are_taken_in_turn():
    assert PETS.ask(["dog", "cat"], 5).tolist() == [1, 0, 1, 0, 1]


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("dgo", "there are cat, dog, fish"),
        (3, "no class '3'"),
        (-1, "no class"),
        (True, "no class 'True'"),
        ({"colour": "red"}, "colour; it knows class"),
        ({}, "it knows class"),
        ([], "got an empty list"),
        (["cat", "dog", "fish"], "ask for n=3"),
    ],
)
def test_what_is_no_class_is_refused(wanted, says):
    with pytest.raises(WrongUse, match=says):
        PETS.ask(wanted, 2)


def test_among_many_classes_the_nearest_is_named():
    names = [f"a kind of things number {number}" for number in range(60)]
    with pytest.raises(WrongUse, match="did you mean a kind of things number 33"):
        ClassNames(names).ask("a kind of thing number 33", 1)


def test_a_description_goes_through_json():
    seen = PETS.seen(["cat", "dog", "dog", "fish"])
    again = condition_from(json.loads(json.dumps(seen.describe())))
    assert again.names == seen.names
    assert torch.equal(again.frequencies(), seen.frequencies())
    assert again.rows() is None


@pytest.mark.parametrize("names", [[], ["a", "a"]])
def test_names_must_differ(names):
    with pytest.raises(WrongUse, match="must differ"):
        ClassNames(names)


@pytest.mark.parametrize(
    ("description", "says"),
    [({"condition": "colour"}, "must name one of"), ({"condition": "classes"}, "incomplete")],
)
def test_a_damaged_description_is_refused(description, says):
    with pytest.raises(WrongUse, match=says):
        condition_from(description)
