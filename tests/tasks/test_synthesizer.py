import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from sparring import Synthesizer
from sparring.core import Callback
from sparring.core.errors import WrongUse
from sparring.games.catalog import GAMES
from sparring.games.rows import LIKELIHOOD
from sparring.tasks.arguments import keywords


def same(one, other):
    if isinstance(one, pd.DataFrame):
        return one.equals(other)
    return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")


def weights(synthesizer):
    return synthesizer.model_.state_dict()


def equal_weights(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)


# Items


def test_items_are_of_the_kind_that_was_fitted(kind):
    data, settings = kind
    made = Synthesizer(**settings).fit(data).sample(7, seed=0)
    assert made.shape == (7, *data.shape[1:])
    if isinstance(data, pd.DataFrame):
        assert made.dtypes.equals(data.dtypes)
        assert set(made["city"]) <= set(data["city"])
    else:
        assert made.dtype == data.dtype


def test_the_same_seed_draws_the_same_items_and_another_seed_others(kind):
    data, settings = kind
    synthesizer = Synthesizer(**settings).fit(data)
    first = synthesizer.sample(20, seed=3)
    assert same(first, synthesizer.sample(20, seed=3))
    assert not same(first, synthesizer.sample(20, seed=4))
    assert not same(synthesizer.sample(20), synthesizer.sample(20))


def test_many_items_begin_with_those_that_few_would_be(numbers, tiny):
    """They are drawn a thousand at a time."""
    synthesizer = Synthesizer(**tiny).fit(numbers)
    assert same(synthesizer.sample(2500, seed=1)[:1000], synthesizer.sample(1000, seed=1))


def test_drawing_leaves_the_callers_random_state_alone(numbers, tiny):
    synthesizer = Synthesizer(**tiny).fit(numbers)
    before = torch.get_rng_state()
    synthesizer.sample(5, seed=1)
    synthesizer.sample(5)
    assert torch.equal(torch.get_rng_state(), before)


def test_sampling_needs_a_fit():
    with pytest.raises(NotFittedError, match="call fit or load first"):
        Synthesizer().sample(3)


# Weights


def test_two_fits_with_one_seed_are_one_fit(kind):
    data, settings = kind
    first, second = (Synthesizer(**settings).fit(data) for _ in range(2))
    assert equal_weights(weights(first), weights(second))
    other = Synthesizer(**settings, seed=1).fit(data)
    assert not equal_weights(weights(first), weights(other))


def test_fitting_again_forgets_the_first_fit(images, numbers, tiny):
    synthesizer = Synthesizer(**tiny).fit(images).fit(numbers)
    assert equal_weights(weights(synthesizer), weights(Synthesizer(**tiny).fit(numbers)))
    assert synthesizer.n_features_in_ == 3


def test_what_is_saved_draws_the_same_items(kind, tmp_path):
    data, settings = kind
    synthesizer = Synthesizer(**settings).fit(data)
    synthesizer.save(tmp_path / "model")
    loaded = Synthesizer.load(tmp_path / "model")
    assert same(loaded.sample(9, seed=2), synthesizer.sample(9, seed=2))
    assert {p.suffix for p in (tmp_path / "model").iterdir()} == {".safetensors", ".json"}


def test_a_run_can_be_loaded_as_a_model(images, tiny, tmp_path):
    synthesizer = Synthesizer(**tiny, run=tmp_path / "run").fit(images)
    assert same(Synthesizer.load(tmp_path / "run").sample(4, seed=0), synthesizer.sample(4, seed=0))


# Classes


@pytest.fixture(scope="module")
def by_class():
    """Class k is a picture of one level, 60 k: a model tells by its brightness what was asked."""
    y = np.arange(120) % 4
    noise = np.random.default_rng(0).integers(-8, 8, (120, 8, 8))
    x = np.clip(60 * y[:, None, None] + 8 + noise, 0, 255).astype(np.uint8)
    options = {"gamma": 0.1}
    tiny = {"networks": "mlp", "width": 64, "batch_size": 32, "alarms": False, "half_life": 500}
    return Synthesizer(steps=400, **tiny, options=options).fit(x, np.array(list("abcd"))[y])


@pytest.mark.parametrize("index", range(4))
def test_a_class_that_is_asked_for_is_what_comes(index, by_class):
    made = by_class.sample(50, {"class": "abcd"[index]}, seed=0)
    assert abs(made.mean() - (60 * index + 8)) < 25


def test_the_class_that_is_asked_for_reaches_the_network(by_class, monkeypatch):
    seen = []
    monkeypatch.setattr(
        type(by_class.model_.generator), "forward", recorded(by_class.model_.generator, seen)
    )
    by_class.sample(3, {"class": "c"}, seed=0)
    assert torch.cat(seen).tolist() == [2, 2, 2]


