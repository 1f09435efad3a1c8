"""Outliers: the promise of the threshold, and what detectors see."""

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone

from sparring import Detector, Synthesizer
from sparring.core.errors import WrongUse
from sparring.tasks.detector import threshold
from sparring.tasks.outlier_scores import (
    CodeLength,
    Likelihood,
    LikelihoodRatio,
    Score,
    Typicality,
)

torch.set_num_threads(1)

QUICK = {"alarms": False, "previews": False}


def pairs(rows, seed=0):
    """Two columns that agree nine times in ten, and one that nothing hangs on."""
    random = np.random.default_rng(seed)
    first = random.choice(["a", "b", "c"], rows)
    second = np.where(random.random(rows) < 0.9, first, random.choice(["a", "b", "c"], rows))
    return pd.DataFrame({"first": first, "second": second, "other": random.normal(size=rows)})


@pytest.fixture(scope="module")
def nade():
    return Synthesizer("nade", steps=150, width=8, rules=False, **QUICK).fit(pairs(600))


@pytest.mark.parametrize(("m", "contamination"), [(9, 0.1), (20, 0.1), (99, 0.05), (7, 0.5)])
def test_of_new_items_exactly_k_of_m_plus_1_are_flagged(m, contamination):
    k = int(contamination * (m + 1) + 1e-9)
    random = np.random.default_rng(0)
    draws = 20_000
    flagged = 0
    for scores in random.standard_cauchy((draws, m + 1)):
        flagged += scores[0] < threshold(scores[1:], contamination)
    chance = k / (m + 1)
    assert chance <= contamination
    assert flagged / draws == pytest.approx(chance, abs=4 * (chance * (1 - chance) / draws) ** 0.5)


def test_ties_flag_fewer_never_more():
    random = np.random.default_rng(0)
    rolls = random.integers(0, 3, (20_000, 20))
    flagged = [one[0] < threshold(one[1:], 0.2) for one in rolls]
    assert np.mean(flagged) < 0.2


@pytest.mark.parametrize(
    ("m", "contamination", "least"), [(8, 0.1, 9), (18, 0.05, 19), (0, 0.5, 1)]
)
def test_too_few_items_to_flag_any_are_refused(m, contamination, least):
    with pytest.raises(WrongUse, match=f"at least {least} items to set the threshold on, got {m}"):
        threshold(np.zeros(m), contamination)
    assert threshold(np.arange(float(least)), contamination) == 0


def test_rows_of_a_known_kind_pass_and_broken_ones_do_not(nade):
    detector = Detector(nade, contamination=0.1).fit(pairs(400, seed=1))
    assert (detector.predict(pairs(1000, seed=2)) == -1).mean() == pytest.approx(0.1, abs=0.07)
    broken = pairs(300, seed=3).assign(first="a", second="c")
    assert (detector.predict(broken) == -1).mean() > 0.8


def test_the_promise_holds_whatever_the_model_is_worth():
    """A model that was hardly trained flags no more than it may, as a mean over fits."""
    model = Synthesizer("nade", steps=2, width=8, rules=False, **QUICK).fit(pairs(100))
    new = pairs(2000, seed=50)
    rates = [
        (Detector(model, contamination=0.2, seed=seed).fit(pairs(58, seed)).predict(new) == -1)
        .mean()
        for seed in range(100, 140)
    ]  # fmt: skip
    # 29 items set the threshold: k = 6, of 30 a fifth, scattered as Beta(6, 24), deviation .072.
    assert np.mean(rates) == pytest.approx(0.2, abs=4 * 0.072 / 40**0.5)


def test_a_model_is_trained_on_what_does_not_set_the_threshold():
    seen = []

    class Keeping(Score):
        def fit(self, model, heldout):
            seen.append(heldout)
            return super().fit(model, heldout)

        def score(self, X):
            seen.append(X)
            return self.model_.log_prob(X)

    settings = Synthesizer("nade", steps=2, width=8, **QUICK)
    x = pairs(200).assign(number=np.arange(200) + 0.5)
    detector = Detector(settings, by=Keeping(), heldout=0.3, contamination=0.2).fit(x)
    learning, setting = (set(part["number"]) for part in seen)
    assert (len(learning), len(setting), learning & setting) == (30, 30, set())
    assert not hasattr(settings, "model_")
    assert detector.model_.n_features_in_ == detector.n_features_in_ == 4


