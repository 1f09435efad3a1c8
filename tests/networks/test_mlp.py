"""Fully connected networks."""

import pytest
import torch
from torch import nn

from sparring.networks import MLP


@pytest.mark.parametrize("shape_in", [(3,), (1, 8, 8), (2, 5)])
@pytest.mark.parametrize("shape_out", [(), (1,), (3, 4, 4)])
def test_inputs_and_outputs_have_any_shape(shape_in, shape_out):
    assert MLP(shape_in, shape_out, hidden=(4,))(torch.randn(7, *shape_in)).shape == (7, *shape_out)


def test_without_hidden_layers_it_is_linear():
    network = MLP((3,), (2,), hidden=())
    x = torch.randn(4, 3)
    (layer,) = network.last
    torch.testing.assert_close(network(x), x @ layer.weight.T + layer.bias)


def test_two_layers_are_what_they_are_on_paper():
    network = MLP((2,), (), hidden=(3,))
    (first, _), (last,) = network.layers, network.last
    x = torch.randn(5, 2)
    middle = x @ first.weight.T + first.bias
    expected = torch.where(middle > 0, middle, 0.2 * middle) @ last.weight.T + last.bias
    torch.testing.assert_close(network(x), expected.flatten())


def test_the_last_layer_may_be_bounded():
    network = MLP((2,), (3,), hidden=(4,), output=nn.Tanh())
    assert network(100 * torch.randn(20, 2)).abs().max() <= 1
