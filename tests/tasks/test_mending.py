"""Formulas of which the result is given: one of the drawn parts follows."""

import numpy as np
import pandas as pd
import pytest
import torch

from sparring.data import Table
from sparring.data.rules import discover
from sparring.tasks.mending import mended

random = np.random.default_rng(0)
NET, TAX, COUNT = (
    np.round(random.uniform(10, 99, 500), 2),
    np.round(random.uniform(1, 9, 500), 2),
    random.integers(1, 9, 500),
)
FRAME = pd.DataFrame(
    {
        "net": NET,
        "tax": TAX,
        "total": np.round(NET + TAX, 2),
        "count": COUNT,
        "whole": np.round((NET + TAX) * COUNT, 2),
    }
)


@pytest.fixture(scope="module")
def table():
    rules = discover(FRAME)
    assert {str(rule) for rule in rules} == {"total = net + tax", "whole = total * count"}
    return Table.fit(FRAME, encoding="tokens", rules=rules)


def cells(free, rows):
    return pd.DataFrame({name: [name in free] * rows for name in FRAME})


def test_rows_that_obey_are_left_as_they_are(table):
    assert mended(table, FRAME, cells(list(FRAME), 500)).equals(FRAME)


def test_one_drawn_part_follows_from_a_given_sum(table):
    torch.manual_seed(0)
    frame = FRAME[:100].assign(total=FRAME["total"][:100] + 1.5)
    frame["whole"] = np.round(frame["total"] * frame["count"], 2)
    made = mended(table, frame, cells(["net", "tax"], 100))
    assert table.rules.holds(made).all()
    pd.testing.assert_series_equal(made["total"], frame["total"])
    assert ((made["net"] != frame["net"]) | (made["tax"] != frame["tax"])).all()


def test_only_what_was_drawn_is_changed(table):
    frame = FRAME[:100].assign(total=FRAME["total"][:100] + 1.5)
    made = mended(table, frame, cells(["tax", "whole"], 100))
    pd.testing.assert_frame_equal(made[["net", "count"]], frame[["net", "count"]])
    inside = frame["tax"] + 1.5 <= TAX.max()
    assert inside.any()
    np.testing.assert_allclose(made["tax"][inside], frame["tax"][inside] + 1.5)
    assert table.rules.holds(made)[inside].all()


def test_no_part_leaves_the_range_that_was_seen(table):
    frame = FRAME[:50].assign(total=FRAME["total"][:50] + 50)
    made = mended(table, frame, cells(["tax"], 50))
    assert made["tax"].equals(frame["tax"])


def test_a_factor_follows_where_it_can_be_written(table):
    """count is a whole number: with another total there is none, with the same there is."""
    frame = FRAME[:50].assign(count=1)
    made = mended(table, frame, cells(["count"], 50))
    assert made["count"].tolist() == COUNT[:50].tolist()
    assert made["count"].dtype == FRAME["count"].dtype


COLOUR = random.integers(0, 4, 500)
FLAGS = pd.DataFrame(
    {name: (at == COLOUR).astype(int) for at, name in enumerate(["red", "green", "blue", "pink"])}
)


@pytest.fixture(scope="module")
def flags():
    frame = FLAGS.assign(size=random.uniform(0, 1, 500))
    rules = discover(frame)
    assert [str(rule) for rule in rules] == ["exactly one of {red, green, blue, pink} is 1"]
    return Table.fit(frame, encoding="tokens", rules=rules)


def given(flags, **cells):
    """Rows of which some cells are given, before and after they are mended."""
    torch.manual_seed(0)
    frame = FLAGS.assign(size=0.5, **cells)
    free = pd.DataFrame({name: [name not in cells] * len(frame) for name in frame})
    return frame, mended(flags, frame, free)


def test_a_column_that_is_given_as_1_makes_those_0_that_were_drawn(flags):
    _, made = given(flags, green=1)
    assert (made[["red", "green", "blue", "pink"]].to_numpy() == [0, 1, 0, 0]).all()


def test_where_the_drawn_1_is_given_as_0_another_is_as_often_as_in_other_rows(flags):
    frame, made = given(flags, green=0)
    assert flags.rules.holds(made).all()
    obeying = flags.rules.holds(frame).all(axis=1)
    pd.testing.assert_frame_equal(made[obeying], frame[obeying])
    assert set(made.loc[~obeying, ["red", "blue", "pink"]].idxmax(axis=1)) == {
        "red",
        "blue",
        "pink",
    }
