"""Rows that hold what a sample may miss."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sparring.data import witnesses
from sparring.data.witnesses import Witnesses

cells = st.lists(
    st.tuples(
        st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=False, width=32)),
        st.one_of(st.none(), st.sampled_from("abcdef")),
        st.one_of(st.none(), st.integers(-5, 5)),
    ),
    min_size=1,
    max_size=40,
)


@given(cells, st.integers(1, 7))
@settings(max_examples=80, deadline=None)
def test_the_rows_named_hold_all_that_occurs(rows, size):
    frame = pd.DataFrame(rows, columns=["x", "t", "n"]).astype(
        {"x": float, "t": object, "n": "Int64"}
    )
    table, seen, named = pa.Table.from_pandas(frame), Witnesses(), []
    for start in range(0, len(frame), size):
        named += (start + seen.see(table.slice(start, size))).tolist()
    kept = frame.iloc[named]
    for column in frame:
        assert kept[column].isna().any() == frame[column].isna().any()
    for column in ("t", "n"):
        assert set(kept[column].dropna()) == set(frame[column].dropna())
    if frame["x"].notna().any():
        assert (kept["x"].min(), kept["x"].max()) == (frame["x"].min(), frame["x"].max())


def test_what_is_known_is_not_named_again():
    seen, table = Witnesses(), pa.table({"n": [3, 1, 2], "t": ["a", "b", None]})
    assert seen.see(table).tolist() == [0, 1, 2]
    assert seen.see(table).tolist() == []


def test_a_column_of_too_many_values_is_followed_by_its_extremes_alone(monkeypatch):
    monkeypatch.setattr(witnesses, "MOST_NUMBERS", 5)
    seen = Witnesses()
    seen.see(pa.table({"n": list(range(100))}))
    assert seen.see(pa.table({"n": [50, 200, 50, -1]})).tolist() == [1, 3]


def test_numbers_taken_as_categories_are_all_kept():
    table = pa.table({"n": np.arange(2000) * 0.5})
    assert len(Witnesses().see(table)) == 2
    assert len(Witnesses(["n"]).see(table)) == 2000


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ([datetime.date(2024, 1, 2), datetime.date(2024, 1, 1), None], [0, 1, 2]),
        ([datetime.datetime(2024, 1, 1), datetime.datetime(2024, 1, 1)], [0]),
        ([datetime.time(2), datetime.time(3), datetime.time(1)], [1, 2]),
        ([decimal.Decimal("1.5"), decimal.Decimal("0.5")], [0, 1]),
        ([datetime.timedelta(1), datetime.timedelta(2)], []),
        ([True, True, False], [0, 2]),
        ([[1], [2], None], [2]),
        ([None, None], [0]),
        ([b"a", b"a", b"b"], [0, 2]),
    ],
)
def test_columns_of_every_type(values, named):
    assert Witnesses().see(pa.table({"c": values})).tolist() == named


def test_categories_that_are_listed_but_do_not_occur_are_no_matter():
    column = pa.DictionaryArray.from_arrays(pa.array([1, 1, None]), pa.array(["a", "b", "c"]))
    assert Witnesses().see(pa.table({"c": column})).tolist() == [0, 2]