def test_a_row_that_breaks_a_rule_is_seen():
    """Exact rules aren't taken out of what the density knows."""
    x = pairs(400)
    x["second"] = x["first"]
    detector = Detector(Synthesizer("nade", steps=200, width=8, **QUICK)).fit(x)
    assert detector.predict(x.assign(first="a", second="b")).max() == -1


@pytest.fixture(scope="module")
def stripes():
    """Noisy pictures of stripes, and plain ones, which are simpler."""
    random = np.random.default_rng(0)
    rows = np.where(np.arange(8) % 2, 60, 190)[None, :, None]
    x = (rows + random.integers(-50, 51, (500, 8, 8))).astype(np.uint8)
    plain = np.full((50, 8, 8), 120, np.uint8) + random.integers(0, 8, (50, 1, 1), dtype=np.uint8)
    model = Synthesizer("pixelcnn", steps=150, width=8, batch_size=32, **QUICK).fit(x[:300])
    return model, x[300:], plain


def test_likelihood_falls_into_the_trap_of_plain_pictures_and_the_others_do_not(stripes):
    model, x, plain = stripes
    flagged = {}
    for by in (Likelihood(), Typicality(), LikelihoodRatio(CodeLength())):
        detector = Detector(model, by=by).fit(x)
        flagged[type(by).__name__] = (detector.predict(plain) == -1).mean()
    assert flagged["Likelihood"] < 0.1
    assert flagged["Typicality"] > 0.9
    assert flagged["LikelihoodRatio"] > 0.9


def test_pictures_are_scored_beside_their_code_length_unless_told_otherwise(stripes, nade):
    model, x, _ = stripes
    by = Detector(model).fit(x).by_
    assert isinstance(by, LikelihoodRatio)
    assert isinstance(by.background, CodeLength)
    assert isinstance(Detector(nade).fit(pairs(100)).by_, Likelihood)


def test_scores_of_models_that_estimate_are_the_same_each_time():
    x = np.random.default_rng(0).integers(0, 256, (60, 8, 8), dtype=np.uint8)
    settings = Synthesizer("vae", steps=2, width=8, latent=2, options={"draws": 2}, **QUICK)
    detector = Detector(settings, contamination=0.5).fit(x)
    assert (detector.score_samples(x) == detector.score_samples(x)).all()


def test_what_is_cloned_forgets_what_was_learnt(nade):
    detector = Detector(nade, by=Typicality(), contamination=0.2).fit(pairs(100))
    again = clone(detector)
    assert (again.contamination, type(again.by)) == (0.2, Typicality)
    assert not hasattr(again, "offset_")
    assert not hasattr(again.model, "model_")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"model": "nade"}, "model of Detector must be a Synthesizer, got str"),
        ({"model": Synthesizer("r3gan")}, "game 'r3gan' doesn't know how probable an item is"),
        ({"model": Synthesizer(modality="points")}, "no game knows how probable .* points data"),
        ({"contamination": 0}, "contamination must be a number above 0 and at most 0.5, got 0"),
        ({"contamination": 0.6}, "contamination must be a number above 0 and at most 0.5, got 0.6"),
        ({"heldout": 1.0}, "heldout must be a number above 0 and below 1, got 1.0"),
        ({"by": "typicality"}, "by of Detector must be a score such as Typicality"),
        ({"seed": -1}, "seed must be a whole number of at least 0, got -1"),
    ],
)
def test_settings_out_of_range_are_refused_before_anything_is_trained(settings, said):
    with pytest.raises(WrongUse, match=said):
        Detector(**settings).fit(np.random.default_rng(0).normal(size=(50, 3)))


def test_models_without_density_and_with_conditions_are_refused(images, labels):
    tiny = {"steps": 2, "width": 8, "batch_size": 8, **QUICK}
    with pytest.raises(WrongUse, match="'gan' doesn't know how probable"):
        Detector(Synthesizer("gan", networks="mlp", **tiny).fit(images)).fit(images)
    asked = Synthesizer("pixelcnn", **tiny).fit(images, labels)
    with pytest.raises(WrongUse, match="without conditions; fit it with conditional=False"):
        Detector(asked).fit(images)


@pytest.mark.parametrize(
    ("items", "said"),
    [
        (pairs(5)[["first", "second"]], "X has 2 features, but Detector is expecting 3 features"),
        (np.zeros(3), "Reshape your data"),
        ("rows.csv", "must be items of shape .*, got str"),
    ],
)
def test_items_of_another_shape_are_refused(nade, items, said):
    detector = Detector(nade).fit(pairs(100))
    with pytest.raises(WrongUse, match=said):
        detector.predict(items)
