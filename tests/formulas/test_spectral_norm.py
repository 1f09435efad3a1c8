"""Spectral normalisation against the singular values."""

import pytest
import torch
from torch import nn

from sparring.networks import MLP
from sparring.regularizers import spectrally_normalise


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def largest(layer):
    """The largest singular value of the weight that the layer uses, as a matrix (out, rest)."""
    return float(torch.linalg.svdvals(layer.weight.detach().flatten(1)).max())


@pytest.mark.parametrize(
    ("layer", "shape"),
    [(nn.Linear(12, 7), (12,)), (nn.Conv2d(3, 8, 4), (3, 6, 6)), (nn.Embedding(9, 5), ())],
    ids=["linear", "convolution", "embedding"],
)
def test_after_50_passes_the_largest_singular_value_is_one(layer, shape):
    with torch.no_grad():
        layer.weight *= 30
    layer = spectrally_normalise(layer)
    x = torch.randint(9, (2,)) if isinstance(layer, nn.Embedding) else torch.randn(2, *shape)
    for _ in range(50):
        layer(x)
    layer.eval()
    assert largest(layer) == pytest.approx(1.0, abs=1e-3)


def test_the_directions_stay_and_only_the_size_goes():
    layer = nn.Linear(12, 7)
    before = layer.weight.detach().clone()
    spectrally_normalise(layer)
    for _ in range(50):
        layer(torch.randn(2, 12))
    after = layer.eval().weight.detach()
    torch.testing.assert_close(
        after, before / torch.linalg.matrix_norm(before, 2), rtol=1e-3, atol=0
    )


def test_in_evaluation_the_weight_stands_still():
    layer = spectrally_normalise(nn.Linear(6, 6)).eval()
    first = layer.weight.detach().clone()
    layer(torch.randn(2, 6))
    assert torch.equal(layer.weight, first)


def test_a_normalised_discriminator_is_1_lipschitz_on_random_pairs():
    discriminator = MLP((5,), (), hidden=(32, 32))
    with torch.no_grad():
        for parameter in discriminator.parameters():
            parameter *= 10
    first, second = torch.randn(2000, 5) * 3, torch.randn(2000, 5) * 3

    def steepest():
        with torch.no_grad():
            rise = (discriminator(first) - discriminator(second)).abs()
        return float((rise / (first - second).norm(dim=1)).max())

    assert steepest() > 1.0
    spectrally_normalise(discriminator)
    for _ in range(50):
        discriminator(first[:2])
    discriminator.eval()
    assert steepest() <= 1.0 + 1e-3
    assert steepest() > 0.01
