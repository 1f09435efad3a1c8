"""Players, turns, and what a game offers."""

import pytest
import torch
from torch import nn

from sparring.core import Backward, Game, Player, Turn, evaluating
from sparring.core.game import total


def nothing(batch):
    return {"zero": torch.zeros(())}


def test_a_players_parameters_are_its_networks_each_once_and_in_order():
    shared = nn.Linear(2, 2)
    player = Player([nn.Sequential(nn.Linear(1, 2), shared), shared], nothing)
    sizes = [tuple(p.shape) for p in player.parameters()]
    assert sizes == [(2, 1), (2,), (2, 2), (2,)]


def test_frozen_parameters_belong_to_nobody():
    network = nn.Linear(2, 2)
    network.bias.requires_grad_(False)
    assert Player([network], nothing).parameters() == [network.weight]


def test_a_bare_name_is_a_turn_taken_once_every_step(traced):
    assert traced(["a", Turn("b", times=2)]).order() == [Turn("a", 1, 1, False), Turn("b", 2)]


def test_a_whole_game_passes_the_check(traced):
    traced(["a", "b", "a"]).check()


def test_frozen_networks_need_no_player(traced):
    game = traced(["a", "b"])
    game.extra = nn.Linear(3, 3).requires_grad_(False)
    game.check()


def test_terms_are_summed():
    terms = {"loss": torch.tensor(1.5), "penalty": torch.tensor(2.0), "other": torch.tensor(-1.0)}
    assert total(terms).item() == 2.5


def test_backpropagation_reaches_only_the_parameters_it_is_given():
    mine, yours = nn.Linear(2, 1), nn.Linear(2, 1)
    x = torch.ones(3, 2)
    Backward()(lambda b: {"loss": (mine(b["x"]) * yours(b["x"])).sum()}, {"x": x}, [mine.weight])
    assert mine.weight.grad is not None
    assert [p.grad for p in (mine.bias, yours.weight, yours.bias)] == [None] * 3


def test_backpropagation_starts_from_zero_each_time():
    layer = nn.Linear(1, 1, bias=False)
    for _ in range(2):
        Backward()(lambda b: {"loss": 3 * layer.weight.sum()}, {}, [layer.weight])
    assert layer.weight.grad.item() == 3.0


class Averaging(Game):
    averaged = ("inner",)

    def __init__(self):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
        self.outer = nn.Linear(3, 3)


def test_only_the_networks_named_are_averaged_with_their_floating_buffers():
    """Weights and biases of both layers, running mean and variance; no counter."""
    shapes = [tuple(tensor.shape) for tensor in Averaging().averaged_tensors()]
    assert shapes == [(2, 2), (2,), (2,), (2,), (2,), (2,)]


def test_no_names_mean_all_networks():
    game = Averaging()
    game.averaged = ()
    assert len(game.averaged_tensors()) == 8


def test_averaged_tensors_are_the_weights_themselves():
    game = Averaging()
    game.averaged_tensors()[0].fill_(7.0)
    assert (game.inner[0].weight == 7.0).all()


def test_evaluation_ends_as_it_began_whatever_happens():
    network = nn.Sequential(nn.Dropout(), nn.Dropout().eval())

    def fail():
        with evaluating(network):
            assert not network[0].training
            assert not torch.is_grad_enabled()
            raise KeyError("something")

    with pytest.raises(KeyError):
        fail()
    assert [network.training, network[0].training, network[1].training] == [True, True, False]
    assert torch.is_grad_enabled()


def test_what_is_fixed_has_no_graph_unless_the_rule_differentiates_through_it(traced):
    game = traced(["a", "b"])
    with game.fixed():
        assert not torch.is_grad_enabled()
    game.traced = True
    with game.fixed():
        assert torch.is_grad_enabled()
