"""Sums, products, ratios and multiples: how they are reckoned, rounded and found."""

import numpy as np
import pandas as pd
import pytest

from sparring.data.rules import discover, parse

RNG = np.random.default_rng(0)
N = 400


def texts(frame):
    return [str(rule) for rule in discover(frame)]


def cents(least, most, n=N, seed=0):
    return np.random.default_rng(seed).integers(least * 100, most * 100, n) / 100


def test_a_total_is_the_sum_of_its_parts_and_not_a_multiple_of_one():
    net = cents(10, 500)
    frame = pd.DataFrame({"total": net * 1.05, "tax": net * 0.05, "net": net}).round(4)
    assert texts(frame) == ["tax = 0.05 * net", "total = net + tax"]


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (lambda a, b, c: a - b, "a = made + b"),
        (lambda a, b, c: a + b + 7, "made = a + b + 7"),
        (lambda a, b, c: 500 - a - b - c, "made = 500 - a - b - c"),
        (lambda a, b, c: 500 - a, "made = 500 - a"),
    ],
)
def test_sums_and_differences_of_whole_numbers(made, text):
    a, b, c = RNG.integers(5000, 9000, N), RNG.integers(0, 900, N), RNG.integers(0, 90, N)
    assert texts(pd.DataFrame({"a": a, "b": b, "c": c, "made": made(a, b, c)})) == [text]


def test_two_sums_of_two_are_equal():
    a, b, c = RNG.integers(5000, 9000, N), RNG.integers(0, 900, N), RNG.integers(0, 90, N)
    (rule,) = discover(pd.DataFrame({"a": a, "b": b, "c": c, "d": a + b - c}))
    assert str(rule) == "d = a + b - c"


def test_five_columns_of_which_one_is_the_sum():
    parts = RNG.integers(0, 1000, (N, 4))
    frame = pd.DataFrame(parts, columns=list("abcd")).assign(all=parts.sum(axis=1))
    (rule,) = discover(frame)
    assert rule.target == "all"
    assert set(rule.inputs) == set("abcd")


def test_what_follows_from_two_sums_is_not_a_third():
    a, b, c = (RNG.integers(0, 1000, N) for _ in range(3))
    frame = pd.DataFrame({"a": a, "b": b, "c": c, "ab": a + b, "abc": a + b + c})
    assert len(texts(frame)) == 2


@pytest.mark.parametrize(
    ("rounding", "ending"),
    [(np.floor, ", rounded down"), (np.ceil, ", rounded up"), (np.rint, "")],
)
def test_the_way_of_rounding_is_read_from_the_rows(rounding, ending):
    x = RNG.integers(0, 100_000, N)
    frame = pd.DataFrame({"x": x, "dozens": rounding(x * 0.08).astype(int)})
    assert texts(frame) == [f"dozens = 0.08 * x{ending}"]


@pytest.mark.parametrize(
    "rounding",
    [
        lambda cents: np.round(cents / 100 * 0.05, 2),
        lambda cents: np.array([round(c / 100 * 0.05, 2) for c in cents]),
        lambda cents: (cents * 5 + 50) // 100 / 100,
        lambda cents: np.rint(cents * 5 / 100) / 100,
    ],
)
def test_numbers_that_others_rounded_their_way_come_back(rounding):
    cents = RNG.integers(100, 90_000, 3000)
    frame = pd.DataFrame({"net": cents / 100, "tax": rounding(cents)})
    rules = discover(frame)
    assert [str(rule) for rule in rules] == ["tax = 0.05 * net"]
    pd.testing.assert_frame_equal(rules.restore(rules.reduce(frame)), frame)


def test_halves_that_are_rounded_up_come_back_as_they_were():
    x = RNG.integers(1, 1000, N)
    frame = pd.DataFrame({"x": x, "half": (x + 1) // 2})
    rules = discover(frame)
    assert rules.restore(pd.DataFrame({"x": [1, 3, 5, 7]}))["half"].tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (lambda p, q: p * q, "made = price * count"),
        (lambda p, q: np.round(p / q, 2), "made = price / count"),
        (lambda p, q: np.round(p / q * 100, 1), "made = 100 * price / count"),
    ],
)
def test_products_and_rounded_ratios_of_two_columns(made, text):
    frame = pd.DataFrame({"price": cents(1, 900), "count": RNG.integers(1, 30, N)})
    frame["made"] = made(frame["price"], frame["count"]).round(2)
    assert texts(frame) == [text]


