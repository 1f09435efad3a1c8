import json

import pytest
import torch

from sparring.callbacks import Record
from sparring.core import Callback, Failure, WrongUse


def lines(folder):
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


class Say(Callback):
    """Puts a term and, at step 3, an event into the state."""

    def __init__(self, value=float):
        self.value = value

    def on_step(self, state):
        state.record("player", {"term": torch.tensor(self.value(state.step))})
        if state.step == 3:
            state.events.append({"step": 3, "alarm": "noon", "state": "raised"})


class Keep(Callback):
    """Collects the terms before Record clears them."""

    def __init__(self):
        self.terms = []

    def on_step(self, state):
        self.terms.append({k: float(v) for t in list(state.terms)[-2:] for k, v in t.items()})


def test_a_line_holds_the_mean_of_each_term_since_the_line_before(tiny, tmp_path):
    keep = Keep()
    tiny.play(tiny.GAN(), tiny.ring(), 6, [keep, Record(tmp_path, every=3, tensorboard=False)])
    _, first, second = lines(tmp_path)
    assert (first["step"], first["samples"], second["step"]) == (3, 96, 6)
    assert first["judge/loss"] == pytest.approx(sum(t["judge/loss"] for t in keep.terms[:3]) / 3)
    assert second["maker/loss"] == pytest.approx(sum(t["maker/loss"] for t in keep.terms[3:]) / 3)
    assert first["steps_per_second"] > 0
    assert first["seconds"] > 0


def test_terms_are_cleared(tiny, tmp_path):
    state = tiny.play(tiny.GAN(), tiny.ring(), 3, [Record(tmp_path, every=3)])
    assert len(state.terms) == 0


def test_steps_left_over_at_the_end_have_their_line(tiny, tmp_path):
    tiny.play(tiny.GAN(), tiny.ring(), 5, [Record(tmp_path, every=3, tensorboard=False)])
    assert [line["step"] for line in lines(tmp_path)[1:]] == [3, 5]


def test_events_stand_in_the_log_at_their_step(tiny, tmp_path):
    callbacks = [Say(), Record(tmp_path, every=2, tensorboard=False)]
    tiny.play(tiny.GAN(), tiny.ring(), 4, callbacks)
    assert [line.get("alarm", line["step"]) for line in lines(tmp_path)[1:]] == [2, "noon", 4]


def test_a_number_that_is_none_stands_as_null_and_the_log_stays_json(tiny, tmp_path):
    callbacks = [Say(lambda step: float("nan")), Record(tmp_path, every=2, tensorboard=False)]
    tiny.play(tiny.GAN(), tiny.ring(), 2, callbacks)
    assert lines(tmp_path)[1]["player/term"] is None
    assert "NaN" not in (tmp_path / "log.jsonl").read_text()


def test_a_log_left_by_a_killed_process_is_cut_at_the_step(tiny, tmp_path):
    record = Record(tmp_path, every=1, tensorboard=False)
    tiny.play(tiny.GAN(), tiny.ring(), 4, [record])
    with record.path.open("a") as stream:
        stream.write('{"step": 5, "half a li')

    def at_step_two(state):
        state.step = 2

    again = Record(tmp_path, every=1, tensorboard=False)
    tiny.play(tiny.GAN(), tiny.ring(), 3, [again], restore=at_step_two)
    assert [line["step"] for line in lines(tmp_path)[1:]] == [1, 2, 3]


def test_the_first_line_says_whether_there_is_tensorboard(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    tiny.play(tiny.GAN(), tiny.ring(), 1, [Record(tmp_path)])
    assert lines(tmp_path)[0] == {"log": 1, "tensorboard": "absent: pip install 'sparring[track]'"}
    assert not (tmp_path / "tensorboard").exists()
    with pytest.raises(WrongUse, match="isn't installed; pip install"):
        Record(tmp_path, tensorboard=True)


def test_tensorboard_gets_the_same_numbers(tiny, tmp_path):
    reading = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    tiny.play(tiny.GAN(), tiny.ring(), 4, [Say(), Record(tmp_path, every=2, tensorboard=True)])
    events = reading.EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert [(e.step, e.value) for e in events.Scalars("player/term")] == [(2, 1.5), (4, 3.5)]


def test_a_file_in_place_of_the_folder_is_a_sentence(tiny, tmp_path):
    (tmp_path / "run").write_text("")
    with pytest.raises(Failure, match=r"log.jsonl could not be written"):
        tiny.play(tiny.GAN(), tiny.ring(), 1, [Record(tmp_path / "run")])


def test_every_must_be_positive(tmp_path):
    with pytest.raises(WrongUse, match="at least 1"):
        Record(tmp_path, every=0)
