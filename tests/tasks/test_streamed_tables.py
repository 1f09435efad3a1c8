"""Tables larger than the memory that a limit leaves, from Parquet to Parquet, on processes too."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from sparring import Synthesizer
from sparring.data import shards, streaming

HEADROOM = 512 << 20
"""Bytes of addresses beyond those that the libraries take."""
COLUMNS, LETTERS, ROWS = 10, 120, 1_800_000

SCRIPT = """
import os, resource, sys
import pandas as pd
import pyarrow.dataset, pyarrow.parquet
import torch
torch.set_num_threads(1)
from sparring.core import Callback
from sparring.tasks import Synthesizer
from sparring.data import open_dataset, shards

class Tell(Callback):
    def on_end(self, state):
        print(type(state.batches.source).__name__, state.step)

# What is imported late is no part of the data either.
frame = pd.DataFrame({"n": range(300), "t": ["a", "b", "c"] * 100})
frame.to_parquet(sys.argv[2] + "/small.parquet")
options = dict(game="gan", networks="mlp", width=8, latent=4, batch_size=64, steps=3, device="cpu")
Synthesizer(**options).fit(sys.argv[2] + "/small.parquet").sample(10)

taken = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + int(sys.argv[3]),) * 2)
try:
    pd.read_parquet(sys.argv[1])
except (MemoryError, pyarrow.lib.ArrowException):  # or no room for the stack of a thread
    print("does not fit")
synthesizer = Synthesizer(**options, callbacks=[Tell()]).fit(sys.argv[1])
dataset = open_dataset(sys.argv[1], drop=[f"c{i}" for i in range(2, 10)])
print(type(dataset.train).__name__, len(dataset.train) + len(dataset.heldout))
print(dataset.real(100).shape, dataset.unseen(100).shape)
made = sys.argv[2] + "/made"
shards.write(lambda n, seed: synthesizer.sample(n, seed=seed), 150_000, made, 60_000)
print(sum(pyarrow.parquet.read_metadata(made + "/" + part).num_rows for part in os.listdir(made)))
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A Parquet file that takes two gigabytes in memory; on the disk it is small."""
    path = tmp_path_factory.mktemp("large") / "rows.parquet"
    random = np.random.default_rng(0)
    rows = 100_000
    words = [name.ljust(LETTERS, "-") for name in ("Ulm", "Bonn", "Kiel")]
    part = pd.DataFrame({f"c{i}": random.choice(words, rows) for i in range(COLUMNS)})
    part["c0"] = random.integers(0, 100, rows)
    table = pa.Table.from_pandas(part)
    with pq.ParquetWriter(path, table.schema) as writer:
        for _ in range(ROWS // rows):
            writer.write_table(table)
    return path


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="ulimit -v is Linux's")
def test_a_table_four_times_as_large_as_the_memory_left_is_learnt_and_sampled(large, tmp_path):
    assert LETTERS * (COLUMNS - 1) * ROWS >= 3.5 * HEADROOM
    # One arena and no pool of its own: else addresses go to what the limit can't tell.
    quiet = {"MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(large), str(tmp_path), str(HEADROOM)],
        capture_output=True,
        text=True,
        env={**os.environ, **quiet},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines() == [
        "does not fit",
        "EncodedRows 3",
        f"EncodedRows {ROWS}",
        "(100, 2) (100, 2)",
        "150000",
    ]


# Processes


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small table in three shards."""
    where = tmp_path_factory.mktemp("small")
    random = np.random.default_rng(0)
    x = random.normal(size=3000)
    whole = pd.DataFrame({"x": x, "n": random.integers(0, 9, 3000), "t": np.where(x > 0, "a", "b")})
    for number in range(3):
        whole[number::3].to_parquet(where / f"{number}.parquet")
    return where


# Adam makes a whole step even of a gradient that is nothing but rounding.
BY_GRADIENT = {"optimizer": {"part": "SGD", "lr": 0.05}}
TINY = {"steps": 5, "width": 8, "batch_size": 64, "alarms": False, "previews": False}


@pytest.mark.parametrize("game", ["nade", "tvae"])
@pytest.mark.parametrize("room", [0, 1 << 40], ids=["read", "mapped"])
def test_two_processes_learn_from_a_stream_what_one_does(game, room, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(streaming, "budget", lambda: room)
    settings = {**TINY, "options": BY_GRADIENT, "stream": True, "device": "cpu"}
    one = Synthesizer(game, **settings, run=tmp_path / "one").fit(folder)
    two = Synthesizer(game, **settings, run=tmp_path / "two", processes=2).fit(folder)
    alone, together = one.model_.state_dict(), two.model_.state_dict()
    for name, value in alone.items():
        assert torch.allclose(value, together[name], atol=1e-5), name
    untrained = Synthesizer(game, **{**settings, "steps": 1}).fit(folder).model_.state_dict()
    assert any(not torch.allclose(alone[name], untrained[name], atol=1e-4) for name in alone)


def test_what_two_processes_learnt_two_draw_into_shards_as_one_does(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "PIECE", 100)
    settings = {**TINY, "stream": True, "device": "cpu", "run": tmp_path / "run"}
    learnt = Synthesizer(**settings, processes=2).fit(folder)

    def sample(n, seed):
        return learnt.sample(n, seed=seed, condition={"t": "a", "n": (2, 5)})

    for processes in (1, 2):
        where = tmp_path / str(processes)
        shards.write(sample, 1000, where, 300, seed=1, processes=processes)
    one, two = (pd.read_parquet(tmp_path / number) for number in ("1", "2"))
    assert one.equals(two)
    assert len(one) == 1000
    assert set(one["t"]) == {"a"}
    assert one["n"].between(2, 5).all()
    assert one["x"].nunique() > 500
