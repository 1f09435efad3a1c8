"""Pictures of two levels."""

import numpy as np
import pytest
import torch

from sparring.core.errors import WrongUse
from sparring.data import Batches, open_dataset
from sparring.data.restoring import modality_from


@pytest.fixture
def grey():
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (60, 8, 8), dtype=np.uint8)


def seen(dataset, part="train"):
    source = getattr(dataset, part)
    return source[torch.arange(len(source))]["x"]


@pytest.mark.parametrize("how", ["dynamic", "static", "half"])
def test_pixels_are_of_two_levels(grey, how):
    dataset = open_dataset(grey, binarise=how)
    for part in ("train", "heldout"):
        assert set(seen(dataset, part).unique().tolist()) == {-1.0, 1.0}
    assert set(np.unique(dataset.real(5))) == {0, 255}
    assert dataset.modality.binary


def test_dynamic_ones_are_drawn_anew_with_their_level_as_the_chance():
    levels = np.full((20, 8, 8), 51, np.uint8)  # a fifth of white
    dataset = open_dataset(levels, binarise="dynamic")
    many = torch.stack([seen(dataset) for _ in range(50)])
    assert not torch.equal(many[0], many[1])
    assert (many > 0).float().mean().item() == pytest.approx(0.2, abs=0.01)
    assert torch.equal(seen(dataset, "heldout"), seen(dataset, "heldout"))


def test_what_is_drawn_once_follows_from_the_seed(grey):
    one, same = (open_dataset(grey, binarise="static") for _ in range(2))
    assert torch.equal(seen(one), seen(same))
    assert torch.equal(seen(one), seen(one))
    other = open_dataset(grey, binarise="static", seed=1)
    assert not torch.equal(
        seen(other).sum((1, 2, 3)).sort().values, seen(one).sum((1, 2, 3)).sort().values
    )


def test_held_out_pictures_are_alike_however_the_others_are_drawn(grey):
    static, dynamic = (open_dataset(grey, binarise=how) for how in ("static", "dynamic"))
    assert torch.equal(seen(static, "heldout"), seen(dynamic, "heldout"))


def test_half_cuts_at_the_middle():
    levels = np.tile(np.array([0, 127, 128, 255] * 16, np.uint8).reshape(8, 8), (12, 1, 1))
    x = seen(open_dataset(levels, binarise="half"))
    assert x[0, 0, 0, :4].tolist() == [-1.0, -1.0, 1.0, 1.0]


def test_labels_stay_with_their_pictures(grey):
    y = np.arange(60) % 3
    dataset = open_dataset(grey, labels=y, binarise="dynamic")
    plain = open_dataset(grey, labels=y)
    rows = torch.arange(len(plain.train))
    assert torch.equal(dataset.train[rows]["y"], plain.train[rows]["y"])
    assert torch.equal(dataset.heldout[rows[:6]]["y"], plain.heldout[rows[:6]]["y"])
    assert "y" in next(Batches(dataset.train, 4))


def test_the_modality_is_kept_with_the_model(grey):
    modality = open_dataset(grey, binarise="half").modality
    again = modality_from(modality.describe())
    assert (again.tones, again.binary) == (2, True)
    assert again.shape == modality.shape
    assert set(np.unique(again.decode(torch.tensor([[[[-0.1, 0.1]]]])))) == {0, 255}


@pytest.mark.parametrize(
    ("data", "how", "said"),
    [
        (np.zeros((20, 8, 8), np.uint8), "soft", "binarise must be one of dynamic, static, half"),
        (np.zeros((20, 8, 8, 3), np.uint8), "half", "holds pictures in colour: leave it out"),
        (np.arange(60.0).reshape(20, 3), "half", "holds (table|matrix) data: leave it out"),
    ],
)
def test_what_cannot_be_binary_is_refused(data, how, said):
    with pytest.raises(WrongUse, match=said):
        open_dataset(data, binarise=how)
