"""Masked layers: who sees whom, by slopes."""

import itertools

import pytest
import torch

from sparring.core import WrongUse
from sparring.networks.masked_mlp import MaskedMLP

torch.set_num_threads(1)

ORDERS = torch.tensor([[0, 1, 2, 3, 4], [4, 2, 0, 3, 1]])


def seen(network, *more, **options):
    """Whether output (k, d) sees number i of x, (k, d, i)."""
    x = torch.rand(1, network.channels * network.size)
    slopes = torch.autograd.functional.jacobian(lambda v: network(v, *more, **options), x)
    return slopes[0, :, :, 0].ne(0)


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("hidden", [(64,), (64, 32), (48, 64, 64)])
def test_a_number_sees_those_whose_turn_was_before_and_no_others(order, hidden):
    torch.manual_seed(0)
    found = seen(MaskedMLP(5, 3, hidden, orders=ORDERS), order=order)
    turns = ORDERS[order]
    before = turns[:, None] > turns
    assert torch.equal(found, before.expand(3, -1, -1))


def test_colours_of_a_place_take_their_turns():
    torch.manual_seed(0)
    network = MaskedMLP(4, 6, (128, 128), orders=ORDERS[:1, :4], channels=3, colours=3)
    found = seen(network)
    for output, place, channel, other in itertools.product(range(6), range(4), range(3), range(4)):
        before = (other, channel) < (place, output // 2)
        assert bool(found[output, place, channel * 4 + other]) == before


def test_with_one_colour_a_places_channels_have_one_turn():
    torch.manual_seed(0)
    found = seen(MaskedMLP(4, 2, (64,), channels=3)).unflatten(2, (3, 4))
    before = torch.ones(4, 4).tril(-1).bool()
    assert torch.equal(found, before[None, :, None].expand(2, -1, 3, -1))


@pytest.mark.parametrize("size", [1, 5])
def test_every_turn_knows_the_context(size):
    torch.manual_seed(0)
    network = MaskedMLP(size, 2, (64, 64), context=3)
    context = torch.rand(1, 3)
    slopes = torch.autograd.functional.jacobian(lambda c: network(torch.zeros(1, size), c), context)
    assert bool(slopes.abs().sum((0, 1, 3, 4)).ne(0).all())
    assert torch.equal(seen(network, context)[0], torch.ones(size, size).tril(-1).bool())


def test_slopes_of_an_inverse_autoregressive_step_have_the_determinant_of_their_diagonal():
    """y = x exp(s) + m: log |det dy/dx| is the sum of s."""
    torch.manual_seed(0)
    network, x = MaskedMLP(6, 2, (32, 32)).double(), torch.rand(1, 6, dtype=torch.float64)

    def step(v):
        shift, scale = network(v).unbind(1)
        return (v * scale.exp() + shift)[0]

    slopes = torch.autograd.functional.jacobian(step, x)[:, 0]
    assert float(torch.linalg.slogdet(slopes)[1]) == pytest.approx(
        float(network(x)[:, 1].sum().detach()), abs=1e-12
    )


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: MaskedMLP(3, 1, ()), "at least 1 hidden layer"),
        (lambda: MaskedMLP(3, 4, channels=3, colours=3), "multiples of the 3 colours, got 3 and 4"),
        (lambda: MaskedMLP(3, 1, orders=torch.tensor([[0, 1, 1]])), "permutation of 0 to 2"),
        (lambda: MaskedMLP(3, 1, context=2)(torch.zeros(1, 3)), "needs one, got none"),
    ],
)
def test_wrong_use_is_refused(make, said):
    with pytest.raises(WrongUse, match=said):
        make()
