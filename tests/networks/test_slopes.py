"""Layers whose slopes are cheap to differentiate are torch's own in every other way."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.autograd import gradcheck, gradgradcheck
from torch.utils._python_dispatch import TorchDispatchMode

from sparring.core.penalised import penalised
from sparring.networks import DCGANDiscriminator, ResidualDiscriminator, StyleDiscriminator
from sparring.networks.slopes import Conv2d, LeakyReLU, conv2d, leaky_relu_
from sparring.regularizers import R1, GradientPenalty
from sparring.regularizers.regularizer import Evaluation

HOW = [
    {},
    {"stride": (2, 2), "padding": (1, 1)},
    {"stride": (3, 2), "padding": (0, 2)},
    {"dilation": (2, 1), "padding": (1, 0)},
    {"groups": 2},
]


def tensors(how, bias=True, side=7):
    torch.manual_seed(0)
    x = torch.randn(2, 4, side, side + 1, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(6, 4 // how.get("groups", 1), 3, 3, dtype=torch.float64)
    b = torch.randn(6, dtype=torch.float64).requires_grad_() if bias else None
    return x, weight.requires_grad_(), b


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("bias", [True, False])
def test_a_convolution_is_torchs_with_its_first_gradients(how, bias):
    x, weight, b = tensors(how, bias)
    with penalised():
        mine = conv2d(x, weight, b, **how)
    theirs = F.conv2d(x, weight, b, **how)
    given = [t for t in (x, weight, b) if t is not None]
    shade = torch.randn_like(mine)
    assert torch.allclose(mine, theirs)
    pairs = zip(
        torch.autograd.grad(mine, given, shade), torch.autograd.grad(theirs, given, shade),
        strict=True,
    )  # fmt: skip
    assert all(torch.allclose(a, b) for a, b in pairs)


@pytest.mark.parametrize("how", HOW)
def test_gradients_of_every_order_are_right(how):
    with penalised():
        x, weight, b = tensors(how, side=5)
        assert gradcheck(lambda *t: conv2d(*t, **how), (x, weight, b))
        assert gradgradcheck(lambda *t: conv2d(*t, **how), (x, weight, b))
        assert gradgradcheck(lambda t: leaky_relu_(t * 1, 0.2), x)


def network():
    torch.manual_seed(0)
    return nn.Sequential(
        Conv2d(2, 4, 4, 2, 1), LeakyReLU(0.2), Conv2d(4, 4, 3, 1, 1), LeakyReLU(0.2), nn.Flatten(1),
        nn.Linear(64, 1),
    ).double()  # fmt: skip


def penalty(regularizer, inside, of=network):
    """The gradients of a penalty, by our layers or by torch's."""
    discriminator, x = of(), torch.randn(4, 2, 8, 8, dtype=torch.float64)
    x.requires_grad_()
    with penalised(inside):
        scores = discriminator(x)
    evaluation = Evaluation(discriminator, x, scores, 0)
    (term,) = regularizer(evaluation).values()
    (term + scores.square().mean()).backward()
    return [p.grad for p in discriminator.parameters()]


def test_the_gradient_of_a_penalty_is_that_through_torchs_layers():
    torch.manual_seed(1)
    mine = penalty(R1(3.0), True)
    torch.manual_seed(1)
    theirs = penalty(R1(3.0), False)
    assert all(torch.allclose(a, b) for a, b in zip(mine, theirs, strict=True))


@pytest.mark.parametrize(
    "make",
    [
        lambda: DCGANDiscriminator(2, 8, width=4, condition=0),
        lambda: ResidualDiscriminator(2, 8, width=16),
        lambda: StyleDiscriminator(2, 8, width=4),
    ],
)
def test_whole_discriminators_agree(make):
    def of():
        torch.manual_seed(0)
        return make().double()

    torch.manual_seed(1)
    mine = penalty(R1(3.0), True, of)
    torch.manual_seed(1)
    theirs = penalty(R1(3.0), False, of)
    assert all(torch.allclose(a, b) for a, b in zip(mine, theirs, strict=True))
    assert any(grad.abs().sum() > 0 for grad in mine)


class Convolutions(TorchDispatchMode):
    """Counts what is convolved."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.count += "convolution" in str(function)
        return function(*args, **(kwargs or {}))


def test_a_penalty_does_not_walk_back_through_what_has_no_curvature():
    def convolutions(inside, plain):
        torch.manual_seed(0)
        net = network()
        if plain:  # torch's own layers, with the same weights
            own = nn.Sequential(
                nn.Conv2d(2, 4, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(4, 4, 3, 1, 1),
                nn.LeakyReLU(0.2), nn.Flatten(1), nn.Linear(64, 1),
            ).double()  # fmt: skip
            own.load_state_dict(net.state_dict())
            net = own
        x = torch.randn(8, 2, 8, 8, dtype=torch.float64)
        evaluation = Evaluation(net, x, net(x).detach(), 0)
        with Convolutions() as counted:
            GradientPenalty()(evaluation)["gradient_penalty"].backward()
        return counted.count

    # Both forward, their gradients of the maps, and of each of those the gradients of gradient and
    # weight in one: 2 + 2 + 2. Torch's own pair takes more, though all it adds is zeros.
    assert convolutions(True, plain=False) == 6 < convolutions(False, plain=True)


def test_weights_are_left_alone_where_a_slope_is_all_that_is_asked_for():
    net, x = network(), torch.randn(3, 2, 8, 8, dtype=torch.float64, requires_grad=True)
    with penalised():
        scores = net(x)
    with Convolutions() as counted:
        torch.autograd.grad(scores.sum(), x, create_graph=True)
    assert counted.count == 2


def test_what_was_changed_in_place_is_noticed():
    x, weight, b = tensors({})
    with penalised():
        seen = x * 1
        y = conv2d(seen, weight, b)
    with torch.no_grad():
        seen.add_(1)
    with pytest.raises(RuntimeError, match="changed in place"):
        y.sum().backward()


def test_autocast_is_followed():
    layer, x = Conv2d(2, 3, 3), torch.randn(1, 2, 5, 5, requires_grad=True)
    with penalised(), torch.autocast("cpu", torch.bfloat16):
        y = layer(x)
    assert y.dtype == torch.bfloat16
    y.float().sum().backward()
    assert layer.weight.grad.dtype == x.grad.dtype == torch.float32


def test_without_gradients_nothing_is_kept():
    layer = Conv2d(2, 3, 3)
    with torch.no_grad(), penalised():
        y = LeakyReLU(0.1)(layer(torch.ones(1, 2, 5, 5)))
    assert not y.requires_grad


@pytest.mark.parametrize("kind", [DCGANDiscriminator, ResidualDiscriminator, StyleDiscriminator])
def test_networks_compile_in_one_piece(kind):
    torch._dynamo.reset()
    network, x = kind(3, 16, 8), torch.randn(2, 3, 16, 16)
    whole = torch.compile(network, fullgraph=True, backend="eager", dynamic=False)
    assert torch.allclose(whole(x), network(x), atol=1e-6)
