import pytest

from sparring.core.errors import WrongUse
from sparring.games.catalog import GAMES
from sparring.recipes.listing import listing
from sparring.recipes.reader import Expectation, known, read_recipe
from sparring.recipes.reproducing import _check


@pytest.mark.parametrize("name", known())
def test_every_recipe_that_comes_with_the_package_can_be_read(name):
    recipe = read_recipe(name)
    assert recipe.title
    assert recipe.minutes
    for training in recipe.trainings.values():
        assert training.get("game", "r3gan") in GAMES
    assert [row["name"] for row in listing("recipes")] == list(known())


def write(folder, text, name="r.toml"):
    (folder / name).write_text(text)
    return folder / name


def test_a_recipe_without_players_has_one_training_named_by_its_game(tmp_path):
    recipe = read_recipe(write(tmp_path, 'data = "digits"\n[fit]\ngame = "gan"\nsteps = 3'))
    assert recipe.trainings == {"gan": {"game": "gan", "steps": 3}}
    assert recipe.name == "r"


def test_players_share_what_is_common_and_beat_it(tmp_path):
    text = """
        data = "digits"
        [fit]
        steps = 3
        options = { generator_optimizer = { part = "SGD", lr = 0.5 } }
        [players.a]
        options = { gamma = 0.5 }
        [players.b]
        steps = 9
        game = "gan"
    """
    trainings = read_recipe(write(tmp_path, text)).trainings
    optimizer = {"part": "SGD", "lr": 0.5}
    assert trainings["a"]["options"] == {"generator_optimizer": optimizer, "gamma": 0.5}
    assert trainings["b"]["options"] == {"generator_optimizer": optimizer}
    assert (trainings["a"]["steps"], trainings["b"]["steps"]) == (3, 9)


def test_a_runs_folder_is_read_as_its_recipe(tmp_path):
    (tmp_path / "my-run").mkdir()
    write(tmp_path / "my-run", 'data = "digits"', "recipe.toml")
    assert read_recipe(tmp_path / "my-run").name == "my-run"


def test_a_recipe_may_ask_for_a_deep_look(tmp_path):
    assert read_recipe(write(tmp_path, 'data = "digits"\ndeep = true')).deep is True
    assert read_recipe(write(tmp_path, 'data = "digits"', "s.toml")).deep is False
    with pytest.raises(WrongUse, match=r"deep in recipe .*s\.toml must be"):
        read_recipe(write(tmp_path, 'data = "digits"\ndeep = "yes"', "s.toml"))


def test_a_synthesizer_has_what_the_recipe_says_and_what_is_added(tmp_path):
    text = 'data = "photos"\n[data_options]\nsize = 32\n[fit]\nsteps = 3\nseed = 1'
    synthesizer = read_recipe(write(tmp_path, text)).synthesizer("r3gan", seed=7)
    assert (synthesizer.steps, synthesizer.size, synthesizer.seed) == (3, 32, 7)


@pytest.mark.parametrize(
    ("expectation", "sentence"),
    [
        (Expectation("modes", "a", at_least=8, every=True), "modes of a at least 8 in every seed"),
        (
            Expectation("kl", "a", over="b", at_least=0.1, at_most=0.5),
            "kl of a over that of b at least 0.1 and at most 0.5 in the median",
        ),
    ],
)
def test_an_expectation_in_words(expectation, sentence):
    assert expectation.sentence() == sentence


def rows(**figures):
    return {
        title: [{"kl": {"value": value}} for value in values] for title, values in figures.items()
    }


@pytest.mark.parametrize(
    ("expectation", "values", "got", "passed"),
    [
        (Expectation("kl", "a", at_least=2), rows(a=[1, 2, 9]), 2, True),
        (Expectation("kl", "a", at_least=2, every=True), rows(a=[1, 2, 9]), [1, 2, 9], False),
        (Expectation("kl", "a", at_most=2), rows(a=[1, 2, 9]), 2, True),
        (Expectation("kl", "a", at_most=1.9), rows(a=[1, 2, 9]), 2, False),
        (Expectation("kl", "a", over="b", at_most=0.5), rows(a=[1, 1], b=[2, 4]), 0.375, True),
        (Expectation("kl", "a", over="b", at_most=0.5), rows(a=[1], b=[0]), float("inf"), False),
        (Expectation("kl", "a", at_least=0), rows(a=[float("nan")]), None, False),
    ],
)
def test_what_came_out_is_held_against_the_bounds(expectation, values, got, passed):
    result = _check(expectation, values)
    assert result["passed"] == passed
    if got is not None:
        assert result["got"] == got


def test_an_unknown_list():
    with pytest.raises(WrongUse, match="did you mean games"):
        listing("gmaes")
