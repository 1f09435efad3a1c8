"""What can be asked of a table's rows, and that all rows are as they were asked to be."""

import datetime
import math

import numpy as np
import pandas as pd
import pytest

from sparring import Synthesizer
from sparring.core.errors import WrongUse

N = 60


def between(low, high):
    return lambda column: column.between(low, high).all()


def one_of(*values):
    return lambda column: column.isin(values).all()


def missing(column):
    return column.isna().all()


def berlin(text):
    return pd.Timestamp(text, tz="Europe/Berlin")


def born_in(year):
    return lambda column: (pd.to_datetime(column, format="%d.%m.%Y").dt.year == year).all()


ASKED = {
    "category": ("city", "Ulm", one_of("Ulm")),
    "category that comes five times": ("city", "Jena", one_of("Jena")),
    "categories": ("city", ["Trier", "Jena"], one_of("Trier", "Jena")),
    "category of a categorical": ("kind", "a", one_of("a")),
    "looked-up category": ("region", "east", one_of("east")),
    "integer": ("age", 33, one_of(33)),
    "integers": ("age", [20, 33, 89], one_of(20, 33, 89)),
    "range of integers": ("age", (30, 32), between(30, 32)),
    "open range": ("age", (85, math.inf), between(85, 200)),
    "integer with gaps": ("salary", (2000, 2100), between(2000, 2100)),
    "missing integer": ("salary", None, missing),
    "number to the last digit": ("weight", 71.25123, one_of(71.25123)),
    "range of numbers": ("weight", (70.0, 70.5), between(70.0, 70.5)),
    "number of float32": ("short", 0.3, one_of(np.float32(0.3))),
    "range with ends in float32": ("short", (0.1, 0.3), one_of(*np.float32([0.1, 0.2, 0.3]))),
    "sum": ("total", (50, 60), between(50, 60)),
    "summand": ("net", 10.25, one_of(10.25)),
    "date with a zone": ("seen", berlin("2024-01-03 05:06"), one_of(berlin("2024-01-03 05:06"))),
    "range of dates": (
        "seen",
        ("2024-01-03", "2024-01-04"),
        between(berlin("2024-01-03"), berlin("2024-01-04")),
    ),
    "date as text": ("born", "03.05.1970", one_of("03.05.1970")),
    "range of dates as text": ("born", ("01.01.1970", "31.12.1970"), born_in(1970)),
    "boolean": ("member", False, one_of(False)),
    "boolean with gaps": ("asked", True, one_of(True)),
    "missing boolean": ("asked", None, missing),
    "missing or no": ("asked", [None, False], lambda c: (c.isna() | ~c.fillna(False)).all()),
    "missing by a rule": ("fee", None, missing),
    "there by a rule": ("fee", 20, one_of(20.0)),
    "lower of an order": ("first", (200, 210), between(200, 210)),
    "upper of an order": ("last", (400, 450), between(400, 450)),
    "constant": ("always", "yes", one_of("yes")),
}


@pytest.mark.parametrize("case", ASKED)
def test_every_row_is_as_it_was_asked_to_be(case, fitted, customers):
    name, asked, check = ASKED[case]
    made = fitted.sample(N, condition={name: asked}, seed=0)
    assert len(made) == N
    assert check(made[name])
    assert made.dtypes.equals(customers.dtypes)
    assert list(made.index) == list(range(N))
    assert fitted.modality_.rules.holds(made).all()


COMBINED = [
    {"city": "Jena", "age": (30, 40), "asked": None},
    {"region": "east", "city": ["Ulm", "Bonn"], "kind": "b"},
    {"member": True, "fee": (10, 20)},
    {"member": [True, False], "fee": None},
    {"net": 10.0, "tax": 2.0, "total": 12.0},
    {"first": 500, "last": (600, 700)},
    {"seen": (berlin("2024-01-02"), berlin("2024-01-10")), "born": ("01.01.1960", "1.1.1980")},
]


@pytest.mark.parametrize("asked", COMBINED, ids=str)
def test_conditions_on_several_columns_are_met_together(asked, fitted):
    made = fitted.sample(N, condition=asked, seed=0)
    for name, value in asked.items():
        again = fitted.sample(N, condition={name: value}, seed=1)
        form = fitted.modality_.forms[name]
        plain, alone = form.plain(made[name]), form.plain(again[name])
        if isinstance(value, tuple):
            ends = [form.plain(pd.Series([end]))[0] for end in value]
            assert ((plain >= ends[0]) & (plain <= ends[1])).all()
        elif not isinstance(value, list):
            assert len(set(plain[~np.isnan(plain)])) <= 1
            assert (np.isnan(plain).all(), np.isnan(alone).all()) == (value is None,) * 2
    assert fitted.modality_.rules.holds(made).all()


