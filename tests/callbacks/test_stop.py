import pytest

from sparring.callbacks import (
    Checkpoint,
    ModeCollapse,
    NoProgress,
    StopAfter,
    StopWithoutProgress,
    Watch,
)
from sparring.core import Callback, WrongUse


class Slow(Callback):
    """Every step takes ten minutes."""

    def on_step(self, state):
        state.seconds = 600.0 * state.step


def test_the_training_ends_when_its_time_is_over(tiny):
    state = tiny.play(tiny.GAN(), tiny.ring(), None, [Slow(), StopAfter(minutes=35)])
    assert state.step == 4
    assert state.stopped == "its 35 minutes are over"


def test_sittings_add_up(tiny, tmp_path):
    x = tiny.ring()
    tiny.play(tiny.GAN(), x, 2, [Slow(), StopAfter(minutes=35), Checkpoint(tmp_path)])
    callbacks = [Slow(), StopAfter(minutes=35), Checkpoint(tmp_path)]
    state = tiny.play(tiny.GAN(), x, None, callbacks, restore=callbacks[-1].restore)
    assert state.step == 4


def test_a_run_whose_time_is_over_takes_no_further_step(tiny, tmp_path):
    x = tiny.ring()
    for _ in range(2):
        callbacks = [Slow(), StopAfter(minutes=35), Checkpoint(tmp_path)]
        state = tiny.play(tiny.GAN(), x, None, callbacks, restore=callbacks[-1].restore)
        assert state.step == 4


def test_the_training_ends_when_nothing_improves(tiny):
    x = tiny.ring()
    values = iter([5.0, 4.0, 3.0] + [3.0] * 1000)
    watch = Watch(x[:64], [NoProgress(lambda probe: next(values))], every=2)
    state = tiny.play(tiny.GAN(), x, None, [watch, StopWithoutProgress(watch, steps=20)])
    # The median of three values comes to 3 at the fourth probe, step 8.
    assert state.step == 28
    assert state.stopped.startswith("nothing has improved since step 8")


def test_wrong_use_is_refused(tiny):
    x = tiny.ring()
    with pytest.raises(WrongUse, match="minutes must be above 0"):
        StopAfter(0)
    with pytest.raises(WrongUse, match="NoProgress"):
        StopWithoutProgress(Watch(x, [ModeCollapse()]), 10)
    with pytest.raises(WrongUse, match="at least 1"):
        StopWithoutProgress(Watch(x), 0)
