"""Likelihoods against torch.distributions, and the law of what is sampled."""

import math

import pytest
import torch
from scipy import stats
from torch.distributions import Categorical, Normal, kl_divergence

from sparring.core import WrongUse
from sparring.losses import MixedRows, normal_divergence, normal_surprise

SPANS = [("category", 2), ("bounded", 1), ("mode", 3), ("number", 1)]
DEVIATION = torch.tensor([0.3, 1.5])


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def rows(n):
    x = torch.randn(n, 7)
    x[:, 0:2] = torch.eye(2)[torch.arange(n) % 2]
    x[:, 3:6] = torch.eye(3)[torch.arange(n) % 3]
    return x


def test_a_normal_surprise_is_minus_the_log_density():
    x, mean, deviation = torch.randn(9), torch.randn(9), torch.rand(9) + 0.1
    expected = -Normal(mean, deviation).log_prob(x)
    torch.testing.assert_close(normal_surprise(x, mean, deviation), expected)


def test_a_normal_divergence_is_that_of_torch():
    mean, log_variance = torch.randn(5, 4), torch.randn(5, 4)
    theirs = kl_divergence(Normal(mean, (log_variance / 2).exp()), Normal(0.0, 1.0))
    torch.testing.assert_close(normal_divergence(mean, log_variance), theirs.sum(1))


def test_a_rows_surprise_is_the_sum_over_its_columns():
    x, outputs = rows(12), 3 * torch.randn(12, 7)
    expected = (
        -Categorical(logits=outputs[:, 0:2]).log_prob(x[:, 0:2].argmax(1))
        - Normal(outputs[:, 2].tanh(), 0.3).log_prob(x[:, 2])
        - Categorical(logits=outputs[:, 3:6]).log_prob(x[:, 3:6].argmax(1))
        - Normal(outputs[:, 6], 1.5).log_prob(x[:, 6])
    )
    torch.testing.assert_close(MixedRows(SPANS).surprise(x, outputs, DEVIATION), expected)


def test_a_block_of_zeros_counts_nothing():
    x, outputs = rows(4), torch.randn(4, 7)
    x[:, 3:6] = 0
    without = MixedRows([SPANS[0], SPANS[1], SPANS[3]])
    kept = [0, 1, 2, 6]
    torch.testing.assert_close(
        MixedRows(SPANS).surprise(x, outputs, DEVIATION),
        without.surprise(x[:, kept], outputs[:, kept], DEVIATION),
    )


def test_huge_logits_stay_finite():
    outputs = torch.tensor([[1e4, -1e4, 0.0, 1e4, 0, -1e4, 0]]).requires_grad_()
    surprise = MixedRows(SPANS).surprise(rows(2)[1:], outputs, DEVIATION)
    surprise.sum().backward()
    assert surprise.isfinite().all()
    assert outputs.grad.isfinite().all()


def test_sampled_choices_are_one_hot_and_follow_the_softmax():
    outputs = torch.tensor([0.3, -0.4, 0.0, 1.0, 0.0, -1.0, 0.0]).expand(20_000, 7)
    sampled = MixedRows(SPANS).sample(outputs, DEVIATION)
    for block in (slice(0, 2), slice(3, 6)):
        assert sampled[:, block].unique().tolist() == [0, 1]
        assert (sampled[:, block].sum(1) == 1).all()
        expected = 20_000 * outputs[0, block].double().softmax(0)
        counts = sampled[:, block].sum(0).numpy()
        assert stats.chisquare(counts, expected.numpy()).pvalue > 1e-3


def test_sampled_numbers_are_normal_and_bounded_ones_stay_in_their_bounds():
    outputs = torch.tensor([0.0, 0, 0.2, 0, 0, 0, -2.0]).expand(5000, 7)
    sampled = MixedRows(SPANS).sample(outputs, DEVIATION).double().numpy()
    assert stats.kstest(sampled[:, 6], stats.norm(-2, 1.5).cdf).pvalue > 1e-3
    inside = sampled[:, 2][abs(sampled[:, 2]) < 1]
    law = stats.truncnorm(
        (-1 - math.tanh(0.2)) / 0.3, (1 - math.tanh(0.2)) / 0.3, math.tanh(0.2), 0.3
    )
    assert stats.kstest(inside, law.cdf).pvalue > 1e-3
    assert abs(sampled[:, 2]).max() <= 1


def test_rows_of_one_kind_alone():
    numbers, choices = MixedRows([("number", 2)]), MixedRows([("category", 2)])
    ones = torch.ones(2)
    expected = -Normal(0.0, 1.0).log_prob(torch.ones(3, 2)).sum(1)
    found = numbers.surprise(torch.ones(3, 2), torch.zeros(3, 2), ones)
    torch.testing.assert_close(found, expected)
    none = torch.ones(0)
    surprise = choices.surprise(torch.eye(2), torch.zeros(2, 2), none)
    torch.testing.assert_close(surprise, torch.full((2,), math.log(2)))
    assert choices.sample(torch.zeros(4, 2), none).sum(1).tolist() == [1, 1, 1, 1]
    assert numbers.sample(torch.zeros(4, 2), ones).shape == (4, 2)


def test_another_kind_of_span_is_refused():
    with pytest.raises(WrongUse, match="must be 'number', 'bounded', 'category' or 'mode'"):
        MixedRows([("numbers", 1)])
