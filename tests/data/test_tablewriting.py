"""Where tables go."""

import gzip

import pandas as pd
import pytest

from sparring.core.errors import WrongUse
from sparring.data import tablewriting
from sparring.data.parquetfiles import ParquetRows
from sparring.data.tablefiles import read_table
from sparring.data.tablewriting import write_table

FRAME = pd.DataFrame({"n": range(25), "t": ["a", "b", None, "d", "e"] * 5, "x": [0.5] * 25})


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.tsv", "t.tsv.gz", "t.parquet", "t.pq"])
def test_what_is_written_is_read(tmp_path, name):
    write_table(FRAME, tmp_path / name)
    pd.testing.assert_frame_equal(read_table(tmp_path / name)[0], FRAME)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_name_without_a_suffix_is_a_folder_of_shards(tmp_path, monkeypatch):
    monkeypatch.setattr(tablewriting, "SHARD", 10)
    write_table(FRAME, tmp_path / "rows")
    assert [len(pd.read_parquet(file)) for file in sorted((tmp_path / "rows").iterdir())] == [
        10,
        10,
        5,
    ]
    pd.testing.assert_frame_equal(ParquetRows(tmp_path / "rows").read(), FRAME)


def test_columns_numbered_and_an_index_are_no_obstacle(tmp_path):
    write_table(pd.DataFrame([[1, 2]], index=[7]), tmp_path / "t.parquet")
    assert list(pd.read_parquet(tmp_path / "t.parquet").columns) == ["0", "1"]


def test_the_same_rows_are_the_same_bytes(tmp_path):
    for name in ("a.csv.gz", "b.csv.gz"):
        write_table(FRAME, tmp_path / name)
    first, second = ((tmp_path / name).read_bytes() for name in ("a.csv.gz", "b.csv.gz"))
    # From the 10th byte on; before stand the time, and perhaps the name.
    assert first[:10] == second[:10]
    assert gzip.decompress(first) == gzip.decompress(second)


@pytest.mark.parametrize("name", ["t.xlsx", "t.json", "t.csv.zip"])
def test_other_suffixes_are_refused(tmp_path, name):
    with pytest.raises(WrongUse, match=r"the name must end in \.csv"):
        write_table(FRAME, tmp_path / name)


def test_a_folder_that_holds_something_is_kept(tmp_path):
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(WrongUse, match="already holds files"):
        write_table(FRAME, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]