def test_nothing_asked_is_nothing_asked(fitted):
    assert fitted.sample(20, condition={}, seed=3).equals(fitted.sample(20, seed=3))


def test_the_values_of_a_range_come_as_often_as_without_it(fitted):
    """The ends of a range of whole numbers are not cut in half."""
    free = fitted.sample(40_000, seed=0)["last"]
    wanted = fitted.sample(4000, condition={"last": (700, 703)}, seed=1)["last"]
    free = free[free.between(700, 703)]
    ages = fitted.sample(20_000, seed=0)["age"]
    free_ages = ages[ages.between(40, 43)].value_counts(normalize=True).sort_index()
    asked = fitted.sample(8000, condition={"age": (40, 43)}, seed=1)["age"]
    counts = asked.value_counts(normalize=True).sort_index()
    assert abs(wanted.mean() - free.mean()) < 0.4
    assert np.abs(counts - free_ages).max() < 0.04


def test_the_rest_of_the_row_follows_what_was_asked():
    """In both directions; a bin at the border holds rows of both, one in sixteen at most."""
    random = np.random.default_rng(0)
    cause = random.choice(["x", "y"], 2000)
    effect = np.where(cause == "x", random.normal(0, 1, 2000), random.normal(8, 1, 2000))
    frame = pd.DataFrame({"effect": effect, "cause": cause})
    synthesizer = Synthesizer(steps=250, alarms=False).fit(frame)
    told = synthesizer.sample(2000, condition={"cause": "y"}, seed=0)
    assert (told["effect"] > 4).mean() > 0.93
    high = synthesizer.sample(2000, condition={"effect": (5.0, 9.0)}, seed=0)
    assert (high["cause"] == "y").mean() > 0.95


# What is refused

REFUSED = {
    "unknown column": ({"towm": 1}, "condition names a column 'towm' that the table lacks; there"),
    "unknown category": ({"city": "Rom"}, "condition asks 'city' for 'Rom', which never occurs"),
    "another type": ({"age": "x"}, "condition must give 'age' an integer, got 'x'."),
    "no date": ({"seen": "soon"}, "condition must give 'seen' a date, got 'soon'."),
    "range of categories": (
        {"city": ("Bonn", "Ulm")},
        "condition must give 'city', a category, a value or a list of values; a range (low, high) "
        "is for numbers and dates, got ('Bonn', 'Ulm').",
    ),
    "range turned round": (
        {"age": (40, 30)},
        "condition must give 'age' a range (low, high) with low <= high, got (40, 30).",
    ),
    "three ends": (
        {"age": (1, 2, 3)},
        "condition must give 'age' a value, a list of values, or both ends of a range (low, high), "
        "got (1, 2, 3).",
    ),
    "no value": ({"age": []}, "condition must give 'age' at least one value, got []."),
    "no mapping": ("age=3", "condition must give columns and what is asked of them, such as"),
    "constant that never was": (
        {"always": "no"},
        "condition asks 'always' for 'no', and it is 'yes' in all training data.",
    ),
}
NEVER = {
    "range beyond": {"age": (120, 130)},
    "number beyond": {"weight": 1e6},
    "infinity": {"age": math.inf},
    "missing where nothing is": {"city": None},
    "missing number where nothing is": {"age": None},
    "missing constant": {"always": None},
    "half an integer": {"age": 30.5},
    "range between two integers": {"age": (30.2, 30.4)},
    "too many decimals": {"net": 10.001},
}
SEEN = ("range beyond", "number beyond", "missing number where nothing is")
"""Of these the range that was seen is told; of the others that nothing is written so."""


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_asked_is_refused_in_a_sentence(case, fitted):
    asked, sentence = REFUSED[case]
    with pytest.raises(WrongUse) as caught:
        fitted.sample(5, condition=asked)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize("case", NEVER)