def recorded(network, seen):
    forward = type(network).forward

    def call(self, x, y=None):
        seen.append(y)
        return forward(self, x, y)

    return call


def test_classes_come_as_often_as_in_the_data_when_none_is_asked(by_class):
    _, y = by_class._items(2000, None)
    assert np.allclose(np.bincount(y.numpy(), minlength=4) / 2000, 0.25, atol=0.04)


def test_classes_are_left_aside_where_they_are_not_wanted(images, labels, tiny):
    synthesizer = Synthesizer(**tiny, conditional=False).fit(images, labels)
    assert synthesizer.spec_.classes == ()
    with pytest.raises(WrongUse, match="trained without classes"):
        synthesizer.sample(2, {"class": "cat"})


# Going on


class BreakOff(Callback):
    """Ctrl-C after so many steps."""

    def __init__(self, step):
        self.step = step

    def on_step(self, state):
        if state.step == self.step:
            raise KeyboardInterrupt


@pytest.mark.parametrize("step", [1, 5])
def test_a_run_that_was_broken_off_ends_as_one_that_was_not(kind, step, tmp_path):
    data, settings = kind
    settings = {**settings, "steps": 8}
    whole = Synthesizer(**settings, run=tmp_path / "whole").fit(data)
    with pytest.raises(KeyboardInterrupt):
        Synthesizer(**settings, run=tmp_path / "broken", callbacks=[BreakOff(step)]).fit(data)
    resumed = Synthesizer.resume(tmp_path / "broken", data)
    assert equal_weights(weights(whole), weights(resumed))


OF_TABLES = [name for name, entry in GAMES.items() if entry.encoding != "scores"]
# These play with pictures alone, each with networks that have what it needs.
OF_PICTURES = ["s3gan", "stylegan2", "lapgan", "progan"]
# Games of one of pictures, whose one optimizer has no other's beside it.
OF_ONE = [name for name, entry in LIKELIHOOD.items() if entry.only == "image"]
# These play with everything, each with networks of its own.
FLOWS = [name for name, entry in LIKELIHOOD.items() if entry.only is None]
OF_ALL = [name for name in GAMES if name not in (*OF_TABLES, *OF_PICTURES, *LIKELIHOOD)]
OF_SOUNDS = [name for name, entry in LIKELIHOOD.items() if entry.only == "audio"]


@pytest.mark.parametrize("game", OF_ALL)
def test_two_processes_train_the_model_of_one(game, images, tiny, tmp_path):
    # Adam makes a whole step even of a gradient that is nothing but rounding.
    sgd = {"part": "SGD", "lr": 0.05}
    tiny["options"] = {"generator_optimizer": sgd, "discriminator_optimizer": sgd}
    one = Synthesizer(game, **tiny, run=tmp_path / "one").fit(images)
    two = Synthesizer(game, **tiny, run=tmp_path / "two", processes=2).fit(images)
    for name, value in weights(one).items():
        assert torch.allclose(value, weights(two)[name], atol=1e-6), name


# VAE/GAN's decoder normalises over the batch, and that is each process's own.
@pytest.mark.parametrize("game", [*(game for game in OF_ONE if game != "vae-gan"), *FLOWS])
def test_two_processes_train_a_game_of_one_as_one_does(game, images, tiny, tmp_path):
    sgd = {"part": "SGD", "lr": 0.001}
    steps = [name for name in keywords(GAMES[game].game) if name.endswith("optimizer")]
    options = dict.fromkeys(steps, sgd)
    settings = {**tiny, "networks": None, "options": options, "binarise": "half"}
    one = Synthesizer(game, **settings, run=tmp_path / "one").fit(images)
    two = Synthesizer(game, **settings, run=tmp_path / "two", processes=2).fit(images)
    for name, value in weights(one).items():
        assert torch.allclose(value, weights(two)[name], atol=1e-5), name


@pytest.mark.parametrize("game", OF_SOUNDS)
def test_two_processes_train_a_game_of_sounds_as_one_does(game, tiny, tmp_path):
    waves = np.random.default_rng(0).uniform(-1, 1, (40, 16)).astype(np.float32)
    options = {"optimizer": {"part": "SGD", "lr": 0.001}}
    heard = {"modality": "audio", "rate": 8000}
    settings = {**tiny, "networks": None, "options": options, **heard}
    one = Synthesizer(game, **settings, run=tmp_path / "one").fit(waves)
    two = Synthesizer(game, **settings, run=tmp_path / "two", processes=2).fit(waves)
    for name, value in weights(one).items():
        assert torch.allclose(value, weights(two)[name], atol=1e-5), name


