"""Sounds through the front: fitted, asked for, continued, written, and judged."""

import zipfile

import numpy as np
import pytest
import torch
from scipy.io import wavfile

from sparring import Synthesizer
from sparring.core.errors import WrongUse
from sparring.data import open_dataset
from sparring.tasks.judging import judge_synthesizer
from sparring.tasks.sampling import sample_into

torch.set_num_threads(1)

TINY = {
    "networks": {"part": "wavenet", "depth": 3, "stacks": 1, "skips": 8, "levels": 16},
    "width": 4,
    "batch_size": 8,
    "alarms": False,
    "modality": "audio",
    "rate": 8000,
}
SAID = {"pitch": ["low", "high"] * 30, "loud": [True, True, False] * 20}


def beeps(n=60, length=48):
    pitch = np.where(np.arange(n) % 2, 1000.0, 250.0)
    phase = np.random.default_rng(0).uniform(0, 2 * np.pi, n)
    loud = np.where(np.arange(n) % 3 < 2, 0.9, 0.2)
    time = np.arange(length) / 8000
    waves = np.sin(2 * np.pi * pitch[:, None] * time + phase[:, None])
    return (loud[:, None] * waves).astype(np.float32)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    run = tmp_path_factory.mktemp("runs") / "beeps"
    return Synthesizer(steps=40, run=run, heldout=0.4, **TINY).fit(beeps(), SAID), run


def test_sounds_play_wavenet_and_are_drawn_as_asked(fitted):
    model, _ = fitted
    assert model.spec_.game == "wavenet"
    waves = model.sample(4, {"pitch": "high", "loud": True}, seed=0)
    assert (waves.shape, waves.dtype) == ((4, 48), np.float32)
    assert float(np.abs(waves).max()) <= 1
    np.testing.assert_array_equal(waves, model.sample(4, {"pitch": "high", "loud": True}, seed=0))


def test_a_run_holds_sounds_over_time(fitted):
    _, run = fitted
    names = sorted(path.name for path in (run / "samples").iterdir())
    assert names == ["step-00000040.png", "step-00000040.wav"]
    rate, samples = wavfile.read(run / "samples" / names[1])
    assert (rate, len(samples)) == (8000, 8 * (48 + 2000))


def test_a_loaded_model_writes_sounds(fitted, tmp_path):
    model = Synthesizer.load(fitted[1])
    sample_into(model, 3, tmp_path / "made.zip", {"pitch": "low"}, seed=1)
    with zipfile.ZipFile(tmp_path / "made.zip") as archive:
        assert len(archive.namelist()) == 3
    sample_into(model, 3, tmp_path / "made", seed=1)
    assert len(list((tmp_path / "made").glob("*.wav"))) == 3


def test_a_sound_goes_on_from_where_it_ends(fitted):
    model, _ = fitted
    x, known = beeps(2), np.arange(48) < 24
    made = model.complete(x, known, {"pitch": ["low", "high"], "loud": [True, True]}, seed=0)
    np.testing.assert_array_equal(made[:, :24], x[:, :24])
    assert (made[:, 24:] != x[:, 24:]).any()


def test_a_report_says_nats_a_sample_beside_simple_laws(fitted):
    model, _ = fitted
    dataset = open_dataset(
        beeps(), labels=SAID, modality="audio", rate=8000, heldout=0.4, seed=model.seed
    )
    judgement = judge_synthesizer(model, dataset)
    figure = judgement["nats_per_sample"]
    held = [{key: said[key] for key in SAID} for said in dataset.condition.tell(dataset.heldout.y)]
    told = {key: [said[key] for said in held] for key in SAID}
    whole = -model.log_prob(dataset.unseen(), told).mean() / 48
    assert figure.value == pytest.approx(whole, rel=1e-4)
    assert {mark.name for mark in figure.floors} == {
        "bag of levels",
        "linear prediction from 5 samples",
        "linear prediction from 16 samples",
        "linear prediction from 5 samples, its spread adapting",
    }
    bag = next(mark for mark in figure.floors if mark.name == "bag of levels")
    # No law of 16 levels that knows how often each comes is worse than an even one.
    assert bag.value < np.log(16) + 0.05
    assert "<audio controls" in judgement.exhibits[0].markup


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda m: m.sample(2, truncation=0.0), "temperature must be a number above 0"),
        (lambda m: m.sample(2, {"pitch": "shrill"}), "can't be 'shrill'"),
        (lambda m: m.log_prob(beeps(2, 40), SAID), r"must have shape \(n, 48\)"),
        (lambda m: Synthesizer("pixelcnn", modality="audio", rate=8000).fit(beeps()), "image data"),
        (lambda m: Synthesizer("wavenet").fit("digits"), "plays with audio data alone"),
        (lambda m: Synthesizer(length=0, **TINY).fit(beeps()), "length must be a whole number"),
    ],
)
def test_wrong_use_is_refused(fitted, act, said):
    with pytest.raises(WrongUse, match=said):
        act(fitted[0])
