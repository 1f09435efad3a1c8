"""The contenders of the speed benchmark do the same work."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch

import images_plain
from sparring.networks import DCGANDiscriminator, DCGANGenerator

torch.set_num_threads(1)

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def given(theirs, ours):
    """Their network with our weights."""
    weights = zip(theirs.state_dict().items(), ours.state_dict().values(), strict=True)
    theirs.load_state_dict({name: _shaped(own, like.shape) for (name, like), own in weights})
    return theirs


def _shaped(weight, shape):
    if weight.dim() == 2 and len(shape) == 4:
        # A product of matrices, of maps channels last, is the convolution over all places at once.
        rows, maps, *sides = shape
        return weight.view(rows, *sides, maps).permute(0, 3, 1, 2).contiguous()
    return weight.contiguous().view(shape)


@pytest.mark.parametrize("size", [32, 64])
def test_plain_networks_compute_what_ours_do(size):
    z, x = torch.randn(2, 5), torch.randn(2, 3, size, size)
    ours = DCGANGenerator(5, 3, size, width=4)
    assert torch.allclose(given(images_plain.generator(5, 3, size, 4), ours)(z), ours(z), atol=1e-5)
    ours = DCGANDiscriminator(3, size, width=4)
    theirs = given(images_plain.discriminator(3, size, 4), ours)
    assert torch.allclose(theirs(x), ours(x), atol=1e-5)


@pytest.mark.parametrize("method", ["gan", "r1", "wgan-gp"])
def test_the_plain_loop_moves_both_networks(method):
    pair = images_plain.generator(5, 3, 32, 4), images_plain.discriminator(3, 32, 4)
    before = [next(network.parameters()).detach().clone() for network in pair]
    plain = images_plain.Plain(*pair, torch.randn(24, 3, 32, 32), 4, 5, method)
    ticks = []

    class Enough(Exception):
        pass

    def tick():
        ticks.append(1)
        if len(ticks) == images_plain.CRITIC_TURNS:
            raise Enough

    with pytest.raises(Enough):
        plain(tick)
    after = [next(network.parameters()) for network in pair]
    assert all(not torch.equal(a, b) for a, b in zip(before, after, strict=True))
    assert len(plain.losses) == (1 if method == "wgan-gp" else images_plain.CRITIC_TURNS)


@pytest.mark.slow
def test_the_benchmark_ends_with_the_speedups():
    absent = [peer for peer in ("keras", "lightning") if find_spec(peer) is None]
    command = [
        sys.executable, str(BENCHMARKS / "images.py"), "--json", "--only", "dcgan32", "wgan-gp32",
        "--rounds=1", "--width=4", "--images=128", "--without", "compiled", *absent,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    expected = {"vs_plain", "vs_keras", "vs_lightning"} - {f"vs_{peer}" for peer in absent}
    for workload in ("dcgan32", "wgan-gp32"):
        assert expected <= set(found[workload])
        assert all(found[workload][name] > 0 for name in expected)
