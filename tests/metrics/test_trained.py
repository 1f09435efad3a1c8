"""Features that are trained on the data: they learn, they are kept, they are the same again."""

import time

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from sparring.core.errors import Failure, WrongUse
from sparring.metrics import trained as room
from sparring.metrics.frechet import frechet_distance
from sparring.metrics.neighbours import nearest
from sparring.metrics.recognition import Recogniser, Recognition, Shuffled
from sparring.metrics.trained import Settings, Trained

DIGITS = load_digits()
IMAGES = (DIGITS.images * 15.9).astype(np.uint8)
QUICK = Settings(steps=150, batch_size=64, width=8)


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    return cache, Trained.on(IMAGES[:1500], DIGITS.target[:1500], cache=cache, settings=QUICK)


def test_it_recognises_digits_that_it_has_not_seen(labelled):
    _, features = labelled
    found = (features.predict(IMAGES[1500:]) == DIGITS.target[1500:]).mean()
    assert found > 0.85
    # The accuracy that it reports is of images that it didn't learn from.
    assert features.accuracy == pytest.approx(found, abs=0.12)
    assert f"{features.accuracy:.1%}" in features.describe()
    assert "10 labels" in features.describe()


def test_probabilities_sum_to_one(labelled):
    chances = labelled[1].probabilities(IMAGES[:20])
    assert chances.shape == (20, 10)
    np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-5)


def test_controls_are_in_order(labelled):
    _, features = labelled
    real, heldout = features(IMAGES[:900]), features(IMAGES[900:])
    noise = np.random.default_rng(0).integers(0, 256, (900, 8, 8), dtype=np.uint8)
    ceiling, floor = frechet_distance(real, heldout), frechet_distance(real, features(noise))
    one_class = frechet_distance(real, features(IMAGES[900:][DIGITS.target[900:] == 3]))
    assert ceiling * 3 < one_class
    assert ceiling * 3 < floor


class TestTheCache:
    def test_what_was_trained_once_is_fetched(self, labelled, monkeypatch):
        cache, features = labelled
        monkeypatch.setattr(room, "recognise", lambda *a, **k: pytest.fail("trained again"))
        again = Trained.on(IMAGES[:1500], DIGITS.target[:1500], cache=cache, settings=QUICK)
        np.testing.assert_array_equal(again(IMAGES[:50]), features(IMAGES[:50]))
        np.testing.assert_array_equal(again.predict(IMAGES[:50]), features.predict(IMAGES[:50]))
        assert again.describe() == features.describe()

    @pytest.mark.parametrize("change", ["images", "labels", "settings"])
    def test_other_data_or_settings_have_another_key(self, change):
        images, labels, settings = IMAGES[:100].copy(), DIGITS.target[:100].copy(), QUICK
        key = room._key(images, labels, settings)
        if change == "images":
            images[0, 0, 0] += 1
        if change == "labels":
            labels[0] += 1
        if change == "settings":
            settings = Settings(steps=151, batch_size=64, width=8)
        assert room._key(images, labels, settings) != key

    def test_a_damaged_file_is_refused(self, tmp_path):
        file = tmp_path / f"{room._key(IMAGES[:50], None, QUICK)}.safetensors"
        file.write_bytes(b"nothing")
        with pytest.raises(Failure, match="are damaged; delete that file"):
            Trained.on(IMAGES[:50], cache=tmp_path, settings=QUICK)

    def test_nothing_half_written_is_left(self, labelled):
        assert [file.suffix for file in labelled[0].iterdir()] == [".safetensors"]


def test_without_labels_it_learns_cells_of_pixel_space():
    features = Trained.on(IMAGES[:800], settings=QUICK)
    assert "k-means cells" in features.describe()
    assert len(features.classes) <= 32
    assert features.accuracy > 0.3  # ten times chance
    # Classes that it was never told come apart: nearest neighbours share their digit.
    rows = features(IMAGES[:1600])
    _, twins = nearest(rows[800:], rows[:800])
    assert (DIGITS.target[twins] == DIGITS.target[800:1600]).mean() > 0.6


def test_the_same_seed_gives_the_same_features_and_leaves_randomness_alone():
    torch.manual_seed(5)
    wanted = torch.rand(1)
    torch.manual_seed(5)
    tiny = Settings(steps=5, batch_size=16, width=4)
    one = Trained.on(IMAGES[:60], DIGITS.target[:60], settings=tiny)(IMAGES[:5])
    two = Trained.on(IMAGES[:60], DIGITS.target[:60], settings=tiny)(IMAGES[:5])
    np.testing.assert_array_equal(one, two)
    assert torch.rand(1) == wanted


def test_colour_images_of_any_shape_and_words_as_labels():
    random = np.random.default_rng(1)
    dark = random.integers(0, 80, (20, 40, 50, 3), dtype=np.uint8)
    values = np.concatenate([dark, 255 - dark])
    words = ["night"] * 20 + ["day"] * 20
    features = Trained.on(values, words, settings=Settings(steps=30, batch_size=16, width=4))
    assert features(values).shape == (40, 128)
    assert features.predict(values[[0, -1]]).tolist() == ["night", "day"]


def test_refusals():
    with pytest.raises(WrongUse, match=r"images must be at least 20 .* got 5"):
        Trained.on(IMAGES[:5])
    with pytest.raises(WrongUse, match=r"labels must be 50 integers or words.*shape \(49,\)"):
        Trained.on(IMAGES[:50], DIGITS.target[:49])
    with pytest.raises(WrongUse, match="at least 2 different ones, got one"):
        Trained.on(IMAGES[:50], [1] * 50)


class TestTheGameOfOne:
    def test_it_is_a_proper_game(self):
        Recognition(Recogniser(1, 4, 3, seed=0)).check()

    def test_the_loss_of_equal_scores_is_the_log_of_the_classes(self):
        network = Recogniser(1, 4, 3, seed=0)
        torch.nn.init.zeros_(network.head.weight)
        torch.nn.init.zeros_(network.head.bias)
        batch = {"x": torch.rand(6, 1, 8, 8), "y": torch.arange(6) % 3}
        loss = Recognition(network).loss(batch)["cross_entropy"]
        assert loss.item() == pytest.approx(np.log(3), rel=1e-6)

    def test_batches_go_on_where_they_were(self):
        x = torch.arange(10)
        straight, stopped, resumed = (Shuffled(x, x, 3, seed=1) for _ in range(3))
        wanted = [next(straight)["x"].tolist() for _ in range(8)]
        for _ in range(4):
            next(stopped)
        resumed.load_state_dict(stopped.state_dict())
        assert [next(resumed)["x"].tolist() for _ in range(4)] == wanted[4:]
        assert wanted[0] != wanted[3]  # another order in the next epoch

    def test_an_epoch_repeats_nothing(self):
        x = torch.arange(12)
        batches = Shuffled(x, x, 4, seed=0)
        assert sorted(torch.cat([next(batches)["y"] for _ in range(3)]).tolist()) == list(range(12))


def test_ten_thousand_images_take_less_than_forty_seconds():
    random = np.random.default_rng(2)
    values = random.integers(0, 256, (10_000, 28, 28), dtype=np.uint8)
    share = 1 / 10
    start = time.process_time()
    Trained.on(
        values,
        random.integers(0, 10, 10_000),
        settings=Settings(steps=round(Settings.steps * share)),
    )
    assert time.process_time() - start < 40 * share
