import pytest
import torch

from sparring.callbacks import Average
from sparring.core import Moving, WrongUse


class Walker:
    """A training state whose one weight is 1 after the start, which was 0."""

    def __init__(self):
        self.weight = torch.zeros(1)
        self.game, self.averages, self.samples, self.done = self, {}, 0, 0.0

    def averaged_tensors(self):
        return [self.weight]

    def see(self, average, samples):
        self.samples += samples
        average.on_step(self)
        return self.averages["game"][0].item()


def test_after_one_half_life_half_of_the_start_is_left():
    state, average = Walker(), Average(half_life=300, ramp=None)
    average.on_start(state)
    state.weight.fill_(1)
    for _ in range(9):
        state.see(average, 30)
    assert state.see(average, 30) == pytest.approx(0.5, abs=1e-6)


def test_the_half_life_counts_samples_and_not_steps():
    once, often = Walker(), Walker()
    for state, sizes in ((once, [64]), (often, [16] * 4)):
        average = Average(half_life=100, ramp=None)
        average.on_start(state)
        state.weight.fill_(1)
        for size in sizes:
            state.see(average, size)
    torch.testing.assert_close(once.averages["game"], often.averages["game"])


def test_a_moving_half_life_starts_without_averaging():
    state, average = Walker(), Average(half_life=Moving(0.0, 300.0), ramp=None)
    average.on_start(state)
    state.weight.fill_(1)
    assert state.see(average, 30) == 1.0
    state.weight.fill_(0)
    state.done = 1.0
    assert state.see(average, 300) == pytest.approx(0.5)


def test_the_ramp_shortens_the_half_life_at_the_start():
    state, average = Walker(), Average(half_life=1e9, ramp=0.05)
    average.on_start(state)
    state.weight.fill_(1)
    # h = .05 * 100 = 5 samples, and 100 samples are 20 half-lives.
    assert state.see(average, 100) == pytest.approx(1 - 0.5**20)


def test_a_step_without_new_samples_leaves_the_average():
    state, average = Walker(), Average()
    average.on_start(state)
    state.weight.fill_(1)
    before = state.see(average, 10)
    assert state.see(average, 0) == before


def test_it_averages_the_named_networks_alone(tiny):
    game = tiny.GAN()
    state = tiny.play(game, tiny.ring(), 5, [Average(100)])
    assert len(state.averages["game"]) == len(list(game.generator.parameters()))
    now = game.generator[0].weight.detach().clone()
    with state.averaged():
        assert not torch.equal(game.generator[0].weight, now)
    assert torch.equal(game.generator[0].weight, now)


@pytest.mark.parametrize("options", [{"half_life": 0}, {"half_life": -1}, {"ramp": 0}])
def test_widths_must_be_positive(options):
    with pytest.raises(WrongUse, match="above 0"):
        Average(**options)
