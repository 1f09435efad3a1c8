"""A contest of games: who may do how much, who wins, and what is told of it."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from sparring import Synthesizer, cli
from sparring.core import SGD, Callback, Game, Player, train
from sparring.core.errors import Failure, WrongUse
from sparring.metrics.two_sample import two_sample_auc
from sparring.tasks import contest as module
from sparring.tasks.contest import (
    GAMES,
    Result,
    contest,
    standard_error,
    told,
    verdict,
    write_results,
)
from sparring.tasks.effort import Effort
from sparring.tasks.judging import report_run

TINY = {"width": 8, "batch_size": 32, "previews": False, "alarms": False, "rules": False}


@pytest.fixture(scope="module")
def frame():
    random = np.random.default_rng(0)
    x = random.normal(size=400)
    return pd.DataFrame(
        {
            "x": x,
            "y": x + random.normal(scale=0.3, size=400),
            "town": random.choice(["Ulm", "Bonn", "Kiel"], 400),
        }
    )


@pytest.fixture(autouse=True)
def _little_work(monkeypatch):
    monkeypatch.setattr(module, "LEAST_WORK", 1.0)


@pytest.fixture
def judged(monkeypatch):
    """A judge that gives these marks, one a game, instead of looking at rows."""

    def give(*marks):
        left = iter(marks)
        monkeypatch.setattr(module, "two_sample_auc", lambda *_, **__: next(left))

    return give


class Follower(Callback):
    """Notes what it is told, and stands for a progress bar: it can't be copied."""

    def __init__(self):
        self.told, self.steps = [], 0

    def __deepcopy__(self, memo):
        raise TypeError("a bar can't be copied")

    def on_contestant(self, game, number, games):
        self.told.append((game, number, games))

    def on_contest(self, results):
        self.told.append([result.game for result in results])

    def on_step(self, state):
        self.steps += 1


# Work


class Squares(Game):
    """A game of matrix products of (n, n)."""

    def __init__(self, n):
        super().__init__()
        self.weight = nn.Parameter(torch.eye(n))
        self.players = {"one": Player([self], self.loss, SGD(0.1))}
        self.turns = ["one"]

    def loss(self, batch):
        return {"error": (self.weight @ self.weight).square().mean()}


class Nothing:
    batch_size = 1

    def __next__(self):
        return {"x": torch.zeros(1, 1)}

    def state_dict(self):
        return {}

    def load_state_dict(self, state): ...


def work_of(n, steps, limit=None):
    with Effort(limit) as effort:
        train(Squares(n), Nothing(), steps=steps, callbacks=[effort])
    return effort


def test_work_is_the_same_every_time_and_grows_with_the_steps():
    first, again, longer = work_of(64, 10), work_of(64, 10), work_of(64, 30)
    assert first.work == again.work
    assert longer.work == pytest.approx(3 * first.work)


def test_the_work_of_large_matrices_is_that_of_their_products():
    # One product forward and two backward, each of 2 n^3 operations of 2.5e-5 microseconds.
    products = 3 * 2 * 512**3 * 2.5e-5
    assert products < work_of(512, 5).work / 5 < 1.5 * products


def test_the_work_of_small_ones_is_that_of_the_calls():
    assert work_of(2, 10).work == pytest.approx(work_of(8, 10).work, rel=0.05)


def test_a_limit_ends_the_training_where_it_is_reached():
    whole = work_of(64, 40)
    half = work_of(64, 40, limit=whole.work / 2)
    assert (half.steps, half.planned, half.cut) == (20, 40, True)
    assert (whole.steps, whole.cut) == (40, False)
    # Fewer steps than are counted can't be told apart from no work.
    assert work_of(64, 40, limit=1.0).steps == 5
    assert not work_of(64, 40, limit=whole.work).cut


def test_nothing_is_counted_after_a_training_that_breaks_off():
    class Breaks(Callback):
        def on_step(self, state):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Effort() as effort:
        train(Squares(4), Nothing(), steps=9, callbacks=[effort, Breaks()])
    before = effort._count.work
    torch.ones(3) + 1
    assert effort._count.work == before


def test_counting_changes_nothing_that_is_learnt(frame):
    with Effort() as effort:
        counted = Synthesizer(**TINY, steps=7, callbacks=[effort]).fit(frame)
    plain = Synthesizer(**TINY, steps=7).fit(frame)
    assert counted.sample(50, seed=0).equals(plain.sample(50, seed=0))


# Contests


