import errno
import os

import pytest
import torch

from sparring.callbacks import (
    Average,
    Checkpoint,
    Preview,
    Record,
    Watch,
    newest,
    read_tensors,
    store,
)
from sparring.core import Callback, Failure, WrongUse


class Killed(BaseException):
    """Stands for SIGKILL: nothing that handles errors handles it."""


class KillAt(Callback):
    def __init__(self, step):
        self.step = step

    def on_step(self, state):
        if state.step == self.step:
            raise Killed


def save(items, path):
    path.with_suffix(".txt").write_text(str(items.sum().item()))


def beside(folder, x, kill=None, every=20):
    """Everything that a run has, and a death."""
    return [
        Average(500),
        Watch(x[:64], every=10),
        Record(folder, every=15),
        Preview(folder, save, every=25, n=4),
        *([KillAt(kill)] if kill else []),
        Checkpoint(folder, every=every),
    ]


def log_without_times(folder):
    import json

    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [
        {k: v for k, v in line.items() if k not in ("seconds", "steps_per_second")}
        for line in lines
    ]


@pytest.fixture(scope="module")
def undisturbed(tiny, tmp_path_factory):
    folder, x = tmp_path_factory.mktemp("undisturbed"), tiny.ring()
    return folder, tiny.play(tiny.GAN(), x, 100, beside(folder, x))


@pytest.mark.parametrize("step", [7, 20, 50, 99])
def test_a_killed_run_ends_as_if_it_had_not_been(tiny, same, tmp_path, undisturbed, step):
    x = tiny.ring()
    with pytest.raises(Killed):
        tiny.play(tiny.GAN(), x, 100, beside(tmp_path, x, kill=step))
    callbacks = beside(tmp_path, x)
    torch.manual_seed(step)
    state = tiny.play(tiny.GAN(), x, 100, callbacks, seed=9, restore=callbacks[-1].restore)
    folder, whole = undisturbed
    assert same(state, whole)
    assert log_without_times(tmp_path) == log_without_times(folder)
    pictures = {path.name: path.read_text() for path in (tmp_path / "samples").iterdir()}
    assert pictures == {p.name: p.read_text() for p in (folder / "samples").iterdir()}


def test_the_newest_are_kept_and_no_more(undisturbed):
    folder, _ = undisturbed
    names = sorted(path.name for path in (folder / "checkpoints").iterdir())
    assert names == ["step-00000080", "step-00000100"]
    assert newest(folder).path.name == "step-00000100"


def test_the_last_step_is_kept_where_it_falls_between(tiny, tmp_path):
    tiny.play(tiny.GAN(), tiny.ring(), 7, [Checkpoint(tmp_path, every=5, keep=1)])
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["step-00000007"]


def test_time_brings_a_checkpoint_too(tiny, tmp_path):
    tiny.play(tiny.GAN(), tiny.ring(), 3, [Checkpoint(tmp_path, seconds=1e-9, keep=9)])
    assert len(list((tmp_path / "checkpoints").iterdir())) == 4


