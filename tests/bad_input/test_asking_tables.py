"""Conditions, rules and gaps that can't be met, on the command line and in Python."""

import errno
import os
import shutil

import numpy as np
import pandas as pd
import pytest

from sparring import Synthesizer
from sparring.core.errors import Failure, WrongUse

TINY = {"steps": 2, "width": 8, "batch_size": 32, "alarms": False, "previews": False}


def shop() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    net = rng.integers(100, 9000, 300) / 4
    age = rng.integers(18, 80, 300)
    return pd.DataFrame(
        {
            "age": age,
            "sex": rng.choice(["Female", "Male"], 300),
            "job": rng.choice(["clerk", "nurse", None], 300),
            "day": rng.choice(["2024-02-28", "2024-02-29", "2024-03-01"], 300),
            "net": net,
            "gross": 2 * net,
            "adult": np.where(age >= 40, "yes", "no"),
        }
    )


@pytest.fixture(scope="session")
def shops(tmp_path_factory):
    """A folder with two finished runs of one table: `nade`, and `gan`, which completes nothing."""
    folder = tmp_path_factory.mktemp("shops")
    shop().to_csv(folder / "t.csv", index=False)
    for name, game in (("nade", {}), ("gan", {"game": "gan", "networks": "mlp"})):
        Synthesizer(**TINY, **game, run=folder / name).fit(folder / "t.csv")
    return folder


@pytest.fixture
def run(here, shops):
    """The run that completes, the test's own copy."""
    shutil.copytree(shops / "nade", here / "run")
    return "run"


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("age", ("--condition", "key=value", "'age'")),
        ("=3", ("--condition", "key=value", "'=3'")),
        ("wage=3", ("'wage'", "age, sex, job")),
        ("age=old", ("'age'", "an integer", "'old'")),
        ("age=999", ("'age'", "never occurs")),
        ("age=200..300", ("'age'", "never occurs")),
        ("age=50..40", ("'age'", "low <= high")),
        ("age=20..30|50", ("'age'", "not both")),
        ("age=", ("'age'", "never occurs")),
        ("day=2024-02-01..", ("'day'", "both its ends")),
        ("sex=divers", ("'sex'", "'divers'", "'Female', 'Male'")),
        ("day=2024-02-30", ("'day'", "'2024-02-30'")),
        ("AGE=30", ("'AGE'", "age, sex, job")),
        ("age=|", ("'age'", "never occurs")),
        ("age=NaN", ("'age'", "never occurs")),
        ("age=30.5..30.7", ("'age'", "never occurs")),
        ("net=1,5", ("'net'", "a number", "'1,5'")),
        ("net=inf", ("'net'", "never occurs")),
        ("sex=Female|divers", ("'sex'", "'divers'", "'Female', 'Male'")),
    ],
)
def test_a_condition_that_cannot_be_met(condition, says, run, refused):
    refused("sample", run, "-n", "3", "-o", "x.csv", "--condition", condition, says=says)


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ({"wage": 3}, ("'wage'", "age, sex, job")),
        ({3: 4}, ("3", "age, sex, job")),
        ({"age": "old"}, ("'age'", "an integer", "'old'")),
        ({"age": [30, "old"]}, ("'age'", "an integer", "'old'")),
        ({"age": {"low": 30}}, ("'age'", "an integer", "{'low': 30}")),
        ({"age": 999}, ("'age'", "never occurs")),
        ({"age": None}, ("'age'", "never occurs")),
        ({"age": (200, 300)}, ("'age'", "never occurs")),
        ({"age": (50, 40)}, ("'age'", "low <= high", "(50, 40)")),
        ({"age": (float("nan"), 40)}, ("'age'", "low <= high")),
        ({"age": (40,)}, ("'age'", "(low, high)", "(40,)")),
        ({"age": (1, 2, 3)}, ("'age'", "(low, high)", "(1, 2, 3)")),
        ({"sex": "divers"}, ("'sex'", "'divers'", "'Female', 'Male'")),
        ({"sex": 3}, ("'sex'", "3", "'Female', 'Male'")),
        ({"sex": ("A", "Z")}, ("'sex'", "numbers and dates", "('A', 'Z')")),
        ({"day": ("2024-03-01", "2024-02-28")}, ("'day'", "low <= high")),
        ({"age": 20, "adult": "yes"}, ("age -> adult", "'age'", "'adult'")),
        ({"age": (18, 39), "adult": "yes"}, ("age -> adult", "'age'", "'adult'")),
    ],
)
def test_a_condition_in_python_that_cannot_be_met(condition, says, shops):
    synthesizer = Synthesizer.load(shops / "nade")
    with pytest.raises(WrongUse) as refusal:
        synthesizer.sample(3, condition=condition, seed=0)
    words = str(refusal.value)
    assert all(word in words for word in says), words
    assert words.startswith("condition ")
    assert words.endswith(".")
    assert "\n" not in words


