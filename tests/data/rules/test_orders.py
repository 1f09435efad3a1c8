"""a <= b: found where it is no accident, and kept by learning the gap."""

import numpy as np
import pandas as pd
import pytest

from sparring.data.rules import discover, parse

RNG = np.random.default_rng(0)
N = 2000


def texts(frame):
    return [str(rule) for rule in discover(frame)]


def dates(form):
    start = pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(RNG.integers(0, 10**6, N), "s"))
    end = start + pd.to_timedelta(RNG.exponential(900, N).round(), "s")
    frame = pd.DataFrame({"pickup": start, "dropoff": end})
    return frame.map(lambda t: t.strftime(form)) if form else frame.astype("datetime64[ns]")


@pytest.mark.parametrize("form", [None, "%Y-%m-%d %H:%M:%S"])
def test_dates_keep_their_order_and_their_dtype(form):
    frame = dates(form)
    rules = discover(frame)
    assert [str(rule) for rule in rules] == ["pickup <= dropoff"]
    assert rules.derived == ("dropoff",)
    assert rules.inputs_of("dropoff") == ("pickup",)
    reduced = rules.reduce(frame)
    assert list(reduced.columns) == ["pickup", "dropoff - pickup"]
    assert reduced["dropoff - pickup"].min() == 0
    pd.testing.assert_frame_equal(rules.restore(reduced), frame)
    shuffled = reduced.assign(pickup=reduced["pickup"].to_numpy()[::-1])
    restored = rules.restore(shuffled)
    assert rules.holds(restored).all()
    assert (restored.dtypes == frame.dtypes).all()


def test_a_negative_gap_that_was_drawn_becomes_none():
    rules = discover(dates(None))
    drawn = pd.DataFrame({"pickup": pd.to_datetime(["2024-01-02"]), "dropoff - pickup": [-5.0]})
    assert rules.restore(drawn)["dropoff"].tolist() == [pd.Timestamp("2024-01-02")]


def test_chains_are_restored_one_after_the_other():
    low = RNG.integers(0, 500, N)
    middle = low + RNG.geometric(0.05, N) - 1
    high = middle + RNG.geometric(0.05, N) - 1
    frame = pd.DataFrame({"high": high, "low": low, "middle": middle})
    rules = discover(frame)
    assert {str(rule) for rule in rules} == {"low <= middle", "middle <= high"}
    pd.testing.assert_frame_equal(rules.restore(rules.reduce(frame)), frame)


def test_ranges_that_do_not_overlap_are_no_order():
    frame = pd.DataFrame({"small": RNG.integers(0, 9, N), "large": RNG.integers(10, 99, N)})
    assert texts(frame) == []


def test_sizes_that_happen_to_be_ordered_are_no_order():
    size = np.exp(RNG.normal(size=N))
    frame = pd.DataFrame({"a": size, "b": size * np.exp(RNG.normal(3, 0.5, N))})
    assert texts(frame) == []


def test_an_order_that_a_sum_implies_is_not_listed():
    a, b = RNG.integers(0, 99, N), RNG.integers(0, 99, N)
    assert texts(pd.DataFrame({"a": a, "b": b, "both": a + b})) == ["both = a + b"]


def test_rows_that_lack_the_lower_side_keep_the_upper_one():
    low = RNG.integers(0, 500, N).astype(float)
    frame = pd.DataFrame({"low": low, "high": low + RNG.geometric(0.05, N) - 1})
    frame.loc[::9, "low"] = np.nan
    frame.loc[::11, "high"] = np.nan
    rules = discover(frame)
    assert [str(rule) for rule in rules] == ["low <= high"]
    assert rules.holds(frame).all()
    pd.testing.assert_frame_equal(rules.restore(rules.reduce(frame)), frame)


def test_a_finer_lower_side_is_rounded_up_to_the_upper_one():
    days = pd.DataFrame({"at": [1.25, 2.5, 3.0], "by": [2, 4, 3]})
    rule = parse("at <= by", days)
    drawn = pd.DataFrame({"at": [1.25, 3.0], "by - at": [0.0, 0.0]})
    assert rule.restore(drawn)["by"].tolist() == [2, 3]


def test_a_strict_order_leaves_a_step_between():
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [2, 5, 9]})
    rule = parse("a < b", frame)
    restored = rule.restore(pd.DataFrame({"a": [4], "b - a": [0.0]}))
    assert restored["b"].tolist() == [5]


def test_times_of_a_day_are_ordered_too():
    opens = RNG.integers(0, 12, N)
    frame = pd.DataFrame(
        {
            "opens": [f"{h:02d}:00" for h in opens],
            "closes": [f"{h:02d}:30" for h in opens + RNG.integers(0, 11, N)],
        }
    )
    rule = parse("opens <= closes", frame)
    pd.testing.assert_frame_equal(rule.restore(rule.reduce(frame)), frame)
