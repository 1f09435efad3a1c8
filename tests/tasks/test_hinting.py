"""Hints through the front."""

import numpy as np
import pytest

from sparring import Synthesizer
from sparring.core.errors import WrongUse
from sparring.networks import MLP
from sparring.regularizers import Checked, Mirror, Violation

TINY = {"steps": 3, "batch_size": 8, "width": 8, "networks": "mlp", "alarms": False}


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 255, (40, 8, 8)).astype(np.uint8)


def test_a_part_stands_in_the_recipe_and_is_played_again(images, tmp_path):
    Synthesizer(hints=[Mirror(2.0)], run=tmp_path / "run", **TINY).fit(images)
    recipe = (tmp_path / "run" / "recipe.toml").read_text()
    assert 'part = "Mirror"' in recipe
    assert Synthesizer.resume(tmp_path / "run", images).sample(1).shape == (1, 8, 8)


def test_a_function_of_ones_own_must_be_given_again(images, tmp_path):
    hint = Checked(lambda x: x.flatten(1).mean(1) > 0, MLP((1, 8, 8), (), (4,)))
    Synthesizer(hints=[hint], run=tmp_path / "run", **TINY).fit(images)
    assert Synthesizer.load(tmp_path / "run").sample(2).shape == (2, 8, 8)
    with pytest.raises(WrongUse, match="were given in memory; give them again"):
        Synthesizer.resume(tmp_path / "run", images)
    again = Synthesizer.resume(tmp_path / "run", images, hints=[hint])
    assert again.sample(2, seed=0).shape == (2, 8, 8)


def test_hints_sit_on_top_of_any_game_of_two(images):
    for game in ("lsgan", "wgan-gp", "r3gan"):
        hint = Violation(lambda x: x.flatten(1).mean(1).square())
        assert Synthesizer(game, hints=[hint], **TINY).fit(images).model_.hints == (hint,)


def test_what_is_no_hint_is_refused(images):
    with pytest.raises(WrongUse, match="each of the hints must be a hint, such as Mirror"):
        Synthesizer(hints=[abs], **TINY).fit(images)
    with pytest.raises(WrongUse, match="hints must be a list of hints"):
        Synthesizer(hints=Mirror(), **TINY).fit(images)


def test_a_density_takes_none():
    with pytest.raises(WrongUse, match="game 'nade' has no option 'hints'"):
        Synthesizer(hints=[Mirror()], steps=2).fit(np.random.default_rng(0).random((50, 3)))
