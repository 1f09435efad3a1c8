import json

import numpy as np
import pandas as pd
import pytest

from sparring.data.forms import Serials, Texts, form_from_description
from sparring.data.inference import form_of

N = 300
random = np.random.default_rng(0)
CODES = pd.Series([f"{a:03d}-{b:02d}" for a, b in random.integers(0, 100, (N, 2))], name="code")
CODES = CODES.drop_duplicates().reset_index(drop=True)
TICKETS = pd.Series([f"T{i:08d}" for i in random.integers(0, 10**8, N)], name="ticket")


def reread(form):
    return form_from_description(json.loads(json.dumps(form.describe())))


@pytest.mark.parametrize("dtype", ["str", "object", "string"])
def test_identifiers_are_new_and_differ(dtype):
    column = TICKETS.astype(dtype)
    form = form_of(column)
    assert form.kind == "identifier"
    made = form.series(random.random(1000))
    assert made.dtype == column.dtype
    assert made.is_unique
    assert made.str.fullmatch("T[0-9]{8}").all()
    assert not set(made) & set(TICKETS)


def test_the_same_numbers_give_the_same_strings_and_others_give_others():
    form = form_of(TICKETS)
    plain = random.random(50)
    pd.testing.assert_series_equal(form.series(plain), reread(form).series(plain))
    assert not (form.series(plain) == form.series(plain[::-1])).all()


def test_no_real_identifier_is_drawn_after_saving_either():
    # A small room, so that real ones would be drawn often.
    form = Texts.learn(CODES, "identifier")
    made = reread(form).series(random.random(5000).round(3))
    assert not set(made) & set(CODES)


def test_plain_numbers_say_only_where_there_is_a_value():
    column = TICKETS.where(np.arange(N) % 3 != 0)
    form = form_of(column)
    plain = form.plain(column)
    assert (np.isnan(plain) == column.isna()).all()
    assert set(plain[~np.isnan(plain)]) == {0.0}
    made = form.series(np.where(np.isnan(plain), np.nan, random.random(N)))
    assert (made.isna() == column.isna()).all()
    assert made.dropna().is_unique


def test_no_rows_are_no_strings():
    form = form_of(TICKETS)
    assert len(form.series(np.empty(0))) == 0
    assert form.series(np.full(3, np.nan)).isna().all()


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint64", "Int64", "object", "float64"])
def test_numbers_that_name_rows_keep_their_dtype(dtype):
    numbers = np.unique(random.integers(10**8, 2 * 10**9, N))
    column = pd.Series(numbers, name="customer_id").astype(dtype)
    form = form_of(column)
    assert isinstance(form, Serials)
    made = reread(form).series(random.random(1000))
    assert made.dtype == column.dtype
    assert made.is_unique
    assert not set(made) & set(column)


def test_numbers_do_not_leave_their_dtype():
    column = pd.Series([2**63 - 1 - int(i) for i in random.choice(10**17, N)], name="id")
    made = form_of(column).series(random.random(2000))
    assert made.is_unique
    assert made.between(0, 2**63 - 1).all()


def test_gaps_in_whole_identifiers_stay_gaps():
    column = pd.Series(range(5000, 5000 + N), name="id").astype("float64")
    column[::7] = np.nan
    form = form_of(column)
    made = form.series(form.plain(column))
    assert (made.isna() == column.isna()).all()
    assert (made.dropna() > column.max()).all()


def test_columns_of_repeated_strings_may_repeat_new_ones():
    codes = random.integers(0, 10**6, 200)
    column = pd.Series([f"R-{i:07d}" for i in [*codes, *codes[:50]]])
    form = form_of(column)
    assert not form.unique
    assert not set(form.series(random.random(500))) & set(column)
