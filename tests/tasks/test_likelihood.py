"""Log-likelihoods through the front, with their unit."""

import math

import numpy as np
import pytest

from sparring import Synthesizer
from sparring.core.errors import WrongUse

TINY = {"steps": 3, "width": 4, "batch_size": 8, "alarms": False}


@pytest.fixture(scope="module")
def bits():
    rng = np.random.default_rng(0)
    return rng.integers(0, 2, (40, 8, 8)).astype(np.uint8) * 255


@pytest.fixture(scope="module")
def model(bits):
    return Synthesizer("pixelcnn", binarise="half", **TINY).fit(bits)


def test_it_is_the_games_own(model, bits):
    found = model.log_prob(bits)
    x = model.modality_.encode(bits)
    assert found.shape == (40,)
    assert found.dtype == np.float64
    assert found == pytest.approx(model.model_.log_prob(x).detach().numpy(), abs=1e-4)


def test_bits_a_dimension_are_nats_in_another_unit(model, bits):
    nats, bits_each = model.log_prob(bits), model.log_prob(bits, unit="bits/dim")
    assert bits_each == pytest.approx(nats / (64 * math.log(2)))
    # An untrained model knows little more than a coin.
    assert -1.5 < bits_each.mean() < -0.8


def test_of_a_conditional_model_it_is_that_under_the_condition(bits):
    y = np.array(["on", "off"] * 20)
    model = Synthesizer("pixelcnn", binarise="half", **TINY).fit(bits, y)
    one, other = model.log_prob(bits, y), model.log_prob(bits, y[::-1])
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda m, x: m.log_prob(x, unit="bits"), "unit must be one of nats, bits/dim, got 'bits'"),
        (lambda m, x: m.log_prob(x, y=[0] * 40), "trained without conditions; leave y out"),
        (lambda m, x: m.log_prob(x[:, :4]), "must be a uint8 array of shape"),
        (
            lambda m, x: m.log_prob(x // 2),
            "some given have levels between",
        ),
        (lambda m, x: Synthesizer("gan", **TINY).fit(x).log_prob(x), "'gan' doesn't know how prob"),
        (
            lambda m, x: (
                Synthesizer("pixelcnn", binarise="half", **TINY)
                .fit(x, np.arange(40) % 2)
                .log_prob(x)
            ),
            "say as y what the items are",
        ),
    ],
)
def test_what_has_no_answer_is_refused(model, bits, act, said):
    with pytest.raises(WrongUse, match=said):
        act(model, bits)


def test_rows_of_tables_have_one_too():
    import pandas as pd

    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.choice(["x", "y"], 200), "b": rng.choice(["u", "v"], 200)})
    model = Synthesizer("nade", steps=20, alarms=False).fit(frame)
    chances = np.exp(model.log_prob(frame.drop_duplicates()))
    assert chances.sum() == pytest.approx(1, abs=0.05)
