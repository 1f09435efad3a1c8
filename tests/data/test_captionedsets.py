import os
from pathlib import Path

import numpy as np
import pytest
import torch

from sparring.data import open_dataset
from sparring.data.captionedsets import AGES
from sparring.data.shapes import Scene

FOLDER = Path(os.environ.get("SPARRING_DATA", "/nowhere")) / "images"


def needs(name):
    return pytest.mark.skipif(not (FOLDER / name).is_file(), reason=f"{name} is not here")


@pytest.fixture(scope="module")
def shapes():
    return open_dataset("shapes")


def test_shapes_are_made_on_the_spot(shapes):
    assert (len(shapes.train), len(shapes.heldout)) == (13998, 1554)
    assert shapes.modality.shape == (3, 32, 32)
    assert shapes.condition.words == 9


def test_held_out_shapes_are_combinations_that_are_never_trained_on(shapes):
    trained, held_out = (
        {Scene.from_caption(text) for (text,) in part.y.groups}
        for part in (shapes.train, shapes.heldout)
    )
    assert (len(trained), len(held_out)) == (2333, 259)
    assert not trained & held_out
    # Every part of what is held out is trained on in another company.
    for name in Scene.__dataclass_fields__:
        values = {getattr(scene, name) for scene in held_out}
        assert values == {getattr(scene, name) for scene in trained}


def test_shapes_are_the_same_every_time(shapes):
    again = open_dataset("shapes", seed=5)
    wanted = torch.arange(0, 13998, 700)
    # Its source alone: captions would be read.
    parts = (dataset.train.source[wanted]["x"] for dataset in (again, shapes))
    assert torch.equal(*parts)


@needs("utkface_64_jpegpack.npz")
def test_faces_have_two_attributes():
    faces = open_dataset("utkface")
    gender, age = faces.condition.attributes
    assert gender.values == ("female", "male")
    assert age.values == tuple(name for name, _ in AGES)
    assert faces.modality.shape == (3, 64, 64)
    assert len(faces.train) + len(faces.heldout) == 4500
    assert "non-commercial" in faces.licence
    whole = torch.cat([faces.train.y, faces.heldout.y])
    with np.load(FOLDER / "utkface_64_jpegpack.npz") as pack:
        assert int(whole[:, 0].sum()) == int((pack["gender"] == 1).sum())
        limits = ((0, 13), (13, 20), (20, 40), (40, 60), (60, 200))
        counts = [int(((pack["age"] >= a) & (pack["age"] < b)).sum()) for a, b in limits]
    assert whole[:, 2:].sum(0).tolist() == counts
    assert len(faces.condition.rows()) == 10


@needs("twemoji_64_captions.npz")
def test_emoji_have_a_caption_each():
    emoji = open_dataset("twemoji")
    assert emoji.modality.shape == (3, 64, 64)
    with np.load(FOLDER / "twemoji_64_captions.npz") as held:
        known = {x.tobytes(): str(text) for x, text in zip(held["x"], held["caption"], strict=True)}
    levels = emoji.modality.decode(emoji.train.source[torch.arange(100)]["x"])
    for x, (text,) in zip(levels, emoji.train.y.groups[:100], strict=True):
        assert known[x.tobytes()] == text


@needs("coco_mini_captions_64.npz")
def test_photographs_have_five_captions_each():
    photos = open_dataset("coco-mini")
    assert (len(photos.train), len(photos.heldout)) == (80, 79)
    assert {len(group) for group in photos.train.y.groups} == {5}
