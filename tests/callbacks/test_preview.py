import errno
import os

import pytest
import torch

from sparring.callbacks import Average, Preview
from sparring.core import Failure, Game, Player, WrongUse


def save(items, path):
    path.with_suffix(".txt").write_text(repr(items.tolist()))


def test_previews_leave_no_trace_in_the_training(tiny, same, tmp_path):
    x = tiny.ring()
    without = tiny.play(tiny.GAN(), x, 30, [Average()])
    beside = tiny.play(tiny.GAN(), x, 30, [Average(), Preview(tmp_path, save, every=7, n=5)])
    beside.callbacks = without.callbacks
    assert same(beside, without)


def test_the_same_latents_are_shown_every_time(tiny, tmp_path):
    seen = []
    game = tiny.GAN()
    game.sample = lambda n, condition, latent: seen.append(latent.clone()) or latent
    tiny.play(game, tiny.ring(), 9, [Preview(tmp_path, save, every=3, n=5)])
    assert len(seen) == 3
    assert all(torch.equal(latent, seen[0]) for latent in seen)


def test_averaged_weights_are_shown(tiny, tmp_path):
    shown = []
    preview = Preview(tmp_path, lambda items, path: shown.append(items), every=20, n=5)
    game = tiny.GAN()
    state = tiny.play(game, tiny.ring(), 20, [Average(1e6, ramp=None), preview])
    with torch.random.fork_rng():
        torch.manual_seed(0)
        latent = game.latent(5)
    assert not torch.allclose(shown[0], game.sample(5, latent=latent))
    with state.averaged():
        torch.testing.assert_close(shown[0], game.sample(5, latent=latent).detach())


def test_files_are_named_by_their_step_and_the_end_is_shown(tiny, tmp_path):
    tiny.play(tiny.GAN(), tiny.ring(), 7, [Preview(tmp_path, save, every=5, n=2)])
    names = sorted(path.name for path in (tmp_path / "samples").iterdir())
    assert names == ["step-00000005.txt", "step-00000007.txt"]


def test_a_condition_is_asked_of_the_items(tiny, tmp_path):
    asked = []
    game = tiny.GAN()
    game.sample = lambda n, condition, latent: asked.append(condition) or latent
    condition = {"y": torch.tensor([0, 1])}
    tiny.play(game, tiny.ring(), 1, [Preview(tmp_path, save, n=2, condition=condition)])
    assert torch.equal(asked[0]["y"], condition["y"])


def test_a_full_disk_leaves_no_half_of_a_preview(tiny, tmp_path):
    def fill(items, path):
        path.with_suffix(".png").write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(Failure, match="step-00000001 could not be written: the disk is full"):
        tiny.play(tiny.GAN(), tiny.ring(), 1, [Preview(tmp_path, fill, every=1)])
    assert list((tmp_path / "samples").iterdir()) == []


def test_a_game_without_samples_is_refused(tiny, tmp_path):
    class Mean(Game):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(1, 1)
            self.players, self.turns = {"mean": Player([self.layer], lambda batch: {})}, ["mean"]

    with pytest.raises(WrongUse, match="Mean makes no samples"):
        tiny.play(Mean(), tiny.ring(), 1, [Preview(tmp_path, save)])


@pytest.mark.parametrize("options", [{"every": 0}, {"n": 0}])
def test_wrong_numbers_are_refused(tmp_path, options):
    with pytest.raises(WrongUse, match="at least 1"):
        Preview(tmp_path, save, **options)
