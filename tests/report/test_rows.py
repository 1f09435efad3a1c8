"""What rows are compared by: values, not how they are written."""

import gc
import weakref

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from sparring.core import WrongUse
from sparring.data import Table, open_dataset
from sparring.metrics.closest import closest_record
from sparring.report.measures import Sample
from sparring.report.rows import Rows


def frame(n=300, seed=0):
    random = np.random.default_rng(seed)
    x = random.normal(size=n).round(3)
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta((20 * x).round(), "D")
    hours, minutes = random.integers(0, 24, n), random.integers(0, 60, n)
    return pd.DataFrame(
        {
            "id": [f"C-{place:05d}" for place in random.permutation(n)],
            "x": x,
            "when": days.strftime("%Y-%m-%d"),
            "clock": [f"{h:02d}:{m:02d}" for h, m in zip(hours, minutes, strict=True)],
            "price": [f"${value:,.2f}" for value in 1000 * np.exp(x)],
            "kind": np.where(x > 0, "a", "b"),
            "flag": random.random(n) < 0.3,
            "one": 1.0,
            "holes": np.where(random.random(n) < 0.2, np.nan, random.integers(0, 50, n)),
        }
    )


FRAME = frame()
ROWS = Rows(Table.fit(FRAME), FRAME)


def test_identifiers_and_constants_are_left_out_and_named():
    assert ROWS.names == ["id"]
    assert list(ROWS.plain(FRAME)) == ["x", "when", "clock", "price", "kind", "flag", "holes"]
    assert "left out: id (identifier), one (constant)" in ROWS.describe()


def test_dates_times_and_amounts_are_numbers_however_they_are_written():
    plain = ROWS.plain(FRAME)
    assert plain["price"].to_numpy() == pytest.approx(
        FRAME["price"].str.replace("[$,]", "", regex=True).astype(float)
    )
    order = pd.to_datetime(FRAME["when"]).rank()
    assert (plain["when"].rank() == order).all()
    assert (plain["clock"].rank() == FRAME["clock"].rank()).all()


def test_dtypes_tell_nothing():
    written = FRAME.assign(
        x=FRAME["x"].astype("float32").astype("Float64"),
        kind=FRAME["kind"].astype("category"),
        flag=FRAME["flag"].astype(str),
        holes=FRAME["holes"].astype("Int64"),
    )
    rounded = ROWS.plain(written).assign(x=lambda table: table["x"].round(3))
    pd.testing.assert_frame_equal(rounded, ROWS.plain(FRAME))


def test_one_and_one_point_zero_are_the_same_word():
    codes = pd.DataFrame({"code": pd.Categorical([1, 2, 3] * 20), "x": np.arange(60.0)})
    rows = Rows(Table.fit(codes), codes)
    floats = codes.assign(code=pd.Categorical([1.0, 2.0, 3.0] * 20))
    assert (rows.plain(floats)["code"] == rows.plain(codes)["code"]).all()


def test_scores_are_normal_quantiles_of_the_middle_rank():
    table = pd.DataFrame({"n": [0.0] * 50 + list(range(1, 51)), "k": list("ab") * 50})
    rows = Rows(Table.fit(table), table)
    scores = rows.mixed(rows.plain(table)).numbers[:, 0]
    # The atom of 50 zeros stands at the middle of its ranks.
    assert scores[0] == pytest.approx(norm.ppf(0.25))
    assert scores[50] == pytest.approx(norm.ppf(0.505))


def test_two_categories_are_one_apart_and_so_is_missing_from_known():
    table = pd.DataFrame({"k": ["a", "b", None, "c"] * 10, "n": np.arange(40.0)})
    rows = Rows(Table.fit(table), table)
    mixed = rows.mixed(rows.plain(table))
    for found in (rows(table), np.c_[mixed.numbers, np.sqrt(0.5) * np.eye(5)[mixed.codes[:, 0]]]):
        n = found[:, 0]
        for i, j in ((0, 1), (0, 2), (1, 3)):
            apart = ((found[i] - found[j]) ** 2).sum() - (n[i] - n[j]) ** 2
            assert apart == pytest.approx(1.0)


def test_a_category_that_was_never_seen_is_no_copy_of_any():
    new = FRAME.head(20).assign(kind="never seen")
    train, made = (ROWS.mixed(ROWS.plain(table)) for table in (FRAME, new))
    assert closest_record(train, made) == pytest.approx(np.ones(20))


def test_many_categories_stay_narrow():
    random = np.random.default_rng(0)
    wide = pd.DataFrame({f"c{i}": random.integers(0, 300, 900).astype(str) for i in range(60)})
    wide["n"] = np.arange(900.0)
    rows = Rows(Table.fit(wide, kinds={f"c{i}": "category" for i in range(60)}), wide)
    assert rows(wide).shape[1] < 300


def test_a_table_without_anything_to_compare_is_refused():
    table = Table.fit(pd.DataFrame({"x": np.arange(20.0)}))
    with pytest.raises(WrongUse, match="must have a column that can be compared"):
        Rows(table, pd.DataFrame({"x": np.ones(20)}))


def test_arrays_are_tables_too():
    array = np.random.default_rng(0).normal(size=(200, 3))
    data = open_dataset(array)
    rows = Rows(data.modality, array)
    assert list(rows.plain(data.modality.frame(array))) == [0, 1, 2]
    assert rows(array).shape == (200, 6)


def test_what_was_read_of_a_sample_is_forgotten_with_it():
    sample = Sample(FRAME, ROWS)
    assert ROWS.of(sample) is ROWS.of(sample)
    kept = weakref.ref(sample)
    del sample
    gc.collect()
    assert kept() is None
