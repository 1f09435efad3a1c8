import json

import pytest
import torch

from sparring.callbacks import Checkpoint, Divergence, Record
from sparring.core import Callback, Failure


@pytest.fixture
def poisoned(tiny):
    """A stream of data in which the batches of some numbers are NaN."""

    class Poisoned(tiny.Items):
        def __init__(self, x, numbers):
            super().__init__(x)
            self.numbers, self.count = numbers, 0

        def __next__(self):
            self.count += 1
            batch = super().__next__()
            return {"x": batch["x"] * float("nan")} if self.count in self.numbers else batch

        def state_dict(self):
            return {**super().state_dict(), "count": self.count}

        def load_state_dict(self, state):
            super().load_state_dict(state)
            self.count = state["count"]

    return lambda numbers: Poisoned(tiny.ring(), numbers)


def run(tiny, watched, folder, batches, steps=60, alarm=None, before=(), **options):
    keeper = Checkpoint(folder, every=20)
    record = Record(folder, every=10, tensorboard=False)
    if options.pop("resume", False):
        options["restore"] = keeper.restore
    return watched(
        tiny.GAN(),
        tiny.ring(),
        steps,
        [alarm or Divergence()],
        every=5,
        before=before,
        after=[record, keeper],
        batches=batches,
        **options,
    )


def test_after_a_nan_it_goes_back_and_on_at_half_the_rate(tiny, watched, poisoned, tmp_path):
    batches = poisoned({33})
    state = run(tiny, watched, tmp_path, batches)
    assert state.step == 60
    assert state.rate == 0.5
    assert [event["state"] for event in state.events] == ["raised", "rolled back"]
    assert "judge/loss is not finite" in state.events[0]["saw"]
    assert (state.events[1]["step"], state.events[1]["to"]) == (35, 20)
    # 35 batches until it was seen, and 40 new ones from step 20 to 60.
    assert batches.count == 75
    assert all(p.isfinite().all() for p in state.game.parameters())


def test_other_latents_follow_a_rollback(tiny, watched, poisoned, tmp_path):
    first = []

    class Look(Callback):
        def on_step(self, state):
            if state.step == 21:
                first.append(torch.get_rng_state())

    run(tiny, watched, tmp_path, poisoned({33}), before=[Look()])
    assert len(first) == 2
    assert not torch.equal(*first)


def test_three_times_at_most_and_each_time_slower(tiny, watched, poisoned, tmp_path):
    rates = []

    class Rate(Callback):
        def on_step(self, state):
            rates.append(state.rate)

    with pytest.raises(Failure, match=r"diverged at step .* after 3 rollbacks .*; lower the"):
        run(tiny, watched, tmp_path, poisoned(range(33, 999)), before=[Rate()])
    assert sorted(set(rates)) == [0.125, 0.25, 0.5, 1.0]
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    states = [line["state"] for line in log if line.get("alarm") == "divergence"]
    assert states == ["raised", "rolled back"] * 3 + ["raised", "given up"]


def test_a_checkpoint_that_leads_nowhere_is_left_for_an_older_one(
    tiny, watched, poisoned, tmp_path
):
    with pytest.raises(Failure):
        run(tiny, watched, tmp_path, poisoned(range(50, 999)))
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["to"] for line in log if line.get("state") == "rolled back"] == [40, 20, 20]


def test_without_checkpoints_it_ends_and_says_so(tiny, watched, poisoned):
    with pytest.raises(Failure, match="no checkpoints are kept to go back to"):
        watched(tiny.GAN(), tiny.ring(), 40, [Divergence()], every=5, batches=poisoned({8}))


def test_finite_numbers_beyond_all_bounds_are_divergence(tiny, watched, tmp_path):
    game = tiny.GAN(rates=(1e3, 1e3))
    with pytest.raises(Failure, match=r"has size .* at most"):
        watched(game, tiny.ring(), 200, [Divergence()], every=5)


@pytest.mark.parametrize("step", [27, 41, 58])
def test_a_run_killed_about_a_rollback_ends_as_if_it_had_not_been(
    tiny, same, watched, poisoned, tmp_path, step
):
    class Killed(BaseException):
        pass

    class Kill(Callback):
        """At the second time that the step is taken, if it is taken twice."""

        def on_step(self, state):
            if state.step == step and (state.events or step > 35):
                raise Killed

    whole = run(tiny, watched, tmp_path / "whole", poisoned({33}))
    with pytest.raises(Killed):
        run(tiny, watched, tmp_path / "killed", poisoned({33}), before=[Kill()])
    state = run(tiny, watched, tmp_path / "killed", poisoned({33}), resume=True)
    assert same(state, whole)
