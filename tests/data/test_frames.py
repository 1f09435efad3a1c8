"""Tables that other libraries hold."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset
import pytest

from sparring.core.errors import WrongUse
from sparring.data import Table, open_dataset
from sparring.data.frames import is_frame, to_pandas

polars = pytest.importorskip("polars")

ARROW = pa.table({"n": range(20, 60), "t": ["x", "y"] * 20, "c": pa.array(["u", "v"] * 20)})


KINDS = {
    "table": lambda: ARROW,
    "reader": lambda: pa.RecordBatchReader.from_batches(ARROW.schema, ARROW.to_batches()),
    "batch": lambda: ARROW.to_batches()[0],
    "data set": lambda: pyarrow.dataset.dataset(ARROW),
    "polars": lambda: polars.DataFrame(ARROW),
    "lazy polars": lambda: polars.DataFrame(ARROW).lazy(),
    "pandas": ARROW.to_pandas,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_frame_becomes_the_same_rows(kind):
    thing = KINDS[kind]()
    assert is_frame(thing)
    pd.testing.assert_frame_equal(to_pandas(thing), ARROW.to_pandas())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_frame_is_opened(kind):
    dataset = open_dataset(KINDS[kind](), target="t")
    assert isinstance(dataset.modality, Table)
    both = pd.concat([dataset.real(), dataset.unseen()])
    assert sorted(both["n"]) == list(range(20, 60))


def test_polars_types_arrive_as_what_they_are():
    frame = polars.DataFrame(
        {
            "whole": [1, 2, None],
            "day": [datetime.date(2024, 1, 1)] * 3,
            "moment": [datetime.datetime(2024, 1, 1, 12)] * 3,
            "category": polars.Series(["a", "b", None], dtype=polars.Categorical),
            "flag": [True, False, True],
        }
    )
    read = to_pandas(frame)
    assert np.isnan(read["whole"][2])
    assert read["day"].tolist() == [datetime.date(2024, 1, 1)] * 3
    assert read["moment"].dtype.kind == "M"
    assert read["category"].dtype == "category"
    assert read["flag"].dtype == bool


@pytest.mark.parametrize("thing", [[1, 2], {"a": 1}, np.zeros((3, 2)), "table", None, 3])
def test_what_is_no_frame_is_not_taken_for_one(thing):
    assert not is_frame(thing)


def test_doubled_names_are_refused():
    doubled = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["n", "n"])
    with pytest.raises(WrongUse, match="Two columns are named 'n'"):
        to_pandas(doubled)


def test_options_of_files_mean_nothing_for_frames():
    with pytest.raises(WrongUse, match="separator means nothing"):
        open_dataset(ARROW, separator=";")
    with pytest.raises(WrongUse, match="table means nothing"):
        open_dataset(ARROW, table="t")
    with pytest.raises(WrongUse, match="stream means nothing"):
        open_dataset(ARROW, stream=True)


@pytest.mark.parametrize("make", [lambda: pd.Series([1, 2]), lambda: polars.Series([1, 2])])
def test_a_column_alone_is_told_to_become_a_table(make):
    with pytest.raises(WrongUse, match=r"make it one with `\.to_frame\(\)`"):
        open_dataset(make())


def test_a_type_that_arrow_does_not_know_is_named():
    wide = polars.DataFrame({"n": polars.Series(range(20), dtype=polars.Int128)})
    with pytest.raises(WrongUse, match=r"DataFrame cannot be read \(.*i128.*\): convert or drop"):
        open_dataset(wide)
