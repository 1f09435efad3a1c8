"""All networks: shapes at every size, gradients to every weight, classes that matter."""

import copy

import pytest
import torch
from torch import nn

from sparring.networks import (
    MLP,
    BigGANDiscriminator,
    BigGANGenerator,
    DCGANDiscriminator,
    DCGANGenerator,
    MixedOutput,
    ResidualDiscriminator,
    ResidualGenerator,
    SAGANDiscriminator,
    SAGANGenerator,
)
from sparring.networks.sizes import pyramid

SIZES = [8, 9, 12, 16, 20, 28, 32, 33, 48, 64, 100, 128]
GENERATORS = [DCGANGenerator, ResidualGenerator, SAGANGenerator, BigGANGenerator]
DISCRIMINATORS = [
    DCGANDiscriminator, ResidualDiscriminator, SAGANDiscriminator, BigGANDiscriminator,
]  # fmt: skip


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def tiny(kind):
    return {"width": 2 if kind.__name__.startswith("DCGAN") else 8}


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", GENERATORS)
def test_generators_make_pictures_of_every_size(kind, size, channels):
    pictures = kind(6, channels, size, **tiny(kind))(torch.randn(2, 6))
    assert pictures.shape == (2, channels, size, size)
    assert pictures.isfinite().all()


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", DISCRIMINATORS)
def test_discriminators_score_pictures_of_every_size(kind, size, channels):
    scores = kind(channels, size, **tiny(kind))(torch.randn(2, channels, size, size))
    assert scores.shape == (2,)
    assert scores.isfinite().all()


@pytest.mark.parametrize("size", range(8, 129))
def test_a_pyramid_starts_at_4_to_8_and_wastes_less_than_a_double(size):
    sides = pyramid(size)
    assert 4 <= sides[0] <= 8
    assert sides == [sides[0] * 2**level for level in range(len(sides))]
    assert size <= sides[-1] < size + 2 ** (len(sides) - 1)


@pytest.mark.parametrize("size", [8, 20, 33])
@pytest.mark.parametrize("kind", DISCRIMINATORS)
def test_every_pixel_counts(kind, size):
    """Also in the last row and column of sizes that are padded."""
    network = kind(1, size, **tiny(kind))
    x = torch.randn(1, 1, size, size, requires_grad=True)
    (gradient,) = torch.autograd.grad(network(x).sum(), x)
    assert (gradient != 0).all()


@pytest.mark.parametrize("kind", DISCRIMINATORS)
def test_a_score_depends_on_its_own_picture_alone(kind):
    network, x = kind(1, 8, **tiny(kind)), torch.randn(4, 1, 8, 8)
    torch.testing.assert_close(network(x)[:2], network(x[:2]))


def all_networks():
    vectors, labels = torch.randn(6, 5), torch.arange(6) % 3
    pictures = torch.randn(6, 3, 12, 12)
    spans = [("number", 1), ("category", 3)]
    return {
        "mlp": (MLP((5,), (2, 2), hidden=(8,)), (vectors,)),
        "mlp with classes": (MLP((5,), (), hidden=(8,), condition=3), (vectors, labels)),
        "mlp for rows": (
            MLP((5,), (4,), hidden=(8,), output=MixedOutput(spans)), (vectors,),
        ),
        "dcgan generator": (DCGANGenerator(5, 3, 12, width=4), (vectors,)),
        "dcgan generator with classes": (
            DCGANGenerator(5, 3, 12, width=4, condition=3), (vectors, labels),
        ),
        "dcgan discriminator": (DCGANDiscriminator(3, 12, width=4), (pictures,)),
        "dcgan discriminator with classes": (
            DCGANDiscriminator(3, 12, width=4, condition=3), (pictures, labels),
        ),
        "dcgan discriminator with normalisation": (
            DCGANDiscriminator(3, 12, width=4, norm=nn.BatchNorm2d), (pictures,),
        ),
        "residual generator": (ResidualGenerator(5, 3, 12, width=8), (vectors,)),
        "residual generator with classes": (
            ResidualGenerator(5, 3, 12, width=8, depth=2, condition=3), (vectors, labels),
        ),
        "sagan generator": (SAGANGenerator(5, 3, 12, width=4), (vectors,)),
        "sagan generator with classes": (
            SAGANGenerator(5, 3, 12, width=4, condition=3), (vectors, labels),
        ),
        "sagan discriminator": (SAGANDiscriminator(3, 12, width=4), (pictures,)),
        "sagan discriminator with classes": (
            SAGANDiscriminator(3, 12, width=4, condition=3), (pictures, labels),
        ),
        "biggan generator": (BigGANGenerator(5, 3, 12, width=4), (vectors,)),
        "biggan generator with classes": (
            BigGANGenerator(5, 3, 12, width=4, condition=3, shared=6), (vectors, labels),
        ),
        "biggan discriminator": (BigGANDiscriminator(3, 12, width=4), (pictures,)),
        "biggan discriminator with classes": (
            BigGANDiscriminator(3, 12, width=4, condition=3), (pictures, labels),
        ),
        "residual discriminator": (ResidualDiscriminator(3, 12, width=8), (pictures,)),
        "residual discriminator with classes": (
            ResidualDiscriminator(3, 12, width=8, depth=2, condition=3), (pictures, labels),
        ),
    }  # fmt: skip


NETWORKS = list(all_networks())


@pytest.fixture(params=NETWORKS)
def network_and_inputs(request):
    return all_networks()[request.param]


def loosen(network):
    """Let blocks that start as the identity do something."""
    with torch.no_grad():
        for parameter in network.parameters():
            parameter += 0.05 * torch.randn_like(parameter)


def test_every_parameter_gets_a_gradient(network_and_inputs):
    network, inputs = network_and_inputs
    loosen(network)
    network(*inputs).square().sum().backward()
    without = [
        name
        for name, parameter in network.named_parameters()
        if parameter.grad is None or not parameter.grad.count_nonzero()
    ]
    assert without == []
    assert all(parameter.grad.isfinite().all() for parameter in network.parameters())


def test_it_can_be_copied_and_kept(network_and_inputs):
    network, inputs = network_and_inputs
    loosen(network)
    network.eval()
    twin = copy.deepcopy(network)
    loosen(twin)
    twin.load_state_dict(network.state_dict())
    outputs = []
    for module in (network, twin):
        torch.manual_seed(0)
        outputs.append(module(*inputs))
    assert torch.equal(*outputs)


@pytest.mark.parametrize("name", [name for name in NETWORKS if name.endswith("with classes")])
def test_a_conditional_network_depends_on_the_class(name):
    network, (x, _) = all_networks()[name]
    loosen(network)
    network.eval()
    outputs = [network(x, torch.full((6,), label)) for label in range(3)]
    assert not torch.allclose(outputs[0], outputs[1])
    assert not torch.allclose(outputs[1], outputs[2])


@pytest.mark.parametrize("name", NETWORKS)
def test_the_output_depends_on_every_number_of_the_input(name):
    network, (x, *rest) = all_networks()[name]
    loosen(network)
    x = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(network(x, *rest).square().sum(), x)
    assert (gradient != 0).flatten(1).any(0).all()
