from types import SimpleNamespace

from sparring.callbacks import NoProgress


def looks(alarm, values):
    return [
        alarm.look(SimpleNamespace(step=i, distance=v, agree=lambda *v: v))
        for i, v in enumerate(values)
    ]


def test_a_generator_that_stands_still_makes_no_progress(tiny, watched, names):
    game = tiny.GAN(rates=(1e-9, 1e-3))
    state = watched(game, tiny.ring(), 700, [NoProgress()])
    assert names(state) == ["no progress"]
    assert "its best, " in state.events[0]["saw"]


def test_it_waits_for_its_patience():
    findings = looks(NoProgress(patience=10), [1.0] * 12)
    assert [finding.ill for finding in findings] == [False] * 10 + [True] * 2


def test_small_improvements_are_none_and_larger_ones_end_it():
    alarm = NoProgress(patience=5)
    assert looks(alarm, [1.0, *[0.99] * 9])[-1].ill
    assert not looks(alarm, [0.5] * 3)[-1].ill


def test_who_has_arrived_needs_no_progress():
    assert not looks(NoProgress(patience=5), [0.01] * 50)[-1].ill


def test_one_lucky_probe_is_no_progress():
    values = [1.0] * 5 + [0.1] + [1.0] * 5
    assert looks(NoProgress(patience=10), values)[-1].ill


def test_any_measure_will_do():
    alarm = NoProgress(lambda probe: probe.distance * 2, patience=5)
    assert looks(alarm, [1.0])[0].numbers == {"distance": 2.0}


def test_it_goes_on_counting_after_a_resumption():
    alarm, resumed = NoProgress(patience=5), NoProgress(patience=5)
    looks(alarm, [1.0] * 4)
    resumed.load_state_dict(alarm.state_dict())
    assert looks(resumed, [1.0] * 2)[-1].ill
