"""Recipes that can't be played."""

import pytest

GOOD = """
format = 1
data = "digits"

[fit]
networks = "mlp"
width = 8
batch_size = 8
steps = 1
alarms = false
"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD + "stepz = 3", ("r.toml", "'stepz'", "did you mean steps?")),
        (GOOD + 'game = "lsgn"', ("'lsgn'", "did you mean lsgan?")),
        (GOOD + "game = 3", ("r.toml", "game", "text", "3")),
        (GOOD + 'run = "elsewhere"', ("r.toml", "'run'")),
        (GOOD + "[fit.options]\ngama = 3", ("r.toml", "'gama'", "did you mean gamma?")),
        (GOOD + 'options = "gamma"', ("r.toml", "options", "'gamma'")),
        (GOOD.replace("steps = 1", 'steps = "one"'), ("steps", "whole number", "'one'")),
        (GOOD.replace("alarms = false", 'alarms = "no"'), ("alarms", "true or false", "'no'")),
        (GOOD + "[players]\na = 3", ("r.toml", "a", "table", "3")),
        (GOOD + "[players.a]\n[players.b]", ("r.toml", "same thing twice", "drop")),
        (
            GOOD + '[players.a]\ngame = "gan"\n[players.b]\ngame = "gna"',
            ("r.toml", "'gna'", "did you mean gan?"),
        ),
        ("dat = 1\n" + GOOD, ("r.toml", "unknown key 'dat'", "did you mean data?")),
        (GOOD.replace('"digits"', "3"), ("r.toml", "name its data", 'data = "mnist"')),
        (GOOD.replace('data = "digits"', ""), ("r.toml", "name its data")),
        (GOOD.replace('"digits"', '"gone/photos"'), ("gone/photos", "sparring list data")),
        (GOOD.replace('"digits"', '"in memory"'), ("r.toml", "in memory", "Python")),
        ("fit = 3\ndata = 'digits'", ("r.toml", "fit", "table", "3")),
        ("data = 'digits\n", ("r.toml", "isn't TOML")),
        ("data = 'digits'\ndata = 'mnist'", ("r.toml", "isn't TOML")),
        ("new = 1\n" + GOOD.replace("format = 1", "format = 2"), ("r.toml", "format 2", "upgrade")),
        (GOOD.replace("format = 1", "format = 'new'"), ("r.toml", "format", "'new'")),
        (GOOD.replace("format = 1", "title = 3"), ("r.toml", "title", "text", "3")),
        (GOOD.replace("format = 1", "seeds = 'x'"), ("r.toml", "seeds", "whole number", "'x'")),
        (GOOD.replace("format = 1", "items = 0"), ("r.toml", "items", "at least 1", "0")),
        (GOOD.replace("format = 1", "minutes = 'x'"), ("r.toml", "minutes", "number", "'x'")),
        (GOOD.replace("format = 1", "expect = 3"), ("r.toml", "expect", "3")),
        (GOOD.replace("format = 1", "expect = [3]"), ("r.toml", "expect", "3")),
        (GOOD + "[[expect]]\nfigure = 'modes'", ("r.toml", "expectation", "of")),
        (
            GOOD + "[[expect]]\nfigure = 'modes'\nof = 'r3gna'\nat_least = 3",
            ("r.toml", "'r3gna'", "did you mean r3gan?"),
        ),
        (
            GOOD + "[[expect]]\nfigure = 'modes'\nof = 'r3gan'\nover = 'gan'\nat_least = 3",
            ("r.toml", "'gan'"),
        ),
        (
            GOOD + "[[expect]]\nfigure = 'modes'\nof = 'r3gan'\natleast = 3",
            ("r.toml", "expectation", "'atleast'"),
        ),
        (
            GOOD + "[[expect]]\nfigure = 'modes'\nof = 'r3gan'\nat_least = 'x'",
            ("r.toml", "at_least", "number", "'x'"),
        ),
        (GOOD + "[[expect]]\nfigure = 'modes'\nof = 'r3gan'", ("r.toml", "at_least", "at_most")),
        (GOOD + '[fit.options.generator_optimizer]\npart = "Adm"', ("'Adm'", "did you mean Adam?")),
        (
            GOOD + '[fit.options.generator_optimizer]\npart = "Adam"\nrate = 1',
            ("Adam", "'rate'", "lr"),
        ),
        (GOOD + '[fit.rule]\npart = "Alternate"', ("'Alternate'", "did you mean Alternating?")),
        (GOOD + "[data_options]\nsiez = 3", ("r.toml", "'siez'", "did you mean size?")),
        (GOOD + "[data_options]\nsize = 3", ("size", "8 to 128", "3")),
        (GOOD + "[data_options]\nsteps = 3", ("r.toml", "'steps'")),
    ],
    ids=lambda value: None if isinstance(value, tuple) else value.replace(GOOD, "").strip()[:40],
)
def test_a_recipe_that_cannot_be_played(text, says, here, refused):
    (here / "r.toml").write_text(text)
    refused("play", "r.toml", "--run", "run", says=says)


def test_a_recipe_that_is_no_text(here, refused):
    (here / "r.toml").write_bytes(b"title = '\xff\xfe'")
    refused("play", "r.toml", says=("r.toml", "isn't TOML"))


def test_a_folder_without_a_recipe(here, refused):
    (here / "stuff").mkdir()
    refused("play", "stuff", says=("stuff", "recipe.toml", "can't be read"))


def test_all_of_a_recipe_is_checked_before_any_of_it_is_played(here, refused):
    (here / "r.toml").write_text(GOOD + '[players.a]\n[players.b]\ngame = "gan"\nnetworks = "mpl"')
    refused("play", "r.toml", "--run", "run", says=("'mpl'", "did you mean mlp?"))


def test_a_good_recipe_plays_in_the_same_way(here, works):
    (here / "r.toml").write_text(GOOD)
    works("play", "r.toml", "--run", "run")
    assert (here / "run" / "model").is_dir()
