import json

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sparring.core.errors import WrongUse
from sparring.data.conditions import Attribute, Attributes, condition_from

PEOPLE = pd.DataFrame(
    {
        "hat": [True, True, False, False, False, True],
        "hair": ["red", "red", "black", "black", "black", "fair"],
        "age": [3, 14, 15, 30, 31, 70],
    }
)
AGE = Attribute("age", ("child", "teen", "adult"), edges=(13, 20))
KNOWN = Attributes([*Attributes.fit(PEOPLE[["hat", "hair"]]).attributes, AGE]).seen(PEOPLE)


def test_yes_or_no_takes_one_number_and_others_one_a_value():
    # hat; black, fair, red; child, teen, adult
    assert KNOWN.size == 7
    assert KNOWN.encode(PEOPLE).tolist() == [
        [1, 0, 0, 1, 1, 0, 0],
        [1, 0, 0, 1, 0, 1, 0],
        [0, 1, 0, 0, 0, 1, 0],
        [0, 1, 0, 0, 0, 0, 1],
        [0, 1, 0, 0, 0, 0, 1],
        [1, 0, 1, 0, 0, 0, 1],
    ]


@given(
    st.lists(
        st.tuples(st.booleans(), st.sampled_from(["red", "black", "fair"]), st.integers(0, 90)),
        min_size=1,
    )
)
def test_what_is_encoded_is_told_again(people):
    frame = pd.DataFrame(people, columns=["hat", "hair", "age"])
    for (hat, hair, age), said in zip(people, KNOWN.tell(KNOWN.encode(frame)), strict=True):
        group = "child" if age < 13 else "teen" if age < 20 else "adult"
        assert said == {"hat": "yes" if hat else "no", "hair": hair, "age": group}


def test_rows_are_the_distinct_ones_with_their_frequencies():
    told = [tuple(said.values()) for said in KNOWN.tell(KNOWN.rows())]
    frequencies = dict(zip(told, KNOWN.frequencies().tolist(), strict=True))
    assert frequencies[("no", "black", "adult")] == pytest.approx(2 / 6)
    assert sum(frequencies.values()) == pytest.approx(1)
    assert len(told) == len(set(told)) == 5
    assert torch.equal(KNOWN.rows(torch.tensor([3])), KNOWN.rows()[3:4])


def test_more_rows_than_are_kept_are_thinned():
    frame = pd.DataFrame(np.random.default_rng(0).random((12_000, 30)) > 0.5)
    known = Attributes.fit(frame).seen(frame)
    assert 9_900 < len(known.rows()) <= 10_000


def test_what_is_left_open_is_drawn_from_items_that_agree():
    torch.manual_seed(0)
    said = KNOWN.tell(KNOWN.ask({"hat": "no"}, 300))
    assert {one["hair"] for one in said} == {"black"}
    adults = sum(one["age"] == "adult" for one in said) / 300
    assert adults == pytest.approx(2 / 3, abs=0.09)


def test_several_values_will_do():
    torch.manual_seed(0)
    said = KNOWN.tell(KNOWN.ask({"hair": ["red", "fair"]}, 50))
    assert {one["hair"] for one in said} == {"red", "fair"}


def test_a_whole_wish_need_not_have_been_seen():
    wish = {"hat": True, "hair": "black", "age": 80}
    assert KNOWN.tell(KNOWN.ask(wish, 2)) == [{"hat": "yes", "hair": "black", "age": "adult"}] * 2


def test_several_wishes_are_taken_in_turn():
    said = KNOWN.tell(KNOWN.ask([{"age": 5}, {"age": "teen"}], 4))
    assert [one["age"] for one in said] == ["child", "teen", "child", "teen"]


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"hiar": "red"}, "no attribute 'hiar'; did you mean hair"),
        ({"hair": "rde"}, "'hair' can't be 'rde'; did you mean red"),
        ({"hair": []}, "got an empty list"),
        ({"hat": "perhaps"}, "'hat' can't be 'perhaps'"),
        ("red", "asked for by name, such as"),
        ({"hat": "yes", "hair": "black"}, "No training image is hat yes and hair black.*say all"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(wish, says):
    with pytest.raises(WrongUse, match=says):
        KNOWN.ask(wish, 1)


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([0, 1, 1], None, ("no", "yes")),
        ([1.0, 0.0], None, ("no", "yes")),
        ([3, 1, 2, 10], None, ("1", "2", "3", "10")),
        ([3.0, 1.0], None, ("1", "3")),
        (["b", "a"], None, ("a", "b")),
        ([0, 1, 1], "category", ("0", "1")),
        (list(range(40)), None, ("below 10", "10 to 20", "20 to 30", "from 30")),
        ([0, 0, 0, 0.5], "number", ("below 0.5", "from 0.5")),
        (pd.Categorical(["b", "a"], ["b", "a"]), None, ("b", "a")),
    ],
)
def test_what_a_column_is_taken_for(values, kind, expected):
    assert Attribute.fit(pd.Series(values, name="n"), kind).values == expected


def test_the_groups_of_a_number_hold_their_lower_edge():
    assert [AGE.number(age) for age in (0, 12, 13, 19, 20, 100)] == [0, 0, 1, 1, 2, 2]


def test_groups_of_quartiles_are_alike_in_size():
    series = pd.Series(np.random.default_rng(0).normal(size=400), name="n")
    attribute = Attribute.fit(series)
    assert np.bincount(attribute.numbers(series)).tolist() == [100, 100, 100, 100]


@pytest.mark.parametrize(
    ("values", "kind", "says"),
    [
        (["a", "a"], None, "at least 2 values"),
        ([2, 2, 2], "number", "at least 2 values"),
        (["a", "b"], "number", "holds texts"),
        (["a", "b"], "colour", "kind category, number or boolean"),
        ([f"name {number}" for number in range(101)], None, "has 101 values, at most 100"),
    ],
)
def test_a_column_that_cannot_be_asked_for_is_refused(values, kind, says):
    with pytest.raises(WrongUse, match=says):
        Attribute.fit(pd.Series(values, name="n"), kind)


@pytest.mark.parametrize("edges", [(1,), (2, 1), (1, 1)])
def test_edges_must_cut_the_groups(edges):
    with pytest.raises(WrongUse, match="2 ascending edges"):
        Attribute("n", ("a", "b", "c"), edges)


def test_a_missing_value_is_refused_by_its_row():
    with pytest.raises(WrongUse, match="'hair' is missing in row 2"):
        KNOWN.encode(PEOPLE.assign(hair=["red", None, "red", "red", "red", "red"]))


def test_a_missing_attribute_is_refused():
    with pytest.raises(WrongUse, match="attribute 'hair' is missing; did you mean hairs"):
        KNOWN.encode(PEOPLE.rename(columns={"hair": "hairs"}))


def test_attributes_are_one_array_too():
    known = Attributes.fit(np.array([[0, 1], [1, 0]]))
    assert known.encode(np.array([[0, 1], [1, 0]])).tolist() == [[0, 1], [1, 0]]
    assert [attribute.name for attribute in known.attributes] == ["0", "1"]


def test_kinds_of_unknown_attributes_are_refused():
    with pytest.raises(WrongUse, match="no attribute 'hta'; did you mean hat"):
        Attributes.fit(PEOPLE, {"hta": "category"})


def test_a_description_goes_through_json():
    again = condition_from(json.loads(json.dumps(KNOWN.describe())))
    assert torch.equal(again.rows(), KNOWN.rows())
    assert torch.equal(again.frequencies(), KNOWN.frequencies())
    assert again.attributes == KNOWN.attributes
