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
