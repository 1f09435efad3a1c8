"""The deep image prior, step by step."""

import copy
import functools

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from sparring.callbacks import Average
from sparring.core import Backend, Callback, WrongUse, train
from sparring.data import Batches, InMemory
from sparring.games import DeepImagePrior
from sparring.losses import Known
from sparring.networks import Hourglass

torch.set_num_threads(1)


class Plain(nn.Module):
    """One level everywhere, whatever comes in."""

    def __init__(self, level):
        super().__init__()
        self.level = nn.Parameter(torch.tensor(level))
        self.seen = []

    def forward(self, x):
        self.seen.append(x)
        return self.level.expand(1, 1, *x.shape[-2:])


def small(seed=0, **options):
    torch.manual_seed(seed)
    return DeepImagePrior(Hourglass(4, 1, width=4, scales=2), (1, 9, 12), 4, **options)


def play(game, x, steps, callbacks=(), **options):
    return train(game, Batches(InMemory(x), len(x)), steps=steps, callbacks=callbacks, **options)


def test_the_loss_is_the_mean_squared_difference_of_what_is_observed():
    known = torch.tensor([[True, False], [False, True]])
    game = DeepImagePrior(Plain(0.5), (1, 2, 2), 1, Known(known))
    # (.5 - 0)^2 and (.5 - 1)^2
    assert game.loss({"x": torch.tensor([[[0.0, 1.0]]])})["loss"].item() == 0.25


def test_several_observations_of_a_picture_are_fitted_together():
    game = DeepImagePrior(Plain(0.0), (1, 1, 1), 1)
    x = torch.tensor([1.0, -3.0]).view(2, 1, 1, 1)
    assert game.loss({"x": x})["loss"].item() == 5.0


def test_the_input_is_fixed_and_uniform_up_to_a_tenth():
    game = DeepImagePrior(Plain(0.0), (1, 40, 50), 3, noise=0.0)
    for _ in range(2):
        game.loss({"x": torch.zeros(1, 1, 40, 50)})
    one, other = game.network.seen
    assert torch.equal(one, other)
    assert one.shape == (1, 3, 40, 50)
    assert 0 <= one.min() < 0.001
    assert 0.099 < one.max() <= 0.1
    assert float(one.mean()) == pytest.approx(0.05, abs=0.002)


def test_fresh_noise_is_added_at_each_step():
    game = DeepImagePrior(Plain(0.0), (1, 40, 50), 3, noise=0.2)
    for _ in range(2):
        game.loss({"x": torch.zeros(1, 1, 40, 50)})
    one, other = (seen - game.start for seen in game.network.seen)
    assert float(one.std()) == pytest.approx(0.2, rel=0.05)
    assert float((one - other).std()) == pytest.approx(0.2 * 2**0.5, rel=0.05)


def test_it_comes_to_make_what_it_is_shown():
    x = torch.linspace(-1, 1, 12).expand(1, 1, 9, 12)
    state = play(small(), x, 150)
    assert float((state.game.picture - x[0]).square().mean()) < 0.02


def test_what_is_averaged_is_the_picture():
    class Pictures(Average):
        def on_step(self, state):
            super().on_step(state)
            seen.append(state.game.picture.clone())

    seen = []
    state = play(small(), torch.zeros(1, 1, 9, 12), 3, [Pictures(1.0, ramp=None)])
    # Half-lives of a step: 1/2 of the last, 1/4 and 1/8 of those before, and 1/8 of the empty one.
    expected = seen[2] / 2 + seen[1] / 4 + seen[0] / 8
    assert torch.allclose(state.averages["game"][0], expected, atol=1e-6)
    assert len(state.averages["game"]) == 1
    with state.averaged():
        assert torch.allclose(state.game.picture, expected, atol=1e-6)


def test_broken_off_and_gone_on_is_straight_on():
    x = torch.linspace(-1, 1, 12).expand(1, 1, 9, 12)
    straight = play(small(), x, 6)
    kept = []

    class Keep(Callback):
        def on_step(self, state):
            if state.step == 3:
                kept.extend(copy.deepcopy(state.state_dict()))

    play(small(), x, 4, [Keep()])
    on = play(small(seed=5), x, 6, restore=lambda state: state.load_state_dict(*kept))
    assert torch.equal(on.game.picture, straight.game.picture)


@pytest.mark.parametrize("batch", [{}, {"x": torch.zeros(1, 1, 9, 11)}])
def test_what_isnt_observed_that_way_is_refused(batch):
    with pytest.raises(WrongUse, match=r"observes \(1, 9, 12\) of its picture, and got"):
        small().loss(batch)


@pytest.mark.parametrize("wrong", [{"noise": -0.1}, {"inputs": 0}])
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(WrongUse, match="noise of at least 0 and at least 1 channel"):
        DeepImagePrior(Plain(0.0), (1, 2, 2), **wrong)


def test_two_processes_make_the_picture_that_one_makes(tmp_path):
    # Both observe it, and must draw the same noise for it.
    x = torch.stack([torch.linspace(-1, 1, 12).expand(1, 9, 12), torch.zeros(1, 9, 12)])

    class Keep(Callback):
        def on_end(self, state):
            if state.backend.main:
                name = f"{state.backend.processes}.safetensors"
                save_file({"x": state.game.picture.clone()}, tmp_path / name)

    def run(backend):
        play(small().double(), x.double(), 4, [Keep()], backend=backend)

    for processes in (1, 2):
        backend = Backend("cpu", processes=processes)
        backend.launch(functools.partial(run, backend))
    one, two = (load_file(tmp_path / f"{number}.safetensors")["x"] for number in (1, 2))
    assert torch.allclose(one, two, rtol=0, atol=1e-9)
