"""Priors against scipy, integrals, and what is known of their moments."""

import math

import numpy as np
import pytest
import torch
from scipy import integrate, stats

from sparring.priors import Categorical, Mixture, Normal, Uniform

Z = torch.tensor([[0.3, -1.2], [0.0, 0.0], [2.5, 0.7]])


def test_the_normal_density_is_scipys():
    expected = stats.norm.logpdf(Z.numpy()).sum(1)
    assert Normal(2).log_prob(Z).numpy() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("threshold", [0.1, 1.0, 3.0])
def test_the_truncated_normal_density_is_scipys(threshold):
    z = threshold * torch.tensor([[0.3, -0.9], [0.0, 0.99], [1.1, 0.0]])
    expected = stats.truncnorm.logpdf(z.double().numpy(), -threshold, threshold).sum(1)
    found = Normal(2).truncated(threshold).log_prob(z).numpy()
    assert found[[0, 1]] == pytest.approx(expected[[0, 1]], abs=1e-5)
    assert found[2] == -math.inf


@pytest.mark.parametrize("threshold", [0.1, 0.5, 2.0, 9.0])
def test_truncated_draws_are_normal_ones_of_which_those_beyond_are_drawn_again(threshold):
    torch.manual_seed(0)
    draws = Normal(1).truncated(threshold).sample(20_000).flatten()
    assert draws.abs().max() <= threshold
    law = stats.truncnorm(-threshold, threshold)
    assert stats.ks_1samp(draws.double().numpy(), law.cdf).statistic < 0.012


def test_the_uniform_density_is_scipys():
    expected = stats.uniform(-1, 2).logpdf(Z.numpy()).sum(1)
    assert Uniform(2).log_prob(Z).numpy() == pytest.approx(expected, abs=1e-6)
    assert Uniform(2).log_prob(Z)[0] == -math.inf


def test_the_mixture_density_is_scipys():
    centres = np.array([[-1.0, 0.0], [2.0, 0.5], [0.0, 3.0]])
    parts = [
        stats.multivariate_normal(centre, 0.49 * np.eye(2)).pdf(Z.numpy()) for centre in centres
    ]
    mixture = Mixture(torch.tensor(centres), 0.7)
    assert mixture.log_prob(Z).numpy() == pytest.approx(np.log(np.mean(parts, 0)), abs=1e-5)


@pytest.mark.parametrize(
    "prior",
    [Normal(1), Uniform(1), Mixture(torch.tensor([[-2.0], [0.5]]), 0.6)],
    ids=["normal", "uniform", "mixture"],
)
def test_a_density_integrates_to_one(prior):
    def density(z):
        return float(prior.log_prob(torch.tensor([[z]])).exp())

    mass, _ = integrate.quad(density, -8, 8, points=[-2, -1, 0.5, 1], limit=200)
    assert mass == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(
    "prior",
    [Normal(1), Uniform(1), Mixture(torch.tensor([[-2.0], [0.5]]), 0.6)],
    ids=["normal", "uniform", "mixture"],
)
def test_draws_follow_the_density(prior):
    """Kolmogorov-Smirnov against the integral of the density, 20,000 draws."""
    torch.manual_seed(0)
    grid = torch.linspace(-8, 8, 16_001)[:, None]
    cumulative = np.cumsum(prior.log_prob(grid).exp().numpy()) * 1e-3
    draws = prior.sample(20_000).flatten().numpy()
    found = stats.ks_1samp(draws, lambda z: np.interp(z, grid.flatten().numpy(), cumulative))
    assert found.statistic < 0.012  # 5 % of honest samples exceed 0.0096, 0.6 % 0.012


def test_labels_come_with_their_frequencies():
    torch.manual_seed(0)
    weights = np.array([1.0, 2.0, 0.0, 5.0])
    prior = Categorical(weights.tolist())
    counts = np.bincount(prior.sample(40_000).numpy(), minlength=4)
    assert counts[2] == 0
    kept = weights > 0
    assert stats.chisquare(counts[kept], 40_000 * weights[kept] / 8).pvalue > 1e-3
    masses = prior.log_prob(torch.arange(4)).exp()
    assert masses.numpy() == pytest.approx(weights / 8, abs=1e-7)


def test_dimensions_are_independent():
    torch.manual_seed(0)
    correlations = np.corrcoef(Normal(4).sample(20_000).numpy().T)
    assert np.abs(correlations - np.eye(4)).max() < 0.03
