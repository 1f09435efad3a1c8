"""What a CSV file takes for granted."""

import gzip

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sparring.core.errors import WrongUse
from sparring.data import open_dataset
from sparring.data.csvfiles import read_csv

ADULT = ["39, State-gov, 77516, Male", "50, Private, 83311, Male", "38, Private, 215646, Female"]


@pytest.mark.parametrize(
    ("lines", "columns"),
    [
        (["39,Ulm", *["50,Bonn", "38,Ulm"] * 5], None),
        (["1,2", "3,4", "5,7"], None),
        (["a,1", *["b,2", "a,3"] * 5], None),
        (["2024-01-02,k1", *[f"2024-01-{d},k{d}" for d in range(10, 20)]], None),
        (["age,city", *["50,Bonn", "38,Ulm"] * 5], ["age", "city"]),
        (["first,last", "Ada,Lovelace", "Emmy,Noether"], ["first", "last"]),
        (["city,2001,2002,2003", "Ulm,7,8,9", "Bonn,4,5,6"], ["city", "2001", "2002", "2003"]),
        (["0,1,2", "1.5,3.5,4", "2.5,1.0,4"], ["0", "1", "2"]),
        (["day,code", *[f"2024-01-{d},k{d}" for d in range(10, 20)]], ["day", "code"]),
        (["a,gone", "1,", "2,"], ["a", "gone"]),
        (["a,b"], ["a", "b"]),
    ],
)
def test_the_first_line_is_names_or_data_by_its_kinds(make_csv, lines, columns):
    frame, told = read_csv(make_csv(*lines))
    if columns is None:
        width = lines[0].count(",") + 1
        assert list(frame.columns) == [f"column {1 + i}" for i in range(width)]
        assert [str(value) for value in frame.iloc[0]] == lines[0].split(",")
        assert len(frame) == len(lines)
        assert f"holds data, so its columns are named column 1 to column {width}" in told
    else:
        assert list(frame.columns) == columns
        assert len(frame) == len(lines) - 1
        assert told == ""


@given(
    st.lists(
        st.tuples(st.integers(-999, 999), st.sampled_from("abc"), st.floats(0, 1)),
        min_size=12,
        max_size=40,
    )
)
@settings(max_examples=40, deadline=None)
def test_a_table_is_the_same_with_and_without_its_names(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("csv")
    frame = pd.DataFrame(rows, columns=["size", "group", "share"])
    frame.to_csv(folder / "with.csv", index=False)
    frame.to_csv(folder / "without.csv", index=False, header=False)
    named, _ = read_csv(folder / "with.csv")
    unnamed, _ = read_csv(folder / "without.csv")
    assert list(named.columns) == ["size", "group", "share"]
    assert (unnamed.to_numpy() == named.to_numpy()).all()


def test_spaces_after_separators_are_left_out_and_told(make_csv):
    frame, told = read_csv(make_csv(*ADULT * 4, name="adult.data"))
    assert frame["column 2"].unique().tolist() == ["State-gov", "Private"]
    assert "spaces after separators are left out" in told
    named, told = read_csv(make_csv("age, sex", *["1,m", "2,f"] * 5))
    assert list(named.columns) == ["age", "sex"]
    assert told == "Spaces after separators are left out."


def test_a_space_that_begins_a_single_text_stays(make_csv):
    frame, told = read_csv(make_csv("n,t", "1, x", "2,y", "3,z"))
    assert frame["t"].tolist() == [" x", "y", "z"]
    assert told == ""


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        (["?", "1.5", "2"] * 4, True),
        (["?", "yes", "no"] * 4, True),
        (["?", "yes", "-"] * 4, False),
        (["?", "!", "yes"] * 4, False),
        (["?", *[f"a sentence, {i}" for i in range(11)]], False),
        (["?"] * 12, False),
    ],
)
def test_a_question_mark_is_missing_where_it_is_the_only_odd_value(make_csv, values, missing):
    frame, told = read_csv(make_csv("n,t", *(f'{i},"{v}"' for i, v in enumerate(values))))
    assert frame["t"].isna().tolist() == [missing and value == "?" for value in values]
    assert ("'?' is missing in t" in told) == missing


