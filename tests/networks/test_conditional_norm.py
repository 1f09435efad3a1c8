"""Conditional batch normalisation: what each condition's maps are like."""

import pytest
import torch
from torch import nn

from sparring.networks import ConditionalBatchNorm


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def loosened(norm):
    with torch.no_grad():
        norm.gain.weight.normal_()
        norm.shift.weight.normal_()
    return norm


def test_it_starts_as_plain_normalisation_for_every_class():
    norm, x = ConditionalBatchNorm(4, condition=3), 5 + 2 * torch.randn(9, 4, 6, 6)
    expected = nn.BatchNorm2d(4, affine=False)(x)
    torch.testing.assert_close(norm(x, torch.arange(9) % 3), expected)


def test_each_class_has_its_own_mean_and_deviation():
    """Where all classes come alike: mean shift(y) and deviation |1 + gain(y)|."""
    norm = loosened(ConditionalBatchNorm(4, condition=3))
    same = 7 + 3 * torch.randn(10, 4, 8, 8)
    outputs = norm(same.repeat(3, 1, 1, 1), torch.arange(3).repeat_interleave(10))
    for label, output in enumerate(outputs.chunk(3)):
        shift, deviation = norm.shift.weight[label], (1 + norm.gain.weight[label]).abs()
        torch.testing.assert_close(output.mean((0, 2, 3)), shift, atol=1e-4, rtol=0)
        found = output.std((0, 2, 3), correction=0)
        torch.testing.assert_close(found, deviation, atol=1e-4, rtol=1e-4)


def test_the_running_statistics_are_those_of_what_came():
    norm = ConditionalBatchNorm(2, condition=3)
    y = torch.arange(64) % 3
    for _ in range(150):
        norm(5 + 2 * torch.randn(64, 2, 4, 4), y)
    torch.testing.assert_close(norm.running_mean, torch.full((2,), 5.0), atol=0.05, rtol=0)
    torch.testing.assert_close(norm.running_var, torch.full((2,), 4.0), atol=0.2, rtol=0)


def test_in_evaluation_an_item_depends_on_itself_alone():
    norm, x, y = loosened(ConditionalBatchNorm(4, 3)), torch.randn(6, 4, 5, 5), torch.arange(6) % 3
    norm(x, y)
    norm.eval()
    torch.testing.assert_close(norm(x, y)[:2], norm(x[:2], y[:2]))


def test_a_vector_steers_linearly():
    """Its gain and shift are linear in the vector, so that a half and a half make the mean."""
    norm, x = loosened(ConditionalBatchNorm(4, condition=5)).eval(), torch.randn(3, 4, 5, 5)
    first, second = torch.randn(3, 5), torch.randn(3, 5)
    mean = (norm(x, first) + norm(x, second)) / 2
    torch.testing.assert_close(norm(x, (first + second) / 2), mean)


def test_a_class_is_the_vector_that_names_it():
    norm, x, y = loosened(ConditionalBatchNorm(4, 3)), torch.randn(6, 4, 5, 5), torch.arange(6) % 3
    torch.testing.assert_close(norm(x, y), norm(x, nn.functional.one_hot(y, 3).float()))


def test_without_a_condition_it_is_batch_normalisation():
    x = torch.randn(6, 4, 5, 5)
    torch.testing.assert_close(ConditionalBatchNorm(4)(x), nn.BatchNorm2d(4)(x))


def test_a_condition_that_is_missing_is_asked_for():
    with pytest.raises(ValueError, match="needs a condition, got none"):
        ConditionalBatchNorm(4, 3)(torch.randn(2, 4, 5, 5))
