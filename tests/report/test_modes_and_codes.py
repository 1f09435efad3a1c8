"""What a report says of stacked digits and of codes."""

from types import SimpleNamespace

import numpy as np
import pytest

from sparring.core.errors import WrongUse
from sparring.data import open_dataset
from sparring.data.stacked import Stacked
from sparring.report import codes as coding
from sparring.report import stacked as stacking
from sparring.report.judging import judge
from sparring.report.kinds import kinds
from sparring.report.measures import Sample


class Classifier:
    """Takes the level of a flat picture for its digit; is right on all but some."""

    def __init__(self, wrong=0.0):
        self.wrong = wrong

    def predict(self, x):
        found = np.asarray(x)[:, 0, 0].astype(int)
        found[: round(self.wrong * len(found))] += 1
        return found

    def probabilities(self, x):
        return 0.92 * np.eye(10)[np.asarray(x)[:, 0, 0]] + 0.008


def digits(n=1000):
    labels = np.arange(n) % 10
    flat = np.broadcast_to(labels[:, None, None].astype(np.uint8), (n, 8, 8)).copy()
    return Stacked(flat, labels, np.zeros((3, 3), dtype=np.int64))


@pytest.fixture
def classifier(monkeypatch):
    def use(found):
        trained = SimpleNamespace(on=lambda *a, **k: found)
        monkeypatch.setattr(stacking, "Trained", trained)

    return use


def test_kinds_of_stacked_digits_are_figures(classifier):
    classifier(Classifier())
    measure = stacking.stacked(digits(), digits(), None)
    pictures = np.zeros((4, 8, 8, 3), np.uint8)
    pictures[2:, :, :, 0] = 3
    found = measure.value(None, Sample(pictures, np.asarray))
    assert found["stacked_modes"] == 2
    assert found["stacked_kl"] == pytest.approx(np.log(500))
    assert found["stacked_sureness"] == pytest.approx(0.928)


def test_a_classifier_that_errs_too_often_says_nothing(classifier):
    classifier(Classifier(wrong=0.02))
    measure = stacking.stacked(digits(), digits(), None)
    with pytest.raises(WrongUse, match=r"right on 99% of those that it hasn't seen, and is on 98"):
        measure.value(None, Sample(np.zeros((4, 8, 8, 3), np.uint8), np.asarray))


class Told:
    """A classifier that is right on nine of ten."""

    def predict(self, items):
        found = known(items)
        found[::10] += 1
        return found


def known(items):
    return np.asarray(items)[:, 0, 0] % 10


@pytest.fixture
def told(monkeypatch):
    monkeypatch.setattr(coding, "Trained", SimpleNamespace(on=lambda *a, **k: Told()))


@pytest.mark.usefixtures("told")
def test_codes_that_are_the_classes_find_them_all():
    items = np.random.default_rng(0).integers(0, 250, (200, 2, 2))
    held = Sample(items, np.asarray, known(items))
    round = SimpleNamespace(heldout=held, pool=SimpleNamespace(sample=held), seed=0)
    measure = coding.codes_of(lambda x: (known(x) + 3) % 10, None)
    assert measure.value(round, measure.generated(round)) == {"code_match": 1.0}
    ((name, shuffled),) = measure.floors(round).items()
    assert name == "the same codes, shuffled"
    assert measure.value(round, shuffled)["code_match"] < 0.4
    name, best = measure.ceiling(round)
    assert name == "a classifier that was told the classes"
    assert measure.value(round, best)["code_match"] == pytest.approx(0.9)


@pytest.mark.usefixtures("told")
def test_a_report_asks_for_codes_where_these_are_among_its_measures():
    dataset = open_dataset("digits")
    report = judge(
        dataset,
        lambda n, seed: dataset.unseen(n, seed),
        more=[coding.codes_of(lambda x: np.zeros(len(x)), None)],
        n=20,
        features=lambda x: np.asarray(x).reshape(len(x), -1),
    )
    assert report["code_match"].value < 0.4
    assert report["code_match"].generated == 20


def test_all_these_figures_are_listed():
    names = {kind.name for kind in kinds()}
    assert {kind.name for kind in (*stacking.KINDS, *coding.KINDS)} <= names