def test_what_never_occurs_is_refused_at_once(case, fitted):
    asked = NEVER[case]
    with pytest.raises(WrongUse) as caught:
        fitted.sample(5, condition=asked)
    (name,) = asked
    known = {"age": ", where it is from 18 to 89", "weight": ", where it is from 3"}
    assert str(caught.value).startswith(
        f"condition can't be met: what it asks of {name!r} never occurs in the training data"
        + (known.get(name, "") if case in SEEN else ".")
    )


def test_what_contradicts_a_lookup_is_refused(fitted):
    with pytest.raises(WrongUse, match="city -> region allows no 'city' with this 'region'"):
        fitted.sample(5, condition={"city": "Jena", "region": "west"})


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ({"member": False, "fee": 20}, "fee is missing exactly when member = false"),
        ({"first": 500, "last": 400}, "first <= last"),
        ({"net": 10.0, "tax": 2.0, "total": 13.0}, "total = net + tax"),
    ],
    ids=str,
)
def test_what_contradicts_another_rule_is_refused_by_its_name(asked, rule, fitted):
    with pytest.raises(WrongUse) as caught:
        fitted.sample(5, condition=asked)
    assert str(caught.value) == (
        f"condition can't be met: no row can do as asked and obey '{rule}'; ask for something "
        f"else, or fit without that rule, rules=['not {rule}']."
    )


def test_identifiers_and_texts_cannot_be_asked_for():
    frame = pd.DataFrame({"id": [f"K-{n:05d}" for n in range(60)], "x": np.arange(60) % 7.0})
    synthesizer = Synthesizer(steps=2, alarms=False).fit(frame)
    with pytest.raises(WrongUse, match="can't ask for 'id', an identifier that is drawn anew"):
        synthesizer.sample(3, condition={"id": "K-00001"})


@pytest.mark.parametrize("data", ["images", "numbers"])
def test_other_data_know_no_columns(data, request, tiny):
    synthesizer = Synthesizer(**tiny, modality="image" if data == "images" else "points")
    synthesizer.fit(request.getfixturevalue(data))
    with pytest.raises(WrongUse, match="can't be asked for"):
        synthesizer.sample(3, condition={"age": 3})


# Dates in the zone of their column


def test_a_date_without_a_zone_is_one_of_the_columns_zone(fitted):
    made = fitted.sample(3, condition={"seen": "2024-01-03"}, seed=0)["seen"]
    assert (made == berlin("2024-01-03")).all()
    made = fitted.sample(3, condition={"seen": datetime.datetime(2024, 1, 3, 4)}, seed=0)["seen"]
    assert (made == berlin("2024-01-03 04:00")).all()
    elsewhere = pd.Timestamp("2024-01-03 04:00", tz="UTC")
    made = fitted.sample(3, condition={"seen": elsewhere}, seed=0)["seen"]
    assert (made == elsewhere).all()


# Games that can't be told anything


@pytest.mark.parametrize("game", ["r3gan", "ctgan", "tvae"])
def test_other_games_are_drawn_from_until_rows_are_as_asked(game, frame):
    synthesizer = Synthesizer(game, steps=3, batch_size=20, width=8, alarms=False).fit(frame)
    asked = {"city": ["Ulm", "Kiel"], "age": (30, 80)}
    made = synthesizer.sample(30, condition=asked, seed=0)
    assert len(made) == 30
    assert made["city"].isin(["Ulm", "Kiel"]).all()
    assert made["age"].between(30, 80).all()
    assert made.equals(synthesizer.sample(30, condition=asked, seed=0))


# Columns of which one is 1


def _coloured():
    random = np.random.default_rng(0)
    which = random.integers(0, 3, 600)
    names = ["red", "green", "blue"]
    hot = pd.DataFrame({name: (which == place).astype(int) for place, name in enumerate(names)})
    return hot.assign(size=which * 5 + random.integers(0, 10, 600), weight=random.normal(size=600))


def test_what_is_asked_of_one_of_a_group_is_drawn_at_once():
    synthesizer = Synthesizer(steps=60, width=8, alarms=False).fit(_coloured())
    assert any("exactly one of" in str(rule) for rule in synthesizer.modality_.rules)
    red = synthesizer.sample(300, condition={"red": 1})
    assert (red["red"] == 1).all()
    assert not red[["green", "blue"]].any(axis=None)
    other = synthesizer.sample(300, condition={"red": 0, "green": 0})
    assert (other["blue"] == 1).all()
    with pytest.raises(WrongUse, match="obey 'exactly one of"):
        synthesizer.sample(1, condition={"red": 1, "blue": 1})
