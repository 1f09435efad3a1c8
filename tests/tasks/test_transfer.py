"""Weights of a trained game in a new one, and layers that stay as they are."""

from dataclasses import replace

import pytest
import torch

from sparring.core import Backend, train
from sparring.core.errors import WrongUse
from sparring.data import Batches, Image, InMemory
from sparring.games import SNGAN
from sparring.tasks.building import Fit
from sparring.tasks.model import ModelSpec, save_model
from sparring.tasks.transfer import freeze, transfer

SPEC = ModelSpec("gan", "dcgan", Fit((1, 16, 16), latent=8, width=4))
LAYERS = ("discriminator.layers.0", "discriminator.layers.2")


@pytest.fixture
def trained(tmp_path):
    torch.manual_seed(1)
    game = SPEC.build()
    save_model(tmp_path / "model", SPEC, Image(16, 1), game)
    return game, tmp_path


def new(spec=SPEC):
    torch.manual_seed(2)
    return spec.build()


def fit(**changes):
    return replace(SPEC, fit=replace(SPEC.fit, **changes))


@pytest.mark.parametrize("inside", ["", "model"])
def test_all_weights_come_from_a_run_or_its_model(trained, inside):
    old, folder = trained
    game = new()
    assert transfer(game, SPEC, folder / inside) == 1.0
    expected = old.state_dict()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in game.state_dict().items())


def test_what_fits_comes_and_the_rest_stays_as_it_was_drawn(trained):
    old, folder = trained
    spec = fit(latent=12)
    game, drawn = new(spec), new(spec).state_dict()
    assert 0.5 < transfer(game, spec, folder) < 1.0
    first, then = "generator.layers.0.weight", "generator.layers.3.weight"
    assert torch.equal(game.state_dict()[first], drawn[first])
    assert torch.equal(game.state_dict()[then], old.state_dict()[then])


def test_classes_may_be_new(trained):
    old, folder = trained
    asked = {"condition": "classes", "names": ["a", "b"], "weights": [1, 3]}
    spec = fit(condition=2, asked=asked)
    game = new(spec)
    assert 0.5 < transfer(game, spec, folder) < 1.0
    assert torch.equal(game.discriminator.last.weight, old.discriminator.last.weight)


def test_another_game_takes_them_too(trained):
    old, folder = trained
    spec = replace(SPEC, game="r3gan")
    game = new(spec)
    assert transfer(game, spec, folder) == 1.0
    assert torch.equal(game.generator.layers[0].weight, old.generator.layers[0].weight)


def test_what_an_augmentation_has_seen_begins_anew(tmp_path):
    spec = replace(SPEC, options={"augmentation": {"part": "ADA"}})
    old, game = new(spec), new(spec)
    old.augmentation.probability.fill_(0.5)
    save_model(tmp_path, spec, Image(16, 1), old)
    transfer(game, spec, tmp_path)
    assert float(game.augmentation.probability) == 0.0


def test_frozen_layers_stay_and_all_others_learn(trained):
    old, folder = trained
    game = new()
    transfer(game, SPEC, folder, frozen=2)
    batches = Batches(InMemory(torch.randn(8, 1, 16, 16)), 4, 0)
    train(game, batches, steps=2, backend=Backend("cpu"))
    before = dict(old.named_parameters())
    for name, tensor in game.named_parameters():
        assert torch.equal(tensor, before[name]) is name.startswith(LAYERS), name


def test_freezing_alone_takes_no_weights(trained):
    game, drawn = new(), new().state_dict()
    freeze(game, SPEC, 2)
    still = [name for name, tensor in game.named_parameters() if not tensor.requires_grad]
    assert still == [f"{layer}.{kind}" for layer in LAYERS for kind in ("weight", "bias")]
    assert all(torch.equal(tensor, drawn[name]) for name, tensor in game.state_dict().items())


def test_nothing_is_frozen_unless_asked_for():
    game = new()
    freeze(game, SPEC, 0)
    assert all(tensor.requires_grad for tensor in game.parameters())


def test_a_normalised_layer_is_one_layer():
    spec = replace(SPEC, game="sngan")
    game = new(spec)
    assert isinstance(game, SNGAN)
    freeze(game, spec, 1)
    still = [name for name, tensor in game.named_parameters() if not tensor.requires_grad]
    assert len(still) == 2
    assert all(name.startswith("discriminator.layers.0.") for name in still)


def test_a_classes_layer_comes_last():
    asked = {"condition": "classes", "names": ["a", "b"], "weights": [1, 3]}
    spec = fit(condition=2, asked=asked)
    game = new(spec)
    freeze(game, spec, 1)
    still = [name for name, tensor in game.named_parameters() if not tensor.requires_grad]
    assert still == [f"{LAYERS[0]}.weight", f"{LAYERS[0]}.bias"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"shape": (3, 16, 16)}, "got 3x16x16 here and 1x16x16 in"),
        ({"shape": (1, 32, 32)}, "got 1x32x32 here and 1x16x16 in"),
        ({"width": 8}, "its networks are 'dcgan' of width 4, latents of length 8: give the same"),
    ],
)
def test_a_model_of_other_pictures_or_networks_is_refused(trained, changes, says):
    spec = fit(**changes)
    game, drawn = new(spec), new(spec).state_dict()
    with pytest.raises(WrongUse, match=says):
        transfer(game, spec, trained[1])
    assert all(torch.equal(tensor, drawn[name]) for name, tensor in game.state_dict().items())


def test_other_networks_are_refused(trained):
    spec = replace(SPEC, networks="mlp")
    with pytest.raises(WrongUse, match="at least half of the layers"):
        transfer(new(spec), spec, trained[1])


def test_a_layer_that_does_not_fit_is_not_frozen(trained, tmp_path):
    spec = replace(SPEC, game="sngan")  # its weights have another name
    with pytest.raises(WrongUse, match="which would be frozen, isn't"):
        transfer(new(spec), spec, trained[1], frozen=1)


def test_no_model_no_transfer(tmp_path):
    with pytest.raises(WrongUse, match="there is no model in"):
        transfer(new(), SPEC, tmp_path / "nowhere")


@pytest.mark.parametrize("frozen", [-1, 3, 9])
def test_some_layer_must_be_left_to_learn(frozen):
    with pytest.raises(WrongUse, match=f"below the 3 layers of the discriminator, got {frozen}"):
        freeze(new(), SPEC, frozen)
