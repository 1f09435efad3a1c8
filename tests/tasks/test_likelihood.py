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


def test_densities_of_points_are_in_their_own_units():
    """Ten times as far apart, each direction has a tenth of the density."""
    points = np.random.default_rng(0).normal(size=(300, 2)) * [1.0, 0.2]
    found = []
    for scale in (1.0, 10.0):
        model = Synthesizer("maf", steps=50, width=8, alarms=False, modality="points")
        found.append(model.fit(scale * points).log_prob(scale * points))
    assert found[0] - found[1] == pytest.approx(2 * math.log(10), abs=1e-3)
    area = np.stack(np.meshgrid(*[np.linspace(-8, 8, 200)] * 2), -1).reshape(-1, 2) * 10
    chances = np.exp(model.log_prob(area)).sum() * (160 / 199) ** 2
    assert chances == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("game", ["nice", "flow-gan"])
def test_rows_of_tables_have_densities_of_numbers_and_chances_of_choices(game):
    import pandas as pd

    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.choice(["x", "y", "z"], 200), "b": rng.normal(size=200)})
    model = Synthesizer(game, steps=5, width=8, alarms=False).fit(frame)
    assert np.isfinite(model.log_prob(frame)).all()
    made = model.sample(50)
    assert set(made["a"]) <= {"x", "y", "z"}


def test_flows_of_pictures_take_levels_and_another_flow(bits):
    networks = {"part": "flow-pair", "levels": 2, "logit": 0.1, "flow": {"part": "MAF", "depth": 2}}
    model = Synthesizer("flow-gan", networks=networks, **TINY).fit(bits)
    assert np.isfinite(model.log_prob(bits)).all()
    assert set(np.unique(model.sample(5))) <= {0, 255}
    with pytest.raises(WrongUse, match="levels of the networks must be a whole number"):
        Synthesizer("nice", networks={"part": "nice", "levels": "many"}, **TINY).fit(bits)
