"""The one loop: who moves when, on which batch, and what callbacks are told."""

import pytest
import torch
from torch import nn

from sparring.core import Adam, Backend, Callback, Failure, Turn, WrongUse, train
from sparring.games import R3GAN, WGANGP
from sparring.networks import MLP
from sparring.priors import Normal


def test_turns_are_taken_in_their_order_on_the_steps_batch(traced, play):
    seen, state = play(traced(["b", "a"]), steps=2)
    assert seen == [("b", 1), ("a", 1), ("b", 2), ("a", 2)]
    assert state.samples == 8


def test_a_turn_of_several_moves_stays_on_the_steps_batch(traced, play):
    seen, state = play(traced([Turn("a", times=3), "b"]))
    assert seen == [("a", 1), ("a", 1), ("a", 1), ("b", 1)]
    assert state.batches.drawn == 1


def test_a_fresh_turn_draws_a_batch_for_each_move(traced, play):
    seen, state = play(traced([Turn("a", times=3, fresh=True), "b"]), steps=2)
    assert seen == [("a", 1), ("a", 2), ("a", 3), ("b", 3), ("a", 4), ("a", 5), ("a", 6), ("b", 6)]
    assert (state.batches.drawn, state.samples) == (6, 24)


def test_a_fresh_turn_later_in_the_step_draws_its_own_batch(traced, play):
    seen, _ = play(traced(["a", Turn("b", fresh=True)]), steps=2)
    assert seen == [("a", 1), ("b", 2), ("a", 3), ("b", 4)]


def test_a_rare_turn_comes_every_so_many_steps_from_the_first(traced, play):
    seen, _ = play(traced(["a", Turn("b", every=3)]), steps=5)
    assert [step for name, step in seen if name == "b"] == [1, 4]
    assert len(seen) == 7


def test_a_step_in_which_nobody_moves_draws_no_batch(traced, play):
    seen, state = play(traced([Turn("a", every=2), Turn("b", every=2)]), steps=4)
    assert len(seen) == 4
    assert (state.step, state.batches.drawn, state.samples) == (4, 2, 8)


def test_a_player_may_have_several_turns(traced, play):
    assert [name for name, _ in play(traced(["a", "b", "a"]))[0]] == ["a", "b", "a"]


def test_the_game_knows_how_far_it_is(traced, play):
    game = traced(["a", "b"])
    _, state = play(game, steps=3)
    assert (game.step, game.steps, state.step) == (3, 3, 3)


class Diary(Callback):
    def __init__(self, name="", every=1, book=None, stop_at=None):
        self.name, self.every, self.stop_at = name, every, stop_at
        self.book = [] if book is None else book

    def on_start(self, state):
        self.book.append(f"{self.name}start{state.step}")

    def on_step(self, state):
        self.book.append(f"{self.name}{state.step}")
        if state.step == self.stop_at:
            state.stop("enough")

    def on_end(self, state):
        self.book.append(f"{self.name}end{state.step}")


def test_callbacks_are_told_of_start_steps_and_end(traced, play):
    diary = Diary(every=2)
    play(traced(["a", "b"]), steps=5, callbacks=[diary])
    assert diary.book == ["start0", "2", "4", "end5"]


def test_callbacks_are_called_in_their_order(traced, play):
    book = []
    play(traced(["a", "b"]), callbacks=[Diary("x", book=book), Diary("y", book=book)])
    assert book == ["xstart0", "ystart0", "x1", "y1", "xend1", "yend1"]


def test_a_callback_can_end_a_training_without_a_number_of_steps(traced, play):
    diary = Diary(stop_at=3)
    _, state = play(traced(["a", "b"]), steps=None, callbacks=[diary])
    assert (state.step, state.stopped) == (3, "enough")
    assert diary.book[-1] == "end3"


def test_a_refused_number_of_steps_is_refused_before_anything_else(traced):
    with pytest.raises(WrongUse, match="steps must be at least 1, got 0"):
        train(traced(["nobody"]), None, steps=0)


def test_the_callers_random_state_is_left_alone(traced, play):
    class Dice(Callback):
        def on_step(self, state):
            torch.rand(3)

    game = traced(["a", "b"])
    torch.manual_seed(4)
    expected = torch.rand(2)
    torch.manual_seed(4)
    play(game, steps=3, seed=9, callbacks=[Dice()])
    assert torch.equal(torch.rand(2), expected)


def test_also_when_the_training_fails(traced, play):
    class Trip(Callback):
        def on_step(self, state):
            torch.rand(3)
            raise Failure("stumbled")

    game = traced(["a", "b"])
    before = torch.get_rng_state()
    with pytest.raises(Failure):
        play(game, callbacks=[Trip()])
    assert torch.equal(torch.get_rng_state(), before)


def test_the_seed_decides_what_is_drawn_within(traced, play):
    class Draw(Callback):
        def on_step(self, state):
            self.drawn = torch.rand(2)

    drawn = []
    for seed, before in ((1, 10), (1, 20), (2, 10)):
        torch.manual_seed(before)
        draw = Draw()
        play(traced(["a", "b"]), seed=seed, callbacks=[draw])
        drawn.append(draw.drawn)
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_a_game_is_put_into_training_mode(traced, play):
    game = traced(["a", "b"]).eval()
    play(game)
    assert game.training


class Watching(nn.Module):
    """A network that remembers in which precision it computed."""

    def __init__(self, network):
        super().__init__()
        self.network, self.dtypes = network, set()

    def forward(self, *inputs):
        result = self.network(*inputs)
        self.dtypes.add(result.dtype)
        return result


@pytest.mark.parametrize("kind", [R3GAN, WGANGP])
def test_bfloat16_trains_weights_that_stay_float32(kind, numbered):
    generator = Watching(MLP((3,), (1,), hidden=(8,)))
    discriminator = Watching(MLP((1,), (), hidden=(8,)))
    game = kind(generator, discriminator, Normal(3), generator_optimizer=Adam(1e-3))
    before = [p.clone() for p in game.parameters()]
    train(game, numbered(), steps=2, backend=Backend("cpu", precision="bfloat16"))
    assert generator.dtypes == discriminator.dtypes == {torch.bfloat16}
    assert all(p.dtype == torch.float32 for p in game.parameters())
    assert all(p.isfinite().all() for p in game.parameters())
    moved = [not torch.equal(p, q) for p, q in zip(before, game.parameters(), strict=True)]
    assert sum(moved) >= 6
