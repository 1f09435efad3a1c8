"""Which conditions are asked for, and how it is told that they are kept."""

import numpy as np
import pandas as pd
import pytest

from sparring.core.errors import WrongUse
from table_conditions import SUPPORT, conditions, kept, obeys, within


def drawn(frame, rows, seed):
    return frame.sample(rows, replace=True, random_state=seed).reset_index(drop=True)


def test_every_column_that_holds_something_is_asked_for(parts):
    asked = conditions(parts[0], 0)
    alone = {next(iter(condition)) for condition in asked if len(condition) == 1}
    assert alone == set(parts[0].columns) - {"nothing"}
    assert sum(len(condition) > 1 for condition in asked) == 10


def test_every_condition_holds_in_five_rows_at_least(parts):
    train = parts[0]
    assert min(obeys(train, asked).sum() for asked in conditions(train, 0)) >= SUPPORT


def test_the_rarest_value_that_is_repeated_enough_is_among_them():
    frame = pd.DataFrame({"a": ["often"] * 50 + ["rare"] * 5 + ["rarest"] * 4, "b": range(59)})
    asked = conditions(frame, 0)
    assert {"a": "rare"} in asked
    assert {"a": "often"} in asked
    assert {"a": "rarest"} not in asked
    # The middle half and the five largest of 0..58.
    assert {"b": (14, 44)} in asked
    assert {"b": (54, 58)} in asked


def test_obeying_means_every_part_of_a_condition():
    rows = pd.DataFrame(
        {
            "sex": ["Female", "Female", "Male", None],
            "age": [30, 41, 35, 35],
            "day": ["2024-01-02", "2024-02-01", "2024-01-01", None],
        }
    )
    both = obeys(rows, {"sex": "Female", "age": (30, 40)})
    assert both.tolist() == [True, False, False, False]
    assert obeys(rows, {"day": ("2024-01-01", "2024-01-31")}).tolist() == [True, False, True, False]


def test_exactness_is_the_share_of_rows_that_obey(parts):
    train = parts[0]

    def exact(rows, condition, seed):
        return drawn(train[obeys(train, condition)], rows, seed)

    def deaf(rows, condition, seed):
        return drawn(train, rows, seed)

    def refusing(rows, condition, seed):
        if "zone" in condition:
            raise WrongUse("the model can't be asked for zone.")
        return exact(rows, condition, seed)

    found = kept(train, exact, 0)
    assert (found["condition_exact"], found["refused"], found["broken"]) == (1.0, [], [])
    expected = np.mean([obeys(train, asked).mean() for asked in conditions(train, 0)])
    ignored = kept(train, deaf, 0)
    assert ignored["condition_exact"] == pytest.approx(expected, abs=0.03)
    assert ignored["broken"]
    refused = kept(train, refusing, 0)
    share = len(refused["refused"]) / refused["conditions"]
    assert 0 < share < 1
    assert refused["condition_exact"] == pytest.approx(1 - share)


def test_rows_short_of_what_was_asked_for_count_as_broken(parts):
    train = parts[0]

    def half(rows, condition, seed):
        return drawn(train[obeys(train, condition)], rows // 2, seed)

    assert kept(train, half, 0)["condition_exact"] == 0.5


def test_the_other_columns_are_looked_at_within_a_condition(parts):
    train, _, fresh = parts

    def right(rows, condition, seed):
        pool = fresh if condition is None else fresh[obeys(fresh, condition)]
        return drawn(pool, rows, seed)

    def overwriting(rows, condition, seed):
        made = drawn(fresh, rows, seed)
        for name, asked in (condition or {}).items():
            made[name] = asked[0] if isinstance(asked, tuple) else asked
        return made

    assert within(train, right, 0)["condition_detection_gap"] < 0.1
    assert within(train, overwriting, 0)["condition_detection_gap_max"] > 0.3
