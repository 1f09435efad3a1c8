"""Three runs that learn: every alarm watches, and none has anything to say."""

import pytest

from sparring.callbacks import Memorising, default_alarms

RUNS = {
    "ring, with R1": ("ring", {"gamma": 0.5}),
    "digits, with R1": ("digits", {"gamma": 1.0}),
    "digits, without": (
        "digits",
        {"rates": (2e-4, 2e-4), "generator": (128, 128), "discriminator": (128, 128)},
    ),
}


@pytest.mark.parametrize("run", RUNS)
def test_no_alarm_is_raised_in_a_healthy_run(tiny, watched, copying, run):
    data, options = RUNS[run]
    x = getattr(tiny, data)()
    train, heldout = x[:800], x[800:1000]
    alarms = [*default_alarms(), Memorising(copying, train, heldout, every=10)]
    state = watched(tiny.GAN(numbers=x.shape[1], **options), train, 800, alarms)
    assert state.events == []
    # It did learn, so that silence means something.
    learnt = [term["watch/distance"] for term in state.terms if "watch/distance" in term]
    assert learnt[-1] < 0.3 * learnt[0]