def test_two_conditions_on_one_column(run, refused):
    words = ("--condition", "age=30", "--condition", "age=31")
    refused("sample", run, "-o", "x.csv", *words, says=("'age'", "twice", "age=A|B"))


def test_a_condition_that_contradicts_a_rule(run, refused):
    words = ("--condition", "net=100", "--condition", "gross=500")
    says = ("can't be met", "net = 0.5 * gross")
    refused("sample", run, "-n", "2", "-o", "x.csv", *words, says=says, code=2)


@pytest.mark.parametrize(
    ("rows", "code", "says"),
    [
        ("age,wage\n30,4\n", 2, ("'wage'", "age, sex, job")),
        ("age,sex\nold,Male\n", 2, ("'age'", "integer", "'old'", "row 1")),
        ("day\n2024-02-28\n2024-02-31\n", 2, ("'day'", "'2024-02-31'", "row 2")),
        ("net,gross\n100,700\n", 1, ("row 1", "net = 0.5 * gross")),
        ("", 2, ("gaps.csv", "empty")),
    ],
)
def test_rows_that_cannot_be_imputed(rows, code, says, run, here, refused):
    (here / "gaps.csv").write_text(rows)
    refused("impute", run, "gaps.csv", "-o", "x.csv", says=says, code=code)


def test_a_file_to_impute_that_is_not_there_or_no_table(run, here, refused):
    refused("impute", run, "gaps.csv", "-o", "x.csv", says=("gaps.csv", "isn't there"))
    (here / "gaps.txt").write_text("age\n1\n")
    refused("impute", run, "gaps.txt", "-o", "x.csv", says=("gaps.txt", ".csv"))


def test_a_game_that_completes_nothing_is_not_asked_to(shops, here, refused):
    shutil.copytree(shops / "gan", here / "gan")
    (here / "gaps.csv").write_text("age,sex\n30,\n")
    refused("impute", "gan", "gaps.csv", "-o", "x.csv", says=("GAN", "game='nade'"))


def test_pictures_have_no_gaps(finished, here, refused):
    (here / "gaps.csv").write_text("age,sex\n30,\n")
    refused("impute", finished, "gaps.csv", "-o", "x.csv", says=("rows of tables", "image"))


def test_the_gaps_are_filled_and_the_rest_is_as_it_was(run, here, works):
    given = pd.DataFrame({"age": [30, None, 44], "sex": [None, "Male", "Female"]})
    given.to_csv(here / "gaps.csv", index=False)
    works("impute", run, "gaps.csv", "-o", "whole.csv", "--seed", "1")
    whole = pd.read_csv(here / "whole.csv")
    assert list(whole.columns) == list(shop().columns)
    assert whole["age"].dtype == np.int64
    assert whole["age"].iloc[[0, 2]].tolist() == [30, 44]
    assert whole["sex"].iloc[1:].tolist() == ["Male", "Female"]
    assert whole.drop(columns="job").notna().all(axis=None)


