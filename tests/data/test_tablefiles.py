import gzip

import pandas as pd
import pytest

from sparring.core.errors import WrongUse
from sparring.data import tablefiles

ROWS = [f"{i},{i % 3}x" for i in range(12)]


def read_table(path, **options):
    return tablefiles.read_table(path, **options)[0]


def test_csv_gz_tsv_and_parquet_hold_the_same(tmp_path, make_csv):
    plain = make_csv("n,t", *ROWS)
    expected = pd.DataFrame({"n": range(12), "t": [f"{i % 3}x" for i in range(12)]})
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(plain.read_bytes()))
    make_csv("n\tt", *(row.replace(",", "\t") for row in ROWS), name="t.tsv")
    expected.to_parquet(tmp_path / "t.parquet")
    for name in ("table.csv", "t.csv.gz", "t.tsv", "t.parquet"):
        pd.testing.assert_frame_equal(read_table(tmp_path / name), expected)


def test_the_mark_before_a_spreadsheets_first_name_is_dropped(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbfage\n1\n")
    assert list(read_table(tmp_path / "a.csv").columns) == ["age"]


def test_none_is_a_text_and_na_is_missing(make_csv):
    column = read_table(make_csv("a,b", "None,1", "NA,2", ",3"))["a"]
    assert column.isna().tolist() == [False, True, True]
    assert column[0] == "None"


def test_named_missing_values_categories_and_dropped_columns(make_csv):
    path = make_csv("a,b,c", "1,?,5", "2,7,6")
    frame = read_table(path, missing=["?"], categories=["a"], drop=["c"])
    assert frame["b"].isna().tolist() == [True, False]
    assert frame["a"].dtype == "category"
    assert list(frame["a"]) == ["1", "2"]
    assert list(frame.columns) == ["a", "b"]


@pytest.mark.parametrize(("mark", "shown"), [(";", ";"), ("\t", r"\\t"), ("|", r"\|")])
def test_another_separator_is_noticed(make_csv, mark, shown):
    path = make_csv(*(row.replace(",", mark) for row in ["n,t", *ROWS]))
    with pytest.raises(WrongUse, match=f'--set separator="{shown}"'):
        read_table(path)
    assert read_table(path, separator=mark).shape == (12, 2)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", r"a\.csv is empty"),
        (b"\n\n", "must begin with a line that names the columns"),
        (b"n,n\n1,2\n", "two columns named 'n'"),
        (b"n,t\n1,2,3\n", "more values than names"),
        (b"n,t\n1,2\n1,2,3\n", "line 3, saw 3"),
        ("n,t\n1,é\n".encode("latin-1"), "not text in UTF-8"),
    ],
)
def test_broken_files_are_refused(tmp_path, content, sentence):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(WrongUse, match=sentence):
        read_table(tmp_path / "a.csv")


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.data"])
def test_an_empty_file_is_refused(tmp_path, name):
    (tmp_path / name).touch()
    with pytest.raises(WrongUse, match=f"{name} is empty"):
        read_table(tmp_path / name)


@pytest.mark.parametrize(("name", "says"), [("a.csv.gz", "not compressed"), ("a.parquet", "read")])
def test_damaged_containers_are_refused(tmp_path, name, says):
    (tmp_path / name).write_bytes(b"not what it says")
    with pytest.raises(WrongUse, match=says):
        read_table(tmp_path / name)


def test_an_archive_that_is_cut_short_is_refused(tmp_path):
    packed = gzip.compress("\n".join(["n,t", *ROWS]).encode())
    (tmp_path / "a.csv.gz").write_bytes(packed[:40])
    with pytest.raises(WrongUse, match="damaged or cut short"):
        read_table(tmp_path / "a.csv.gz")


def test_a_column_to_drop_must_be_there(make_csv, tmp_path):
    csv = make_csv("n,t", *ROWS)
    parquet = tmp_path / "t.parquet"
    read_table(csv).to_parquet(parquet)
    for path in (csv, parquet):
        with pytest.raises(WrongUse, match="no column 'x' for drop, only n, t"):
            read_table(path, drop=["x"])


def test_parquet_columns_are_dropped_and_taken_as_categories(tmp_path):
    frame = pd.DataFrame({"a": [1, 2, 1], "b": [1.5, None, 2.5], "c": ["x", "y", "z"]})
    frame.to_parquet(tmp_path / "t.parquet")
    read = read_table(tmp_path / "t.parquet", categories=["a"], drop=["c"])
    assert read["a"].tolist() == ["1", "2", "1"]
    assert read["a"].dtype == "category"
    assert list(read.columns) == ["a", "b"]
