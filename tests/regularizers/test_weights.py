"""Constraints on weights."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize

from sparring.networks import MLP, DCGANDiscriminator
from sparring.regularizers import Clip, spectrally_normalise


def test_every_linear_convolutional_and_embedding_layer_is_normalised():
    network = spectrally_normalise(DCGANDiscriminator(1, 8, width=4, condition=3))
    kinds = (nn.Linear, nn.Conv2d, nn.Embedding)
    layers = [module for module in network.modules() if isinstance(module, kinds)]
    assert len(layers) == 3
    assert all(parametrize.is_parametrized(layer, "weight") for layer in layers)


def test_normalising_twice_is_normalising_once():
    network = spectrally_normalise(spectrally_normalise(nn.Sequential(nn.Linear(2, 2))))
    assert len(network[0].parametrizations.weight) == 1


def test_tables_of_a_generator_can_be_left_alone():
    network = spectrally_normalise(MLP((3,), (2,), condition=4), embeddings=False)
    assert not parametrize.is_parametrized(network.embedding)
    assert parametrize.is_parametrized(network.layers[0])


def test_a_layer_that_starts_at_zero_is_given_a_start():
    """The zero weight has no direction, and dividing by its size would give no number."""
    layer = nn.Linear(3, 3)
    nn.init.zeros_(layer.weight)
    weight = spectrally_normalise(layer).eval().weight.detach()
    torch.testing.assert_close(weight @ weight.t(), torch.eye(3))


def test_two_calls_before_a_backward_pass_have_their_own_gradients():
    """A loss may call a network twice; the directions move in between."""
    torch.manual_seed(0)
    layer, x = spectrally_normalise(nn.Linear(5, 4)), torch.randn(2, 5)
    twice = layer(x).sum() + layer(x).sum()
    (slope,) = torch.autograd.grad(twice, layer.parametrizations.weight.original)
    assert slope.isfinite().all()


def test_the_directions_move_where_they_are():
    """So that whoever averages or keeps them holds what is in use."""
    layer = spectrally_normalise(nn.Linear(5, 4))
    kept, before = list(layer.buffers()), [buffer.clone() for buffer in layer.buffers()]
    with torch.no_grad():
        layer.parametrizations.weight.original.normal_()
    layer(torch.randn(2, 5))
    assert all(now is then for now, then in zip(layer.buffers(), kept, strict=True))
    assert not any(torch.equal(now, then) for now, then in zip(kept, before, strict=True))


@pytest.mark.parametrize("kind", [nn.Linear, nn.Embedding])
def test_directions_that_were_averaged_divide_by_the_size_they_see(kind):
    """The mean of two directions is shorter than 1; a shorter one must not make weights larger."""
    torch.manual_seed(0)
    layer = spectrally_normalise(kind(6, 6)).eval()
    before = layer.weight.detach().clone()
    with torch.no_grad():
        for buffer in layer.buffers():
            buffer *= 0.7
    torch.testing.assert_close(layer.weight.detach(), before)


@pytest.mark.parametrize(
    "layer", [nn.Linear(6, 4), nn.Conv2d(3, 8, 3), nn.ConvTranspose2d(3, 8, 3)], ids=str
)
def test_it_does_what_torchs_own_does(layer):
    torch.manual_seed(0)
    twin = copy.deepcopy(layer)
    ours, torchs = spectrally_normalise(layer), torch.nn.utils.parametrizations.spectral_norm(twin)
    for _ in range(100):
        ours.weight, torchs.weight  # noqa: B018 - each look is an iteration in training
    torch.testing.assert_close(ours.eval().weight, torchs.eval().weight)


def test_it_is_the_same_network():
    network = nn.Linear(2, 2)
    assert spectrally_normalise(network) is network


@pytest.mark.parametrize("limit", [0.0, -1.0])
def test_clip_refuses_an_empty_box(limit):
    with pytest.raises(ValueError, match="limit of Clip must be above 0"):
        Clip(limit)


def test_clip_leaves_weights_inside_as_they_are():
    weight = nn.Parameter(torch.tensor([0.1, -0.2]))
    with torch.no_grad():
        Clip(0.5)([weight])
    assert torch.equal(weight, torch.tensor([0.1, -0.2]))
