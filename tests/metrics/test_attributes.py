"""Attributes are read off pictures, each by itself."""

import numpy as np
import pytest
import torch

from sparring.core import Failure, WrongUse
from sparring.metrics.attributes import Reader, Settings

torch.set_num_threads(1)


def pictures(n=240, seed=0):
    """Dark or light, with a bar at the top or at the bottom."""
    random = np.random.default_rng(seed)
    light, top = random.integers(2, size=n).astype(bool), random.integers(2, size=n).astype(bool)
    made = random.integers(0, 50, (n, 16, 16)) + 120 * light[:, None, None]
    made[top, :4] = 255
    made[~top, -4:] = 255
    known = {"ground": np.where(light, "light", "dark"), "bar": np.where(top, "top", "bottom")}
    return made.astype(np.uint8), {name: values.tolist() for name, values in known.items()}


@pytest.fixture(scope="module")
def reader():
    return Reader.on(*pictures(), Settings(steps=60, batch_size=48, width=8))


def test_each_attribute_is_read(reader):
    assert min(reader.accuracies(*pictures(seed=1)).values()) > 0.95


def test_one_attribute_asked_for_wrongly_leaves_the_other(reader):
    made, known = pictures(seed=1)
    other = {"light": "dark", "dark": "light"}
    asked = {**known, "ground": [other[value] for value in known["ground"]]}
    found = reader.accuracies(made, asked)
    assert found["ground"] < 0.05
    assert found["bar"] > 0.95


def test_what_it_never_saw_is_never_read(reader):
    made = pictures(10)[0]
    assert reader.accuracies(made, {"bar": ["left"] * 10}) == {"bar": 0.0}


def test_it_is_fetched_as_it_was(tmp_path):
    made, known = pictures()
    short = Settings(steps=3, width=4)
    first = Reader.on(made, known, short, cache=tmp_path)
    (kept,) = tmp_path.iterdir()
    assert Reader.on(made, known, short, cache=tmp_path).read(made) == first.read(made)
    kept.write_bytes(b"damaged")
    with pytest.raises(Failure, match="is damaged; delete that file"):
        Reader.on(made, known, short, cache=tmp_path)


def test_every_picture_needs_every_value(reader):
    made, known = pictures()
    with pytest.raises(WrongUse, match="one value each"):
        Reader.on(made, {**known, "bar": known["bar"][1:]})
    with pytest.raises(WrongUse, match="one value each"):
        reader.accuracies(made, {"bar": ["top"]})
