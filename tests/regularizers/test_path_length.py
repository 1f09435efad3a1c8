"""Path length: against Jacobians that are known."""

import math

import pytest
import torch
from torch import nn

from sparring.core import WrongUse
from sparring.networks import MLP
from sparring.regularizers import Generation, PathLength, Styled
from sparring.regularizers.path_length import path_lengths


class Linear(nn.Module):
    """x = sum over layers l of A_l w_l, pictures of 2 x 3 pixels: J is A."""

    def __init__(self, matrices, mapping=None):
        super().__init__()
        self.matrices = nn.Parameter(matrices)  # (layers, 6, k)
        self.count, self.mapping = len(matrices), mapping or nn.Identity()

    def synthesis(self, w):
        return torch.einsum("lij,nlj->ni", self.matrices, w).view(-1, 1, 2, 3)


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)
    torch.set_num_threads(1)


def generation(generator, n=4, step=0):
    z = torch.randn(n, generator.matrices.shape[2])
    return Generation(generator, z, None, torch.zeros(n, 1, 2, 3), step)


def expected_lengths(generator, n, seed):
    """sqrt(mean over layers of |A_l^T y|^2), y normal over the root of 6 pixels."""
    torch.manual_seed(seed)
    y = torch.randn(n, 1, 2, 3).flatten(1) / math.sqrt(6)
    back = torch.einsum("lij,ni->nlj", generator.matrices, y)
    return back.square().sum(2).mean(1).sqrt()


@pytest.mark.parametrize("layers", [1, 3])
def test_lengths_are_those_of_the_explicit_jacobian(layers):
    generator = Linear(torch.randn(layers, 6, 4))
    assert isinstance(generator, Styled)
    w = torch.randn(5, layers, 4, requires_grad=True)
    jacobian = torch.autograd.functional.jacobian(lambda w: generator.synthesis(w)[0], w)
    torch.testing.assert_close(
        jacobian[0, :, :, 0].flatten(0, 1), generator.matrices.detach().transpose(0, 1)
    )
    torch.manual_seed(3)
    found = path_lengths(generator, w)
    torch.testing.assert_close(found, expected_lengths(generator, 5, 3))


def test_the_term_is_the_squared_distance_from_the_running_mean():
    generator, hint = Linear(torch.randn(2, 6, 4), nn.Linear(4, 4)), PathLength(3.0, every=5)
    given = generation(generator, n=4)
    lengths = expected_lengths(generator, 2, 7)  # of half the batch
    torch.manual_seed(7)
    term = hint(given)["path_length"]
    mean = 0.01 * lengths.mean()
    torch.testing.assert_close(hint.mean, mean.detach())
    torch.testing.assert_close(term, 3.0 * 5 * (lengths - mean).square().mean())


def test_the_slope_reaches_the_synthesis_through_the_jacobian():
    """d/dA of (|A^T y| - a)^2, by pencil: 2 (|A^T y| - a) y y^T A / |A^T y|."""
    generator = Linear(torch.randn(1, 6, 4), nn.Linear(4, 4))
    hint = PathLength(1.0, every=1, share=1).eval()  # the mean stays at 0
    given = generation(generator, n=1)
    torch.manual_seed(5)
    hint(given)["path_length"].backward()
    torch.manual_seed(5)
    y = torch.randn(6) / math.sqrt(6)
    expected = 2 * torch.outer(y, y) @ generator.matrices[0]
    torch.testing.assert_close(generator.matrices.grad[0], expected)


def test_the_running_mean_comes_to_the_mean_length():
    generator, hint = Linear(torch.randn(1, 6, 4), nn.Linear(4, 4)), PathLength(decay=0.05)
    for step in range(0, 1600, 4):
        hint(generation(generator, n=16, step=step))
    mean = expected_lengths(generator, 4000, 1).mean()
    assert hint.mean.item() == pytest.approx(mean.item(), rel=0.1)
    assert "mean" in hint.state_dict()


def test_it_acts_every_so_many_steps_and_not_at_all_without_weight():
    generator, hint = Linear(torch.randn(1, 6, 4), nn.Linear(4, 4)), PathLength(every=4)
    acted = [step for step in range(9) if hint(generation(generator, step=step))]
    assert acted == [0, 4, 8]
    assert PathLength(0.0)(generation(generator)) == {}


def test_an_orthogonal_jacobian_costs_least():
    """Of all J with the same sum of squares (appendix C): lengths of y's images vary least."""
    orthogonal = torch.linalg.qr(torch.randn(6, 6))[0]
    skewed = torch.randn(6, 6)
    skewed *= orthogonal.norm() / skewed.norm()
    spreads = []
    for matrix in (orthogonal, skewed):
        w = torch.randn(4000, 1, 6, requires_grad=True)
        spreads.append(path_lengths(Linear(matrix[None]), w).std().item())
    assert spreads[0] < 0.9 * spreads[1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weight": -1.0}, "weight of PathLength must be at least 0, got -1.0"),
        ({"every": 0}, "every of PathLength must be at least 1, got 0"),
        ({"share": 0}, "share of PathLength must be at least 1, got 0"),
        ({"decay": 0.0}, "decay of PathLength must be above 0 and at most 1, got 0.0"),
    ],
)
def test_wrong_numbers_get_their_sentence(options, message):
    with pytest.raises(WrongUse, match=message):
        PathLength(**options)


def test_a_generator_in_one_part_is_refused():
    given = Generation(MLP((3,), (2,)), torch.zeros(2, 3), None, torch.zeros(2, 2), 0)
    with pytest.raises(WrongUse, match=r"PathLength needs a generator with .*, got MLP"):
        PathLength()(given)
