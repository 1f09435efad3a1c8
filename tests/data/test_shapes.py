from dataclasses import replace

import numpy as np
import pytest

from sparring.core.errors import WrongUse
from sparring.data.shapes import COLOURS, SHAPES, Scene, draw, scenes

PAINT = {"red": (225, 50, 45), "green": (50, 185, 70), "blue": (55, 95, 235)}


def scene(**changes):
    plain = Scene("one", "large", "red", "circle", "above", "blue", "square")
    return replace(plain, **changes)


def where(picture, colour):
    """A mask of the pixels of just this colour."""
    return (picture == np.array(PAINT[colour])).all(-1)


def test_every_scene_says_something_else_and_is_understood_again():
    captions = [one.caption for one in scenes()]
    assert len(set(captions)) == len(captions) == 3 * 2 * 4 * 3 * 4 * 3 * 3
    assert [Scene.from_caption(caption) for caption in captions] == scenes()


@pytest.mark.parametrize(
    ("changes", "caption"),
    [
        ({}, "one large red circle above a blue square"),
        (
            {"number": "three", "relation": "left of"},
            "three large red circles left of a blue square",
        ),
        (
            {"size": "small", "relation": "right of", "other_shape": "triangle"},
            "one small red circle right of a blue triangle",
        ),
    ],
)
def test_a_scene_in_words(changes, caption):
    assert scene(**changes).caption == caption


@pytest.mark.parametrize(
    "caption", ["", "a red circle", "two small red circle above a red square", "ten of them"]
)
def test_other_words_are_refused(caption):
    with pytest.raises(WrongUse, match="must be like 'two small red circles above a blue square'"):
        Scene.from_caption(caption)


@pytest.mark.parametrize(
    ("relation", "axis", "sign"),
    [("above", 0, 1), ("below", 0, -1), ("left of", 1, 1), ("right of", 1, -1)],
)
def test_relations_hold_for_every_pixel(relation, axis, sign):
    for picture in draw([scene(number="three", relation=relation)] * 40):
        alike, other = (np.argwhere(where(picture, c))[:, axis] for c in ("red", "blue"))
        assert (sign * other).min() > (sign * alike).max()


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("size", ["small", "large"])
@pytest.mark.parametrize("shape", SHAPES)
def test_as_many_are_there_as_are_said_and_none_touch(number, size, shape):
    from scipy.ndimage import label

    named = ("one", "two", "three")[number - 1]
    for picture in draw([scene(number=named, size=size, shape=shape)] * 30, seed=1):
        assert label(where(picture, "red"))[1] == number


def test_large_ones_have_more_than_twice_the_pixels_of_small_ones():
    for shape in SHAPES:
        small, large = (
            where(draw([scene(size=size, shape=shape)] * 20), "red").sum()
            for size in ("small", "large")
        )
        assert large > 2 * small


@pytest.mark.parametrize("radius", [4.3])
def test_a_circle_has_the_area_of_a_circle(radius):
    pictures = draw([scene()] * 50).astype(float)
    ground, red = np.array([24, 24, 28]), np.array(PAINT["red"])
    # How much of each pixel is red, from the channel that blue leaves alone most.
    upper = pictures[:, :16, :, 0]
    covered = ((upper - ground[0]) / (red - ground)[0]).sum((1, 2))
    assert covered.mean() == pytest.approx(np.pi * radius**2, rel=0.03)


def test_places_follow_from_the_seed():
    shown = scenes()[::200]
    assert (draw(shown, seed=3) == draw(shown, seed=3)).all()
    assert (draw(shown, seed=3) != draw(shown, seed=4)).any()


def test_colours_differ():
    assert all(one.colour != one.other_colour for one in scenes())
    assert {one.colour for one in scenes()} == set(COLOURS)
