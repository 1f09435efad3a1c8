"""Sums of rows: their values, their derivatives of any order, and sums that never change."""

import pytest
import torch

from sparring.networks.sums import Bags, FixedSums, bags_of, sums

ROWS = torch.tensor([[0, 1, -1], [2, 2, -1], [-1, -1, -1], [3, 0, 2]])


def table(rows=4):
    return torch.randn(rows, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def by_hand(rows, numbers):
    return torch.stack([numbers[mine[mine >= 0]].sum(0) for mine in rows])


@pytest.mark.parametrize("size", [4, 9], ids=["all asked for", "some never"])
def test_sums_are_sums(size):
    torch.testing.assert_close(FixedSums(ROWS, size)(table(size)), by_hand(ROWS, table(size)))


@pytest.mark.parametrize("size", [3, 5])
def test_rows_that_stand_for_themselves_are_not_copied(size):
    numbers = table(size)
    made = FixedSums(torch.arange(3)[:, None], size)(numbers)
    assert torch.equal(made, numbers[:3])
    assert made.data_ptr() == numbers.data_ptr()


@pytest.mark.parametrize(
    "rows", [[[1, -1], [0, -1], [2, -1]], [[0, 1], [-1, -1], [-1, -1]], [[0, 1], [1, -1], [2, -1]]]
)
def test_other_sums_are_not_the_table(rows):
    rows = torch.tensor(rows)
    torch.testing.assert_close(FixedSums(rows, 3)(table(3)), by_hand(rows, table(3)))


@pytest.mark.parametrize("size", [4, 9], ids=["all asked for", "some never"])
def test_fixed_sums_have_first_and_second_derivatives(size):
    made, numbers = FixedSums(ROWS, size), table(size).requires_grad_()
    assert torch.autograd.gradcheck(lambda rows: made(rows).pow(3), (numbers,))
    assert torch.autograd.gradgradcheck(lambda rows: made(rows).pow(3), (numbers,))


def weighted(rows, weights):
    plain = bags_of(torch.tensor(rows))
    return Bags(plain.index, plain.offsets, torch.tensor(weights, dtype=torch.float64))


def test_weighted_sums_have_first_and_second_derivatives():
    # 2 a + b, 3 c, a / 2 of the rows a, b, c; and each row's place in them.
    bags = weighted([[0, 1], [2, -1], [0, -1]], [2.0, 1.0, 3.0, 0.5])
    back = weighted([[0, 2], [0, -1], [1, -1]], [2.0, 0.5, 1.0, 3.0])

    def squared(numbers):
        return sums(numbers, bags, lambda: back).pow(2)

    numbers = table(3).requires_grad_()
    a, b, c = numbers
    torch.testing.assert_close(squared(numbers), torch.stack([2 * a + b, 3 * c, a / 2]).pow(2))
    assert torch.autograd.gradcheck(squared, (numbers,))
    assert torch.autograd.gradgradcheck(squared, (numbers,))


def test_the_derivative_is_the_same_whether_or_not_it_is_differentiated_again():
    made, slopes = FixedSums(ROWS, 4), []
    for again in (False, True):
        leaf = table().requires_grad_()
        (slope,) = torch.autograd.grad(made(leaf).pow(2).sum(), leaf, create_graph=again)
        slopes.append(slope)
    torch.testing.assert_close(*slopes)
