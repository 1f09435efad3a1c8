"""Sampling any number of rows."""

import contextlib
import json
import multiprocessing
import os
import resource
import signal
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import torch

from sparring.core.errors import Failure, WrongUse
from sparring.data import shards
from sparring.data.parquetfiles import ParquetRows


def sample(n, seed):
    random = np.random.default_rng(seed)
    words = random.choice(np.array(["a", "b", None], dtype=object), n)
    return pd.DataFrame({"x": random.normal(size=n), "t": words, "n": random.integers(0, 9, n)})


def read(folder):
    return ParquetRows(folder).read()


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch):
    monkeypatch.setattr(shards, "PIECE", 300)


def test_the_table_is_the_same_whatever_the_number_of_processes(tmp_path):
    for processes in (1, 2, 3):
        shards.write(sample, 5500, tmp_path / str(processes), 1000, seed=4, processes=processes)
    first = read(tmp_path / "1")
    assert len(first) == 5500
    assert first["x"].nunique() == 5500
    for processes in ("2", "3"):
        names = [path.name for path in sorted((tmp_path / processes).iterdir())]
        assert names == [f"part-00000{number}.parquet" for number in range(6)]
        pd.testing.assert_frame_equal(read(tmp_path / processes), first)


def test_no_more_than_a_piece_is_asked_for_at_once(tmp_path):
    asked = []

    def watched(n, seed):
        asked.append(n)
        return sample(n, seed)

    shards.write(watched, 2000, tmp_path / "rows", 900)
    # The first rows tell the columns' types.
    assert asked == [1000, 300, 300, 300, 300, 300, 300, 200]
    groups = pq.ParquetFile(tmp_path / "rows" / "part-000000.parquet").num_row_groups
    assert groups == 3


@pytest.mark.parametrize("name", ["t.parquet", "t.csv", "t.csv.gz", "t.tsv"])
def test_a_single_file_holds_the_same_rows(tmp_path, name):
    shards.write(sample, 2500, tmp_path / "rows", 1000, seed=1)
    shards.write(sample, 2500, tmp_path / name, 1000, seed=1, processes=2)
    separator = "\t" if ".tsv" in name else ","
    file = tmp_path / name
    found = pd.read_parquet(file) if name[-1] == "t" else pd.read_csv(file, sep=separator)
    pd.testing.assert_frame_equal(found, read(tmp_path / "rows"))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["rows", name])


def breaks_off(after, error):
    """A sampler that gives up when it has drawn so many pieces."""
    left = [after]

    def draw(n, seed):
        if left[0] == 0:
            raise error
        left[0] -= 1
        return sample(n, seed)

    return draw


def test_what_was_broken_off_goes_on_where_it_was(tmp_path):
    shards.write(sample, 4000, tmp_path / "whole", 1000, seed=2)
    with pytest.raises(KeyboardInterrupt):
        shards.write(breaks_off(8, KeyboardInterrupt()), 4000, tmp_path / "rows", 1000, seed=2)
    there = sorted(path.name for path in (tmp_path / "rows").glob("part-*"))
    assert there == ["part-000000.parquet"]
    (tmp_path / "rows" / ".part-1-part-000001.parquet").write_text("half a shard")
    told, before = [], (tmp_path / "rows" / there[0]).stat().st_mtime_ns
    shards.write(sample, 4000, tmp_path / "rows", 1000, seed=2, progress=told.append)
    assert told[0] == 1000
    assert told[-1] == 4000
    assert (tmp_path / "rows" / there[0]).stat().st_mtime_ns == before
    assert len(list((tmp_path / "rows").iterdir())) == 4
    pd.testing.assert_frame_equal(read(tmp_path / "rows"), read(tmp_path / "whole"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"seed": 3}, "begun with seed 2, not 3"),
        ({"rows": 5000}, "begun with rows 4000, not 5000"),
        ({"rows_per_shard": 500}, "begun with rows_per_shard 1000, not 500"),
        ({"sample": lambda n, seed: sample(n, seed + 1)}, "begun from another model"),
    ],
)
def test_what_was_begun_otherwise_is_not_gone_on_with(tmp_path, change, sentence):
    order = {"sample": sample, "rows": 4000, "rows_per_shard": 1000, "seed": 2}
    broken = {**order, "sample": breaks_off(6, KeyboardInterrupt())}
    with pytest.raises(KeyboardInterrupt):
        shards.write(where=tmp_path / "rows", **broken)
    with pytest.raises(WrongUse, match=sentence):
        shards.write(where=tmp_path / "rows", **{**order, **change})


def test_progress_counts_rows_of_all_processes(tmp_path):
    told = []
    shards.write(sample, 3000, tmp_path / "rows", 1000, processes=2, progress=told.append)
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0, 3000)


def only_in_a_child(what):
    parent = os.getpid()

    def draw(n, seed):
        if os.getpid() != parent:
            what()
        return sample(n, seed)

    return draw


def fail(error):
    raise error


