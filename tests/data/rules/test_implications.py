"""If-then rules, and columns that are missing exactly when another says so."""

import numpy as np
import pandas as pd

from sparring.data.rules import discover

RNG = np.random.default_rng(0)
N = 1000


def texts(frame):
    return [str(rule) for rule in discover(frame)]


def trips():
    payment = RNG.choice(["card", "cash", "voucher"], N)
    tip = np.where(payment == "card", RNG.integers(0, 900, N), 0) / 100
    return pd.DataFrame({"payment": payment, "tip": tip})


def test_values_with_the_same_consequence_are_one_rule():
    assert texts(trips()) == ["if payment in {cash, voucher} then tip = 0"]


def test_restoring_overwrites_the_consequence():
    rules = discover(trips())
    drawn = pd.DataFrame({"payment": ["cash", "card"], "tip": [2.5, 2.5]})
    assert rules.holds(drawn).ravel().tolist() == [False, True]
    assert rules.restore(drawn)["tip"].tolist() == [0.0, 2.5]


def test_a_consequence_that_nearly_always_holds_is_no_rule():
    kind = RNG.choice(["a", "b", "c"], N, p=[0.1, 0.45, 0.45])
    rare = np.where((kind != "a") & (RNG.random(N) < 0.03), "yes", "no")
    assert texts(pd.DataFrame({"kind": kind, "rare": rare})) == []


def test_few_rows_are_no_evidence():
    kind = np.array(["a"] * 30 + ["b"] * (N - 30))
    value = np.where(kind == "a", 0, RNG.integers(0, 9, N))
    assert texts(pd.DataFrame({"kind": kind, "value": value})) == []


def test_what_a_dependency_implies_is_not_listed():
    city = RNG.choice(list("abcd"), N)
    coast = np.where(city == "c", "no", "yes")
    frame = pd.DataFrame({"city": city, "coast": coast})
    assert texts(frame) == ["city -> coast"]


def test_zero_of_a_column_of_many_values_is_a_condition():
    owed = RNG.integers(1, 5000, N) * (RNG.random(N) < 0.6)
    late = np.where(owed > 0, RNG.integers(0, 5, N), 0)
    assert texts(pd.DataFrame({"owed": owed, "late": late})) == ["if owed = 0 then late = 0"]


def test_missing_exactly_when_is_filled_for_the_model_and_emptied_again():
    renovated = RNG.choice(["yes", "no"], N)
    year = np.where(renovated == "yes", RNG.integers(1950, 2020, N), np.nan)
    frame = pd.DataFrame({"renovated": renovated, "year": year})
    rules = discover(frame)
    assert [str(rule) for rule in rules] == ["year is missing exactly when renovated = no"]
    reduced = rules.reduce(frame)
    assert reduced["year"].notna().all()
    pd.testing.assert_frame_equal(rules.restore(reduced), frame)
    drawn = pd.DataFrame({"renovated": ["yes", "no"], "year": [np.nan, 1990.0]})
    restored = rules.restore(drawn)["year"]
    assert restored.isna().tolist() == [False, True]


def test_columns_that_are_missing_together_follow_the_first():
    gone = RNG.random(N) < 0.3
    frame = pd.DataFrame(
        {"in": RNG.integers(0, 99, N) * 1.0, "out": pd.Series(RNG.choice(list("ab"), N))}
    ).mask(np.column_stack([gone, gone]))
    assert texts(frame) == ["out is missing exactly when in is missing"]


def test_missing_in_one_implies_missing_in_the_other():
    first = RNG.random(N) < 0.2
    second = first | (RNG.random(N) < 0.2)
    frame = pd.DataFrame({"a": RNG.normal(size=N), "b": RNG.normal(size=N)})
    frame = frame.mask(np.column_stack([first, second]))
    rules = discover(frame)
    assert [str(rule) for rule in rules] == ["if a is missing then b is missing"]
    pd.testing.assert_frame_equal(rules.restore(rules.reduce(frame)), frame)
