"""What is chosen, and that the run's recipe makes it again."""

import numpy as np
import pytest
import torch

from sparring import Synthesizer, core
from sparring.core.errors import WrongUse
from sparring.data import open_dataset
from sparring.games.catalog import GAMES
from sparring.recipes.reader import read_recipe
from sparring.tasks.checks import checked
from sparring.tasks.planning import plan
from sparring.tasks.run import Run, differences


def plan_of(data, **settings):
    synthesizer = Synthesizer(**settings)
    return plan(open_dataset(data), checked(synthesizer.get_params(deep=False)))


OPTIONS = {
    "r3gan": {"gamma": 0.25},
    "gan": {
        "loss": {"part": "Hinge"},
        "regularizers": [{"part": "R1", "gamma": 3.0}, {"part": "DRAGAN", "weight": 2.0}],
        "projection": {"part": "Clip", "limit": 0.5},
        "discriminator_turns": 3,
    },
    "lsgan": {"a": -1.0, "b": 1.0, "c": 0.0},
    "wgan": {"clip": 0.05, "discriminator_turns": 2},
    "wgan-gp": {"penalty": 3.0, "discriminator_turns": 2},
    "sngan": {"discriminator_turns": 2},
    "pacgan": {"pac": 3},
    "egan": {"diversity": 0.3},
    "infogan": {"continuous": 1},
    "dcgan": {"augmentation": {"part": "DiffAugment"}},
    "s3gan": {"rotation_weight": 0.5},
    "sagan": {"discriminator_turns": 2},
    "biggan": {"orthogonality": 1e-3},
    "stylegan2": {"mixing": 0.5},
    "lapgan": {"loss": {"part": "Hinge"}},
    "progan": {"growth": 0.25},
    "matching": {"wrong": 0.25},
}


# Those that play with pictures, and with networks that no other game has.
OF_PICTURES = {"stylegan2", "lapgan", "progan", "s3gan"}
# Those that play with tables alone.
OF_TABLES = {
    "nade": {"given": 0.25},
    "ctgan": {"penalty": 3.0},
    "tvae": {"reconstruction": 3.0},
}


# Games of one, and with networks of their own, of pictures at least.
OF_ONE = {
    "gated-pixelcnn": {"optimizer": {"part": "Adam", "lr": 1e-4}},
    "vae": {"beta": 0.5},
    "iwae": {"k": 3},
    "iaf-vae": {"free_bits": 0.25},
    "pixelvae": {"beta": 0.5},
    "vae-gan": {"likeness": 0.25},
    "aae": {"weight": 0.5},
    "pixelcnn++": {"optimizer": {"part": "Adam", "lr": 1e-4}},
    "pixelrnn": {"optimizer": {"part": "Adam", "lr": 1e-4}},
    "multiscale-pixelcnn": {"optimizer": {"part": "Adam", "lr": 1e-4}},
    "made": {"optimizer": {"part": "Adam", "lr": 1e-4}},
    "rbm": {"moves": 3},
    "dbm": {"rounds": 3},
    "nice": {"optimizer": {"part": "Adam", "lr": 1e-4}},
    "realnvp": {"optimizer": {"part": "Adam", "lr": 1e-4}},
    "maf": {"optimizer": {"part": "Adam", "lr": 1e-4}},
    "iaf": {"optimizer": {"part": "Adam", "lr": 1e-4}},
    "neural-spline": {"optimizer": {"part": "Adam", "lr": 1e-4}},
    "flow-gan": {"weight": 0.25},
    "pixelcnn": {"optimizer": {"part": "Adam", "lr": 1e-4}},
}

# Those that play with sounds.
OF_SOUNDS = {"wavenet": {"optimizer": {"part": "Adam", "lr": 1e-4}}}


def test_every_game_of_the_catalogue_is_tried():
    assert {*OPTIONS, *OF_TABLES, *OF_ONE, *OF_SOUNDS} == set(GAMES)
    assert set(OF_TABLES) == {name for name, entry in GAMES.items() if entry.encoding != "scores"}


def shape_of(game):
    """All that a game is made of, but the weights."""
    players = {
        name: (player.optimizer, player.projection, [str(net) for net in player.networks])
        for name, player in game.players.items()
    }
    turns = [str(turn) for turn in game.turns]
    parts = [str(getattr(game, name, None)) for name in ("adversarial_loss", "regularizers")]
    return players, turns, parts, str(game.labels), str(game.prior)


@pytest.mark.parametrize("game", OPTIONS)
def test_a_game_comes_back_from_its_runs_recipe(game, images, tiny, tmp_path):
    adam = {
        "part": "Adam",
        "lr": 1e-3,
        "betas": [0.1, 0.9],
        "schedule": {"part": "Cosine", "steps": 9},
    }
    options = {**OPTIONS[game], "generator_optimizer": adam}
    settings = {**tiny, "game": game, "options": options, "rule": {"part": "Optimistic"}, "seed": 5}
    if game in OF_PICTURES:
        images, settings = (
            images.repeat(2, axis=1).repeat(2, axis=2),
            {**settings, "networks": None},
        )
    chosen = plan_of(images, **settings)
    run = Run.create(tmp_path / "run", chosen.recipe("in memory"))
    recipe = read_recipe(run.folder)
    again = plan_of(images, **recipe.trainings[game], **recipe.data_options)
    assert again.spec == chosen.spec
    assert again.rule == chosen.rule == core.Optimistic()
    torch.manual_seed(5)
    first = chosen.spec.build()
    torch.manual_seed(5)
    second = again.spec.build()
    assert shape_of(first) == shape_of(second)
    for name, value in first.state_dict().items():
        assert torch.equal(value, second.state_dict()[name]), name


