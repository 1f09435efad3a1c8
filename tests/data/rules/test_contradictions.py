"""Which rule is named when what is asked of a row can't be."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from sparring.data.forms import Form
from sparring.data.rules import choose, discover
from sparring.data.rules.columns import searchable_form

RNG = np.random.default_rng(0)
N = 400


@dataclass(frozen=True)
class Wish:
    """Any of some intervals of plain numbers."""

    form: Form
    intervals: tuple[tuple[float, float], ...]

    def met(self, series: pd.Series) -> np.ndarray:
        plain = self.form.plain(series)
        fits = [
            np.isnan(plain) if np.isnan(low) else (plain >= low) & (plain <= high)
            for low, high in self.intervals
        ]
        return np.any(fits, axis=0)


def shop() -> pd.DataFrame:
    """A table with a rule of each family."""
    branch = RNG.integers(0, 3, N)
    net, paid = RNG.integers(100, 9000, N) / 100, RNG.choice(["card", "cash"], N)
    came = pd.Timestamp("2024-01-01") + pd.to_timedelta(RNG.integers(0, 300, N), "D")
    nights = RNG.integers(0, 20, N)
    colour = RNG.integers(0, 3, N)
    year, size = RNG.integers(2020, 2024, N), RNG.integers(0, 3, N)
    return pd.DataFrame(
        {
            "branch": np.array(["A", "B", "C"])[branch],
            "city": np.array(["Yangon", "Mandalay", "Bago"])[branch],
            "net": net,
            "tax": (0.05 * net).round(2),
            "label": np.select([net < 20, net < 50], ["low", "mid"], "high"),
            "paid": paid,
            "tip": np.where(paid == "cash", 0, RNG.integers(0, 9, N)),
            "came": came,
            "left": came + pd.to_timedelta(nights, "D"),
            "nights": nights,
            "month": came.month,
            "red": (colour == 0).astype(int),
            "green": (colour == 1).astype(int),
            "blue": (colour == 2).astype(int),
            "year": year,
            "size": np.array(["s", "m", "l"])[size],
            "price": np.array([5, 7, 2, 9, 5, 7, 2, 9, 5, 12, 2, 7])[(year - 2020) * 3 + size],
            "fax": np.where(paid == "cash", np.nan, RNG.integers(100, 130, N)),
        }
    )


FRAME = shop()
RULES = discover(FRAME)


def named(**asked):
    """The text of the rule that forbids values, or ranges of numbers and dates."""
    wishes = {}
    for name, what in asked.items():
        form = searchable_form(FRAME[name])
        ends = what if isinstance(what, tuple) else (what, what)
        plain = form.plain(pd.Series(list(ends)))
        wishes[name] = Wish(form, ((float(plain[0]), float(plain[1])),))
    found = RULES.contradicted_by(wishes, FRAME)
    return None if found is None else str(found)


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ({"branch": "A", "city": "Bago"}, "branch <-> city"),
        ({"net": 10.0, "tax": 7.0}, "tax = 0.05 * net"),
        ({"net": (10.0, 20.0), "tax": (2.0, 3.0)}, "tax = 0.05 * net"),
        ({"net": (60.0, 70.0), "label": "mid"}, "label by net: low < 20 <= mid < 50 <= high"),
        ({"paid": "cash", "tip": 3}, "if paid = cash then tip = 0"),
        ({"paid": "cash", "fax": 110.0}, "fax is missing exactly when paid = cash"),
        ({"paid": "card", "fax": np.nan}, "fax is missing exactly when paid = cash"),
        (
            {"came": pd.Timestamp("2024-05-03"), "left": pd.Timestamp("2024-05-01")},
            "came <= left",
        ),
        (
            {"came": (pd.Timestamp("2024-05-03"), pd.Timestamp("2024-05-20")), "month": 7},
            "month = month(came)",
        ),
        ({"red": 1, "blue": 1}, "exactly one of {red, green, blue} is 1"),
        ({"red": 0, "green": 0, "blue": 0}, "exactly one of {red, green, blue} is 1"),
        ({"year": 2020, "size": "s", "price": 12}, "{size, year} -> price"),
    ],
)
def test_the_rule_in_the_way_is_named(asked, rule):
    assert rule in map(str, RULES)
    assert named(**asked) == rule


def test_a_rule_further_on_is_named_where_what_is_asked_reaches_it_through_another():
    frame = FRAME[["net"]].assign(tax=FRAME["tax"], total=(FRAME["net"] + FRAME["tax"]).round(2))
    rules = choose(discover(frame), ["tax = 0.05 * net", "total = net + tax"], frame)
    form = searchable_form(frame["net"])
    wishes = {
        "net": Wish(form, ((10.0, 20.0),)),
        "total": Wish(searchable_form(frame["total"]), ((50.0, 60.0),)),
    }
    assert str(rules.contradicted_by(wishes, frame)) == "total = net + tax"


@pytest.mark.parametrize("place", range(0, N, 40))
def test_what_a_row_of_the_table_is_contradicts_no_rule(place):
    assert named(**FRAME.iloc[place].to_dict()) is None


@pytest.mark.parametrize(
    "asked",
    [
        {"net": (10.0, 20.0), "tax": (0.9, 3.0)},
        {"net": (40.0, 70.0), "label": "mid"},
        {"paid": "card", "tip": 0},
        {"red": 0, "blue": 0},
        {"city": "Bago"},
        {"year": 2020, "price": 7},
        {"came": (pd.Timestamp("2024-05-03"), pd.Timestamp("2024-07-20")), "month": 7},
    ],
)
def test_what_some_row_could_be_contradicts_no_rule(asked):
    assert named(**asked) is None
