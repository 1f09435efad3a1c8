"""Attributes in a report: those that were asked for are seen, others aren't."""

import numpy as np
import pandas as pd
import pytest

from sparring.data import open_dataset
from sparring.report import judge


def pictures(light, n):
    """Dark and light pictures with a little noise."""
    noise = np.random.default_rng(n).integers(0, 60, (n, 8, 8))
    return (noise + 150 * np.asarray(light, dtype=int)[:, None, None]).astype(np.uint8)


@pytest.fixture(scope="module")
def dataset():
    random = np.random.default_rng(0)
    light, tall = random.random(300) < 0.5, random.random(300) < 0.5
    # Whether a picture is tall can't be seen.
    return open_dataset(pictures(light, 300), labels=pd.DataFrame({"light": light, "tall": tall}))


@pytest.mark.parametrize(("heeds", "low", "high"), [(True, 0.98, 1.0), (False, 0.3, 0.7)])
def test_what_was_asked_for_is_seen(dataset, heeds, low, high):
    def labelled(n, seed):
        y = (np.random.default_rng(seed).random((n, 2)) < 0.5).astype(np.float32)
        light = y[:, 0] if heeds else np.random.default_rng(seed + 1).random(n) < 0.5
        return pictures(light, n), y

    judged = judge(
        dataset, lambda n, seed: labelled(n, seed)[0], labelled=labelled, features="identity", n=30
    )
    figures = {figure.name: figure for figure in judged}
    assert low <= figures["light_accuracy"].value <= high
    assert figures["light_accuracy"].ceiling.value == 1
    assert figures["tall_accuracy"].ceiling.value < 0.8