@pytest.mark.parametrize("game", [*OF_TABLES, *OF_ONE])
def test_a_game_without_rivals_comes_back_from_its_runs_recipe(game, frame, images, tmp_path):
    options, encoding = {**OF_TABLES, **OF_ONE}[game], GAMES[game].encoding
    settings = checked(Synthesizer(game, options=options, width=8).get_params(deep=False))
    dataset = open_dataset(images if game in OF_ONE else frame, encoding=encoding)
    chosen = plan(dataset, settings)
    run = Run.create(tmp_path / "run", chosen.recipe("in memory"))
    recipe = read_recipe(run.folder)
    parameters = Synthesizer(**recipe.trainings[game], **recipe.data_options).get_params(deep=False)
    again = plan(dataset, checked(parameters))
    assert again.spec == chosen.spec
    assert again.spec.options == options
    weights = []
    for spec in (chosen.spec, again.spec):
        torch.manual_seed(5)
        weights.append(spec.build().state_dict())
    assert weights[0].keys() == weights[1].keys()
    assert all(torch.equal(value, weights[1][name]) for name, value in weights[0].items())


@pytest.mark.parametrize("game", OF_SOUNDS)
def test_a_game_of_sounds_comes_back_from_its_runs_recipe(game, tmp_path):
    waves = np.zeros((20, 16), dtype=np.float32)
    dataset = open_dataset(waves, modality="audio", rate=8000)
    model = Synthesizer(game, options=OF_SOUNDS[game], width=8, modality="audio", rate=8000)
    chosen = plan(dataset, checked(model.get_params(deep=False)))
    run = Run.create(tmp_path / "run", chosen.recipe("in memory"))
    recipe = read_recipe(run.folder)
    again = Synthesizer(**recipe.trainings[game], **recipe.data_options)
    assert plan(dataset, checked(again.get_params(deep=False))).spec == chosen.spec
    assert (again.modality, again.rate) == ("audio", 8000)


def test_a_recipe_leaves_nothing_open(images, tmp_path):
    recipe = plan_of(images).recipe("digits")
    run = Run.create(tmp_path / "run", recipe)
    for name in ("networks", "width", "latent", "batch_size", "half_life", "steps", "seed", "game"):
        assert name in recipe["fit"], name
    assert differences(run.recipe(), recipe) == []


@pytest.fixture
def larger(images):
    return images.repeat(4, axis=1).repeat(4, axis=2)


def test_minutes_alone_leave_the_steps_open(images):
    assert plan_of(images, minutes=2).settings["steps"] is None
    assert plan_of(images, minutes=2, steps=9).settings["steps"] == 9


@pytest.mark.parametrize(
    ("fixture", "networks"),
    [
        ("images", "mlp"),
        ("larger", "dcgan"),
        ("numbers", "conditionals"),
        ("frame", "conditionals"),
    ],
)
def test_the_data_choose_the_networks(fixture, networks, request):
    dataset = open_dataset(request.getfixturevalue(fixture), encoding="tokens")
    settings = checked(Synthesizer().get_params(deep=False))
    assert plan(dataset, settings).spec.networks == networks


@pytest.mark.parametrize("fixture", ["numbers", "frame"])
def test_networks_that_are_named_choose_the_game(fixture, request):
    data = request.getfixturevalue(fixture)
    chosen = plan_of(data, networks="mlp").spec
    assert (chosen.game, chosen.networks) == ("r3gan", "mlp")
    assert plan_of(data, game="gan").spec.networks == "mlp"


def test_a_game_of_tables_is_refused_other_networks_and_other_data(frame, images):
    with pytest.raises(WrongUse, match="plays with networks 'tvae' alone, got 'mlp'"):
        plan_of(frame, game="tvae", networks="mlp")
    with pytest.raises(WrongUse, match="'conditionals' are those of a game of their own"):
        plan_of(frame, game="gan", networks="conditionals")
    for game in OF_TABLES:
        with pytest.raises(WrongUse, match=f"'{game}' plays with tables alone, got image data"):
            plan_of(images, game=game)


def test_classes_are_learnt_where_there_are_any(images, labels):
    dataset = open_dataset(images, labels=labels)
    settings = checked(Synthesizer().get_params(deep=False))
    chosen = plan(dataset, settings)
    assert chosen.spec.classes == ("ant", "cat", "dog", "owl")
    assert sum(chosen.spec.condition.frequencies()) == pytest.approx(1)
    assert plan(dataset, {**settings, "conditional": False}).spec.classes == ()
