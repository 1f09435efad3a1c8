"""What a CSV file takes for granted."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
