"""Parquet files as rows that are read when they are asked for."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

from sparring.core.errors import Failure, WrongUse
from sparring.data.parquetfiles import ParquetRows

FRAME = pd.DataFrame(
    {
        "n": np.arange(1000) * 1.5,
        "m": pd.array([None, 1, 2, 3] * 250, dtype="Int64"),
        "t": ["é", "b", None, "d"] * 250,
        "c": pd.Categorical(["u", "v"] * 500, categories=["w", "v", "u"], ordered=True),
        "d": pd.date_range("2024-01-01", periods=1000, freq="h", tz="Europe/Berlin"),
    }
)


@pytest.fixture
def file(tmp_path):
    FRAME.to_parquet(tmp_path / "t.parquet", row_group_size=128)
    return tmp_path / "t.parquet"


def test_all_rows_are_what_pandas_reads(file):
    rows = ParquetRows(file)
    pd.testing.assert_frame_equal(rows.read(), pd.read_parquet(file))
    assert len(rows) == 1000


def test_any_rows_in_any_order_and_twice(file):
    numbers = np.random.default_rng(0).integers(0, 1000, 300)
    rows = ParquetRows(file)
    taken = rows.frame(rows.take(numbers))
    pd.testing.assert_frame_equal(taken, FRAME.iloc[numbers].reset_index(drop=True))
    assert len(rows.take(np.array([], dtype=np.int64))) == 0


def test_chunks_follow_each_other(file):
    starts, tables = zip(*ParquetRows(file).chunks(), strict=True)
    assert list(starts) == np.cumsum([0, *map(len, tables)])[:-1].tolist()
    assert pa.concat_tables(tables).column("n").to_pylist() == FRAME["n"].tolist()


def test_a_folder_of_shards_is_one_table_in_the_order_of_names(tmp_path):
    for number in (2, 0, 1):
        FRAME[number::3].to_parquet(tmp_path / f"part-{number}.parquet")
    (tmp_path / "README.md").write_text("a note")
    (tmp_path / "_metadata.parquet").write_text("no rows")
    expected = pd.concat([FRAME[number::3] for number in range(3)], ignore_index=True)
    pd.testing.assert_frame_equal(ParquetRows(tmp_path).read(), expected)


def test_folders_that_name_a_value_are_a_column(tmp_path):
    for year in (2023, 2024):
        (tmp_path / f"year={year}").mkdir()
        pd.DataFrame({"n": [1, 2]}).to_parquet(tmp_path / f"year={year}" / "rows.parquet")
    assert ParquetRows(tmp_path).read()["year"].tolist() == [2023, 2023, 2024, 2024]


def test_shards_whose_types_widen_fit_together(tmp_path):
    pd.DataFrame({"a": [1, 2], "b": [None, None]}).to_parquet(tmp_path / "0.parquet")
    pd.DataFrame({"a": [1.5, 2.5], "b": ["x", None]}).to_parquet(tmp_path / "1.parquet")
    read = ParquetRows(tmp_path).read()
    assert read["a"].tolist() == [1.0, 2.0, 1.5, 2.5]
    assert read["b"].isna().tolist() == [True, True, False, True]


def test_shards_of_other_types_are_refused(tmp_path):
    pd.DataFrame({"a": [1, 2]}).to_parquet(tmp_path / "0.parquet")
    pd.DataFrame({"a": ["x", "y"]}).to_parquet(tmp_path / "1.parquet")
    with pytest.raises(
        WrongUse, match=r"1\.parquet and 0\.parquet don't fit together \(Field a .*"
    ):
        ParquetRows(tmp_path)


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (
            {"a": [1]},
            r"1\.parquet lacks column 'b' of those in 0\.parquet: give all",
        ),
        ({"a": [1], "c": [1]}, r"1\.parquet lacks column 'b' of those in 0\.parquet"),
        ({"a": [1], "b": [1], "c": [1]}, r"1\.parquet has a column 'c' beside those in 0\.parquet"),
    ],
)
def test_a_shard_with_other_columns_is_refused_by_name(other, sentence, tmp_path):
    pd.DataFrame({"a": [1, 2], "b": [1, 2]}).to_parquet(tmp_path / "0.parquet")
    pd.DataFrame(other).to_parquet(tmp_path / "1.parquet")
    with pytest.raises(WrongUse, match=sentence):
        ParquetRows(tmp_path)


def test_numbers_of_rows_that_pandas_kept_in_one_shard_are_no_column(tmp_path):
    frame = pd.DataFrame({"a": [1, 2, 3]})
    frame.to_parquet(tmp_path / "0.parquet")
    frame[1:].to_parquet(tmp_path / "1.parquet", index=True)
    frame.set_axis([7, 3, 5]).to_parquet(tmp_path / "2.parquet")
    read = ParquetRows(tmp_path).read()
    assert read["a"].tolist() == [1, 2, 3, 2, 3, 1, 2, 3]
    assert list(read.columns) == ["a"]


def test_a_folder_whose_name_ends_like_a_file_is_a_folder(tmp_path):
    where = tmp_path / "rows.parquet" / "more.parquet"
    where.mkdir(parents=True)
    pd.DataFrame({"a": [1, 2]}).to_parquet(where / "0.parquet")
    for folder in (tmp_path, tmp_path / "rows.parquet"):
        assert ParquetRows(folder).read()["a"].tolist() == [1, 2]


def test_a_broken_shard_among_whole_ones_is_named(tmp_path):
    for number in range(3):
        FRAME.to_parquet(tmp_path / f"{number}.parquet", row_group_size=128)
    content = (tmp_path / "1.parquet").read_bytes()
    (tmp_path / "1.parquet").write_bytes(content[: len(content) // 2])
    with pytest.raises(WrongUse, match=r"1\.parquet is not .* \(damaged or cut short\): write it"):
        ParquetRows(tmp_path)
    (tmp_path / "1.parquet").write_bytes(bytes(400) + content[400:])
    rows = ParquetRows(tmp_path)
    with pytest.raises(WrongUse, match=r"1\.parquet is not a Parquet file"):
        rows.read()
    (tmp_path / "1.parquet").write_bytes(b"")
    with pytest.raises(WrongUse, match=r"1\.parquet is empty"):
        ParquetRows(tmp_path)


def test_a_shard_that_is_gone_when_it_is_read_is_named(tmp_path):
    for number in range(2):
        FRAME.to_parquet(tmp_path / f"{number}.parquet")
    rows = ParquetRows(tmp_path)
    (tmp_path / "1.parquet").unlink()
    with pytest.raises(Failure, match=r"1\.parquet cannot be read \(.*: see whether it is there"):
        rows.read()


def test_a_data_set_of_pyarrow_is_as_good_as_its_files(file):
    rows = ParquetRows(pyarrow.dataset.dataset(file))
    pd.testing.assert_frame_equal(rows.read(), FRAME)


def test_doubled_names_are_refused(tmp_path):
    doubled = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["n", "n"])
    pq.write_table(doubled, tmp_path / "t.parquet")
    with pytest.raises(WrongUse, match="two columns named 'n'"):
        ParquetRows(tmp_path / "t.parquet")


def test_the_size_in_memory_is_told_without_reading(tmp_path):
    frame = pd.DataFrame({"x": np.zeros(10_000), "t": ["same"] * 10_000})
    frame.to_parquet(tmp_path / "t.parquet")
    # The file is tiny: what is the same everywhere is kept once.
    assert (tmp_path / "t.parquet").stat().st_size < 10_000
    assert ParquetRows(tmp_path / "t.parquet").nbytes >= 10_000 * 8 + 10_000 * 32


def test_a_file_cut_short_is_refused(file):
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(WrongUse, match="not a Parquet file that can be read"):
        ParquetRows(file)


def test_damage_inside_is_told_when_it_is_met(file):
    content = bytearray(file.read_bytes())
    content[4:400] = bytes(396)
    file.write_bytes(content)
    with pytest.raises(WrongUse, match="not a Parquet file that can be read"):
        ParquetRows(file).read()


def test_a_table_without_columns_is_refused(file):
    with pytest.raises(WrongUse, match="at least one column, got none"):
        ParquetRows(file).only([], list(FRAME.columns))
