"""The same seed gives the same run, and a run that was interrupted is the run that was not."""

import copy
import json

import safetensors.torch
import torch

from sparring.core import Backend, Callback, train

STEPS, BREAK = 6, 3


class Keep(Callback):
    """What a checkpoint keeps, in the middle and at the end: bytes of tensors, and JSON."""

    every = BREAK

    def __init__(self, interrupted):
        self.interrupted = interrupted

    def on_step(self, state):
        if state.step == BREAK:
            self.middle = self.bytes(state), json.dumps(state.state_dict()[1])
            if self.interrupted:
                state.stop("interrupted")

    def on_end(self, state):
        self.end = self.bytes(state)

    def bytes(self, state):
        return safetensors.torch.save(state.state_dict()[0])

    def restore(self, state):
        tensors, meta = self.middle
        state.load_state_dict(safetensors.torch.load(tensors), json.loads(meta))


def play(row, mean, *, game=None, seed=0, rule=None, interrupted=False, restore=None):
    """Train with averaged weights; the training state, and what was kept of it."""
    keep = Keep(interrupted)
    state = train(
        game or row.game(), row.batches(), steps=STEPS, rule=rule, seed=seed,
        callbacks=[mean, keep], backend=Backend("cpu"), restore=restore,
    )  # fmt: skip
    return state, keep


def resume(row, running_mean, rule=None):
    """Stop in the middle; go on with a fresh game and fresh batches, from what was kept alone."""
    _, keep = play(row, running_mean(), rule=rule, interrupted=True)
    return play(
        row, running_mean(), game=row.game(seed=7), rule=rule, seed=99, restore=keep.restore
    )


def test_the_same_seed_gives_the_same_run(row, running_mean):
    first, second = (play(row, running_mean(), seed=5)[1] for _ in range(2))
    assert first.end == second.end


def test_another_seed_gives_another_run_where_anything_is_drawn(row, running_mean):
    first, second = (play(row, running_mean(), seed=seed)[0].game for seed in (5, 6))
    pairs = zip(first.parameters(), second.parameters(), strict=True)
    assert any(not torch.equal(p, q) for p, q in pairs) == row.draws


def test_stop_save_load_and_go_on_is_going_straight_on(row, running_mean):
    straight, undisturbed = play(row, running_mean())
    resumed, kept = resume(row, running_mean)
    assert kept.end == undisturbed.end
    assert (resumed.step, resumed.samples, resumed.seed) == (STEPS, straight.samples, 0)
    assert resumed.batches.state_dict() == straight.batches.state_dict()
    assert [callback.state_dict() for callback in resumed.callbacks] == [{"calls": STEPS}, {}]


def test_going_on_is_going_straight_on_under_every_rule(rule, rows, running_mean):
    for row in rows[0], rows[-1]:
        assert resume(row, running_mean, rule)[1].end == play(row, running_mean(), rule=rule)[1].end


def test_watching_a_training_changes_nothing(row, running_mean):
    watched, _ = play(row, running_mean())
    alone = train(row.game(), row.batches(), steps=STEPS, backend=Backend("cpu"))
    pairs = zip(watched.game.parameters(), alone.game.parameters(), strict=True)
    assert all(torch.equal(p, q) for p, q in pairs)


def test_a_deep_copy_plays_on_alone(row, weights):
    game = row.game()
    train(game, row.batches(), steps=2, backend=Backend("cpu"))
    twin, before = copy.deepcopy(game), weights(game)
    train(twin, row.batches(), steps=2, seed=3, backend=Backend("cpu"))
    untouched, moved = weights(game), weights(twin)
    assert all(torch.equal(before[name], untouched[name]) for name in before)
    assert any(not torch.equal(before[name], moved[name]) for name in before)
    train(game, row.batches(), steps=2, seed=3, backend=Backend("cpu"))
    followed = weights(game)
    assert all(torch.equal(followed[name], moved[name]) for name in followed)
