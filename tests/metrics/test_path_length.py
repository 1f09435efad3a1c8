"""Perceptual path length: values from pencil and paper."""

import numpy as np
import pytest

from sparring.core.errors import WrongUse
from sparring.metrics.path_length import path_length


def same(x):
    return x


def test_a_linear_generator_has_the_mean_squared_length_of_its_paths():
    """|A (b - a)|^2 whatever the step and the place."""
    source = np.random.default_rng(0)
    start, end, matrix = (source.normal(size=size) for size in ((7, 3), (7, 3), (3, 5)))
    expected = np.square((end - start) @ matrix).sum(1).mean()
    for step in (0.01, 0.5):
        found = path_length(lambda w: w @ matrix, start, end, same, step=step)
        assert found == pytest.approx(expected, rel=1e-9)


def test_a_spherical_path_has_one_speed():
    """On a unit circle the chord of an angle e a is 2 sin(e a / 2), here of a right angle."""
    start, end = np.array([[1.0, 0.0]] * 50), np.array([[0.0, 1.0]] * 50)
    expected = (2 * np.sin(0.1 * np.pi / 4) / 0.1) ** 2
    found = path_length(same, start, end, same, step=0.1, spherical=True)
    assert found == pytest.approx(expected, rel=1e-9)


def test_a_spherical_path_goes_from_its_start_to_its_end():
    """With nearly the whole path for a step: the squared distance of its ends, over about 1."""
    start, end = np.array([[3.0, 0.0, 1.0]]), np.array([[0.5, 2.0, -2.0]])
    found = path_length(same, start, end, same, step=1 - 1e-9, spherical=True)
    assert found == pytest.approx(np.square(start - end).sum(), rel=1e-6)


def test_a_path_between_equal_latents_has_no_length():
    z = np.ones((3, 2))
    for spherical in (False, True):
        assert path_length(same, z, z, same, spherical=spherical) == pytest.approx(0, abs=1e-12)


def test_a_sudden_change_costs_more_than_an_even_one():
    """Both go from 0 to 255; of steps of .1 in [0, .9], one in nine passes the jump."""
    start, end = np.zeros((2000, 1)), np.ones((2000, 1))

    def sudden(w):
        return np.where(w > 0.5, 255, 0).astype(np.uint8)

    def even(w):
        return np.round(255 * w).astype(np.uint8)

    jumps = path_length(sudden, start, end, lambda x: x.astype(float), step=0.1)
    assert jumps == pytest.approx(255**2 / 9 / 0.01, rel=0.1)
    steady = path_length(even, start, end, lambda x: x.astype(float), step=0.1)
    assert steady == pytest.approx(255**2, rel=0.01)


def test_items_are_made_some_at_a_time_with_the_same_result():
    seen = []

    def make(w):
        seen.append(len(w))
        return w**2

    start, end = np.zeros((5, 2)), np.arange(10.0).reshape(5, 2)
    whole = path_length(make, start, end, same)
    parts = path_length(make, start, end, same, at_once=2)
    assert seen == [5, 5, 2, 2, 2, 2, 1, 1]
    assert parts == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"step": 0.0}, "step of path_length must be above 0 and below 1, got 0.0"),
        ({"at_once": 0}, "at_once of path_length must be at least 1, got 0"),
        ({"end": np.ones((3, 2))}, "one latent a path each, got 2 and 3"),
        ({"end": np.ones((2, 3))}, "start"),
        ({"make": lambda w: w[:1]}, "one row a latent, got 1 for 2 latents"),
        ({"features": lambda x: x * np.nan}, "must be finite"),
    ],
)
def test_wrong_use_gets_its_sentence(change, message):
    given = {"make": same, "start": np.zeros((2, 2)), "end": np.ones((2, 2)), "features": same}
    with pytest.raises(WrongUse, match=message):
        path_length(**{**given, **change})
