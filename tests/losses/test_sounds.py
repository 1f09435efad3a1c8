"""The law of a sound's samples: mu-law levels, by the formula."""

import math

import pytest
import torch

from sparring.core import WrongUse
from sparring.losses.sounds import MuLaw, compand, expand

torch.set_num_threads(1)


def test_companding_is_the_formula():
    for x in (-0.7, -0.01, 0.003, 0.25, 1.0):
        expected = math.copysign(math.log(1 + 255 * abs(x)) / math.log(256), x)
        assert float(compand(torch.tensor(x, dtype=torch.float64))) == pytest.approx(expected)


def test_expanding_undoes_companding():
    x = torch.linspace(-1, 1, 1001, dtype=torch.float64)
    torch.testing.assert_close(expand(compand(x)), x, atol=1e-12, rtol=0)


def test_a_round_trip_is_within_half_a_level_and_what_lies_on_levels_stays():
    law, x = MuLaw(), torch.linspace(-1, 1, 40_001, dtype=torch.float64)
    once = law.nearest(x)
    # Half a level is 1 / 255 once companded; what a step there is in x is the slope of the inverse.
    slope = math.log(256) / 255 * (1 + 255 * x.abs())
    assert bool(((once - x).abs() <= 1.02 * slope / 255).all())
    torch.testing.assert_close(law.nearest(once), once, atol=1e-12, rtol=0)
    assert len(once.unique()) == 256


def test_levels_lie_between_their_edges():
    law = MuLaw(levels=16)
    places, edges = law.places(), law.edges()
    assert len(places) == 16
    assert len(edges) == 15
    assert bool((places[:-1] < edges).all() and (edges < places[1:]).all())
    torch.testing.assert_close(law.nearest(edges - 1e-4), places[:-1])
    torch.testing.assert_close(law.nearest(edges + 1e-4), places[1:])


def test_the_chances_of_all_levels_sum_to_one():
    torch.manual_seed(0)
    law = MuLaw(levels=6)
    x = law.places()[:, None, None]
    chances = (-law.surprise(x, torch.randn(1, 6, 1).expand(6, -1, -1))).exp()
    assert float(chances.sum()) == pytest.approx(1, abs=1e-6)


def test_levels_come_as_often_as_their_softmax_says():
    torch.manual_seed(0)
    law, logits = MuLaw(levels=5), torch.tensor([0.0, 1.0, -1.0, 2.0, 0.5])
    drawn = law.sample(logits[None, :, None].expand(1, 5, 40_000))
    places = (drawn.reshape(-1, 1) - law.places()).abs().argmin(1)
    found = places.bincount(minlength=5) / 40_000
    torch.testing.assert_close(found, logits.softmax(0), atol=0.01, rtol=0)


def test_the_mean_is_that_of_the_levels():
    law, logits = MuLaw(levels=3), torch.tensor([0.0, 1.0, 2.0])
    expected = float((logits.softmax(0) * torch.tensor([-1.0, 0.0, 1.0])).sum())
    assert float(law.mean(logits[None, :, None])) == pytest.approx(expected)


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.nan])
def test_a_temperature_that_is_not_above_zero_is_refused(temperature):
    with pytest.raises(WrongUse, match="temperature must be a number above 0"):
        MuLaw(levels=4).sample(torch.zeros(1, 4, 2), temperature)


def test_fewer_than_two_levels_are_refused():
    with pytest.raises(WrongUse, match="at least 2, got 1"):
        MuLaw(levels=1)
