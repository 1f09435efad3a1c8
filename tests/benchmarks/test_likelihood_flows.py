"""Both sides of the flows' benchmark do the same work."""

import pytest
import torch

import likelihood_flows

torch.set_num_threads(1)


@pytest.mark.parametrize("kind", likelihood_flows.KINDS)
def test_both_sides_say_the_same_densities(kind):
    assert likelihood_flows.difference(kind) < 1e-4


def test_every_ratio_is_measured():
    found = likelihood_flows.measure(block=1, rounds=1)
    assert set(found) == {
        f"{kind} {what}" for kind in likelihood_flows.KINDS for what in ("log_prob", "step")
    }
    assert all(ratio > 0 for ratio in found.values())
