"""Columns of which one is 1, labels of ranges, what two columns determine, time between dates."""

import numpy as np
import pandas as pd
import pytest

from sparring.core.errors import WrongUse
from sparring.data.rules import Rules, discover, parse

RNG = np.random.default_rng(0)
N = 600


def texts(frame):
    return [str(rule) for rule in discover(frame)]


def comes_back(frame):
    """Rules from their description, with which the table comes back as it was."""
    rules = Rules.from_description(discover(frame).describe())
    assert rules.holds(frame).all()
    pd.testing.assert_frame_equal(rules.restore(rules.reduce(frame)), frame)
    return rules


def flags(codes, names, dtype=np.int64):
    return pd.DataFrame({name: (codes == at).astype(dtype) for at, name in enumerate(names)})


@pytest.mark.parametrize(("dtype", "one"), [(np.int64, "1"), (np.float64, "1"), (bool, "true")])
def test_columns_of_which_one_is_1_become_one_column(dtype, one):
    frame = flags(RNG.integers(0, 4, N), ["soil_1", "soil_2", "soil_3", "soil_4"], dtype)
    rules = comes_back(frame.assign(height=RNG.random(N)))
    assert [str(rule) for rule in rules] == [
        f"exactly one of {{soil_1, soil_2, soil_3, soil_4}} is {one}"
    ]
    assert list(rules.reduce(frame)) == ["one of soil_1 ... soil_4"]


def test_a_group_is_found_whatever_its_columns_are_called_and_wherever_they_stand():
    frame = flags(RNG.integers(0, 3, N), ["red", "green", "blue"])
    frame.insert(1, "noise", RNG.integers(0, 2, N))
    assert texts(frame) == ["exactly one of {red, green, blue} is 1"]
    comes_back(frame)


def test_at_most_one_may_be_none():
    frame = flags(RNG.integers(0, 4, N), ["is_a", "is_b", "is_c"])
    assert texts(frame) == ["at most one of {is_a, is_b, is_c} is 1"]
    comes_back(frame)


def test_flags_that_are_seldom_1_are_no_group():
    frame = pd.DataFrame({f"is_{k}": np.arange(N) % 200 == k for k in range(3)}).astype(int)
    assert texts(frame) == []


def test_a_flag_that_is_0_in_all_rows_belongs_to_its_group_as_others_may_have_it():
    frame = flags(RNG.integers(0, 3, N), ["soil_1", "soil_2", "soil_3", "soil_4"])
    rules = comes_back(frame)
    other = pd.DataFrame({"soil_1": [0], "soil_2": [0], "soil_3": [0], "soil_4": [1]})
    assert rules.holds(other).all()


def test_rows_that_break_a_group_are_told():
    rule = parse("exactly one of {a, b} is 1", pd.DataFrame({"a": [0, 1], "b": [1, 0]}))
    assert rule.holds(pd.DataFrame({"a": [0, 1, 1], "b": [0, 1, 0]})).tolist() == [
        False,
        False,
        True,
    ]


def test_a_label_of_ranges_of_a_number_is_found_with_round_limits():
    sales = RNG.integers(10_000, 1_000_000, N) / 100
    label = np.select([sales < 3000, sales < 7000], ["Small", "Medium"], "Large")
    frame = pd.DataFrame({"sales": sales, "size": label})
    rules = comes_back(frame)
    assert [str(rule) for rule in rules] == [
        "size by sales: Small < 3000 <= Medium < 7000 <= Large"
    ]
    made = rules.restore(pd.DataFrame({"sales": [2999.99, 3000.0, 6999.99, 7000.0]}))
    assert made["size"].tolist() == ["Small", "Medium", "Medium", "Large"]


def test_the_same_label_may_stand_for_two_ranges():
    heat = RNG.random(N)
    frame = pd.DataFrame({"heat": heat, "fine": (heat > 0.25) & (heat < 0.75)})
    (rule,) = comes_back(frame)
    assert str(rule).startswith("fine by heat: false < 0.2")
    assert str(rule).endswith("<= false")


def test_between_the_last_number_of_a_range_and_the_first_of_the_next_either_label_obeys():
    frame = pd.DataFrame({"n": [1.0, 2.0, 5.0, 6.0], "label": ["a", "a", "b", "b"]})
    rule = parse("label by n", frame)
    asked = pd.DataFrame({"n": [2.0, 3.0, 4.9, 3.0, 5.0], "label": ["b", "a", "b", "b", "a"]})
    assert rule.holds(asked).tolist() == [False, True, True, True, False]


def test_limits_that_are_written_are_kept():
    frame = pd.DataFrame({"n": [1.0, 2.0, 5.0, 6.0], "label": ["a", "a", "b", "b"]})
    rule = parse("label by n: a < 2.5 <= b", frame)
    assert rule.limits == (2.5,)
    asked = pd.DataFrame({"n": [2.4, 2.5, 2.4], "label": ["a", "b", "b"]})
    assert rule.holds(asked).tolist() == [True, True, False]


