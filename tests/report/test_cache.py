"""Features of real items are computed once, and never taken for those of others."""

import numpy as np
import pytest

from sparring.core import Failure
from sparring.metrics.features import Callables
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
