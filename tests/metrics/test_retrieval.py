"""R-precision is 1 for perfect pictures and the share of one in ten for random ones."""

import numpy as np
import pytest
import torch

from sparring.core import Failure, WrongUse
from sparring.metrics.retrieval import Matcher, Pairing, Settings, Towers, r_precision

torch.set_num_threads(1)


def sphere(n, d=16, seed=0):
    points = np.random.default_rng(seed).normal(size=(n, d))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def test_pictures_that_lie_on_their_own_texts_are_always_right():
    texts = sphere(30)
    own = np.arange(200) % 30
    assert r_precision(texts[own], texts, own) == 1.0


def test_random_pictures_are_right_once_in_ten():
    texts = sphere(300)
    own = np.random.default_rng(1).integers(300, size=5_000)
    assert r_precision(sphere(5_000, seed=2), texts, own) == pytest.approx(0.1, abs=0.02)


def test_pictures_all_alike_are_right_once_in_ten():
    texts = sphere(300)
    own = np.random.default_rng(1).integers(300, size=5_000)
    assert r_precision(np.repeat(sphere(1), 5_000, 0), texts, own) == pytest.approx(0.1, abs=0.02)


def test_pictures_opposite_to_their_texts_are_never_right():
    texts = sphere(30)
    assert r_precision(-texts, texts, np.arange(30)) == 0.0


def test_the_nearest_of_all_by_hand():
    texts = np.eye(3)
    pictures = np.array([[0.9, 0.1, 0.0], [0.9, 0.1, 0.0], [0.0, 0.1, 0.9], [0.0, 0.1, 0.9]])
    assert r_precision(pictures, texts, [0, 1, 2, 1], wrong=2) == 0.5


def test_equally_near_texts_share():
    assert r_precision(np.zeros((5, 2)), np.zeros((10, 2)), np.arange(5)) == pytest.approx(0.1)


def test_there_must_be_enough_other_texts():
    with pytest.raises(WrongUse, match="more than 9 different captions, got 9"):
        r_precision(sphere(9), sphere(9), np.arange(9))


WORDS = [f"word {number}" for number in range(12)]


def read(texts):
    """One-hot; the last is the encoder's own."""
    return np.eye(12)[[WORDS.index(text) for text in texts]]


def pictures(n=240, seed=0):
    """Each text has a bright line in a place of its own."""
    random = np.random.default_rng(seed)
    made = random.integers(0, 60, (n, 12, 12, 3)).astype(np.uint8)
    numbers = np.arange(n) % 12
    made[np.arange(n), numbers] = 250
    return made, [WORDS[number] for number in numbers]


QUICK = Settings(steps=60, batch_size=48, width=8, dropout=0.0, heldout=0.0)


@pytest.fixture(scope="module")
def matcher():
    return Matcher.on(*pictures(), read, QUICK)


def test_it_learns_what_belongs_together(matcher):
    unseen = pictures(seed=1)
    assert matcher.r_precision(*unseen) > 0.9
    texts = np.roll(unseen[1], 1).tolist()
    assert matcher.r_precision(unseen[0], texts) < 0.2


def test_points_lie_on_a_sphere(matcher):
    made, texts = pictures(24)
    for points in (matcher.pictures(made), matcher.texts(texts)):
        assert points.shape == (24, 64)
        np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1, rtol=1e-5)


def test_it_is_fetched_as_it_was(tmp_path):
    made, texts = pictures()
    short = Settings(steps=3, width=4)
    first = Matcher.on(made, texts, read, short, cache=tmp_path)
    (kept,) = tmp_path.iterdir()
    again = Matcher.on(made, texts, read, short, cache=tmp_path)
    np.testing.assert_array_equal(first.pictures(made), again.pictures(made))
    assert np.array_equal(first.precision, again.precision, equal_nan=True)
    kept.write_bytes(b"damaged")
    with pytest.raises(Failure, match="is damaged; delete that file"):
        Matcher.on(made, texts, read, short, cache=tmp_path)


def test_other_texts_are_learnt_anew(tmp_path):
    made, texts = pictures()
    short = Settings(steps=1, width=4)
    Matcher.on(made, texts, read, short, cache=tmp_path)
    Matcher.on(made, np.roll(texts, 1).tolist(), read, short, cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_equal_texts_are_not_held_against_each_other():
    game = Pairing(Towers(1, 4, 2, 0.0, seed=0), steps=1)
    y = torch.tensor([[1.0, 0.0]]).repeat(4, 1)
    loss = game.loss({"x": torch.randn(4, 1, 16, 16), "y": y})["cross_entropy"]
    assert float(loss.detach()) == pytest.approx(0)


def test_every_picture_needs_a_text():
    with pytest.raises(WrongUse, match="240 pictures and 239 texts"):
        Matcher.on(pictures()[0], pictures()[1][:-1], read, QUICK)
