"""Columns that another determines, parts of dates, and keys."""

import numpy as np
import pandas as pd
import pytest

from sparring.core.errors import WrongUse
from sparring.data.rules import Rules, discover

RNG = np.random.default_rng(0)
N = 600


def texts(frame):
    return [str(rule) for rule in discover(frame)]


def test_the_coarsest_column_that_determines_is_named():
    shop = RNG.integers(0, 40, N)
    city = shop // 4
    country = np.array(list("abc"))[city % 3]
    frame = pd.DataFrame(
        {"shop": [f"s{k}" for k in shop], "city": [f"c{k}" for k in city], "country": country}
    )
    assert texts(frame) == ["shop -> city", "city -> country"]


def test_of_two_names_for_the_same_the_first_is_learnt():
    level = RNG.integers(0, 9, N)
    frame = pd.DataFrame({"school": np.array(list("abcdefghi"))[level], "years": level * 2})
    assert texts(frame) == ["school <-> years"]


def test_a_dependency_that_few_rows_repeat_is_no_rule():
    person = np.arange(N)
    frame = pd.DataFrame({"name": person // 2, "born": RNG.integers(1900, 2000, N // 2).repeat(2)})
    assert texts(frame) == []


def test_what_all_rows_of_a_customer_share_says_nothing_about_names():
    # Each of 40 customers has a first name, of which only two occur twice, and a city.
    customer = RNG.integers(0, 40, N)
    first, city = np.arange(40), RNG.integers(0, 6, 40)
    first[38:] = first[:2]
    city[38:] = city[:2]
    frame = pd.DataFrame(
        {"customer": customer + 100, "first": first[customer] * 7, "city": city[customer]}
    ).map(lambda code: f"t{code}")
    assert texts(frame) == ["customer -> first", "customer -> city"]


def test_a_missing_value_is_a_value_to_look_up():
    zone = RNG.choice(["a", "b", "c", None], N)
    borough = pd.Series(zone).map({"a": "x", "b": "x", "c": "y"})
    frame = pd.DataFrame({"zone": zone, "borough": borough})
    rules = discover(frame)
    assert [str(rule) for rule in rules] == ["zone -> borough"]
    pd.testing.assert_frame_equal(rules.restore(rules.reduce(frame)), frame)


def test_a_text_that_was_not_seen_is_refused():
    branch = RNG.integers(0, 3, N)
    frame = pd.DataFrame(
        {"branch": np.array(list("ABC"))[branch], "city": np.array(list("xyz"))[branch]}
    )
    rules = discover(frame)
    with pytest.raises(WrongUse, match="must know every value of 'branch', got 'D' in row 2"):
        rules.restore(pd.DataFrame({"branch": ["A", "D"]}))
    unseen = pd.DataFrame({"branch": ["D", "A"], "city": ["x", "y"]})
    assert rules.holds(unseen).tolist() == [[True], [False]]


def test_a_number_that_was_not_seen_takes_the_entry_of_the_nearest():
    age = RNG.choice([18, 20, 30, 44, 46, 70], N)
    frame = pd.DataFrame({"age": age, "group": np.where(age < 45, "young", "old")})
    rules = discover(frame)
    assert rules.restore(pd.DataFrame({"age": [19, 40, 99]}))["group"].tolist() == [
        "young",
        "young",
        "old",
    ]


@pytest.mark.parametrize("kind", ["text", "datetime"])
def test_parts_of_a_date(kind):
    day = pd.Series(pd.date_range("2021-01-01", "2024-12-31").to_numpy())
    frame = pd.DataFrame(
        {
            "day": day if kind == "datetime" else day.dt.strftime("%Y-%m-%d"),
            "year": day.dt.year,
            "month": day.dt.month,
            "quarter": day.dt.quarter,
            "weekday": day.dt.day_of_week,
            "season": np.array(["winter", "spring", "summer", "autumn"])[day.dt.month % 12 // 3],
        }
    )
    rules = discover(frame)
    assert {str(rule) for rule in rules} == {
        "year = year(day)",
        "month = month(day)",
        "quarter = quarter(day)",
        "weekday = weekday(day) - 1",
        "month -> season",
    }
    pd.testing.assert_frame_equal(rules.restore(rules.reduce(frame)), frame)


def test_a_season_is_looked_up_by_the_month_of_a_date():
    day = pd.Series(pd.date_range("2021-01-01", "2024-12-31").to_numpy())
    season = np.array(["winter", "spring", "summer", "autumn"])[day.dt.month % 12 // 3]
    rules = discover(pd.DataFrame({"day": day, "season": season}))
    assert [str(rule) for rule in rules] == ["month(day) -> season"]
    new = rules.restore(pd.DataFrame({"day": pd.to_datetime(["2031-07-14"])}))
    assert new["season"].tolist() == ["summer"]


def test_keys_are_recognised_and_repeated_numbers_moved():
    order = np.sort(RNG.integers(0, 150, N))
    line = pd.Series(order).groupby(order).cumcount() + 1
    frame = pd.DataFrame({"order": order, "line": line, "price": RNG.integers(1, 99, N)})
    rules = discover(frame)
    assert [str(rule) for rule in rules] == ["{order, line} is a key"]
    same = pd.DataFrame({"order": [1, 1, 1, 2], "line": [1, 1, 2, 1], "price": [5, 5, 5, 5]})
    assert rules.holds(same).ravel().tolist() == [True, False, True, True]
    moved = rules.restore(same)
    assert moved["line"].tolist() == [1, 3, 2, 1]
    assert rules.holds(moved).all()


def test_numbers_that_happen_to_differ_are_no_key():
    frame = pd.DataFrame({"x": RNG.permutation(10**7)[:N], "y": RNG.normal(size=N)})
    assert texts(frame) == []


def test_invoice_numbers_are_a_key_and_stay_as_they_are():
    names = [f"{a:03d}-{b:02d}" for a, b in zip(range(N), RNG.integers(0, 99, N), strict=True)]
    rules = discover(pd.DataFrame({"invoice": names, "x": RNG.normal(size=N)}))
    assert [str(rule) for rule in rules] == ["invoice is a key"]
    twice = pd.DataFrame({"invoice": ["a-1", "a-1"], "x": [1.0, 2.0]})
    assert rules.restore(twice)["invoice"].tolist() == ["a-1", "a-1"]


def test_a_description_gives_the_same_rules():
    branch = RNG.integers(0, 3, N)
    frame = pd.DataFrame(
        {"branch": np.array(list("ABC"))[branch], "city": np.array(list("xyz"))[branch]}
    )
    rules = discover(frame)
    assert Rules.from_description(rules.describe()) == rules
