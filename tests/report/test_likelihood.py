"""Surprise in a report, beside a law of independent pixels."""

import numpy as np
import pytest

from sparring import Synthesizer
from sparring.data import open_dataset
from sparring.report.likelihood import Independent
from sparring.tasks.judging import judge_synthesizer
from sparring.tasks.surprise import surprise_of


def test_independent_pixels_are_counted_and_none_is_impossible():
    items = np.array([[[0, 3]], [[0, 5]], [[7, 5]]], np.uint8)
    law = Independent(items, binary=False)
    expected = -np.log([3 / 259 * 3 / 259, 1 / 259 * 1 / 259])
    assert law(np.array([[[0, 5]], [[9, 9]]], np.uint8)) == pytest.approx(expected)


def test_of_two_levels_chances_sum_to_one():
    law = Independent(np.array([[[0, 255]], [[255, 255]]], np.uint8), binary=True)
    every = np.array([[[a, b]] for a in (0, 255) for b in (0, 255)], np.uint8)
    assert np.exp(-law(every)).sum() == pytest.approx(1)


@pytest.mark.parametrize("game", ["vae", "pixelcnn"])
@pytest.mark.parametrize("conditional", [True, False])
def test_a_game_that_knows_is_asked(game, conditional):
    tiny = {"steps": 20, "width": 4, "alarms": False, "conditional": conditional}
    options = {"draws": 2} if game == "vae" else None
    model = Synthesizer(game, binarise="half", options=options, **tiny).fit("digits")
    dataset = open_dataset("digits", binarise="half")
    judgement = judge_synthesizer(model, dataset, n=20, features="identity")
    figure = judgement["nats"]
    labels = [dataset.classes[i] for i in dataset.heldout.y] if conditional else None
    whole = -model.log_prob(dataset.unseen(), labels).mean()
    assert figure.value == pytest.approx(whole, rel=0.15)
    assert figure.floor.name == "independent pixels"
    assert "How surprising pictures are" in [exhibit.title for exhibit in judgement.exhibits]
    assert judgement["bits_per_dimension"].value == pytest.approx(figure.value / 64 / np.log(2))


def test_a_gan_and_a_density_are_not_asked():
    tiny = {"steps": 2, "width": 4, "alarms": False}
    assert surprise_of(Synthesizer("gan", **tiny).fit("digits")) is None
    normal = {"part": "autoencoder", "pixels": {"part": "Gaussian"}}
    assert surprise_of(Synthesizer("vae", networks=normal, **tiny).fit("digits")) is None


def test_where_independent_pixels_know_more_that_is_said():
    model = Synthesizer("vae", steps=2, width=4, alarms=False, options={"draws": 2}).fit("digits")
    figure = judge_synthesizer(model, open_dataset("digits"), n=20, features="identity")["nats"]
    assert figure.value > figure.floor.value
    assert "no better than the floor" in figure.verdict


def test_a_boltzmann_machine_is_asked_too():
    model = Synthesizer("rbm", binarise="half", width=8, steps=5, alarms=False).fit("digits")
    dataset = open_dataset("digits", binarise="half")
    judgement = judge_synthesizer(model, dataset, n=20, features="identity")
    whole = -model.log_prob(dataset.unseen()).mean()
    assert judgement["nats"].value == pytest.approx(whole, rel=0.15)


def test_a_sample_is_asked_for_once(monkeypatch):
    tiny = {"steps": 2, "width": 4, "alarms": False, "options": {"draws": 2}}
    model = Synthesizer("vae", **tiny).fit("digits")
    asked, ask = [], model.log_prob
    monkeypatch.setattr(model, "log_prob", lambda items, y: asked.append(items) or ask(items, y))
    judge_synthesizer(model, open_dataset("digits"), n=20, features="identity")
    # Held-out and training pictures in each of three rounds, and generated ones for the histogram.
    assert len(asked) == 7


def test_of_a_flow_it_stands_beside_a_mixture_that_remembers():
    networks = {"part": "nice", "levels": 17}
    model = Synthesizer("nice", networks=networks, steps=30, width=8, alarms=False).fit("digits")
    judgement = judge_synthesizer(model, open_dataset("digits"), features="identity")
    beyond, nats = judgement["nats_over_memory"], judgement["nats"]
    floor = nats.floor.value - beyond.floor.value
    assert nats.value - beyond.value == pytest.approx(floor, rel=0.05)  # the mixture's own
    assert beyond.ceiling.value == 0
