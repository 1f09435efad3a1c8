"""What formulas make can be asked for: rows come as often as if they were drawn until they fit."""

import numpy as np
import pandas as pd
import pytest
import torch

from sparring import Synthesizer
from sparring.tasks.aiming import Aim
from sparring.tasks.conditions import Conditions


def orders(rows=4000):
    """total = net + tax, where most rows have no tax, and taxed rows are dearer."""
    random = np.random.default_rng(0)
    taxed = random.random(rows) < 0.4
    net = random.integers(0, 40, rows) + 30 * taxed
    tax = np.where(taxed, random.integers(1, 20, rows), 0)
    return pd.DataFrame(
        {"net": net, "tax": tax, "total": net + tax, "taxed": np.where(taxed, "yes", "no")}
    )


@pytest.fixture(scope="module")
def fitted():
    return Synthesizer(steps=400, width=16, alarms=False, seed=0).fit(orders())


def aim(synthesizer, asked):
    table = synthesizer.modality_
    return Aim.at(table, synthesizer.model_, Conditions(table, asked))


@pytest.mark.parametrize("asked", [{"total": 45}, {"total": (44, 46), "taxed": "yes"}], ids=str)
def test_rows_that_are_aimed_are_like_rows_that_happen_to_fit(asked, fitted):
    conditions = Conditions(fitted.modality_, asked)
    free = fitted.sample(200_000, seed=0)
    fits = free[conditions.met(free)]
    torch.manual_seed(1)
    made, kept = aim(fitted, asked).hit(fitted.sample(60_000, seed=2))
    made = made[kept]
    assert len(made) > 300
    assert conditions.met(made).all()
    assert (made["total"] == made["net"] + made["tax"]).all()
    assert made["tax"].eq(0).mean() == pytest.approx(fits["tax"].eq(0).mean(), abs=0.08)
    assert made["net"].mean() == pytest.approx(fits["net"].mean(), abs=2.5)


def test_a_rare_total_costs_far_fewer_draws_than_waiting_for_it(fitted):
    """The share that is kept, beside the share that fits by chance."""
    free = fitted.sample(200_000, seed=0)
    chance = (free["total"] == 88).mean()
    _, kept = aim(fitted, {"total": 88}).hit(fitted.sample(20_000, seed=1))
    assert 0 < chance < 0.003
    assert kept.mean() > 3 * chance


def test_a_rare_total_is_met_in_every_row(fitted):
    made = fitted.sample(50, {"total": 88}, seed=0)
    assert (made["total"] == 88).all()
    assert (made["net"] + made["tax"] == 88).all()
    assert made.equals(fitted.sample(50, {"total": 88}, seed=0))


def test_there_is_nothing_to_aim_at_where_no_formula_makes_what_is_asked(fitted):
    assert aim(fitted, {"net": 3}) is None
    assert aim(fitted, {"net": 3, "tax": 0, "total": 3}) is None
