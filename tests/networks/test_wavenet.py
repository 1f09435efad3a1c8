"""WaveNet: an output looks at the samples before it, as far as it reaches, and nowhere else."""

import pytest
import torch

from sparring.core import WrongUse
from sparring.networks.wavenet import WaveNet

torch.set_num_threads(1)


def make(condition=0, **options):
    torch.manual_seed(0)
    return WaveNet(8, width=5, skips=6, condition=condition, levels=8, **options).double()


def sounds(n, length):
    return torch.randint(8, (n, 1, length)) / 3.5 - 1


@pytest.mark.parametrize(("depth", "stacks"), [(3, 1), (2, 2), (1, 1)])
def test_every_output_looks_at_all_samples_within_reach_before_it_and_at_no_other(depth, stacks):
    network, kept = make(depth=depth, stacks=stacks), []
    assert network.reach == 1 + stacks * (2**depth - 1)

    def keep(layer, given, looked_up):
        # A level is looked up sample by sample: slopes end where it was.
        kept.append(looked_up.detach().requires_grad_())
        return kept[-1]

    network.first.register_forward_hook(keep)
    length = network.reach + 4
    outputs = network(sounds(1, length))
    for place in range(length):
        (slope,) = torch.autograd.grad(outputs[0, :, place].sum(), kept[-1], retain_graph=True)
        looked_at = slope[0].abs().sum(1) > 0
        expected = [place - network.reach <= other < place for other in range(length)]
        assert looked_at.tolist() == expected, place


@pytest.mark.parametrize("condition", [0, 3])
def test_sample_by_sample_its_outputs_are_those_of_the_whole_sound(condition):
    network, x = make(condition, depth=4, stacks=2), sounds(3, 60).double()
    y = torch.tensor([0, 2, 1]) if condition else None
    whole = network(x, y)
    follow = network.following(3, y)
    found = [follow(None if not place else x[:, 0, place - 1]) for place in range(60)]
    torch.testing.assert_close(torch.stack(found, 2), whole, atol=1e-10, rtol=0)


def test_in_single_precision_they_agree_to_a_hundred_thousandth():
    network, x = make(depth=5, stacks=2).float(), sounds(2, 200)
    follow = network.following(2)
    found = [follow(None if not place else x[:, 0, place - 1]) for place in range(200)]
    torch.testing.assert_close(torch.stack(found, 2), network(x), atol=1e-5, rtol=0)


def test_two_sounds_that_are_followed_at_once_know_nothing_of_each_other():
    network, x = make(depth=3, stacks=1), sounds(2, 20).double()
    one, two = network.following(2), network.following(1)
    for place in range(19):
        together, alone = one(x[:, 0, place]), two(x[1:, 0, place])
    torch.testing.assert_close(together[1:], alone, atol=1e-12, rtol=0)


def test_the_condition_is_seen_by_every_output_and_every_layer():
    network, x = make(3, depth=2, stacks=2), sounds(1, 6)
    zero, one = (network(x, torch.tensor([y])) for y in (0, 1))
    assert bool((zero - one).abs().sum(1).gt(0).all())
    network(x, torch.tensor([1])).sum().backward()
    per_layer = network.told.weight.grad[1].reshape(len(network.dilations), -1)
    assert bool(per_layer.abs().sum(1).gt(0).all())


def test_a_sound_may_be_shorter_than_a_layer_looks_back():
    network = make(depth=5, stacks=1)
    torch.testing.assert_close(network(sounds(1, 40)[..., :3]).shape, torch.Size([1, 8, 3]))


@pytest.mark.parametrize("options", [{"depth": 0}, {"stacks": 0}])
def test_other_sizes_are_refused(options):
    with pytest.raises(WrongUse, match="at least 1 layer"):
        make(**options)