@pytest.mark.parametrize(
    ("what", "raised", "sentence"),
    [
        (lambda: fail(WrongUse("no such class.")), WrongUse, r"^no such class\.$"),
        (lambda: fail(Failure("the disk is full.")), Failure, "the disk is full"),
        (lambda: fail(ZeroDivisionError("oops")), RuntimeError, "ZeroDivisionError: oops"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), Failure, "ended from outside"),
    ],
)
def test_what_goes_wrong_in_a_process_is_told(tmp_path, what, raised, sentence):
    with pytest.raises(raised, match=sentence):
        shards.write(only_in_a_child(what), 4000, tmp_path / "rows", 1000, processes=2)


@contextlib.contextmanager
def files_no_larger_than(size):
    """What a full disk is: writing fails in the middle of a file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("name", ["rows", "t.csv"])
def test_a_disk_that_is_full_in_the_middle_leaves_whole_shards_and_can_go_on(
    name, processes, tmp_path
):
    shards.write(sample, 4000, tmp_path / "whole", 1000, seed=2)
    largest = max(path.stat().st_size for path in (tmp_path / "whole").iterdir())
    where = tmp_path / name
    order = {"rows": 4000, "where": where, "rows_per_shard": 1000, "seed": 2}
    with files_no_larger_than(largest - 100):
        with pytest.raises(Failure, match=r"could not be written .*free some space"):
            shards.write(sample, **order, processes=processes)
        assert not where.is_file()
    folder = where if name == "rows" else tmp_path / f".{name}.parts"
    for path in folder.glob("part-*"):
        assert pq.read_metadata(path).num_rows == 1000
    assert not list(folder.glob(".part-*"))
    shards.write(sample, **order, processes=processes)
    found = read(where) if name == "rows" else pd.read_csv(where)
    pd.testing.assert_frame_equal(found, read(tmp_path / "whole"))


@pytest.mark.parametrize("processes", [1, 2])
def test_whoever_is_killed_leaves_nothing_half_written_and_no_process_behind(processes, tmp_path):
    def slow(n, seed):
        time.sleep(0.02)
        (tmp_path / f"alive-{os.getpid()}").touch()
        return sample(n, seed)

    order = {"rows": 60_000, "where": tmp_path / "rows", "rows_per_shard": 1000, "seed": 2}
    process = multiprocessing.get_context("fork").Process(
        target=shards.write, args=(slow,), kwargs={**order, "processes": processes}
    )
    process.start()
    wait_until(lambda: len(list((tmp_path / "rows").glob("part-*"))) >= 3)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    mine = [int(path.name.split("-")[1]) for path in tmp_path.glob("alive-*")]
    wait_until(lambda: not any(map(alive, mine)))
    there = sorted((tmp_path / "rows").glob("part-*"))
    assert 3 <= len(there) < 60
    assert all(pq.read_metadata(path).num_rows == 1000 for path in there)
    shards.write(sample, **order)
    assert len(read(tmp_path / "rows")) == 60_000
    assert len(list((tmp_path / "rows").iterdir())) == 60


def wait_until(holds, seconds=60):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def alive(process):
    """Whether a process runs; one that has ended and waits to be asked for its end doesn't."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_every_process_computes_with_one_thread(tmp_path):
    def threads(n, seed):
        return pd.DataFrame({"threads": [torch.get_num_threads()] * n})

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        for processes in (1, 2):
            shards.write(threads, 20, tmp_path / str(processes), 10, processes=processes)
            assert set(read(tmp_path / str(processes))["threads"]) == {1}
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_a_column_that_is_missing_at_first_may_hold_texts_later(tmp_path):
    def late(n, seed):
        return pd.DataFrame({"t": np.array([None] * n if n == 100 else ["x"] * n, dtype=object)})

    shards.write(late, 100, tmp_path / "rows")
    assert read(tmp_path / "rows")["t"].isna().all()


def test_another_type_later_is_refused(tmp_path):
    def changing(n, seed):
        return pd.DataFrame({"t": ["x"] * n if n == 300 else [1] * n})

    with pytest.raises(Failure, match="changed their columns' types"):
        shards.write(changing, 1500, tmp_path / "rows")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"rows": 0}, "rows must be a whole number of at least 1, got 0"),
        ({"rows": 1e6}, "rows must be a whole number"),
        ({"rows_per_shard": -1}, "rows_per_shard must be"),
        ({"processes": True}, "processes must be"),
        ({"seed": -1}, "seed must be a whole number of at least 0"),
        ({"where": "t.xlsx"}, "the name must end in .parquet"),
    ],
)
def test_wrong_orders_are_refused(tmp_path, options, sentence):
    order = {"rows": 10, "where": "rows", **options}
    with pytest.raises(WrongUse, match=sentence):
        shards.write(sample, **{**order, "where": tmp_path / order["where"]})
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_other_files_is_kept(tmp_path):
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(WrongUse, match="already holds files"):
        shards.write(sample, 10, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_a_note_that_is_damaged_is_another_order(tmp_path):
    (tmp_path / ".sampling.json").write_text(json.dumps([1]))
    with pytest.raises(WrongUse, match="was begun with rows None, not 10"):
        shards.write(sample, 10, tmp_path)
