"""What a report reads from a log."""

import json

import pytest

from sparring.core import Failure
from sparring.report import read_log


def write(path, *lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def test_terms_become_curves_by_player(tmp_path):
    log = read_log(
        write(
            tmp_path / "log.jsonl",
            {"log": 1},
            {"step": 50, "samples": 400, "seconds": 1.0, "generator/adversarial": 0.7},
            {"step": 100, "samples": 800, "seconds": 2.0, "generator/adversarial": 0.6},
        )
    )
    assert log.players == {"generator": {"adversarial": [[(50.0, 0.7), (100.0, 0.6)]]}}
    assert (log.steps, log.last["samples"]) == (100, 800)


def test_alarms_stay_as_they_were_written(tmp_path):
    alarm = {"step": 70, "alarm": "mode collapse", "state": "raised", "saw": "little"}
    log = read_log(write(tmp_path / "log.jsonl", {"log": 1}, {"step": 50, "g/a": 1.0}, alarm))
    assert log.alarms == (alarm,)
    assert log.steps == 50


def test_a_curve_is_broken_by_a_roll_back_and_by_what_is_not_finite(tmp_path):
    steps = [(50, 1.0), (100, None), (150, 2.0), (100, 1.5)]
    lines = [{"step": step, "g/a": value} for step, value in steps]
    log = read_log(write(tmp_path / "log.jsonl", *lines))
    assert log.players["g"]["a"] == [[(50.0, 1.0)], [(150.0, 2.0)], [(100.0, 1.5)]]


def test_a_half_written_last_line_is_passed_over(tmp_path):
    path = write(tmp_path / "log.jsonl", {"step": 50, "g/a": 1.0})
    path.write_text(path.read_text() + '{"step": 100, "g/', "utf-8")
    assert read_log(path).steps == 50


def test_a_damaged_line_in_the_middle_is_refused_by_its_number(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text('{"step": 1}\n{"st\n{"step": 3}\n', "utf-8")
    with pytest.raises(Failure, match="damaged in line 2"):
        read_log(path)


def test_no_log_is_an_empty_one(tmp_path):
    assert read_log(tmp_path / "log.jsonl").players == {}