def test_no_game_does_more_work_than_the_first_and_the_least(frame, monkeypatch):
    limits = []

    class Seen(Effort):
        def __init__(self, limit=None):
            super().__init__(limit)
            limits.append(self)

    monkeypatch.setattr(module, "Effort", Seen)
    results = {r.game: r for r in contest(Synthesizer(**TINY, steps=30), frame)}
    assert set(results) == set(GAMES)
    first, *rest = limits
    assert results["nade"].steps == 30
    assert results["nade"].planned is None
    for effort in rest:
        assert effort.limit == first.work
        # Only the step in which it ran out goes beyond it.
        assert effort.work * (effort.steps - 1) / effort.steps < first.work
    # A step of r3gan, with its gradients of gradients at 32 rows, is more than one of nade.
    assert results["r3gan"].steps < 30
    assert results["r3gan"].planned == 30
    monkeypatch.setattr(module, "LEAST_WORK", 1e12)
    assert {r.steps for r in contest(Synthesizer(**TINY, steps=30), frame)} == {30}


def test_the_same_seed_gives_the_same_contest(frame):
    first, again = (contest(Synthesizer(**TINY, steps=20), frame) for _ in range(2))
    assert [replace(r, seconds=0.0) for r in first] == [replace(r, seconds=0.0) for r in again]


def test_minutes_are_shared_by_the_games(frame):
    minutes = 0.01
    results = contest(Synthesizer(**TINY, minutes=minutes), frame)
    assert all(result.planned is None for result in results)
    # Each is sampled and judged on top.
    assert all(result.seconds < 20 * minutes + 15 for result in results)


def test_rows_that_are_held_out_are_not_looked_at(frame, monkeypatch):
    seen = []

    def judge(real, made, **_):
        seen.append(real)
        return 0.7

    monkeypatch.setattr(module, "two_sample_auc", judge)
    marked = frame.assign(row=np.arange(len(frame)) % 400)
    synthesizer = Synthesizer(**TINY, steps=1, heldout=0.25)
    contest(synthesizer, marked)
    heldout = set(synthesizer.set_params(game="nade")._open(marked).heldout_items["row"])
    assert len(heldout) == 100
    assert not set(seen[0]["row"]) & heldout
    assert all(rows.equals(seen[0]) for rows in seen)


def test_a_large_table_is_tried_on_a_part_of_it(frame, monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 200)
    sizes = []

    def judge(real, made, **_):
        sizes.append((len(real), len(made)))
        return 0.7

    monkeypatch.setattr(module, "two_sample_auc", judge)
    contest(Synthesizer(**TINY, steps=1), frame)
    assert sizes == [(40, 40)] * 3


@pytest.mark.parametrize("winner", GAMES)
def test_whoever_is_hardest_to_tell_from_real_rows_is_fitted(winner, frame, judged):
    judged(*(0.6 if game == winner else 0.9 for game in GAMES))
    synthesizer = Synthesizer("auto", **TINY, steps=2).fit(frame)
    assert synthesizer.spec_.game == winner
    assert synthesizer.contest_[0].game == winner
    assert len(synthesizer.sample(5)) == 5


def test_a_game_that_learns_wins_over_one_that_stands_first_and_does_not(frame, monkeypatch):
    monkeypatch.setattr(module, "GAMES", ("gan", "nade"))
    monkeypatch.setattr(module, "LEAST_WORK", 1e9)
    results = contest(Synthesizer(width=32, steps=150, alarms=False, rules=False), frame)
    assert [result.game for result in results] == ["nade", "gan"]
    assert results[0].auc + 2 * results[0].error < results[1].auc


def test_of_two_that_chance_parts_the_first_is_taken(frame, judged):
    # 72 of 360 rows are apart: the standard error at .6 is .047.
    judged(0.64, 0.9, 0.6)
    assert contest(Synthesizer(**TINY, steps=1), frame)[0].game == "nade"
    judged(0.66, 0.9, 0.6)
    assert contest(Synthesizer(**TINY, steps=1), frame)[0].game == "tvae"
    judged(0.5, 0.9, 0.3)
    assert contest(Synthesizer(**TINY, steps=1), frame)[0].game == "nade"


def test_the_standard_error_is_the_spread_of_aucs():
    # Hanley and McNeil's Q are those of scores that are exponential.
    random = np.random.default_rng(0)
    n, scale = 40, 3.0
    first, second = random.exponential(1, (2000, n, 1)), random.exponential(scale, (2000, 1, n))
    aucs = (first < second).mean(axis=(1, 2))
    # P(X < Y) of exponentials with means 1 and 3.
    assert np.mean(aucs) == pytest.approx(scale / (1 + scale), abs=0.005)
    assert standard_error(scale / (1 + scale), n) == pytest.approx(np.std(aucs), rel=0.05)


