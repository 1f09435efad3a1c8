"""Labels of which some are missing."""

import numpy as np
import pandas as pd
import pytest

from sparring import Synthesizer
from sparring.core.errors import WrongUse
from sparring.data import open_dataset

TINY = {"steps": 2, "batch_size": 8, "width": 4, "alarms": False}


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 255, (60, 16, 16)).astype(np.uint8)


@pytest.mark.parametrize(
    "labels",
    [
        [None, "cat", "dog"] * 20,
        [np.nan, 0.0, 1.0] * 20,
        pd.Series([None, 0, 1] * 20, dtype="Int64").to_numpy(dtype=object, na_value=None),
    ],
    ids=["texts", "numbers", "objects"],
)
def test_what_is_missing_is_unlabelled_and_learnt_from(images, labels):
    dataset = open_dataset(images, labels=labels)
    assert len(dataset.classes) == 2
    assert int((dataset.train.y < 0).sum()) == 20
    assert int((dataset.heldout.y < 0).sum()) == 0
    assert len(dataset.train) + len(dataset.heldout) == 60


def test_few_labels_choose_the_game_that_can_use_them(images):
    fitted = Synthesizer(**TINY).fit(images, [None, "cat", "dog"] * 20)
    assert fitted.spec_.game == "s3gan"
    assert fitted.sample(2, {"class": "dog"}).shape == (2, 16, 16)


def test_other_games_refuse_them(images):
    labels = [None, "cat", "dog"] * 20
    with pytest.raises(WrongUse, match="needs every label, and some are missing; use game='s3gan'"):
        Synthesizer("r3gan", **TINY).fit(images, labels)
    free = Synthesizer("r3gan", conditional=False, **TINY).fit(images, labels)
    assert free.sample(1).shape == (1, 16, 16)
