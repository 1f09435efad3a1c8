"""Flows can be undone, and say how they change volumes."""

import subprocess
import sys

import pytest
import torch

from sparring.core import Failure, WrongUse
from sparring.networks.flows import IAF, MAF, NICE, NeuralSpline, RealNVP, checkerboard

torch.set_num_threads(1)
KINDS = [NICE, RealNVP, MAF, IAF, NeuralSpline]
COUPLED = [(MAF, {"passes": 2}), (NeuralSpline, {"passes": 2, "bins": 4})]
ALL = [*((kind, {}) for kind in KINDS), *COUPLED]


def make(kind, shape=(4,), **options):
    torch.manual_seed(0)
    network = kind(shape, **{"width": 16, "depth": 3, **options})
    with torch.no_grad():  # far from the identity
        for parameter in network.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return network


@pytest.mark.parametrize("condition", [0, 3])
@pytest.mark.parametrize(("kind", "options"), ALL)
def test_the_inverse_undoes_it(kind, options, condition):
    network = make(kind, condition=condition, **options)
    x = torch.randn(50, 4)
    y = torch.arange(50) % 3 if condition else None
    with torch.no_grad():
        z, _ = network(x, y)
        assert float((network.inverse(z, y) - x).abs().max()) < 1e-4
        assert float((z - x).abs().max()) > 0.1
        again, _ = network(network.inverse(x, y), y)
        assert float((again - x).abs().max()) < 1e-4


@pytest.mark.parametrize(("kind", "options"), ALL)
def test_the_change_of_volume_is_the_jacobians(kind, options):
    network, x = make(kind, **options), torch.randn(5, 4)
    _, found = network(x)
    for row, log_det in zip(x, found, strict=True):
        jacobian = torch.autograd.functional.jacobian(lambda v: network(v[None])[0][0], row)
        assert float(log_det.detach()) == pytest.approx(
            float(torch.linalg.slogdet(jacobian)[1]), abs=1e-4
        )


@pytest.mark.parametrize("kind", KINDS)
def test_densities_integrate_to_one(kind):
    network = make(kind, (2,)).double()
    side = torch.linspace(-12, 12, 400, dtype=torch.double)
    x = torch.cartesian_prod(side, side)
    with torch.no_grad():
        z, log_det = network(x)
    law = torch.distributions.Normal(0.0, 1.0)
    density = (law.log_prob(z).sum(1) + log_det).exp()
    assert float(density.sum() * (side[1] - side[0]) ** 2) == pytest.approx(1, abs=2e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_condition_changes_the_density(kind):
    network, x = make(kind, condition=3), torch.randn(6, 4)
    found = [network(x, torch.full((6,), label))[0] for label in range(3)]
    assert not torch.allclose(found[0], found[1])
    one_hot = torch.eye(3)[[1] * 6]
    torch.testing.assert_close(network(x, one_hot)[0], found[1])


def test_additive_couplings_keep_volumes():
    network = make(NICE)
    with torch.no_grad():
        network.log_scale.copy_(torch.tensor([0.5, -0.2, 0.0, 0.1]))
    assert network(torch.randn(3, 4))[1].tolist() == pytest.approx([0.4] * 3)


def jacobian_of(network, x):
    return torch.autograd.functional.jacobian(lambda v: network(v[None])[0][0], x)


def test_one_masked_transform_looks_at_numbers_before_alone():
    jacobian = jacobian_of(make(MAF, depth=1), torch.randn(4))
    assert torch.equal(jacobian, jacobian.tril())
    assert bool((jacobian.tril() != 0).sum() == 10)


def test_one_coupling_looks_at_one_colour_of_the_board():
    network = make(RealNVP, (1, 2, 2), depth=1)
    jacobian = jacobian_of(network, torch.randn(4))
    looked_at = jacobian.fill_diagonal_(0).abs().sum(0) > 0
    black = checkerboard((1, 2, 2))
    assert torch.equal(looked_at, black) or torch.equal(looked_at, ~black)


def test_beyond_its_knots_a_spline_is_the_identity():
    x = torch.tensor([[6.0, -7.0, 8.0, 5.5]])
    z, log_det = make(NeuralSpline)(x)
    assert torch.equal(z, x)
    assert float(log_det.detach()) == 0


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: RealNVP((1,)), "items of RealNVP must have at least 2 numbers"),
        (lambda: NICE((4,), width=0), "width of NICE must be at least 1, got 0"),
        (lambda: MAF((4,), depth=0), "depth of MAF must be at least 1, got 0"),
        (lambda: IAF((4,), layers=0), "layers of IAF must be at least 1, got 0"),
        (lambda: MAF((4,), passes=1), "passes of MAF must be at least 2, got 1"),
        (lambda: NeuralSpline((4,), bins=1), "bins of NeuralSpline must be at least 2, got 1"),
        (lambda: MAF((4,), condition=3)(torch.zeros(1, 4)), "needs a condition, got none"),
    ],
)
def test_wrong_use_is_refused(act, said):
    with pytest.raises(WrongUse, match=said):
        act()


def test_without_zuko_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "zuko", None)
    with pytest.raises(Failure, match=r"zuko.*pip install 'sparring\[flows\]'"):
        RealNVP((4,))


def test_other_distributions_keep_their_checks():
    code = (
        "import torch; from sparring.networks import NICE; NICE((2,), width=4); "
        "torch.distributions.Normal(0.0, torch.tensor(-1.0))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "Expected parameter scale" in done.stderr
