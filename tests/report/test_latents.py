"""Latents in a report: whether they follow their prior, and what they say."""

import numpy as np
import pytest
import torch

from sparring import Synthesizer
from sparring.core.errors import WrongUse
from sparring.data import open_dataset
from sparring.metrics.kernel import InverseMultiquadric, squared_mmd
from sparring.tasks.judging import judge_synthesizer
from sparring.tasks.latents import latents_in

TINY = {"steps": 20, "width": 8, "latent": 3, "alarms": False}


def fitted(game, conditional=False, **options):
    return Synthesizer(game, binarise="half", conditional=conditional, **TINY, **options).fit(
        "digits"
    )


def test_a_vaes_latents_are_measured_and_what_they_say():
    model = fitted("vae", options={"draws": 2})
    dataset = open_dataset("digits", binarise="half")
    judgement = judge_synthesizer(model, dataset, n=30, features="identity")
    follows, says = judgement["latent_mmd"], judgement["latent_nats"]
    assert -0.1 < follows.value < 2
    assert follows.floor.name == "one latent for all"
    assert follows.floor.value > 0.1
    assert abs(follows.ceiling.value) < 0.1
    assert says.value > 0
    assert says.floor.value == 0


def test_classes_are_told_to_the_encoder():
    model = fitted("vae", conditional=True)
    x, latents = open_dataset("digits", binarise="half").real(5), latents_in(model)
    one, other = (latents.infer(x, np.full(5, label), 0) for label in (0, 1))
    assert one.shape == (5, 3)
    assert not np.array_equal(one, other)


def test_what_latents_say_is_their_divergence():
    model = fitted("vae")
    x = open_dataset("digits", binarise="half").real(300)
    mean, log_variance = model.model_.encoder(model.modality_.encode(x)).detach().unbind(1)
    exact = (mean.square() + log_variance.exp() - log_variance - 1).sum(1) / 2
    found = np.mean([latents_in(model).says(x, None, seed).mean() for seed in range(30)])
    assert found == pytest.approx(float(exact.mean()), abs=0.05)


def test_an_adversarial_autoencoders_latents_have_no_law_of_their_own():
    model = fitted("aae")
    latents = latents_in(model)
    x = open_dataset("digits", binarise="half").real(10)
    assert latents.says is None
    before = torch.get_rng_state()
    assert np.array_equal(latents.infer(x, None, 0), latents.infer(x, None, 1))
    assert latents.prior(5, 0).shape == (5, 3)
    assert torch.equal(torch.get_rng_state(), before)


def test_games_that_infer_nothing_are_not_asked():
    assert latents_in(Synthesizer("gan", **TINY).fit("digits")) is None


def test_the_multiquadric_distance_is_that_of_the_sums_written_out():
    random, kernel = np.random.default_rng(0), InverseMultiquadric(3.0)
    x, y = random.normal(size=(6, 2)), random.normal(size=(5, 2)) + 1

    def alike(a, b):
        return [[3 / (3 + np.square(p - q).sum()) for q in b] for p in a]

    def within(a):
        values = np.array(alike(a, a))
        return values[~np.eye(len(a), dtype=bool)].mean()

    expected = within(x) + within(y) - 2 * np.mean(alike(x, y))
    assert squared_mmd(x, y, kernel) == pytest.approx(expected, rel=1e-12)


def test_a_scale_of_nothing_is_refused():
    with pytest.raises(WrongUse, match="scale of InverseMultiquadric must be above 0, got 0"):
        InverseMultiquadric(0.0)
