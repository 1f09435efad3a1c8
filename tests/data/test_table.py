import datetime
import json

import numpy as np
import pandas as pd
import pytest
import torch

from sparring.core.errors import WrongUse
from sparring.data import modality_from
from sparring.data.table import Table

N = 40
random = np.random.default_rng(0)
DAYS = pd.date_range("2024-02-20", periods=N, freq="D")
MINUTES = pd.date_range("2024-02-20 10:00", periods=N, freq="7min")
GAPS = [None if i % 5 == 0 else i for i in range(N)]

COLUMNS = {
    "float": pd.Series(random.normal(size=N).round(3)),
    "float32": pd.Series(random.normal(size=N).round(2), dtype="float32"),
    "float with gaps": pd.Series([np.nan if g is None else g / 4 for g in GAPS]),
    "int": pd.Series(random.integers(-50, 50, N)),
    "uint8": pd.Series(random.integers(0, 255, N), dtype="uint8"),
    "nullable int": pd.Series(GAPS, dtype="Int64"),
    "nullable float": pd.Series(GAPS, dtype="Float64") / 8,
    "whole floats with gaps": pd.Series(GAPS, dtype="float64"),
    "few codes": pd.Series([1, 2, 5, 9] * 10),
    "python numbers": pd.Series([i * 3 for i in range(N)], dtype=object),
    "bool": pd.Series([True, False] * 20),
    "nullable bool": pd.Series([True, False, None, True] * 10, dtype="boolean"),
    "bool objects": pd.Series([True, False, np.nan, True] * 10, dtype=object),
    "text": pd.Series(["Ulm", "Bonn", "Köln", "Ulm"] * 10),
    "text objects with gaps": pd.Series(["Ulm", np.nan, "Köln", "Ulm"] * 10, dtype=object),
    "string": pd.Series(["Ulm", None, "Köln", "Ulm"] * 10, dtype="string"),
    "numbers as text": pd.Series([f"{i % 7:03d}" for i in range(N)]),
    "category": pd.Series(["b", "a", None, "b"] * 10, dtype="category"),
    "ordered": pd.Series(
        pd.Categorical(["low", "high"] * 20, ["low", "mid", "high"], ordered=True)
    ),
    "int category": pd.Series([3, 1, 2, 3] * 10, dtype="category"),
    "days": pd.Series(DAYS),
    "ns": pd.Series(DAYS[[0] * N].astype("datetime64[ns]")) + pd.to_timedelta(range(N), unit="ns"),
    "seconds unit": pd.Series(MINUTES.astype("datetime64[s]")),
    "days with gaps": pd.Series(DAYS).where(pd.Series(GAPS).notna()),
    "zone": pd.Series(MINUTES.tz_localize("Europe/Berlin")),
    "ISO days": pd.Series(DAYS.strftime("%Y-%m-%d")),
    "ISO times": pd.Series(MINUTES.strftime("%Y-%m-%dT%H:%M:%S")),
    "ISO days with gaps": pd.Series(DAYS.strftime("%Y-%m-%d")).where(pd.Series(GAPS).notna()),
    "python dates": pd.Series([datetime.date(2024, 1, 1 + i % 20) for i in range(N)], dtype=object),
    "far dates": pd.Series(["1900-01-01", "9999-12-31"] * 20),
    "constant": pd.Series([7] * N),
    "constant text": pd.Series(["same"] * N),
    "mostly one": pd.Series([0.0] * 35 + [1.5, 2.5, 3.5, 4.5, 99.25]),
}


def frame_of(*names):
    columns = {name: COLUMNS[name] for name in names}
    return pd.DataFrame({**columns, "other": random.normal(size=N).round(2)})


@pytest.mark.parametrize("name", COLUMNS)
def test_each_kind_of_column_comes_back_with_its_dtype(name):
    frame = frame_of(name)
    table = Table.fit(frame)
    again = modality_from(json.loads(json.dumps(table.describe())))
    for one in (table, again):
        x = one.encode(frame)
        assert x.shape == (N, *table.shape)
        assert torch.isfinite(x).all()
        pd.testing.assert_frame_equal(one.decode(x), frame, check_exact=True)


def test_a_whole_table_comes_back_in_order():
    frame = frame_of(*COLUMNS)
    table = Table.fit(frame)
    back = table.decode(table.encode(frame))
    pd.testing.assert_frame_equal(back, frame)
    assert sum(width for _, width in table.spans) == table.shape[0]


def test_spans_say_what_the_columns_are():
    frame = frame_of("float", "text", "constant", "float with gaps", "bool")
    expected = (
        ("number", 1),
        ("category", 3),
        ("number", 1),
        ("category", 2),
        ("category", 2),
        ("number", 1),
    )
    assert Table.fit(frame).spans == expected


def test_kinds_are_what_a_reader_would_say():
    frame = frame_of("float", "int", "text", "bool", "ISO days", "nullable bool")
    kinds = ["number", "integer", "category", "boolean", "date", "boolean", "number"]
    assert list(Table.fit(frame).kinds.values()) == kinds


def test_any_noise_is_decoded_to_a_valid_table():
    frame = frame_of(*COLUMNS)
    table = Table.fit(frame)
    noise = 5 * torch.randn(200, *table.shape, generator=torch.Generator().manual_seed(0))
    made = table.decode(noise)
    assert (made.dtypes == frame.dtypes).all()
    assert made["int"].between(frame["int"].min(), frame["int"].max()).all()
    assert made["ISO days"].between("2024-02-20", "2024-03-30").all()
    assert set(made["text"]) <= set(frame["text"])
    assert made["far dates"].between("1900-01-01", "9999-12-31").all()
    assert (made["float"] == made["float"].round(3)).all()
    assert made["nullable int"].isna().any()


def test_held_out_rows_may_hold_what_was_not_seen():
    frame = frame_of("text", "int", "ISO days")
    table = Table.fit(frame)
    other = frame.copy()
    other.loc[0, "text"], other.loc[1, "int"], other.loc[2, "ISO days"] = (
        "Trier",
        10_000,
        "2030-01-01",
    )
    back = table.decode(table.encode(other))
    assert (table.encode(other)[0, :3] == 0).all()
    assert back["int"][1] == frame["int"].max()
    assert back["ISO days"][2] == "2024-03-30"


def test_other_columns_are_refused_by_name():
    table = Table.fit(frame_of("int"))
    with pytest.raises(WrongUse, match=r"columns \['int', 'other'\] is needed, got \['x'\]"):
        table.encode(pd.DataFrame({"x": [1]}))


def test_a_table_of_constants_is_refused():
    with pytest.raises(WrongUse, match="Every column of the table is constant"):
        Table.fit(pd.DataFrame({"a": [1] * 10, "b": ["x"] * 10}))


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.parquet"])
def test_a_saved_table_can_be_read_again(tmp_path, name):
    frame = frame_of("int", "text", "bool")
    Table.fit(frame).save(frame, tmp_path / name)
    read = pd.read_parquet if name.endswith("parquet") else pd.read_csv
    pd.testing.assert_frame_equal(read(tmp_path / name), frame)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_another_suffix_is_refused(tmp_path):
    frame = frame_of("int")
    with pytest.raises(WrongUse, match=r"must end in \.csv"):
        Table.fit(frame).save(frame, tmp_path / "t.xlsx")


def test_a_table_can_be_shown():
    frame = frame_of("int", "text", "days with gaps", "constant", "nullable bool")
    assert Table.fit(frame).show(frame).size[0] > 200
