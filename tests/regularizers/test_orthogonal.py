"""The orthogonal term against a loop over pairs of filters."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from sparring.networks import BigGANGenerator, ConditionalBatchNorm
from sparring.regularizers import Generation, Orthogonal, spectrally_normalise


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def term(network, strength=1.0):
    z = torch.zeros(1, 1)
    return Orthogonal(strength)(Generation(network, z, None, z, 0))


def brute_force(*matrices):
    """|W^T W o (1 - I)|^2, the columns of each W its filters, an entry at a time."""
    total = 0.0
    for matrix in matrices:
        w = matrix.detach().flatten(1).t().double()
        for i in range(w.shape[1]):
            for j in range(w.shape[1]):
                total += float(w[:, i] @ w[:, j]) ** 2 * (i != j)
    return total


@given(many=st.integers(1, 9), numbers=st.integers(1, 9))
@settings(deadline=None, max_examples=40)
def test_it_is_the_formula_for_filters_many_or_few(many, numbers):
    layer = nn.Linear(numbers, many)
    nn.init.normal_(layer.weight)
    found = float(term(layer)["orthogonality"].detach())
    assert found == pytest.approx(brute_force(layer.weight), rel=1e-4, abs=1e-4)


def test_of_a_convolution_the_filters_are_its_outputs():
    layer = nn.Conv2d(3, 5, 3)
    expected = brute_force(layer.weight)
    assert float(term(layer)["orthogonality"].detach()) == pytest.approx(expected, rel=1e-4)


def test_of_a_transposed_convolution_they_are_too():
    layer = nn.ConvTranspose2d(3, 5, 4)
    expected = brute_force(layer.weight.transpose(0, 1))
    assert float(term(layer)["orthogonality"].detach()) == pytest.approx(expected, rel=1e-4)


def test_it_is_a_sum_over_layers_of_the_weights_before_normalisation():
    first, second = nn.Linear(4, 3), nn.Conv2d(1, 4, 3)
    expected = 0.01 * brute_force(first.weight, second.weight)
    network = spectrally_normalise(nn.ModuleList([first, second]))
    assert float(term(network, 0.01)["orthogonality"].detach()) == pytest.approx(expected, rel=1e-4)


def test_orthogonal_filters_of_any_length_cost_nothing():
    layer = nn.Linear(6, 4, bias=False)
    nn.init.orthogonal_(layer.weight)
    with torch.no_grad():
        layer.weight *= torch.tensor([1.0, 5.0, 0.2, 0.0])[:, None]
    assert float(term(layer)["orthogonality"].detach()) < 1e-9


@pytest.mark.parametrize("shape", [(5, 3), (3, 5)], ids=["many", "few"])
def test_its_slope_is_that_of_the_formula(shape):
    """4 (W W^T o (1 - I)) W for rows of filters W."""
    layer = nn.Linear(shape[1], shape[0], bias=False).double()
    (slope,) = torch.autograd.grad(term(layer)["orthogonality"], layer.weight)
    w = layer.weight.detach()
    torch.testing.assert_close(slope, 4 * (w @ w.t() * (1 - torch.eye(len(w)).double())) @ w)


def test_following_it_makes_filters_orthogonal():
    layer = nn.Linear(8, 4, bias=False)
    lengths = layer.weight.norm(dim=1).detach()
    for _ in range(200):
        (slope,) = torch.autograd.grad(term(layer)["orthogonality"], layer.weight)
        layer.weight.data -= 0.1 * slope
    assert float(term(layer)["orthogonality"].detach()) < 1e-3
    assert (layer.weight.norm(dim=1) > 0.5 * lengths).all()


def test_embeddings_and_gains_are_left_alone():
    assert term(nn.ModuleList([nn.Embedding(4, 3), ConditionalBatchNorm(5, 4)])) == {}


def test_of_a_generator_it_reaches_every_matrix_and_no_table():
    network = spectrally_normalise(
        BigGANGenerator(6, 1, 16, width=4, condition=3), embeddings=False
    )
    term(network)["orthogonality"].backward()
    reached = {name for name, p in network.named_parameters() if p.grad is not None}
    every = {name for name, p in network.named_parameters() if p.dim() > 1}
    parts = (".gain.", ".shift.", "embedding.")
    tables = {name for name in every if any(part in name for part in parts)}
    assert len(tables) == 9
    assert reached == every - tables


def test_without_strength_there_is_no_term():
    assert term(nn.Linear(3, 3), 0.0) == {}


def test_a_negative_strength_is_refused():
    with pytest.raises(ValueError, match="strength of Orthogonal must be at least 0, got -1"):
        Orthogonal(-1.0)
