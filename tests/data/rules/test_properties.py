"""What holds for every table: nothing is lost, and rules hold whatever a model draws."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sparring.data.rules import Rules, discover, parse

RULES = (
    "total = net + tax",
    "tax = 0.07 * net",
    "price = net * count",
    "start <= end",
    "place -> region",
    "month = month(start)",
    "if paid = cash then tip = 0",
    "fax is missing exactly when paid = cash",
)


def table(seed: int, rows: int, kept: list[bool], holes: bool, text_dates: bool) -> pd.DataFrame:
    """A table in which some of RULES hold, its columns in any order."""
    rng = np.random.default_rng(seed)
    keep = dict(zip(RULES, kept, strict=True))
    net, other, third = rng.integers(100, 90_000, (3, rows)) / 100
    count, place = rng.integers(1, 20, rows), rng.integers(0, 12, rows)
    start = pd.Series(pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, rows), "D"))
    end = start + pd.to_timedelta(rng.geometric(0.2, rows) - 1, "D")
    if not keep["start <= end"]:
        end = end.sample(frac=1, random_state=seed).reset_index(drop=True)
    paid = rng.choice(["cash", "card"], rows)
    cash = paid == "cash"
    tax = net * 0.07 if keep["tax = 0.07 * net"] else other
    frame = pd.DataFrame(
        {
            "net": net,
            "tax": tax.round(2),
            "total": (net + tax.round(2) if keep["total = net + tax"] else third[::-1]).round(2),
            "count": count,
            "price": (net * count if keep["price = net * count"] else third * count[::-1]).round(2),
            "start": start,
            "end": end,
            "month": start.dt.month if keep["month = month(start)"] else rng.integers(1, 13, rows),
            "place": pd.Series([f"p{k}" for k in place]),
            "region": place // 3 if keep["place -> region"] else rng.integers(0, 4, rows),
            "paid": paid,
            "tip": np.where(cash & keep["if paid = cash then tip = 0"], 0, (third / 9).round()),
            "fax": np.where(cash & keep[RULES[-1]], np.nan, rng.integers(0, 50, rows)),
        }
    )
    if holes:
        frame["start"] = frame["start"].mask(rng.random(rows) < 0.1)
        frame["end"] = frame["end"].mask(rng.random(rows) < 0.1)
        frame["place"] = frame["place"].mask(frame["region"] == 1)
    if text_dates:
        for name in ("start", "end"):
            frame[name] = frame[name].dt.strftime("%Y-%m-%d")
    return frame[[frame.columns[k] for k in rng.permutation(frame.shape[1])]]


tables = st.builds(
    table,
    st.integers(0, 10**6),
    st.integers(200, 500),
    st.lists(st.booleans(), min_size=len(RULES), max_size=len(RULES)),
    st.booleans(),
    st.booleans(),
)
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@few
@given(tables, st.integers(0, 99))
def test_restoring_what_was_reduced_gives_the_table_back(frame, seed):
    rules = discover(frame, seed=seed)
    assert rules.holds(frame).all()
    pd.testing.assert_frame_equal(rules.restore(rules.reduce(frame)), frame)


@few
@given(tables, st.integers(0, 99))
def test_every_row_obeys_whatever_is_drawn_for_the_free_columns(frame, seed):
    rules = discover(frame, seed=seed)
    rng = np.random.default_rng(seed)
    reduced = rules.reduce(frame)
    assert not set(rules.derived) & set(reduced.columns)
    drawn = pd.DataFrame(
        {name: reduced[name].array.take(rng.integers(0, len(frame), 300)) for name in reduced}
    )
    restored = rules.restore(drawn)
    assert rules.holds(restored).all()
    assert list(restored.columns) == list(frame.columns)
    assert (restored.dtypes == frame.dtypes).all()


@few
@given(tables)
def test_rules_survive_json_and_can_be_written_by_hand(frame):
    rules = discover(frame)
    assert Rules.from_description(json.loads(json.dumps(rules.describe()))) == rules
    assert [str(parse(str(rule), frame)) for rule in rules] == [str(rule) for rule in rules]


@few
@given(tables)
def test_no_column_is_defined_twice_or_by_itself(frame):
    rules = discover(frame)
    assert len(set(rules.derived)) == len(rules.derived)
    ready = set(frame.columns) - {rule.target for rule in rules}
    for rule in rules:
        waiting = {other.target for other in rules[rules.rules.index(rule) + 1 :]}
        assert not set(rule.inputs) & (waiting - {rule.target} - ready)


@pytest.mark.parametrize("seed", range(3))
def test_all_rules_of_the_full_table_are_found_and_no_other(seed):
    frame = table(seed, 1000, [True] * len(RULES), holes=False, text_dates=True)
    found = {str(rule).replace("count * net", "net * count") for rule in discover(frame)}
    assert found == set(RULES)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_found_among_independent_columns(seed):
    frame = table(seed, 1000, [False] * len(RULES), holes=False, text_dates=False)
    assert [str(rule) for rule in discover(frame)] == []


def test_the_same_seed_finds_the_same_rules():
    frame = table(0, 1000, [True] * len(RULES), holes=True, text_dates=True)
    assert discover(frame, seed=3) == discover(frame, seed=3)


def test_a_rule_that_held_out_rows_break_is_dropped():
    frame = table(0, 1000, [True] * len(RULES), holes=False, text_dates=True)
    heldout = frame.iloc[:20].assign(tip=5.0)
    rules = discover(frame, heldout=heldout)
    assert set(RULES) - {str(rule) for rule in rules} == {"if paid = cash then tip = 0"}


def test_a_short_table_says_that_nothing_was_sought():
    rules = discover(pd.DataFrame({"a": range(20), "b": range(20)}))
    assert len(rules) == 0
    assert "at least 30 rows; this one has 20" in rules.unsearched[0]


def test_columns_that_no_rule_can_read_are_left_alone():
    odd = pd.Series([[1]] * 40)
    frame = pd.DataFrame({"odd": odd, "empty": [None] * 40, "one": [1] * 40, "x": range(40)})
    rules = discover(frame)
    assert not {name for rule in rules for name in rule.columns} & {"odd", "empty", "one"}


DTYPES = {
    "place": "category",
    "region": "Int64",
    "count": "int8",
    "start": "datetime64[ns, Europe/Berlin]",
    "end": "datetime64[ns, Europe/Berlin]",
    "paid": "string",
    "fax": "Int32",
    "tax": "Float64",
    "month": "float32",
}


def test_every_dtype_comes_back():
    frame = table(1, 1000, [True] * len(RULES), holes=False, text_dates=False)
    for name in ("start", "end"):
        frame[name] = frame[name].dt.tz_localize("UTC")
    frame = frame.astype(DTYPES)
    frame.index = frame.index + 7
    rules = discover(frame)
    assert len(rules) == len(RULES)
    for rows in (slice(None), slice(3, 5), slice(0, 0)):
        part = frame.iloc[rows]
        pd.testing.assert_frame_equal(rules.restore(rules.reduce(part)), part)