def test_what_two_columns_determine_only_together_is_found():
    product, year = RNG.integers(0, 8, N), RNG.integers(2020, 2024, N)
    price = RNG.integers(1, 6, (8, 4))[product, year - 2020]
    frame = pd.DataFrame({"product": [f"p{k}" for k in product], "year": year, "price": price})
    rules = comes_back(frame)
    assert [str(rule) for rule in rules] == ["{year, product} -> price"]
    reduced = rules.reduce(frame)
    drawn = pd.DataFrame({c: RNG.permutation(reduced[c].to_numpy()) for c in reduced})
    table = frame.drop_duplicates().set_index(["product", "year"])["price"]
    made = rules.restore(drawn)
    assert (
        made["price"] == table.loc[list(zip(made["product"], made["year"], strict=True))].values
    ).all()


def test_a_pair_that_was_not_seen_may_have_any_value_and_gets_the_usual_one():
    frame = pd.DataFrame({"a": [0, 0, 0, 1], "b": [0, 1, 2, 0], "c": [5, 5, 6, 7]})
    rule = parse("{a, b} -> c", frame)
    other = pd.DataFrame({"a": [0, 1, 9], "b": [9, 9, 9]})
    assert rule.restore(other)["c"].tolist() == [5, 7, 5]
    assert rule.holds(other.assign(c=99)).all()
    assert rule.holds(frame.assign(c=[5, 6, 6, 7])).tolist() == [True, False, True, True]


def test_pairs_that_are_nearly_all_different_are_no_evidence():
    frame = pd.DataFrame({c: RNG.integers(0, 40, N) for c in "abc"})
    assert texts(frame) == []


def stays():
    comes = pd.Series(pd.Timestamp("2020-01-01") + pd.to_timedelta(RNG.integers(0, 900, N), "D"))
    nights = RNG.integers(0, 15, N)
    leaves = comes + pd.to_timedelta(nights, "D")
    born = pd.Timestamp("1940-01-01") + pd.to_timedelta(RNG.integers(0, 20_000, N), "D")
    return pd.DataFrame({"born": born, "comes": comes, "leaves": leaves, "nights": nights})


def test_the_days_between_two_dates_are_found():
    frame = stays()[["comes", "leaves", "nights"]]
    rules = comes_back(frame)
    assert set(map(str, rules)) == {"comes <= leaves", "nights = days(leaves - comes)"}


def test_both_days_may_count():
    frame = stays()[["comes", "leaves"]].assign(days=lambda f: (f.leaves - f.comes).dt.days + 1)
    assert "days = days(leaves - comes) + 1" in texts(frame)


def test_an_age_is_the_years_that_are_over():
    frame = stays()[["born", "comes"]]
    frame["age"] = [
        day.year - born.year - ((day.month, day.day) < (born.month, born.day))
        for born, day in zip(frame["born"], frame["comes"], strict=True)
    ]
    assert "age = years(comes - born)" in texts(frame)
    comes_back(frame)


@pytest.mark.parametrize("unit", ["seconds", "minutes", "hours"])
def test_clocks_are_told_apart_in_smaller_units(unit):
    start = stays()["comes"] + pd.to_timedelta(RNG.integers(0, 86_400, N), "s")
    seconds = RNG.integers(10, 90_000, N)
    size = {"seconds": 1, "minutes": 60, "hours": 3600}[unit]
    frame = pd.DataFrame({"start": start, "stop": start + pd.to_timedelta(seconds, "s")})
    frame["lasts"] = seconds // size
    end = "" if unit == "seconds" else ", rounded down"
    assert f"lasts = {unit}(stop - start){end}" in texts(frame)
    comes_back(frame)


def test_rows_that_lack_a_date_lack_the_time_between():
    frame = stays()[["comes", "leaves", "nights"]].astype({"nights": "float64"})
    gone = RNG.random(N) < 0.2
    frame.loc[gone, ["leaves", "nights"]] = None, np.nan
    assert "nights = days(leaves - comes)" in texts(frame)
    comes_back(frame)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("exactly one of {n, a} is 1", "at least two columns that hold nothing but 0 and 1"),
        ("exactly one of {a, a} is 1", "must name each column once"),
        ("exactly one of {a, b} is 2", "must have 'is 1' or 'is true'"),
        ("label by a: x < 5 <= z", "must give 'label' values that it has, got 'z'"),
        ("label by n: x < 5 <= y < 3 <= x", "must name ascending limits"),
        ("label by m", "must hold in every row, got ranges of 'm' with several 'label'"),
        ("label by label", "must take ranges of another column of numbers"),
        ("{a, b} -> a", "must determine another column"),
        ("n = days(a - b)", "must take the days between two columns of dates"),
        ("n = days(a + b)", "must have - at place 12"),
    ],
)
def test_what_is_wrong_in_a_rule_is_said(text, said):
    frame = pd.DataFrame(
        {
            "a": [0, 1, 0, 1],
            "b": [1, 0, 1, 0],
            "n": [1.5, 2.5, 3.5, 9.5],
            "m": [1, 1, 2, 2],
            "label": ["x", "y", "x", "y"],
        }
    )
    with pytest.raises(WrongUse, match=said):
        parse(text, frame)


def test_what_is_drawn_anew_takes_no_rule_but_a_key():
    number = RNG.permutation(N)
    customer = RNG.integers(0, 40, N)
    frame = pd.DataFrame({"order": [f"o{k}" for k in number], "who": customer})
    frame["phone"] = [f"0{k * 7919:06d}" for k in customer]
    rules = discover(frame)
    assert set(map(str, rules)) == {"order is a key", "who <-> phone"}
    assert [str(rule) for rule in rules.without(["phone", "order"])] == ["order is a key"]
