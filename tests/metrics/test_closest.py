"""Closest records and exact copies: brute force, pencil, and what must not blow up."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sparring.core.errors import WrongUse
from sparring.metrics.closest import Mixed, closest_record, exact_copies


def mixed(n, seed, levels=(3, 400), numbers=2):
    random = np.random.default_rng(seed)
    codes = np.stack([random.integers(0, many, n) for many in levels], axis=1)
    return Mixed(random.normal(size=(n, numbers)), codes)


def brute_force(train, rows):
    return np.array(
        [
            min(np.sqrt(((a - b) ** 2).sum() + (c != d).sum()) for b, d in zip(*train, strict=True))
            for a, c in zip(*rows, strict=True)
        ]
    )


@pytest.mark.parametrize("levels", [(3,), (3, 400), (300, 300, 2)])
def test_agrees_with_brute_force(levels):
    train, rows = mixed(120, 0, levels), mixed(70, 1, levels)
    assert closest_record(train, rows) == pytest.approx(brute_force(train, rows), abs=1e-12)


def test_numbers_alone_and_categories_alone():
    train, rows = mixed(50, 0), mixed(30, 1)
    for part in (
        lambda m: Mixed(m.numbers, m.codes[:, :0]),
        lambda m: Mixed(m.numbers[:, :0], m.codes),
    ):
        wanted = brute_force(part(train), part(rows))
        assert closest_record(part(train), part(rows)) == pytest.approx(wanted, abs=1e-12)


def test_on_paper():
    train = Mixed(np.array([[0.0, 0.0]]), np.array([[1, 1, 1]]))
    rows = Mixed(np.array([[3.0, 0.0], [0.0, 4.0]]), np.array([[1, 1, 1], [1, 0, 2]]))
    assert closest_record(train, rows).tolist() == [3.0, np.sqrt(18)]


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6), st.floats(-6, 6))
def test_copies_are_at_no_distance_wherever_they_lie(seed, power):
    train = mixed(40, seed)
    train = Mixed(train.numbers * 10.0**power + 10.0**power, train.codes)
    some = Mixed(train.numbers[5:15], train.codes[5:15])
    assert closest_record(train, some).tolist() == [0.0] * 10


def test_memory_does_not_grow_with_the_square_of_the_rows():
    rows = mixed(12_000, 0, numbers=3)
    tracemalloc.start()
    closest_record(rows, rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000**2 * 8 / 8  # an eighth of one matrix of distances


def test_refusals():
    train = mixed(10, 0)
    with pytest.raises(WrongUse, match="must have as many categories, got 2 and 1"):
        closest_record(train, mixed(5, 1, (3,)))
    with pytest.raises(WrongUse, match="codes of rows must be whole numbers"):
        closest_record(train, Mixed(train.numbers, train.codes * 1.0))
    with pytest.raises(WrongUse, match="must be finite"):
        closest_record(train, Mixed(train.numbers * np.nan, train.codes))


def test_exact_copies_are_those_of_a_set_of_tuples():
    random = np.random.default_rng(0)

    def rows(n):
        return pd.DataFrame(
            {
                "a": random.integers(0, 5, n),
                "b": random.choice(["x", "y", "z"], n),
                "c": random.integers(0, 4, n) / 2,
            }
        )

    train, made = rows(30), rows(200)
    known = set(train.itertuples(index=False, name=None))
    wanted = [row in known for row in made.itertuples(index=False, name=None)]
    assert exact_copies(train, made).tolist() == wanted
    assert 0 < sum(wanted) < 200


def test_a_copy_with_another_dtype_is_a_copy():
    train = pd.DataFrame({"n": [1, 2], "flag": [True, False], "day": ["a", None]})
    made = pd.DataFrame({"n": [1.0, 2.0], "flag": ["True", "True"], "day": ["a", np.nan]})
    assert exact_copies(train, made).tolist() == [True, False]


def test_a_hundred_columns_of_many_values_do_not_overflow():
    random = np.random.default_rng(1)
    train = pd.DataFrame(random.integers(0, 10**6, (500, 100)))
    near = train.copy()
    near[99] += 1
    assert exact_copies(train, train).all()
    assert not exact_copies(train, near).any()
