import pytest
import torch

from sparring.callbacks import Average, Checkpoint, KeepBest
from sparring.core import WrongUse


def play(tiny, losses, steps, patience=None, every=1, more=(), **options):
    """A training whose looks find these losses, one after the other."""
    found = iter(losses)
    keeper = KeepBest(lambda game: next(found), every, patience)
    callbacks = [Average(100), keeper, *more]
    state = tiny.play(tiny.GAN(), tiny.ring(), steps, callbacks, **options)
    return state, keeper


def averages(tiny, steps):
    """What the averaged weights are after so many steps."""
    state = tiny.play(tiny.GAN(), tiny.ring(), steps, [Average(100)])
    return state.averages["game"]


def equal(one, other):
    return all(torch.equal(p, q) for p, q in zip(one, other, strict=True))


def test_the_averages_of_the_best_look_are_kept(tiny):
    state, keeper = play(tiny, [3.0, 1.0, 2.0, 1.0, 5.0], 5)
    assert (keeper.best, keeper.best_step) == (1.0, 2)
    assert equal(state.averages["best"], averages(tiny, 2))
    assert not equal(state.averages["best"], state.averages["game"])


def test_looks_come_every_so_many_steps_and_at_the_end(tiny):
    steps = []
    state, keeper = play(tiny, [5.0, 4.0, 3.0], 5, every=2)
    assert keeper.best_step == 5
    assert equal(state.averages["best"], averages(tiny, 5))
    assert steps == []


def test_the_training_ends_after_looks_without_a_better_one(tiny):
    state, _ = play(tiny, [3.0, 2.0, *[2.0] * 50], 60, patience=3, every=2)
    # Best at the second look, step 4; three more looks bring nothing.
    assert state.step == 10
    assert state.stopped == "what was held out was told best at step 4"


def test_without_patience_it_goes_on(tiny):
    state, _ = play(tiny, [1.0, *[2.0] * 20], 20)
    assert state.step == 20
    assert not state.stopped


def test_the_judge_sees_the_averaged_weights_in_evaluation_and_training_goes_on_undisturbed(tiny):
    seen = []

    def judge(game):
        seen.append((game.training, [t.clone() for t in game.averaged_tensors()]))
        torch.rand(7)  # what a judge draws is not the training's
        return 0.0

    state = tiny.play(tiny.GAN(), tiny.ring(), 3, [Average(100), KeepBest(judge, 1)])
    alone = tiny.play(tiny.GAN(), tiny.ring(), 3, [Average(100)])
    assert [training for training, _ in seen] == [False] * 3
    for step, (_, tensors) in enumerate(seen, 1):
        assert equal(tensors, averages(tiny, step))
    assert equal(state.game.parameters(), alone.game.parameters())


def test_it_goes_on_as_if_never_stopped(tiny, tmp_path, same):
    losses = [3.0, 1.0, 2.0, 2.5, 0.5, 4.0]
    straight, keeper = play(tiny, losses, 6, more=[Checkpoint(tmp_path / "straight")])
    play(tiny, losses[:3], 3, more=[Checkpoint(tmp_path / "broken")])
    checkpoint = Checkpoint(tmp_path / "broken")
    resumed, again = play(tiny, losses[3:], 6, more=[checkpoint], restore=checkpoint.restore)
    assert again.state_dict() == keeper.state_dict()
    assert equal(resumed.averages["best"], straight.averages["best"])
    assert same(straight, resumed)


def test_a_best_look_before_the_break_is_not_forgotten(tiny, tmp_path):
    play(tiny, [3.0, 1.0, 2.0], 3, more=[Checkpoint(tmp_path)])
    checkpoint = Checkpoint(tmp_path)
    state, keeper = play(tiny, [2.0, 2.0], 5, more=[checkpoint], restore=checkpoint.restore)
    assert (keeper.best, keeper.best_step) == (1.0, 2)
    assert equal(state.averages["best"], averages(tiny, 2))


@pytest.mark.parametrize(("every", "patience"), [(0, 1), (1, 0)])
def test_wrong_use_is_refused(every, patience):
    with pytest.raises(WrongUse, match="of KeepBest must be at least 1, got 0"):
        KeepBest(lambda game: 0.0, every, patience)