def test_numbers_beside_question_marks_are_numbers(make_csv):
    frame, _ = read_csv(make_csv("n", "?", "1", "2.5"))
    assert np.isnan(frame["n"][0])
    assert frame["n"].tolist()[1:] == [1.0, 2.5]


@pytest.mark.parametrize(("mark", "name"), [(" ", "spaces"), ("\t", "tabs"), (";", ";")])
def test_a_data_file_is_cut_where_all_lines_are_cut_alike(make_csv, mark, name):
    lines = [mark.join(("A11", str(i), "A4")) for i in range(9)]
    frame, told = read_csv(make_csv(*lines, name="german.data"))
    assert frame.shape == (9, 3)
    assert f"its fields end at {name}" in told


def test_a_data_file_of_texts_alone_has_no_names_by_habit(make_csv):
    lines = [f"{word},{word}s" for word in ("apple", "pear", "plum")]
    assert len(read_csv(make_csv(*lines, name="fruit.data"))[0]) == 3
    assert len(read_csv(make_csv(*lines, name="fruit.csv"))[0]) == 2


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        (
            "t.csv",
            "name,x\nJosé,1\n".encode("latin-1"),
            r"line 2 would be 'José,1' in Latin-1",
        ),
        ("t.csv", "a,b\n1,2\n".encode("utf-16"), "is text in UTF-16: save it as UTF-8"),
        ("t.csv", b"PK\x03\x04\xff\xff", "is a workbook or a ZIP archive: save it as CSV"),
        ("t.csv", gzip.compress(b"a,b\n1,2\n"), "is compressed, .* end in .gz"),
        ("t.csv", b"\x89PNG\r\n\x1a\n\xff", "is not text in UTF-8: save it as UTF-8"),
        ("t.csv.gz", gzip.compress("x\nJosé\n".encode("latin-1")), "line 2 would be 'José'"),
        ("t.csv.gz", b"a,b\n1,2\n", r"is not compressed, .* leave out the \.gz"),
        ("t.csv.gz", gzip.compress(b"a,b\n1,2\n" * 99)[:-12], "damaged or cut short"),
    ],
)
def test_a_file_that_is_something_else_is_told_what_it_is(name, content, sentence, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WrongUse, match=sentence):
        read_csv(tmp_path / name)


def test_a_byte_order_mark_and_every_kind_of_line_end_are_no_part_of_the_data(tmp_path):
    for mark in (b"", b"\xef\xbb\xbf"):
        for end in (b"\n", b"\r\n", b"\r"):
            (tmp_path / "t.csv").write_bytes(mark + end.join([b"a,b", b"1,x", b"2,y", b""]))
            frame, told = read_csv(tmp_path / "t.csv")
            assert frame.to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}
            assert told == ""


def test_a_value_may_hold_separators_quotes_and_ends_of_lines(make_csv):
    frame, told = read_csv(make_csv("a,b", '"x, ""y""\nz",1', "w,2"))
    assert frame["a"].tolist() == ['x, "y"\nz', "w"]
    assert told == ""


def test_semicolons_and_decimal_commas_are_read_when_the_separator_is_given(make_csv):
    path = make_csv("a;b", *[f"{i % 7},5;1.00{i % 5},25" for i in range(30)])
    with pytest.raises(WrongUse, match='`--set separator=";"`'):
        read_csv(path)
    dataset = open_dataset(path, separator=";")
    assert dict(dataset.modality.kinds) == {"a": "number", "b": "number"}
    made = dataset.modality.decode(dataset.modality.encode(dataset.train_items))
    assert made.equals(dataset.train_items)


def test_a_line_that_is_too_short_is_told_of(make_csv):
    lines = [f"{i},{i % 3},x" for i in range(20)]
    frame, told = read_csv(make_csv("a,b,c", *lines, "7"))
    assert frame.iloc[-1].isna().tolist() == [False, True, True]
    assert told == (
        "Line 22 of table.csv has fewer values than there are columns; what it and others like it "
        "lack is missing."
    )
    assert read_csv(make_csv("a,b,c", *lines, "7,,"))[1] == ""
    assert read_csv(make_csv("a,b,c", *lines, "", "7,1,"))[1] == ""
