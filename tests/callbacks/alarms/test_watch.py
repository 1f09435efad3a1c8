from types import SimpleNamespace

import pytest
import torch
from torch import nn

from sparring.callbacks import Alarm, Average, Finding, Record, Watch, default_alarms
from sparring.callbacks.alarms.base import Onset
from sparring.callbacks.alarms.probe import Probe, Projection, Reference, cast
from sparring.core import Backend, Game, Player, TrainingState, WrongUse


class Says(Alarm):
    """Is ill at the probes it is told to be."""

    name, advice, patience = "says", "Nothing helps.", 2

    def __init__(self, ill):
        self.ill, self.looks = ill, 0

    def look(self, probe):
        self.looks += 1
        ill = self.looks in self.ill
        return Finding(ill, not ill, f"look {self.looks}", {"looks": self.looks})


def test_an_alarm_is_raised_once_and_cleared_once(tiny, watched):
    announced = []
    x = tiny.ring()
    watch = Watch(x[:64], [Says({2, 4, 5, 6, 7})], every=10, announce=announced.append)
    state = tiny.play(tiny.GAN(), x, 120, [watch])
    assert [(e["step"], e["state"], e["since"]) for e in state.events] == [
        (50, "raised", 40),
        (90, "cleared", 40),
    ]
    assert announced == state.events
    assert state.events[0]["advice"] == "Nothing helps."
    assert state.events[0]["numbers"] == {"looks": 5}


def test_between_ill_and_well_nothing_changes():
    onset = Onset(raised=True, since=1)
    for step in range(9):
        assert onset.change(Finding(False, False, ""), step, patience=2) is None
    assert onset.raised


def test_watching_leaves_no_trace_in_the_training(tiny, same):
    x = tiny.ring()
    without = tiny.play(tiny.GAN(), x, 40, [Average()])
    beside = tiny.play(tiny.GAN(), x, 40, [Average(), Watch(x[:64], every=10)])
    beside.callbacks = without.callbacks
    assert same(beside, without)


def test_its_numbers_are_recorded_beside_the_terms(tiny, watched):
    state = watched(tiny.GAN(), tiny.ring(), 20)
    recorded = {name for terms in state.terms for name in terms if name.startswith("watch/")}
    assert {"watch/spread", "watch/missing", "watch/distance", "watch/accuracy"} <= recorded


def test_a_game_of_one_that_makes_nothing_is_watched_for_divergence_alone(tiny):
    class Mean(Game):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(2, 1)
            self.players, self.turns = {"mean": Player([self.layer], self.loss)}, ["mean"]

        def loss(self, batch):
            return {"error": self.layer(batch["x"]).square().mean()}

    x = tiny.ring()
    looked = []

    class Look(Says):
        def look(self, probe):
            looked.append((probe.generated, probe.accuracy, probe.spread))

    state = tiny.play(Mean(), x, 20, [Watch(x[:64], [*default_alarms(), Look({})], every=10)])
    assert looked == [(None, None, None)] * 2
    assert state.events == []


def state_of(game, x):
    return TrainingState(game, SimpleNamespace(batch_size=1), Backend("cpu"))


def test_players_are_known_by_their_work_and_not_by_name(tiny):
    x = tiny.ring(64)
    reference = Reference({"x": x}, Projection(), 8, 0)
    assert cast(state_of(tiny.GAN(), x), reference) == (["maker"], ["judge"])


def test_the_accuracy_is_the_share_of_pairs_that_are_in_order(tiny):
    real = torch.tensor([[0.0], [2], [3], [5]]).repeat(4, 1)
    reference = Reference({"x": real}, Projection(), 4, 0)
    game = tiny.GAN(numbers=1)
    game.sample = lambda n, condition: torch.tensor([[1.0], [3]]).repeat(8, 1)
    game.score = lambda x, condition: x[:, 0]
    # 0 beats neither, 2 beats one, 3 beats one and ties, 5 beats both: 4.5 of 8.
    assert Probe(state_of(game, real), reference, [], []).accuracy == pytest.approx(4.5 / 8)


def test_the_distance_of_two_points_is_that_of_paper():
    real = torch.tensor([[0.0], [2.0]]).repeat(16, 1)
    probe = Probe(
        SimpleNamespace(step=0, backend=Backend("cpu")),
        Reference({"x": real}, Projection(), 2, 0),
        [],
        [],
    )
    probe.generated = torch.ones(32, 1)
    # 2 E|g - r| = 2, E|g - g'| = 0, E|r - r'| = 2 * 16 / 31.
    spread = 32 / 31
    assert probe.distance == pytest.approx((2 - spread) / spread, rel=1e-5)


def test_a_condition_goes_to_samples_and_scores(tiny):
    asked = []
    game = tiny.GAN()
    game.sample = lambda n, condition: (
        asked.append(condition["y"]) or game.generator(torch.zeros(n, 8))
    )
    game.score = lambda x, condition: asked.append(condition["y"]) or x[:, 0]
    x, y = tiny.ring(32), torch.arange(32)
    tiny.play(game, x, 1, [Watch({"x": x, "y": y}, every=1, n=48)])
    # More are made than there are real ones: the conditions come round again.
    assert torch.equal(asked[-2], torch.cat([y, y[:16]]))
    assert torch.equal(asked[-1], torch.cat([y, y, y[:16]]))


def test_all_processes_judge_by_the_same_numbers(tiny):
    x = tiny.ring(64)
    state = state_of(tiny.GAN(), x)
    state.backend = SimpleNamespace(average=lambda tensors: [t.fill_(0.25) for t in tensors])
    probe = Probe(state, Reference({"x": x}, Projection(), 8, 0), [], [])
    assert (probe.spread, probe.missing, probe.accuracy) == (1.0, 0.25, 0.25)


def test_own_features_are_used(tiny):
    x = tiny.ring(64)
    seen = []
    watch = Watch(x, every=1, features=lambda items: seen.append(items.shape) or items * 2)
    tiny.play(tiny.GAN(), x, 1, [watch])
    assert seen == [(64, 2), (256, 2)]


def test_it_must_stand_before_the_record(tiny, tmp_path):
    x = tiny.ring(64)
    with pytest.raises(WrongUse, match="Watch must stand before Record"):
        tiny.play(tiny.GAN(), x, 1, [Record(tmp_path), Watch(x)])


def test_wrong_numbers_are_refused(tiny):
    with pytest.raises(WrongUse, match="at least 16 real items"):
        Watch(tiny.ring(15))
    with pytest.raises(WrongUse, match="n of Watch must be at least 16"):
        Watch(tiny.ring(16), n=15)
    with pytest.raises(WrongUse, match="every of Watch"):
        Watch(tiny.ring(16), every=0)
