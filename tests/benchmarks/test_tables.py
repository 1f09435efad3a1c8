"""The benchmark of tables: fits are kept, failures are told, figures are summed up."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import tables
from table_exchange import write
from table_scores import comparable, copied, held_out, scores, shuffled

BENCHMARKS = Path(tables.__file__).parent


@pytest.fixture
def work(parts, tmp_path):
    """A folder with a data set whose peers are finished, with perfect rows."""
    train, test, made = parts
    write(train, test, "target", tmp_path / "made")
    write(made, test, "target", tmp_path / "other")
    for peer in tables.PEERS:
        rows = (tmp_path / "other" / "peer.csv").read_text()
        (tmp_path / "made" / f"{peer}-0.csv").write_text(rows)
        costs = {"train_cpu_s": 600.5, "peak_mb": 543, "sample_rows_per_s": 60_000, "epochs": 140}
        (tmp_path / "made" / f"{peer}-0.json").write_text(json.dumps(costs))
    return tmp_path


def asked(work, **changes):
    settings = {
        "work": work, "seeds": 1, "peer_seeds": None, "sides": ["ctgan", "shuffle", "heldout"],
        "game": None, "steps": 1, "epochs": 1, "seconds": 1.0, "only_finished": False,
        "peers_python": work / "nowhere",
    }  # fmt: skip
    return argparse.Namespace(**{**settings, **changes})


def test_a_finished_fit_is_used_again(work):
    found = tables.side_by_side("made", asked(work))
    assert found["ctgan"]["train_cpu_s"] == {"median": 600.5, "min": 600.5, "max": 600.5}
    assert abs(found["ctgan"]["detection_auc"]["median"] - 0.5) < 0.04
    assert (found["rows"], found["test_rows"], found["columns"]) == (1500, 500, 15)


def test_a_fit_that_is_not_there_is_told_and_the_others_go_on(work):
    found = tables.side_by_side("made", asked(work, seeds=2, only_finished=True))
    assert found["ctgan"]["failed"] == {1: "not fitted yet"}
    assert (found["ctgan"]["seeds"], found["shuffle"]["seeds"]) == (1, 2)


def test_a_fit_that_breaks_off_leaves_nothing_to_be_taken_for_a_result(tmp_path):
    program = "import sys; print('{'); sys.exit('no memory')"
    costs = tmp_path / "ctgan-0.json"
    with pytest.raises(tables.Unfinished, match="no memory"):
        tables.alone([sys.executable, "-c", program], costs)
    assert not costs.exists()
    found = tables.alone([sys.executable, "-c", "import os; print(os.environ['OMP_NUM_THREADS'])"],
                         costs)  # fmt: skip
    assert (found, costs.exists()) == (1, True)


def test_shuffled_columns_are_the_floor_and_test_rows_the_ceiling(parts):
    train, test, _ = parts
    floor = scores(train, shuffled(train, 0), test, "target", 0)
    ceiling = held_out(train, test, "target", 0)
    assert floor["shapes"] == 1
    assert floor["detection_auc"] > 0.9
    assert abs(floor["tstr_auc"] - 0.5) < 0.15
    assert abs(ceiling["detection_auc"] - 0.5) < 0.05
    # The target says whether a hidden number is positive, and a noisy copy of that is a column.
    assert ceiling["tstr_auc"] > 0.95
    assert ceiling["pairs"] > floor["pairs"]


def test_copies_are_counted_however_their_numbers_are_written(parts):
    train, test, _ = parts
    assert copied(train, train) == 1
    assert copied(train, train.astype({"grade": float, "age": float})) == 1
    assert copied(train, test) == 0
    assert copied(train, pd.concat([train.iloc[:500], test])) == 0.5


def test_text_that_writes_dates_is_compared_as_dates(parts):
    train, test, _ = parts
    first, second = comparable(train, test)
    assert {"pickup", "sold", "stamp"} <= set(first.select_dtypes("datetime"))
    assert {"pickup", "sold", "stamp"} <= set(second.select_dtypes("datetime"))
    assert "nothing" not in first
    assert "nothing" not in second


def test_a_summary_has_the_median_and_the_spread():
    values = [
        {"tstr_auc": value, "encode_s": 0.5, "refused": [{"said": "no"}], "game": "r3gan"}
        for value in (0.9, 0.7, 0.8)
    ]
    found = tables.summary(values)
    assert found["tstr_auc"] == {"median": 0.8, "min": 0.7, "max": 0.9}
    assert (found["seeds"], found["game"]) == (3, "r3gan")
    assert found["refused"]["count"] == 3
    assert "tstr_r2" not in found
    assert tables.summary([]) == {"seeds": 0}


def test_a_report_shows_what_is_there():
    value = {"median": 0.8, "min": 0.7, "max": 0.9}
    table = {
        "rows": 1500, "columns": 3, "test_rows": 500, "target": "y",
        "ours": {"seeds": 3, "tstr_auc": value, "encode_s": dict.fromkeys(value, 0.5)},
        "shuffle": {"seeds": 1, "tstr_auc": dict.fromkeys(value, 0.5)},
    }  # fmt: skip
    lines = tables.report({"tables": {"a": table, "b": {"failed": "no such set"}}}).splitlines()
    assert "| tstr_auc | 0.8 (0.7 to 0.9) | 0.5 |" in lines
    assert "| encode_s | 0.5 |  |" in lines
    assert lines[-1] == "no such set"


def test_the_benchmark_ends_with_one_json_object(parts, tmp_path):
    # Without the columns that have nothing to learn, which a game may refuse.
    train, test, _ = (rows.drop(columns=["nothing", "unit"]) for rows in parts)
    work = tmp_path
    write(train, test, "target", work / "made")
    command = [sys.executable, str(BENCHMARKS / "tables.py"), "--data", "made", "--json"]
    command += ["--seeds", "1", "--steps", "2", "--work", str(work), "--only-finished"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])["tables"]["made"]
    assert {"ours", "ctgan", "tvae", "shuffle", "heldout"} <= set(found)
    assert found["tvae"]["failed"] == {"0": "not fitted yet"}
    ours = found["ours"]
    assert "failed" not in ours, ours
    names = ("tstr_auc", "tstr_f1", "detection_auc", "shapes", "pairs", "train_cpu_s", "peak_mb")
    assert all("median" in ours[name] for name in names)
    assert all(name in ours for name in ("encode_s", "sample_rows_per_s", "condition_exact"))
    assert ours["encode_s"]["median"] <= ours["train_cpu_s"]["median"]
    kept = work / "made" / "ours-default-0.json"
    assert json.loads(kept.read_text())["steps"] == 2
