"""Rules as users write them."""

import numpy as np
import pandas as pd
import pytest

from sparring.core.errors import WrongUse
from sparring.data.rules import choose, discover, parse

RNG = np.random.default_rng(0)
N = 300


@pytest.fixture(scope="module")
def frame():
    net = RNG.integers(100, 9999, N) / 100
    day = pd.Series(pd.date_range("2024-01-01", periods=N).to_numpy())
    city = RNG.integers(0, 4, N)
    paid = RNG.choice(["cash", "card"], N)
    return pd.DataFrame(
        {
            "net": net,
            "Tax 5%": (net * 0.05).round(2),
            "total": (net + (net * 0.05).round(2)).round(2),
            "day": day,
            "due": day + pd.to_timedelta(RNG.integers(0, 30, N), "D"),
            "month": day.dt.month,
            "city": np.array(["Bonn", "New York", "a, b", "Ulm"])[city],
            "code": city,
            "paid": paid,
            "tip": np.where(paid == "cash", 0.0, RNG.integers(0, 99, N)),
            "a + b": RNG.integers(0, 9, N),
        }
    )


@pytest.mark.parametrize(
    "text",
    [
        "total = net + Tax 5%",
        "Tax 5% = 0.05 * net",
        "day <= due",
        "month = month(day)",
        "month(day) -> month",
        "city <-> code",
        "city -> code",
        "if paid = cash then tip = 0",
        "if tip > 5 then paid = card",
        'if city in {"a, b", Bonn} then total = net + Tax 5%',
        "{day, net} is a key",
        "day is a key",
    ],
)
def test_a_rule_is_written_as_it_is_read(frame, text):
    written = {"month(day) -> month": text, "city -> code": "city <-> code"}.get(text, text)
    rule = parse(text, frame)
    assert str(rule) == written
    assert parse(str(rule), frame) == rule
    assert rule.holds(frame).all()


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("due>=day", "day <= due"),
        ("`total`  =`net`+`Tax 5%`", "total = net + Tax 5%"),
        ("always day < due", "day < due"),
        ("Tax 5% = net / 20", "Tax 5% = 0.05 * net"),
        ("total - 0 = net", None),
    ],
)
def test_other_ways_to_write_it(frame, text, same):
    if same is None:
        with pytest.raises(WrongUse):
            parse(text, frame)
    else:
        assert str(parse(text, frame)) == same


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("total = net", "in some row of the table, got none|must hold in every row"),
        ("total = net + tax", "must have the name of a column at place 15, got 'tax'"),
        ("total", "must have one of =, ->, <->"),
        ("", "must have the name of a column at place 1, got its end"),
        ("net <= city", "must compare numbers, dates or times"),
        ("city = net", "must define a column of numbers, got 'city'"),
        ("month = month(net)", "must take the month of dates, got 'net'"),
        ("code <-> paid", "must hold both ways"),
        ("total = net * city", "must reckon with columns of numbers, got 'city'"),
        ("total = net * total", "must be a sum of other columns"),
        ("total = net + Tax 5% extra", "must have nothing more"),
        ("if paid = cash tip = 0", "must have a 'then'"),
        ("if paid = cheque then tip = 0", "in some row of the table, got none"),
        ("if paid = cash then city = Rome", "must give 'city' a value that it has, got 'Rome'"),
        ("if paid = cash then tip = 1", "in some row of the table, got none"),
        ("net > total", "in some row of the table, got none"),
        ("code is a key", r"must hold in every row, got 296 of 300 that break it, rows \d+, "),
        ("paid -> tip", "must hold in every row"),
    ],
)
def test_what_is_no_rule_is_refused_in_one_sentence(frame, text, sentence):
    with pytest.raises(WrongUse, match=sentence) as caught:
        parse(text, frame)
    assert str(caught.value).count("\n") == 0


def test_a_pinned_rule_holds_though_some_rows_break_it():
    frame = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 4, 6, 9]})
    rule = parse("always b = 2 * a", frame)
    assert rule.holds(frame).tolist() == [True, True, True, False]
    assert rule.restore(rule.reduce(frame))["b"].tolist() == [2, 4, 6, 8]


def test_names_that_could_be_misread_stand_in_backticks(frame):
    rule = parse("if `a + b` = 3 then `a + b` = 3", frame)
    assert str(rule) == "if `a + b` = 3 then `a + b` = 3"


def test_numbers_as_names():
    first, second = RNG.integers(0, 99, N), RNG.integers(0, 9, N)
    frame = pd.DataFrame({0: first, 1: second, 2: first + second})
    rules = discover(frame)
    assert [str(rule) for rule in rules] == ["`2` = `0` + `1`"]
    assert parse("`2` = `0` + `1`", frame) == rules[0]


def test_what_is_asked_for_goes_before_what_was_found(frame):
    found = discover(frame)
    assert "total = net + Tax 5%" in map(str, found)
    chosen = choose(found, ["net = total - Tax 5%"], frame)
    assert "net = total - Tax 5%" in map(str, chosen)
    assert "total = net + Tax 5%" not in map(str, chosen)
    pd.testing.assert_frame_equal(chosen.restore(chosen.reduce(frame)), frame)


def test_a_rule_is_dropped_by_its_text(frame):
    found = discover(frame)
    left = choose(found, ["not  total = Tax 5% + net"], frame)
    assert [str(rule) for rule in found if rule not in left] == ["total = net + Tax 5%"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (["not net = 3 * total"], "must be one that was found, which are: .*total = net"),
        (["total = net + Tax 5%", "total = 1.05 * net"], "must hold in"),
        (["total = net + Tax 5%", "net = total - Tax 5%"], "must not define 'net'"),
        ("total = net + Tax 5%", "must be a list of texts"),
        ([3], "must be a list of texts"),
    ],
)
def test_contradictory_wishes_are_refused(frame, asked, sentence):
    with pytest.raises(WrongUse, match=sentence):
        choose(discover(frame), asked, frame)


def test_nothing_asked_changes_nothing(frame):
    found = discover(frame)
    assert choose(found, None, frame) is found
    assert [str(rule) for rule in choose(found, [], frame)] == [str(rule) for rule in found]
