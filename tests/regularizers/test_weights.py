"""Constraints on weights."""

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize

from sparring.networks import DCGANDiscriminator
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
