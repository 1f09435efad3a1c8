"""Items of which a part is given."""

import numpy as np
import pytest
import torch

from sparring import Synthesizer
from sparring.core import WrongUse

torch.set_num_threads(1)

UPPER = np.arange(8)[:, None].repeat(8, 1) < 4


@pytest.fixture(scope="module")
def model():
    tiny = {"steps": 5, "width": 4, "alarms": False, "conditional": False}
    return Synthesizer("gated-pixelcnn", binarise="half", **tiny).fit("digits")


def some(n=6):
    return np.random.default_rng(0).integers(0, 2, (n, 8, 8)).astype(np.uint8) * np.uint8(255)


def test_what_is_known_stays_and_the_rest_is_drawn_from_the_seed(model):
    given = some()
    made = model.complete(given, UPPER, seed=1)
    assert (made[:, :4] == given[:, :4]).all()
    assert (made[:, 4:] != given[:, 4:]).any()
    assert (model.complete(given, UPPER, seed=1) == made).all()
    assert (model.complete(given, UPPER, seed=2) != made).any()


def test_what_is_not_known_is_not_looked_at(model):
    one, other = some(), some()
    other[:, 4:] = 255 - other[:, 4:]
    made = [model.complete(given, UPPER, seed=3) for given in (one, other)]
    assert (made[0] == made[1]).all()


def test_each_item_may_have_a_mask_of_its_own(model):
    masks = np.stack([UPPER, ~UPPER])
    given = some(2)
    made = model.complete(given, masks, seed=0)
    assert (made[masks] == given[masks]).all()


def test_a_low_temperature_draws_the_likeliest(model):
    given = some()
    cold = [model.complete(given, UPPER, seed=seed, truncation=1e-4) for seed in (1, 2)]
    assert (cold[0] == cold[1]).all()


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        (np.ones((4, 8), bool), r"known must be .* \(8, 8\)"),
        (np.ones((5, 8, 8), bool), r"known must be"),
        (np.ones((8, 8)), "True or False"),
    ],
)
def test_masks_of_another_shape_are_refused(model, known, sentence):
    with pytest.raises(WrongUse, match=sentence):
        model.complete(some(), known)


def test_temperatures_must_be_above_zero(model):
    with pytest.raises(WrongUse, match="above 0"):
        model.complete(some(), UPPER, truncation=0)


def test_games_that_cannot_say_so():
    gan = Synthesizer("gan", steps=1, width=4, alarms=False, conditional=False).fit("digits")
    with pytest.raises(WrongUse, match="such as gated-pixelcnn"):
        gan.complete(np.zeros((1, 8, 8), np.uint8), UPPER)
