"""The inverse autoregressive posterior: its density is what autograd says, and it can be undone."""

import math

import pytest
import torch

from sparring.core import WrongUse
from sparring.networks import InverseAutoregressive

torch.set_num_threads(1)
LATENT = 6


def make(steps=3, spread=3.0, **options):
    torch.manual_seed(0)
    posterior = InverseAutoregressive(LATENT, steps, units=24, **options).double()
    with torch.no_grad():  # far from the identity
        for network in posterior.steps:
            network.layers[-1].weight.mul_(spread)
    told = torch.randn(4, 3, LATENT, dtype=torch.float64)
    return posterior, told, torch.randn(4, LATENT, dtype=torch.float64)


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_the_density_is_the_noises_less_autograds_log_determinant(steps):
    posterior, told, noise = make(steps)
    _, taken = posterior(told, noise)
    for item in range(len(told)):
        one = told[item : item + 1]
        slopes = torch.autograd.functional.jacobian(
            lambda n, one=one: posterior(one, n[None])[0][0], noise[item]
        )
        log_density = -(noise[item].square() + math.log(2 * math.pi)).sum() / 2
        expected = log_density - torch.linalg.slogdet(slopes)[1]
        assert float(-taken[item].sum().detach()) == pytest.approx(float(expected), abs=1e-9)


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_number_by_number_the_noise_comes_back(steps):
    posterior, told, noise = make(steps)
    z, _ = posterior(told, noise)
    with torch.no_grad():
        assert float((posterior.inverse(told, z) - noise).abs().max()) < 1e-9
        single = posterior.float()
        z, _ = single(told.float(), noise.float())
        assert float((single.inverse(told.float(), z) - noise.float()).abs().max()) < 1e-4


def test_after_two_steps_every_number_depends_on_every_other():
    for steps, both in ((1, False), (2, True)):
        posterior, told, noise = make(steps)
        slopes = torch.autograd.functional.jacobian(
            lambda n, law=posterior, one=told[:1]: law(one, n[None])[0][0], noise[0]
        )
        seen = slopes.abs() > 1e-12
        assert bool(seen.tril().sum() == LATENT * (LATENT + 1) // 2)
        assert bool(seen.triu(1).any()) == both  # the order was turned around


def test_it_starts_near_the_identity():
    posterior, told, noise = make(2, spread=0.1, gate=4.0)
    z, taken = posterior(told, noise)
    mean, log_variance, _ = told.unbind(1)
    plain = mean + (log_variance / 2).exp() * noise
    assert float((z - plain).detach().abs().max()) < 0.3
    base = (noise.square() + log_variance + math.log(2 * math.pi)) / 2
    assert float((taken - base).detach().abs().max()) < 0.1


def test_the_context_is_heard():
    posterior, told, noise = make()
    other = told.clone()
    other[:, 2] += 1
    assert not torch.allclose(posterior(told, noise)[0], posterior(other, noise)[0])


def test_the_divergence_is_right_on_average():
    """Against the integral of q log(q / p) over a grid, for one latent."""
    torch.manual_seed(3)
    posterior = InverseAutoregressive(1, steps=2, units=8).double()
    told = torch.tensor([[[0.5], [-1.0], [0.3]]], dtype=torch.float64)
    noise = torch.linspace(-8, 8, 20_001, dtype=torch.float64)[:, None]
    mass = torch.softmax(-noise[:, 0].square() / 2, 0)
    with torch.no_grad():
        z, taken = posterior(told.expand(len(noise), -1, -1), noise)
        found = float((posterior.divergence(told, z, taken)[:, 0] * mass).sum())
    # z is linear in the noise where there is but one number: q is normal.
    slope = float((z[-1] - z[0]) / 16)
    middle = float(z[10_000])
    assert found == pytest.approx((middle**2 + slope**2 - math.log(slope**2) - 1) / 2, abs=1e-6)


def test_no_steps_are_refused():
    with pytest.raises(WrongUse, match="steps of InverseAutoregressive must be at least 1, got 0"):
        InverseAutoregressive(3, steps=0)
