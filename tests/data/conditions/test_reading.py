import numpy as np
import pandas as pd
import polars
import pytest
import torch

from sparring.core.errors import WrongUse
from sparring.data.conditions.reading import claim, claim_like

CAPTIONS = [f"a {colour} {thing}" for colour in ("red", "blue") for thing in ["cow", "dog", "cat"]]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (["cat", "dog"] * 3, "classes"),
        (np.array([3, 4] * 3), "classes"),
        (torch.tensor([3, 4] * 3), "classes"),
        (np.array([[3], [4]] * 3), "classes"),
        (pd.Series(["cat", "dog"] * 3), "classes"),
        ([True, False] * 3, "classes"),
        ({"pet": ["cat", "dog"] * 3}, "classes"),
        (["a cat", "a dog"] * 3, "classes"),
        (["Amir", "Berta", "Chi", "Dora", "Amir", "Chi"], "one item"),
        (CAPTIONS, "texts"),
        (tuple(CAPTIONS), "texts"),
        (np.array(CAPTIONS), "texts"),
        (pd.DataFrame({"caption": CAPTIONS}), "texts"),
        ([["a cat"], ["a dog", "one dog"]] * 3, "texts"),
        ([["cat", "dog"]] * 6, "texts"),
        (np.array([CAPTIONS, [f"{text} too" for text in CAPTIONS]]).T, "texts"),
        (np.eye(6), "attributes"),
        (torch.eye(6).bool(), "attributes"),
        ([[0, 1], [1, 0]] * 3, "attributes"),
        ([{"hat": True, "age": 3}, {"hat": False, "age": 4}] * 3, "attributes"),
        ({"hat": [True, False] * 3, "age": range(6)}, "attributes"),
        (polars.DataFrame({"hat": [True, False] * 3, "age": list(range(6))}), "attributes"),
        (pd.DataFrame({"height": np.linspace(1, 2, 6)}), "attributes"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_is_said_is_seen_for_what_it_is(said, name):
    if name == "one item":
        with pytest.raises(WrongUse, match=name):
            claim(said, 6)
    else:
        assert claim(said, 6).condition.name == name


def test_kinds_overrule_what_it_looks_like():
    assert claim(CAPTIONS * 2, 12, kinds={"y": "category"}).condition.size == 6
    assert claim(["cat", "dog"] * 3, 6, kinds={"y": "text"}).condition.name == "texts"
    said = {"hat": [0, 1] * 3, "age": [1, 2] * 3}
    assert claim(said, 6, kinds={"hat": "category"}).condition.size == 4
    assert claim(said, 6).condition.size == 3


def test_frequencies_are_those_of_the_training_part():
    known = claim(["cat"] * 4 + ["dog"] * 4, 8)
    condition, codes = known.learnt(np.array([0, 1, 2, 4]))
    assert condition.frequencies().tolist() == [0.75, 0.25]
    assert codes.tolist() == [0, 0, 0, 1]
    assert known.of(condition, np.array([7])).tolist() == [1]


def test_combinations_are_cut_alike_where_there_are_enough_of_each():
    said = {"hat": [True, False] * 20, "pet": ["cat", "cat", "dog", "dog"] * 10}
    assert len(np.unique(claim(said, 40).groups)) == 4
    assert claim({**said, "age": range(40)}, 40, kinds={"age": "category"}).groups is None


@pytest.mark.parametrize(
    ("said", "kinds", "says"),
    [
        (["cat", "dog"] * 4, None, "one label an item"),
        (CAPTIONS[:5], None, "one caption or list of captions an image .6., got 5"),
        (np.eye(7), None, "one row of attributes an image .6., got 7"),
        (np.zeros((6, 0)), None, "at least one attribute"),
        (np.zeros((6, 2, 2)), None, r"shape \(n,\) or \(n, k\)"),
        (np.linspace(0, 1, 6), None, "whole numbers or texts"),
        ({"hat": [1, 0], "age": [1]}, None, "columns of one length"),
        (7, None, "must be classes, captions or attributes"),
        ("cat", None, "must be classes, captions or attributes"),
        (["cat", "dog"] * 3, {"y": "colour"}, "'category' or 'text' of 'y', got 'colour'"),
        (["cat", "dog"] * 3, {"pet": "text"}, "kinds can say what 'y' is here"),
        ([*CAPTIONS[:5], ""], {"y": "text"}, "image 6 is empty"),
        ([None] * 6, None, "Labels must be"),
    ],
    ids=str,
)
def test_what_cannot_be_said_is_refused(said, kinds, says):
    with pytest.raises(WrongUse, match=says):
        claim(said, 6, kinds=kinds)


def test_a_test_part_is_of_the_same_kind():
    trained = claim(["cat", "dog"] * 3, 6)
    tested = claim_like(trained, ["dog", "dog"], 2)
    assert tested.of(trained.condition, np.arange(2)).tolist() == [1, 1]
    with pytest.raises(WrongUse, match="'cow' is in the held-out part but not in the training"):
        claim_like(trained, ["cow", "cow"], 2)
    texts = claim(CAPTIONS, 6)
    with pytest.raises(WrongUse, match=r"\(3\), got 2"):
        claim_like(texts, ["a cow", "a dog"], 3)
    hats = claim({"hat": [True, False] * 3, "age": [1, 2] * 3}, 6)
    assert claim_like(hats, {"hat": [True], "age": [2]}, 1).values.shape == (1, 2)
