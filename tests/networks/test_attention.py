"""Self-attention against a loop over places."""

import math

import pytest
import torch

from sparring.networks import SelfAttention
from sparring.networks.attention import attending


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


@pytest.mark.parametrize("width", [2, 16])
@pytest.mark.parametrize("side", [2, 5, 8])
def test_it_starts_as_the_identity(width, side):
    x = torch.randn(2, width, side, side)
    assert torch.equal(SelfAttention(width)(x), x)


def test_gamma_can_leave_zero():
    attention, x = SelfAttention(8), torch.randn(2, 8, 4, 4)
    attention(x).square().sum().backward()
    assert attention.gamma.grad.abs().item() > 0


@pytest.mark.parametrize("side", [2, 5, 8])
def test_what_a_place_takes_sums_to_one(side):
    shares = SelfAttention(16).shares(10 * torch.randn(3, 16, side, side))
    assert shares.shape == (3, side**2, (side // 2) ** 2)
    assert (shares >= 0).all()
    torch.testing.assert_close(shares.sum(2), torch.ones(3, side**2))


def pooled(maps, row, column):
    """The largest of 2x2 neighbours of each map (c, s, s)."""
    return maps[:, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2].amax((1, 2))


def test_it_is_the_papers_formula_place_by_place():
    """Eq. 1 to 3: y_j = gamma v(sum over i of b_ji h(x_i)) + x_j, one j and one i at a time."""
    attention, x = SelfAttention(16).double(), torch.randn(1, 16, 4, 4).double()
    attention.gamma.data.fill_(0.7)
    with torch.no_grad():
        asks, answers, gives = (
            layer(x)[0] for layer in (attention.asks, attention.answers, attention.gives)
        )
        others = [(row, column) for row in range(2) for column in range(2)]
        for row in range(4):
            for column in range(4):
                raised = [
                    math.exp(pooled(answers, *other) @ asks[:, row, column]) for other in others
                ]
                gathered = sum(
                    share / sum(raised) * pooled(gives, *other)
                    for share, other in zip(raised, others, strict=True)
                )
                change = attention.project.weight[:, :, 0, 0] @ gathered
                expected = x[0, :, row, column] + 0.7 * change
                torch.testing.assert_close(attention(x)[0, :, row, column], expected)


def test_every_place_reaches_every_other():
    attention, x = SelfAttention(8), torch.randn(1, 8, 4, 4, requires_grad=True)
    attention.gamma.data.fill_(1.0)
    (gradient,) = torch.autograd.grad(attention(x)[0, :, 0, 0].sum(), x)
    assert (gradient[0].flatten(1) != 0).any(1).all()
    assert (gradient[0, :, 2:, 2:] != 0).any()


def test_attention_is_at_the_largest_side_that_is_not_larger():
    assert attending([8, 16, 32], 16) == 1
    assert attending([16, 8, 4], 31) == 0
    assert attending([16, 8, 4], 7) == 2


def test_attention_below_every_side_is_refused():
    message = "attention must be 0 or a side length of at least 14, .* got 7"
    with pytest.raises(ValueError, match=message):
        attending([14, 28], 7)
