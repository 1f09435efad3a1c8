"""A game on two processes is the game on one.

In float64: an optimizer that divides by the size of its gradients turns float32's rounding of a
gradient that is zero on paper, as of the last bias under a loss of differences, into whole steps.
"""

import pytest
import safetensors.torch
import torch

from sparring.core import Backend, Callback, train


@pytest.fixture(autouse=True)
def _float64():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


class ToFile(Callback):
    """The first process writes what it ends with; the processes share nothing else."""

    def __init__(self, path):
        self.path = path

    def on_end(self, state):
        if state.backend.main:
            tensors, meta = state.state_dict()
            tensors["samples"] = torch.tensor(meta["samples"])
            safetensors.torch.save_file(tensors, self.path)


def play(row, processes, folder, rule=None):
    backend, path = Backend("cpu", processes=processes), folder / f"{row}-{processes}.safetensors"

    def run():
        train(
            row.game(), row.batches(8), steps=6, rule=rule, backend=backend,
            callbacks=[ToFile(path)],
        )  # fmt: skip

    backend.launch(run)
    return safetensors.torch.load_file(path)


def farthest(first, second):
    """The largest difference between two trainings, over weights, buffers and moments."""
    assert first.keys() == second.keys()
    names = [name for name in first if first[name].is_floating_point()]
    return max(float((first[name] - second[name]).abs().max()) for name in names)


def test_two_processes_equal_one(row, tmp_path):
    one, two = (play(row, processes, tmp_path) for processes in (1, 2))
    assert farthest(one, two) < 1e-9
    assert torch.equal(one["random/cpu"], two["random/cpu"])
    assert int(one["samples"]) == int(two["samples"])


@pytest.mark.parametrize("name", ["wgan-gp", "r3gan", "sngan", "nade", "ctgan"])
def test_two_processes_equal_one_under_every_rule(name, rule, rows, tmp_path):
    row = next(row for row in rows if row.name == name)
    assert farthest(*(play(row, processes, tmp_path, rule) for processes in (1, 2))) < 1e-9


def test_the_processes_play_different_shares(rows, tmp_path):
    """Were each to play the first half of every batch, they would still agree with each other."""
    two = play(rows[0], 2, tmp_path)
    half = train(rows[0].game(), rows[0].batches(4), steps=6, backend=Backend("cpu")).game
    weight = "generator.layers.0.weight"
    assert float((two[f"game/{weight}"] - half.state_dict()[weight]).abs().max()) > 1e-6


def test_a_batch_must_be_divisible_among_the_processes(rows):
    with pytest.raises(ValueError, match="batch_size must be a multiple of the 2 processes, got 7"):
        train(rows[0].game(), rows[0].batches(7), steps=1, backend=Backend("cpu", processes=2))
