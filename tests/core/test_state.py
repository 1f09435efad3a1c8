"""The training state: averages, random state, learning rates, checkpoints."""

import copy
import math

import pytest
import torch

from sparring.core import SGD, Adam, Backend, Callback, Cosine, Failure, RMSprop, TrainingState


@pytest.fixture
def state(traced, numbered):
    return TrainingState(traced(["a", "b"]), numbered(), Backend("cpu"))


def weights(state):
    return [p.item() for p in state.game.parameters()]


def test_inside_averaged_the_game_has_its_averages_and_after_it_exactly_its_weights(state):
    torch.manual_seed(0)
    for parameter in state.game.parameters():
        parameter.data.normal_()
    before = [p.clone() for p in state.game.parameters()]
    state.averages["game"] = [torch.full_like(t, 7.0) for t in state.game.averaged_tensors()]
    with state.averaged():
        assert weights(state) == [7.0, 7.0]
    assert all(torch.equal(p, q) for p, q in zip(before, state.game.parameters(), strict=True))
    assert state.averages["game"][0].item() == 7.0


def test_averaged_weights_go_back_whatever_happens_inside(state):
    state.averages["game"] = [torch.zeros_like(t) for t in state.game.averaged_tensors()]
    with pytest.raises(KeyError), state.averaged():
        raise KeyError("something")
    assert weights(state) == [1.0, 1.0]


def test_where_no_averages_are_kept_the_game_plays_as_it_is(state):
    with state.averaged():
        assert weights(state) == [1.0, 1.0]


def test_several_averages_are_told_apart_by_name(state):
    for name, value in (("short", 3.0), ("long", 5.0)):
        state.averages[name] = [torch.full_like(t, value) for t in state.game.averaged_tensors()]
    with state.averaged("long"):
        assert weights(state) == [5.0, 5.0]


def test_what_is_drawn_aside_leaves_no_trace(state):
    torch.manual_seed(2)
    expected = torch.rand(3)
    torch.manual_seed(2)
    with state.aside():
        torch.manual_seed(99)
        torch.rand(10)
    assert torch.equal(torch.rand(3), expected)


def test_a_gradient_changes_no_weight_and_a_move_only_the_movers(state):
    state.gradient("a", state.next_batch())
    assert weights(state) == [1.0, 1.0]
    state.move("a")
    assert weights(state) == pytest.approx([0.9, 1.0])


def test_terms_are_kept_by_player_without_their_graph(state):
    state.gradient("b", state.next_batch())
    (terms,) = state.terms
    assert terms == {"b/square": 0.5}


def test_samples_are_counted_as_they_are_drawn(state):
    for _ in range(3):
        state.next_batch()
    assert state.samples == 12


@pytest.mark.parametrize("optimizer", [SGD(0.1), RMSprop(0.1), Adam(0.1)])
def test_scaled_rates_reach_every_optimizer(traced, numbered, optimizer):
    state = TrainingState(traced(["a", "b"], optimizer), numbered(), Backend("cpu"))
    state.scale_rates(0.5)
    state.scale_rates(0.5)
    rates = [group["lr"] for o in state.optimizers.values() for group in o.param_groups]
    assert rates == pytest.approx([0.025, 0.025])
    assert state.rate == 0.25


def test_scaled_rates_scale_the_next_move(state):
    state.scale_rates(0.1)
    state.gradient("a", state.next_batch())
    state.move("a")
    assert weights(state) == pytest.approx([0.99, 1.0])


class Rates(Callback):
    def __init__(self):
        self.rates = []

    def on_step(self, state):
        self.rates.append(state.optimizers["a"].param_groups[0]["lr"])


def test_a_schedule_reaches_the_optimizer_at_every_step(traced, play):
    rates = Rates()
    play(traced(["a", "b"], SGD(0.2, schedule=Cosine(4, end=0.0))), steps=6, callbacks=[rates])
    expected = [0.1 * (1 + math.cos(math.pi * min(step / 4, 1))) for step in range(6)]
    assert rates.rates == pytest.approx(expected)


def test_a_schedule_and_scaled_rates_multiply(traced, play):
    class Halve(Callback):
        def on_start(self, state):
            state.scale_rates(0.5)

    rates = Rates()
    play(traced(["a", "b"], SGD(0.2, schedule=Cosine(4))), callbacks=[Halve(), rates])
    assert rates.rates == pytest.approx([0.1])


def test_a_restored_state_has_the_scaled_rates(state, traced, numbered):
    state.scale_rates(0.5)
    other = TrainingState(traced(["a", "b"]), numbered(), Backend("cpu"))
    other.load_state_dict(*state.state_dict())
    assert other.optimizers["a"].param_groups[0]["lr"] == pytest.approx(0.05)


def test_a_restored_state_is_the_state(state, traced, numbered):
    state.gradient("a", state.next_batch())
    state.move("a")
    state.advance()
    state.averages["game"] = [torch.full_like(t, 3.0) for t in state.game.averaged_tensors()]
    state.memory["rule/a"] = [torch.ones(2), torch.zeros(1)]
    state.events.append({"alarm": "divergence", "step": 1})
    state.seconds = 12.5
    kept = copy.deepcopy(state.state_dict())
    other = TrainingState(traced(["a", "b"]), numbered(), Backend("cpu"), seed=5)
    other.load_state_dict(*kept)
    assert weights(other) == weights(state)
    assert (other.step, other.game.step, other.samples, other.seed) == (1, 1, 4, 0)
    assert (other.seconds, other.events) == (12.5, state.events)
    assert other.batches.drawn == 1
    assert other.averages["game"][1].item() == 3.0
    assert [t.tolist() for t in other.memory["rule/a"]] == [[1.0, 1.0], [0.0]]


def test_the_restored_tensors_are_copies(state, traced, numbered):
    state.averages["game"] = [torch.full_like(t, 3.0) for t in state.game.averaged_tensors()]
    other = TrainingState(traced(["a", "b"]), numbered(), Backend("cpu"))
    other.load_state_dict(*state.state_dict())
    other.averages["game"][0].zero_()
    assert state.averages["game"][0].item() == 3.0


def test_the_checkpoint_of_another_game_is_refused(state, traced, numbered):
    other = TrainingState(traced(["a", "b", "c"], names="abc"), numbered(), Backend("cpu"))
    with pytest.raises(Failure, match="the checkpoint doesn't fit Traced with these networks"):
        other.load_state_dict(*state.state_dict())


def test_each_callback_gets_its_own_state_back(traced, numbered):
    class Count(Callback):
        def __init__(self, count):
            self.count = count

        def state_dict(self):
            return {"count": self.count}

        def load_state_dict(self, state):
            self.count = state["count"]

    class Other(Count):
        pass

    states = [TrainingState(traced(["a", "b"]), numbered(), Backend("cpu")) for _ in range(2)]
    states[0].callbacks = [Count(1), Other(2), Count(3)]
    states[1].callbacks = [Other(0), Count(0), Count(0)]
    states[1].load_state_dict(*states[0].state_dict())
    assert [callback.count for callback in states[1].callbacks] == [2, 1, 3]