@pytest.mark.parametrize(
    ("where", "error", "says"),
    [
        (lambda frame: frame["age"] > 1000, Failure, "did as asked"),
        (lambda frame: frame["age"] - 1000.0, WrongUse, "at least 0"),
        (lambda frame: "yes", WrongUse, "one boolean or weight a row"),
        (lambda frame: [True], WrongUse, "one boolean or weight a row"),
        (lambda frame: frame["sex"], WrongUse, "one boolean or weight a row"),
    ],
)
def test_a_function_that_cannot_choose(where, error, says, shops):
    synthesizer = Synthesizer.load(shops / "nade")
    with pytest.raises(error, match=says):
        synthesizer.sample(5, where=where, seed=0)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ('rules=["net = age + gross"]', ("'net = age + gross'", "some row", "leave it out")),
        ('rules=["net = wage + 1"]', ("wage",)),
        ('rules=["net ! gross"]', ("net ! gross",)),
        ("rules=3", ("rules", "3")),
        ('kinds={sex="number"}', ("'sex'", "number", "row 1")),
        ('kinds={sex="colour"}', ("'sex'", "number, integer", "'colour'")),
        ('kinds={wage="number"}', ("'wage'", "age, sex")),
        ("kinds=number", ("kinds", "'number'")),
    ],
)
def test_rules_and_kinds_that_the_rows_do_not_have(setting, says, here, refused):
    shop().to_csv(here / "t.csv", index=False)
    for command in (("columns", "t.csv"), ("fit", "t.csv", "--run", "run", "--steps", "2")):
        refused(*command, "--set", setting, says=says)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, ("kinds.json", "JSON")),
        ("{", ("kinds.json", "JSON")),
        ("{}", ("kinds.json", "columns")),
        ('{"columns": {"wage": {"sdtype": "numerical"}}}', ("'wage'", "age, sex")),
        ('{"columns": {"age": {"sdtype": "colour"}}}', ("kinds.json", "colour")),
    ],
)
def test_a_description_of_columns_that_does_not_fit(content, says, here, refused):
    shop().to_csv(here / "t.csv", index=False)
    if content is not None:
        (here / "kinds.json").write_text(content)
    refused("columns", "t.csv", "--kinds", "kinds.json", says=says)


def test_the_kinds_that_columns_writes_can_be_given_to_fit(here, works):
    shop().to_csv(here / "t.csv", index=False)
    works("columns", "t.csv", "-o", "kinds.json")
    words = ("--steps", "1", "--set", "width=8", "--set", "alarms=false")
    works("fit", "t.csv", "--kinds", "kinds.json", "--run", "run", *words)


def test_a_description_of_what_is_no_table(refused):
    refused("columns", "ring8", "-o", "x.json", says=("tables", "points"))


def test_a_sampling_that_was_broken_off_goes_on(run, here, sparring, works, monkeypatch):
    words = ("sample", run, "-n", "50", "-o", "rows", "--seed", "3")
    with monkeypatch.context() as patch:

        def full(*_, **__):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        patch.setattr("pyarrow.parquet.ParquetWriter.write_table", full)
        outcome = sparring(*words)
    assert outcome.code == 1
    assert "No space left" in outcome.err
    assert "free some space" in outcome.err
    assert len(outcome.err.splitlines()) == 1
    # No half shard: a note by which it goes on is all that is left.
    assert [file.name for file in (here / "rows").iterdir()] == [".sampling.json"]
    works(*words)
    assert [file.name for file in (here / "rows").iterdir()] == ["part-000000.parquet"]
    assert len(pd.read_parquet(here / "rows")) == 50


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-o", "x.docx"], ("x.docx", ".csv")),
        (["-o", "full"], ("full", "already holds files")),
        (["-o", "x.csv", "--processes", "2"], ("processes", "folder")),
        (["-o", "rows", "--processes", "0"], ("processes", "at least 1")),
        (["-o", "rows", "-n", "0"], ("n must be", "got 0")),
        (["-o", "rows", "--seed=-1"], ("seed", "-1")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_rows_that_cannot_be_written(words, says, run, here, refused):
    (here / "full").mkdir()
    (here / "full" / "mine.txt").write_text("mine")
    refused("sample", run, *words, says=says)