def test_a_game_that_breaks_off_is_out_and_said_to_be(frame, monkeypatch):
    fit = Synthesizer.fit

    def broken(self, data, y=None):
        if self.game == "nade" and any(isinstance(c, Effort) for c in self.callbacks):
            raise Failure("the loss became infinite at step 3.")
        return fit(self, data, y)

    monkeypatch.setattr(Synthesizer, "fit", broken)
    synthesizer = Synthesizer("auto", **TINY, steps=2).fit(frame)
    assert synthesizer.contest_[-1].game == "nade"
    assert "nade broke off (the loss became infinite at step 3)" in verdict(synthesizer.contest_)
    monkeypatch.setattr(module, "GAMES", ("nade",))
    with pytest.raises(Failure, match="no game could learn the table; nade: the loss"):
        contest(Synthesizer(**TINY, steps=2), frame)


def test_followers_are_told_and_see_the_steps_and_others_do_not(frame):
    follower, other = Follower(), Steps()
    contest(Synthesizer(**TINY, steps=6, callbacks=[follower, other]), frame)
    assert follower.told[:3] == [("nade", 1, 3), ("r3gan", 2, 3), ("tvae", 3, 3)]
    assert sorted(follower.told[3]) == sorted(GAMES)
    assert follower.steps >= 3 * 5
    assert other.steps == 0


class Steps(Callback):
    def __init__(self):
        self.steps = 0

    def on_step(self, state):
        self.steps += 1


# What is told


def test_the_run_keeps_the_results_and_the_report_tells_them(frame, tmp_path, judged):
    judged(0.9, 0.8, 0.6)
    frame.to_csv(tmp_path / "t.csv", index=False)
    run = tmp_path / "run"
    synthesizer = Synthesizer("auto", **TINY, steps=2, run=run).fit(tmp_path / "t.csv")
    kept = json.loads((run / module.FILE).read_text())
    assert [Result(**result) for result in kept] == synthesizer.contest_
    page, content = report_run(run)
    words = content["facts"]["chosen by"]
    assert "tvae won by 0.200 (standard error 0.0" in words
    for part in ("tvae 0.600 in", "r3gan 0.800 in", "nade 0.900 in"):
        assert part in words
    assert "tvae won by 0.200" in page.read_text()


def test_the_shell_plays_a_contest_and_says_who_won(frame, tmp_path, judged, capsys, monkeypatch):
    judged(0.9, 0.8, 0.6)
    monkeypatch.chdir(tmp_path)
    frame.to_csv("t.csv", index=False)
    settings = [f"{name}={str(value).lower()}" for name, value in TINY.items()]
    words = [word for setting in settings for word in ("--set", setting)]
    fit = ["fit", "t.csv", "--game", "auto", "--run", "run", "--steps", "2"]
    monkeypatch.setattr("sys.argv", ["sparring", *fit, *words])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert not end.value.code
    assert "tvae won by 0.200 (standard error 0.0" in capsys.readouterr().err
    assert Synthesizer.load("run").spec_.game == "tvae"


def test_a_run_without_a_contest_tells_of_none(tmp_path):
    assert told(tmp_path) is None


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (0.6, 0.7, "a won by 0.100 (standard error 0.020): a 0.600 in 3 s; b 0.700 in 3 s"),
        (0.6, 0.61, "a is ahead of b by 0.010 (standard error 0.020), within chance: "),
        (0.61, 0.6, "a is taken, as b is ahead by 0.010 (standard error 0.020), within chance: "),
        (0.45, 0.4, "a is ahead of b by 0.000 (standard error 0.020), within chance: "),
    ],
)
def test_the_verdict_says_who_and_by_how_much(first, second, words, tmp_path):
    results = [Result(g, auc, 0.02, 3.0, 9, None) for g, auc in (("a", first), ("b", second))]
    assert verdict(results).startswith(words)
    write_results(tmp_path, results)
    assert told(tmp_path) == verdict(results)


# What can't be contested


@pytest.mark.parametrize(
    ("data", "options", "sentence"),
    [
        (np.zeros((99, 8, 8), np.uint8), {}, "compares games on tables, got image data"),
        (np.random.default_rng(0).normal(size=(500, 3)), {}, "on tables, got matrix data"),
        (pd.DataFrame({"n": np.arange(100) % 9}), {}, "at least 200 rows to train on.*got 90;"),
        (
            pd.DataFrame({"n": np.arange(400) % 9}),
            {"networks": "mlp"},
            "networks 'conditionals' alone",
        ),
        (pd.DataFrame({"n": np.arange(400) % 9}), {"steps": 0}, "steps must be a whole number"),
    ],
)
def test_what_is_no_matter_for_a_contest_is_refused(data, options, sentence):
    with pytest.raises(WrongUse, match=sentence):
        Synthesizer("auto", **{**TINY, **options}).fit(data)


def test_the_judge_is_the_boosted_one():
    assert module.two_sample_auc is two_sample_auc
