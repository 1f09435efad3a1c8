"""Features of real items are computed once, and never taken for those of others."""

import numpy as np
import pytest

from sparring.core import Failure
from sparring.data import open_dataset
from sparring.metrics.features import Callables
from sparring.report import judge
from sparring.report.cache import cached_features


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (200, 8, 8)).astype(np.uint8)


def pixels(images):
    return images.reshape(len(images), -1)


def test_the_second_time_only_a_probe_is_computed(images, tmp_path):
    seen = []

    def counted(part):
        seen.append(len(part))
        return pixels(part)

    first = cached_features(Callables(counted), images, tmp_path)
    assert sum(seen) == 200 + 16
    seen.clear()
    second = cached_features(Callables(counted), images, tmp_path)
    assert sum(seen) == 16
    np.testing.assert_array_equal(first, second)


def test_other_features_of_the_same_name_are_computed_anew(images, tmp_path):
    first = cached_features(Callables(pixels, "mine"), images, tmp_path)
    twice = cached_features(Callables(lambda part: 2.0 * pixels(part), "mine"), images, tmp_path)
    np.testing.assert_array_equal(twice, 2 * first)


def test_other_items_are_computed_anew(images, tmp_path):
    cached_features(Callables(pixels), images, tmp_path)
    changed = images.copy()
    changed[-1, -1, -1] ^= 1
    found = cached_features(Callables(pixels), changed, tmp_path)
    np.testing.assert_array_equal(found, pixels(changed))


def test_what_is_kept_loses_no_digit(images, tmp_path):
    third = Callables(lambda part: pixels(part) / 3)
    for _ in range(2):
        np.testing.assert_array_equal(cached_features(third, images, tmp_path), pixels(images) / 3)


def test_a_damaged_file_is_refused_by_name(images, tmp_path):
    cached_features(Callables(pixels), images, tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(Failure, match=r"features kept in .*npz are damaged; delete that file"):
        cached_features(Callables(pixels), images, tmp_path)


def test_a_report_computes_features_of_real_images_once_and_the_next_one_not_at_all(tmp_path):
    digits, seen = open_dataset("digits"), []
    real = {image.tobytes() for image in np.concatenate([digits.real(), digits.unseen()])}

    def counted(part):
        seen.extend(image.tobytes() in real for image in part)
        return pixels(part)[:, ::7] / 3

    def report(**options):
        seen.clear()
        # 30 items are too few for the figures that take long.
        return judge(
            digits, lambda n, seed: 255 - digits.unseen(n, seed), features=counted, n=30, **options
        )

    first = report(cache=tmp_path)
    # All training images, held-out ones for three resamples, and a probe of both.
    assert sum(seen) == len(digits.train) + 3 * 30 + 2 * 16
    second = report(cache=tmp_path)
    assert sum(seen) == 2 * 16
    assert len(first.figures) > 5
    assert second.figures == first.figures == report().figures
    assert report(seed=1).figures != first.figures
