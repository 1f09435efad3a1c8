"""ProGAN grows as planned, and its players work at the side length of their stage."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sparring.core import Backend, Callback, WrongUse, train
from sparring.games import ProGAN
from sparring.networks import MLP, ProgressiveDiscriminator, ProgressiveGenerator
from sparring.priors import Normal


@pytest.fixture(autouse=True)
def _seed():
    torch.set_num_threads(1)
    torch.manual_seed(0)


class Pictures:
    batch_size = 4

    def __next__(self):
        return {"x": torch.rand(4, 1, 16, 16) * 2 - 1}

    def state_dict(self):
        return {}

    def load_state_dict(self, state): ...


def progan(**options):
    maker = ProgressiveGenerator(3, 1, 16, width=2)
    return ProGAN(maker, ProgressiveDiscriminator(1, 16, width=2), Normal(3), **options)


def test_each_level_stays_as_long_as_the_next_takes_to_fade_in():
    """4 pixels, 8 faded in, 8, 16 faded in: four phases of an eighth of the training each."""
    planned = progan(growth=0.5).planned
    found = [planned(done / 16) for done in range(9)] + [planned(1.0)]
    assert found == [0, 0, 0, 0.5, 1, 1, 1, 1.5, 2, 2]


def test_growth_can_begin_with_any_stage():
    planned = progan(growth=1.0, start=1.5).planned
    assert [planned(done) for done in (0.0, 0.5, 1.0)] == [1.5, 1.75, 2]
    assert progan(growth=0.0).planned(0.0) == 2


GROWING = progan()


@given(growth=st.floats(0.01, 1), start=st.floats(0, 2), done=st.floats(0, 1))
def test_networks_never_shrink_and_are_whole_in_the_end(growth, start, done):
    GROWING.growth, GROWING.start = growth, start
    planned = GROWING.planned
    assert planned(0.0) == pytest.approx(start)
    assert planned(0.0) - 1e-9 <= planned(done * 0.9) <= planned(done) <= planned(1.0) == 2


@pytest.mark.parametrize(("options", "words"), [
    ({"growth": 1.5}, "growth of ProGAN must be between 0 and 1, got 1.5"),
    ({"start": 2.5}, "start of ProGAN must be between 0 and 2, got 2.5"),
])  # fmt: skip
def test_a_plan_out_of_range_is_refused(options, words):
    with pytest.raises(WrongUse, match=words):
        progan(**options)


def test_networks_that_do_not_grow_alike_are_refused():
    with pytest.raises(WrongUse, match=r"same side lengths, got None and \[4, 8, 16\]"):
        ProGAN(MLP((3,), (1, 16, 16)), ProgressiveDiscriminator(1, 16, width=2), Normal(3))


class Sizes(Callback):
    """Side lengths of what the discriminator's first layer in use is given, and the stages."""

    def __init__(self, game):
        self.sides, self.stages = [], []
        for layer in game.discriminator.inputs:
            layer.register_forward_pre_hook(lambda _, given: self.note(given[0].shape[-1]))

    def note(self, side):
        self.sides.append(side)

    def on_step(self, state):
        self.stages.append(float(state.game.stage))


def test_the_training_walks_through_the_stages():
    game = progan(growth=1.0)
    sizes = Sizes(game)
    train(game, Pictures(), steps=8, backend=Backend("cpu"), callbacks=[sizes])
    assert sizes.stages == [0, 0, 0, 0.5, 1, 1, 1, 1.5]
    assert sizes.sides[0] == 4
    assert max(sizes.sides) == 16


class Stop(Callback):
    def on_step(self, state):
        if state.step == 4:
            state.stop("enough")


def test_a_saved_model_samples_at_its_stage():
    game, twin = progan(growth=1.0), progan(growth=1.0)
    train(game, Pictures(), steps=8, backend=Backend("cpu"), callbacks=[Stop()])
    twin.load_state_dict(game.state_dict())
    z = torch.randn(5, 3)
    x = twin.sample(5, latent=z)
    assert x.shape == (5, 1, 16, 16)
    assert twin.generator.stage == 0.5
    assert torch.equal(x, game.sample(5, latent=z))
    assert torch.equal(x[..., ::2, ::2].repeat_interleave(2, 2).repeat_interleave(2, 3), x)


def test_the_stage_is_not_averaged_with_the_weights():
    game = progan()
    assert all(tensor.shape != () for tensor in game.averaged_tensors())


def test_both_losses_are_those_of_the_paper():
    """D: E f - E d + 10 E (|slope| - 1)^2 + .001 E d^2, at the stage's side length; G: -E f."""
    game = progan(growth=0.0)
    batch, z = next(Pictures()), torch.randn(4, 3)
    game.prior.sample = lambda n: z
    terms = game.discriminator_loss(batch)
    judge, fake = game.discriminator, game.generator(z)
    d_real, d_fake = judge(torch.cat([batch["x"], fake])).chunk(2)
    torch.testing.assert_close(terms["loss"], d_fake.mean() - d_real.mean())
    torch.testing.assert_close(terms["drift"], 0.001 * d_real.square().mean())
    assert terms.keys() == {"loss", "drift", "gradient_penalty"}
    torch.testing.assert_close(game.generator_loss(batch)["loss"], -judge(fake).mean())


@pytest.mark.parametrize("penalty", [1.0, 10.0])
def test_slopes_are_measured_at_the_stages_side_length(penalty):
    """A critic .75 sum(x) of 4x4 pixels has slope 3, so 4 times the penalty, at any full size."""
    game = progan(penalty=penalty)
    game.discriminator.judge = lambda x, y=None: (0.75 * x.flatten(1).sum(1), x.flatten(1))
    terms = game.discriminator_loss(next(Pictures()))
    torch.testing.assert_close(terms["gradient_penalty"], torch.tensor(4 * penalty))
