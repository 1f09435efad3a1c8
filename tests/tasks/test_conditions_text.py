"""Conditions as texts: the marks of the command line, read as each column's kind."""

import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparring.core.errors import WrongUse
from sparring.data import Table
from sparring.data.points import Points
from sparring.tasks.conditions import Conditions
from sparring.tasks.conditions_text import read_conditions

FRAME = pd.DataFrame(
    {
        "age": range(20, 60),
        "sex": ["Female", "Male"] * 20,
        "code": [1.0, 2.0] * 20,
        "mark": ["a|b", "1..2", "c=d", "plain"] * 10,
        "boss": [True, False] * 20,
        "day": pd.date_range("2024-01-01", periods=40),
        "zoned": pd.date_range("2024-01-01", periods=40, tz="Europe/Berlin"),
        "born": [f"{1 + n % 28:02d}/0{1 + n // 28}/1990" for n in range(40)],
        "date": [datetime.date(2024, 1, 1 + n % 28) for n in range(40)],
        "clock": [f"{n % 24:02d}:30" for n in range(40)],
        "price": [f"${n}.50" for n in range(40)],
        "a=b": range(40),
        "same": ["x"] * 40,
    }
).astype({"code": "category"})
TABLE = Table.fit(FRAME)


@pytest.mark.parametrize(
    ("pair", "means"),
    [
        ("age=30", {"age": 30.0}),
        ("age=30|31", {"age": [30.0, 31.0]}),
        ("age=30..40", {"age": (30.0, 40.0)}),
        ("age=..40", {"age": (-float("inf"), 40.0)}),
        ("age=-3..4.5", {"age": (-3.0, 4.5)}),
        ("age=", {"age": None}),
        ("age=old", {"age": "old"}),
        ("sex=Female", {"sex": "Female"}),
        ("sex=female", {"sex": "Female"}),
        ("sex=Female|", {"sex": ["Female", None]}),
        ("sex=divers", {"sex": "divers"}),
        ("code=1", {"code": 1.0}),
        ("mark=a|b", {"mark": "a|b"}),
        ("mark=1..2", {"mark": "1..2"}),
        ("mark=c=d", {"mark": "c=d"}),
        ("boss=true", {"boss": True}),
        ("day=2024-01-05", {"day": pd.Timestamp("2024-01-05")}),
        ("zoned=2024-01-05", {"zoned": pd.Timestamp("2024-01-05", tz="Europe/Berlin")}),
        ("born=05/01/1990", {"born": "05/01/1990"}),
        ("born=1990-01-15", {"born": "15/01/1990"}),
        ("date=2024-01-05", {"date": datetime.date(2024, 1, 5)}),
        ("clock=07:30", {"clock": "07:30"}),
        ("price=$7.50", {"price": "$7.50"}),
        ("price=7.5..9", {"price": ("$7.50", "$9.00")}),
        ("a=b=3", {"a=b": 3.0}),
        ("same=x", {"same": "x"}),
        ("wage=3", {"wage": "3"}),
    ],
)
def test_a_text_means(pair, means):
    assert read_conditions(TABLE, [pair]) == means


@pytest.mark.parametrize("name", FRAME.columns)
def test_each_value_as_it_is_printed_asks_for_itself(name):
    for value in FRAME[name].head(5):
        asked = read_conditions(TABLE, [f"{name}={value}"])
        met = FRAME[Conditions(TABLE, asked).met(FRAME)]
        assert set(met[name]) == {value}


@given(st.integers(20, 59), st.integers(20, 59))
def test_a_range_has_both_its_ends(one, other):
    low, high = sorted((one, other))
    asked = read_conditions(TABLE, [f"age={low}..{high}"])
    assert FRAME[Conditions(TABLE, asked).met(FRAME)]["age"].tolist() == list(range(low, high + 1))


@pytest.mark.parametrize(
    ("pairs", "says"),
    [
        (["age"], "key=value"),
        (["=30"], "key=value"),
        (["age=30", "age=40"], "twice"),
        (["age=1..3|5"], "not both"),
        (["day=2024-01-01.."], "both its ends"),
    ],
)
def test_what_is_refused(pairs, says):
    with pytest.raises(WrongUse, match=says):
        read_conditions(TABLE, pairs)


def test_other_data_are_asked_for_a_class_as_it_is_written():
    assert read_conditions(Points.fit(FRAME[["age"]].to_numpy(float)), ["class=7"]) == {
        "class": "7"
    }
