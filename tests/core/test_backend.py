"""Where a game runs: one process, several, and under torchrun."""

import os
import subprocess
import sys

import pytest
import safetensors.torch
import torch

from sparring.core import Backend

SCRIPT = """
import sys, safetensors.torch, torch
from sparring.core import Backend, share, train
from sparring.games import WGANGP
from sparring.networks import MLP
from sparring.priors import Normal

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)


class Batches:
    batch_size, number = 8, 0

    def __next__(self):
        self.number += 1
        source = torch.Generator().manual_seed(self.number)
        return {"x": share(torch.randn(8, 2, generator=source))}

    def state_dict(self):
        return {}

    def load_state_dict(self, state): ...


backend = Backend("cpu")
game = WGANGP(MLP((3,), (2,), (8,)), MLP((2,), (), (8,)), Normal(3))


def play():
    train(game, Batches(), steps=5, backend=backend)
    if backend.main:
        kept = {**game.state_dict(), "processes": torch.tensor(backend.processes)}
        safetensors.torch.save_file(kept, sys.argv[1])


backend.launch(play)
"""


def test_two_processes_under_torchrun_equal_one(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    found = []
    for processes in (1, 2):
        launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
        out = tmp_path / f"{processes}.safetensors"
        command = [sys.executable, *(launcher if processes == 2 else []), str(script), str(out)]
        done = subprocess.run(
            command, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found.append(safetensors.torch.load_file(out))
        assert int(found[-1].pop("processes")) == processes
    one, two = found
    assert max(float((one[name] - two[name]).abs().max()) for name in one) < 1e-9


def test_one_process_needs_no_launching():
    backend = Backend("cpu")
    assert backend.launch(lambda: backend.rank) == 0
    assert backend.main


def test_launched_processes_have_ranks_and_the_first_ones_result_comes_back():
    backend = Backend("cpu", processes=2)

    def average_of_ranks():
        mean = [torch.full((2, 2), float(backend.rank)), torch.tensor([10.0 * backend.rank])]
        backend.average(mean)
        backend.barrier()
        return backend.rank, [m.tolist() for m in mean]

    assert backend.launch(average_of_ranks) == (0, [[[0.5, 0.5], [0.5, 0.5]], [5.0]])


def test_alone_an_average_is_what_it_was():
    tensors = [torch.arange(3.0)]
    Backend("cpu").average(tensors)
    assert tensors[0].tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("precision", "dtype"), [("float32", torch.float32), ("bfloat16", torch.bfloat16)]
)
def test_losses_are_computed_in_the_backends_precision(precision, dtype):
    with Backend("cpu", precision).autocast():
        assert torch.nn.Linear(2, 2)(torch.ones(1, 2)).dtype == dtype


def test_on_a_processor_batches_stay_where_they_are():
    batch = {"x": torch.zeros(2)}
    assert Backend("cpu").place(batch) is batch


def test_the_processes_of_torchrun_are_counted_from_there(monkeypatch):
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "x")
    monkeypatch.setenv("WORLD_SIZE", "4")
    assert Backend("cpu").processes == 4


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_missing_gpu_is_refused_by_name():
    with pytest.raises(ValueError, match="torch finds no GPU"):
        Backend("cuda")