def spoil(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("file", ["state.safetensors", "state.json", "manifest.json"])
def test_a_damaged_checkpoint_is_passed_over_and_told_of(tiny, tmp_path, file):
    x = tiny.ring()
    tiny.play(tiny.GAN(), x, 10, [Checkpoint(tmp_path, every=5)])
    spoil(tmp_path / "checkpoints" / "step-00000010" / file)
    found = newest(tmp_path)
    assert found.path.name == "step-00000005"
    assert [path.name for path in found.damaged] == ["step-00000010"]
    keeper = Checkpoint(tmp_path, every=5)
    state = tiny.play(tiny.GAN(), x, 12, [keeper], restore=keeper.restore)
    assert state.step == 12
    (event,) = state.events
    assert event["alarm"] == "damaged checkpoint"
    assert "step-00000010" in event["saw"]


def test_with_nothing_but_damage_the_run_is_refused(tiny, tmp_path):
    x = tiny.ring()
    tiny.play(tiny.GAN(), x, 10, [Checkpoint(tmp_path, every=5)])
    for path in (tmp_path / "checkpoints").iterdir():
        spoil(path / "state.safetensors")
    keeper = Checkpoint(tmp_path)
    with pytest.raises(Failure, match=r"none of the . checkpoints in .* is whole"):
        tiny.play(tiny.GAN(), x, 12, [keeper], restore=keeper.restore)


def test_a_newer_version_is_refused(tiny, tmp_path, monkeypatch):
    x = tiny.ring()
    monkeypatch.setattr(store, "FORMAT", 7)
    tiny.play(tiny.GAN(), x, 5, [Checkpoint(tmp_path)])
    monkeypatch.undo()
    keeper = Checkpoint(tmp_path)
    with pytest.raises(Failure, match="newer sparring"):
        tiny.play(tiny.GAN(), x, 12, [keeper], restore=keeper.restore)


def test_another_game_is_refused(tiny, tmp_path):
    x = tiny.ring()
    tiny.play(tiny.GAN(), x, 5, [Checkpoint(tmp_path)])
    keeper = Checkpoint(tmp_path)
    with pytest.raises(Failure, match="doesn't fit TinyGAN"):
        tiny.play(tiny.GAN(latents=3), x, 12, [keeper], restore=keeper.restore)


def test_a_new_run_in_the_folder_of_another_is_refused_and_harms_nothing(tiny, tmp_path):
    x = tiny.ring()
    tiny.play(tiny.GAN(), x, 5, [Checkpoint(tmp_path)])
    with pytest.raises(WrongUse, match=r"already holds .* step 5; resume that run"):
        tiny.play(tiny.GAN(), x, 5, [Checkpoint(tmp_path)])
    assert newest(tmp_path).path.name == "step-00000005"


def test_a_run_killed_before_its_first_checkpoint_starts_again(tiny, tmp_path):
    keeper = Checkpoint(tmp_path)
    assert tiny.play(tiny.GAN(), tiny.ring(), 3, [keeper], restore=keeper.restore).step == 3


def test_what_a_killed_process_left_is_cleared_away(tiny, tmp_path):
    left = tmp_path / "checkpoints" / ".step-00000005.writing"
    left.mkdir(parents=True)
    (left / "state.safetensors").write_bytes(b"half")
    tiny.play(tiny.GAN(), tiny.ring(), 3, [Checkpoint(tmp_path)])
    assert not left.exists()


def test_a_full_disk_ends_the_run_and_spares_what_is_kept(tiny, tmp_path, monkeypatch):
    class Fill(Callback):
        def on_step(self, state):
            if state.step == 8:
                monkeypatch.setattr(os, "fsync", full)

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(Failure, match=r"step-00000010 could not be written: the disk is full"):
        tiny.play(tiny.GAN(), tiny.ring(), 20, [Fill(), Checkpoint(tmp_path, every=5)])
    monkeypatch.undo()
    names = sorted(path.name for path in (tmp_path / "checkpoints").iterdir())
    assert names == ["step-00000000", "step-00000005"]
    read_tensors(newest(tmp_path).path)


def test_weights_that_are_not_finite_are_never_kept(tiny, tmp_path):
    class Poison(Callback):
        def on_step(self, state):
            with torch.no_grad():
                state.game.generator[0].weight[0, 0] = float("nan")

    state = tiny.play(tiny.GAN(), tiny.ring(), 5, [Poison(), Checkpoint(tmp_path, every=5)])
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["step-00000000"]
    assert state.events[0]["state"] == "not kept"


def test_a_callback_that_keeps_something_must_not_stand_behind(tiny, tmp_path):
    with pytest.raises(WrongUse, match="Checkpoint must stand behind Average"):
        tiny.play(tiny.GAN(), tiny.ring(), 5, [Checkpoint(tmp_path), Average()])


@pytest.mark.parametrize("options", [{"every": 0}, {"keep": 0}, {"seconds": 0}])
def test_wrong_numbers_are_refused(tmp_path, options):
    with pytest.raises(WrongUse, match=f"{next(iter(options))} of Checkpoint"):
        Checkpoint(tmp_path, **options)