# CTGAN's paper normalises over the batch, and that is each process's own.
@pytest.mark.parametrize("game", ["nade", "tvae"])
def test_two_processes_train_a_game_of_tables_as_one_does(game, frame, tiny, tmp_path):
    options = {"optimizer": {"part": "SGD", "lr": 0.05}}
    settings = {**tiny, "networks": None, "options": options, "batch_size": 20}
    one = Synthesizer(game, **settings, run=tmp_path / "one").fit(frame)
    two = Synthesizer(game, **settings, run=tmp_path / "two", processes=2).fit(frame)
    for name, value in weights(one).items():
        assert torch.allclose(value, weights(two)[name], atol=1e-5), name


@pytest.mark.parametrize("game", [*OF_PICTURES, *OF_ONE])
def test_games_of_pictures_refuse_tables(game, frame, tiny):
    with pytest.raises(WrongUse, match="plays with image data alone, got table data"):
        Synthesizer(game, **{**tiny, "networks": None}).fit(frame)


@pytest.mark.parametrize("game", [None, *OF_ALL, *OF_TABLES, *FLOWS])
def test_every_game_fits_a_table_draws_from_it_and_comes_back_from_its_folder(
    game, frame, tiny, tmp_path
):
    settings = {**tiny, "networks": None, "batch_size": 20}
    synthesizer = Synthesizer(game, **settings).fit(frame)
    made = synthesizer.sample(50, seed=1)
    assert made.dtypes.equals(frame.dtypes)
    assert set(made["city"]) <= set(frame["city"])
    assert made["age"].between(frame["age"].min(), frame["age"].max()).all()
    synthesizer.save(tmp_path / "model")
    assert Synthesizer.load(tmp_path / "model").sample(50, seed=1).equals(made)
    assert Synthesizer(game, **settings).fit(frame).sample(50, seed=1).equals(made)
    assert not Synthesizer(game, **settings, seed=1).fit(frame).sample(50, seed=1).equals(made)


def test_a_run_holds_all_that_one_training_made(images, tiny, tmp_path):
    Synthesizer(**{**tiny, "previews": True}, run=tmp_path / "run").fit(images)
    held = {path.name for path in (tmp_path / "run").iterdir()}
    assert {"recipe.toml", "model", "checkpoints", "log.jsonl", "samples"} <= held


# What else it does


def test_scores_tell_the_data_from_noise(numbers, tiny):
    synthesizer = Synthesizer(**tiny).fit(numbers)
    assert 0 <= synthesizer.score(numbers) <= 1


def test_what_the_user_names_beats_what_the_data_suggest(images, tiny):
    options = {"gamma": 0.25, "generator_optimizer": {"part": "SGD", "lr": 0.1}}
    synthesizer = Synthesizer(**tiny, options=options).fit(images)
    assert synthesizer.model_.regularizers[0].gamma == 0.25
    assert type(synthesizer.model_.players["generator"].optimizer).__name__ == "SGD"


def test_parts_may_be_given_as_objects(images, tiny, tmp_path):
    from sparring.core import Adam, Extragradient

    options = {"generator_optimizer": Adam(1e-3)}
    settings = {**tiny, "options": options, "rule": Extragradient()}
    first = Synthesizer(**settings, run=tmp_path / "run").fit(images)
    data = {"options": {"generator_optimizer": {"part": "Adam", "lr": 1e-3}}}
    second = Synthesizer(**{**tiny, **data, "rule": {"part": "Extragradient"}}).fit(images)
    assert equal_weights(weights(first), weights(second))


def test_clone_keeps_every_parameter_and_nothing_learnt(images, tiny):
    synthesizer = Synthesizer(**tiny, options={"gamma": 0.5}).fit(images)
    copy = clone(synthesizer)
    assert copy.get_params() == synthesizer.get_params()
    assert not hasattr(copy, "model_")
    assert copy.set_params(width=16, seed=4).width == 16
    with pytest.raises(ValueError, match="wdith"):
        copy.set_params(wdith=16)


def test_patience_ends_a_training_that_stands_still():
    still = {"part": "SGD", "lr": 1e-12}
    standing = Synthesizer(
        steps=3000,
        patience=500,
        width=4,
        batch_size=4,
        options={"generator_optimizer": still, "discriminator_optimizer": still},
    ).fit("moons")
    assert standing.model_.step < 1500


def test_patience_without_alarms_is_refused():
    with pytest.raises(WrongUse, match="patience needs the alarms"):
        Synthesizer(steps=5, patience=5, alarms=False).fit("moons")