def test_restored_numbers_have_the_very_decimals():
    frame = pd.DataFrame({"net": cents(10, 500)})
    frame["tax"] = (frame["net"] * 0.19).round(2)
    rules = discover(frame)
    assert rules.restore(pd.DataFrame({"net": [0.1 + 0.2]}))["tax"].tolist() == [0.06]


def test_a_result_is_missing_exactly_when_an_input_is():
    frame = pd.DataFrame({"a": cents(1, 90), "b": cents(1, 90, seed=1)})
    frame.loc[::7, "a"] = np.nan
    frame["sum"] = (frame["a"] + frame["b"]).round(2)
    (rule,) = discover(frame)
    assert str(rule) == "sum = a + b" or str(rule) == "sum = b + a"
    assert rule.support == N - len(frame.loc[::7])
    holes = rule.restore(pd.DataFrame({"a": [np.nan, 1.0], "b": [1.0, 2.0]}))["sum"]
    assert holes.tolist()[1] == 3.0
    assert np.isnan(holes[0])


def test_columns_that_are_nearly_sums_are_none():
    a, b = RNG.integers(0, 1000, N), RNG.integers(0, 1000, N)
    total = a + b
    total[17] += 1
    assert texts(pd.DataFrame({"a": a, "b": b, "total": total})) == []


def test_zeros_are_no_evidence_for_a_sum():
    a, rare = RNG.integers(0, 1000, N), np.zeros(N, dtype=int)
    rare[:8] = range(1, 9)
    frame = pd.DataFrame({"a": a, "rare": rare, "sum": a + rare})
    assert "sum = a + rare" not in texts(frame)


def test_amounts_that_are_text_add_up_too():
    a, b = RNG.integers(100, 90_000, N) / 100, RNG.integers(100, 90_000, N) / 100
    frame = pd.DataFrame({"a": a, "b": b, "sum": (a + b).round(2)})
    written = frame.map(lambda number: f"${number:,.2f}")
    rules = discover(written)
    assert [rule.target for rule in rules] == ["sum"]
    pd.testing.assert_frame_equal(rules.restore(rules.reduce(written)), written)


def test_a_formula_that_holds_in_some_rows_is_found_with_its_condition():
    price, count = cents(20, 200), RNG.integers(20, 60, N)
    sales = np.where(price < 100, price * count, RNG.integers(1000, 9000, N)).round(2)
    frame = pd.DataFrame({"price": price.clip(max=100), "count": count, "sales": sales})
    assert texts(frame) == ["if price < 100 then sales = price * count"]


def test_a_sum_that_only_a_category_keeps_to():
    a, b, kind = RNG.integers(0, 1000, N), RNG.integers(0, 1000, N), RNG.integers(0, 2, N)
    total = np.where(kind == 1, a + b, RNG.integers(0, 2000, N))
    frame = pd.DataFrame({"a": a, "b": b, "kind": np.array(["x", "y"])[kind], "total": total})
    (text,) = texts(frame)
    assert text.startswith("if kind = y then total = ")


def test_a_total_with_few_surcharges_is_never_below_its_parts():
    fare, tip = cents(3, 50), np.where(RNG.random(N) < 0.3, 0, cents(0, 10, seed=1))
    total = fare + tip + RNG.choice([0, 0.3, 0.5, 3.3], N)
    frame = pd.DataFrame({"fare": fare, "tip": tip, "total": total.round(2)})
    rules = discover(frame)
    assert [str(rule) for rule in rules] == ["fare + tip <= total"]
    assert sorted(rules.reduce(frame)["total - fare - tip"].unique()) == [0, 0.3, 0.5, 3.3]


def test_a_column_of_many_columns_is_searched_as_far_as_it_is_said():
    columns = {f"c{k}": RNG.integers(0, 10_000, 60) for k in range(70)}
    rules = discover(pd.DataFrame(columns).assign(sum=columns["c0"] + columns["c1"]))
    assert [rule.target for rule in rules] == ["sum"]
    assert any("Sums of 4 columns were sought among the first 60" in s for s in rules.unsearched)


def test_a_formula_reads_as_it_is_written():
    frame = pd.DataFrame({"a b": RNG.integers(1, 99, N), "c-d": RNG.integers(1, 99, N)})
    frame["x"] = frame["a b"] - frame["c-d"]
    assert str(parse("x = a b - c-d", frame)) == "x = a b - c-d"
