"""Captioned pictures in a report: captions are found again in what was made of them."""

import functools
import itertools

import numpy as np
import pytest
import torch

from sparring.data import Dataset, Image, InMemory
from sparring.data.conditions import Texts
from sparring.data.conditions.sources import WithCaptions
from sparring.data.shapes import scenes
from sparring.metrics import retrieval
from sparring.report import judge
from sparring.report.captions import captioned, captions_of

torch.set_num_threads(1)

PLACES = [f"{down} {across}" for down, across in itertools.product("abcdef", "uvwxyz")]


class Letters:
    """A text is its letters, one-hot; nothing is said of words."""

    name, size = "letters", 12

    def __call__(self, texts):
        known = "abcdefuvwxyz"
        said = torch.tensor([[float(letter in text) for letter in known] for text in texts])
        return said, torch.zeros(len(texts), 0, self.size)


def paint(texts, seed):
    """A bright spot where the text says: a to f down, u to z across."""
    made = np.random.default_rng(seed).integers(0, 60, (len(texts), 12, 12)).astype(np.uint8)
    for picture, text in zip(made, texts, strict=True):
        down, across = 2 * "abcdef".index(text[0]), 2 * "uvwxyz".index(text[2])
        picture[down : down + 2, across : across + 2] = 255
    return made


def dataset(train, held):
    image, texts = Image(12, 1), Texts(Letters()).seen(train)
    parts = [
        WithCaptions(InMemory(image.encode(paint(part, seed))), texts.encode(part))
        for seed, part in enumerate((train, held))
    ]
    return Dataset("spots", image, *parts, condition=texts)


@pytest.fixture(scope="module")
def spots():
    some = np.random.default_rng(0).permutation(PLACES)[:12].tolist()
    return dataset(some * 20, some * 4)


def precision(data, made, cache):
    found = judge(
        data,
        lambda n, seed: made(PLACES[:1] * n, seed),
        more=captions_of(data, made, cache),
        features="identity",
    )
    return next(figure for figure in found if figure.name == "r_precision")


def test_a_generator_that_heeds_captions_is_told_from_one_that_does_not(
    spots, tmp_path, monkeypatch
):
    quick = functools.partial(retrieval.Settings, steps=100, batch_size=48, width=8, heldout=0.0)
    monkeypatch.setattr(retrieval, "Settings", quick)
    heeds = precision(spots, paint, tmp_path)
    others = np.roll(PLACES, 1).tolist()
    heedless = precision(
        spots,
        lambda texts, seed: paint([others[PLACES.index(text)] for text in texts], seed),
        tmp_path,
    )
    assert heeds.value > 0.9
    assert heeds.ceiling.value > 0.9
    assert heedless.value < 0.5
    assert heeds.floor.value < 0.5


def test_attributes_are_read_where_every_caption_is_a_drawn_scene(spots):
    assert [measure.kinds[0].name for measure in captions_of(spots, paint, None)] == ["r_precision"]
    texts = [scene.caption for scene in scenes()[:40]]
    drawn = Dataset(
        "drawn", Image(12, 1),
        *[WithCaptions(InMemory(torch.zeros(40, 1, 12, 12)), spots.condition.encode(texts))] * 2,
        condition=spots.condition,
    )  # fmt: skip
    names = [kind.name for measure in captions_of(drawn, paint, None) for kind in measure.kinds]
    assert names[:4] == ["r_precision", "attribute_colour", "attribute_shape", "attribute_number"]


def test_only_pictures_with_texts_are_captioned(spots):
    assert captioned(spots)
    plain = InMemory(torch.zeros(40, 1, 12, 12))
    assert not captioned(Dataset("plain", Image(12, 1), plain, plain))
