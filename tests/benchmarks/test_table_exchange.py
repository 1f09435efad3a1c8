"""What a peer made is judged by what it learnt, not by how a CSV file writes it."""

import numpy as np
import pandas as pd
import pytest

from table_exchange import cut, homeward, outward, prepare, way_of, write
from table_scores import scores


def test_a_table_comes_back_as_it_went_out(parts, tmp_path):
    train, test, _ = parts
    write(train, test, "target", tmp_path / "made")
    data = prepare("made", tmp_path)
    pd.testing.assert_frame_equal(homeward(data.folder / "peer.csv", data.train), train)
    pd.testing.assert_frame_equal(data.test, test)
    assert data.target == "target"


def test_a_peer_gets_numbers_and_discrete_columns_alone(parts):
    given, discrete = outward(parts[0])
    assert discrete == ["grade", "vessels", "member", "diagnosis", "sugar", "zone", "target"]
    # What never changes stays at home.
    assert not {"unit", "nothing"} & set(given)
    numbers = given.drop(columns=discrete)
    assert all(dtype.kind in "if" for dtype in numbers.dtypes)
    # 1970-01-01 plus 17,956 days is 2019-03-01.
    assert given["sold"].min() == 17_956 * 86_400


def test_a_perfect_peer_scores_as_real_rows_do(parts, tmp_path):
    train, test, made = parts
    path = tmp_path / "peer.csv"
    outward(made)[0].to_csv(path, index=False)
    found = scores(train, homeward(path, train), test, "target", 0)
    assert found == scores(train, made, test, "target", 0)
    assert abs(found["detection_auc"] - 0.5) < 0.04
    ceiling = scores(train, train, test, "target", 0)
    assert abs(found["tstr_auc"] - ceiling["tstr_auc"]) < 0.01
    assert min(found["shapes"], found["pairs"]) > 0.95


def test_how_a_peer_writes_numbers_does_not_matter(parts, tmp_path):
    train, _, _ = parts
    table, _ = outward(train)
    written = table.astype(object)
    written["grade"] = table["grade"].map(lambda value: f"{value}.0")
    written["vessels"] = table["vessels"].map(
        lambda value: "" if np.isnan(value) else str(int(value))
    )
    written["age"] = table["age"] + 0.3
    written["fare"] = table["fare"] + 0.004
    for name in ("pickup", "sold", "stamp"):
        written[name] = table[name] + 0.4
    written = written[list(written)[::-1]]
    path = tmp_path / "peer.csv"
    written.to_csv(path, index=False)
    pd.testing.assert_frame_equal(homeward(path, train), train)


def test_dates_stay_within_those_that_were_seen(parts, tmp_path):
    train, _, _ = parts
    table, _ = outward(train)
    table["sold"] += np.where(np.arange(len(table)) % 2, 1e9, -1e9)
    path = tmp_path / "peer.csv"
    table.to_csv(path, index=False)
    assert set(homeward(path, train)["sold"]) == {train["sold"].min(), train["sold"].max()}


def test_a_number_that_a_peer_failed_to_make_is_missing(parts, tmp_path):
    train, _, _ = parts
    table, _ = outward(train)
    table["age"] = table["age"].astype(float)
    table.loc[[0, 1], "age"] = np.nan, np.inf
    path = tmp_path / "peer.csv"
    table.to_csv(path, index=False)
    back = homeward(path, train)["age"]
    assert back.isna().sum() == 2
    assert (back.iloc[2:] == train["age"].iloc[2:]).all()


def test_a_word_that_never_stood_in_the_table_is_refused(parts):
    with pytest.raises(ValueError, match="'maybe', which is no value of 'target'"):
        way_of(parts[0]["target"]).back(pd.Series(["yes", "maybe"], name="target"))


def test_the_cut_keeps_order_and_loses_no_row():
    train, test = cut(pd.DataFrame({"a": range(103)}))
    assert (len(train), len(test)) == (77, 26)
    assert sorted([*train["a"], *test["a"]]) == list(range(103))
    assert train["a"].is_monotonic_increasing
    assert test["a"].is_monotonic_increasing
