"""What breaks off in the middle: a full disk, no memory, Ctrl-C, a process that fails."""

import errno
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from sparring.callbacks import store
from sparring.networks import MLP
from sparring.tasks import training

FIT = ("fit", "digits", "--set", "networks=mlp", "--set", "width=8", "--set", "batch_size=8")
QUIET = ("--set", "alarms=false", "--set", "previews=false")


def full_disk(monkeypatch, after: int):
    """`os.fsync`, by which everything is written, finds the disk full after so many calls."""
    calls = iter(range(10**6))
    sync = os.fsync

    def fsync(descriptor):
        if next(calls) >= after:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(descriptor)

    monkeypatch.setattr(store.os, "fsync", fsync)


def test_a_disk_that_is_full_at_once_leaves_nothing(refused, monkeypatch):
    full_disk(monkeypatch, after=0)
    refused(*FIT, *QUIET, "--steps", "2", "--run", "run", says=("run", "disk is full"), code=1)


def test_a_disk_that_is_full_later_leaves_whole_checkpoints_and_can_go_on(
    here, sparring, works, monkeypatch
):
    with monkeypatch.context() as full:
        full_disk(full, after=6)
        outcome = sparring(*FIT, *QUIET, "--steps", "1001", "--run", "run")
    assert outcome.code == 1
    assert "disk is full" in outcome.err
    assert "resume" in outcome.err
    kept = sorted(path.name for path in (here / "run" / "checkpoints").iterdir())
    assert kept == ["step-00000000"]
    assert not [path for path in here.rglob("*") if path.name.startswith(".")]
    works("resume", "run")
    works("sample", "run", "-n", "1", "-o", "x.npz")


def test_a_disk_that_is_full_while_samples_are_written(here, finished, refused, monkeypatch):
    def savez(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("numpy.savez_compressed", savez)
    says = ("x.npz", "No space left", "free some space")
    refused("sample", finished, "-n", "2", "-o", "x.npz", says=says, code=1)


def test_a_real_full_disk(here, refused):
    """A file system of 200 kB; where none can be mounted, the test is skipped."""
    place = here / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", place]
    made = shutil.which("mount") and subprocess.run(mount, check=False, capture_output=True)
    if not made or made.returncode:
        pytest.skip("mounting needs root")
    words = ("--set", "networks=mlp", "--set", "width=256", "--steps", "2", "--run", "small/run")
    try:
        refused("fit", "digits", *words, *QUIET, says=("small/run", "disk is full"), code=1)
    finally:
        subprocess.run(["umount", place], check=True)


# Memory


@pytest.fixture
def memory_for(monkeypatch):
    """Networks that find no memory for more than so many items at once."""

    def limit(items):
        judge = MLP.judge

        def hungry(self, x, y=None):
            if len(x) > items:
                raise RuntimeError(
                    "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: "
                    "can't allocate memory: you tried to allocate 99999999999 bytes."
                )
            return judge(self, x, y)

        monkeypatch.setattr(MLP, "judge", hungry)

    return limit


def test_no_memory_for_a_batch_names_the_batch_size_that_fits(refused, works, memory_for):
    memory_for(24)  # 12 real and 12 generated items are scored in one call
    says = ("batch_size 64", "8 fits", "--set batch_size=8")
    words = ("--set", "batch_size=64", "--steps", "2", "--run", "run", *QUIET)
    sentence = refused(*FIT, *words, says=says, code=1)
    remedy = sentence.split(": ")[-1].rstrip(".").split()
    works(*FIT, *words, *remedy)


def test_no_memory_for_a_single_item(refused, memory_for):
    memory_for(1)
    says = ("memory ran out", "batch_size 8", "width")
    refused(*FIT, *QUIET, "--steps", "2", "--run", "run", says=says, code=1)


def test_no_memory_while_samples_are_drawn(finished, refused, memory_for):
    memory_for(1)
    refused("sample", finished, "-n", "50", "-o", "x.npz", says=("memory ran out",), code=1)


def test_a_fault_of_torch_is_not_taken_for_no_memory(sparring, monkeypatch):
    def broken(self, x, y=None):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(MLP, "forward", broken)
    outcome = sparring(*FIT, *QUIET, "--steps", "2", "--run", "run")
    assert outcome.code == 1
    assert "a fault in sparring" in outcome.err
    assert "cannot be multiplied" in outcome.err
    assert "Traceback" not in outcome.err
    assert len(outcome.err.splitlines()) == 1


# Ctrl-C, and processes


def test_ctrl_c_says_how_to_go_on_and_ends_with_130(here, sparring, works, monkeypatch):
    with monkeypatch.context() as patch:

        def stopped(*_):
            raise KeyboardInterrupt

        patch.setattr(training, "_take_averages", stopped)
        outcome = sparring(*FIT, *QUIET, "--steps", "2", "--run", "run")
    assert outcome.code == 130
    assert outcome.err == "sparring: stopped by you; a training goes on with sparring resume RUN.\n"
    works("resume", "run")


def test_a_failure_in_one_of_two_processes_is_one_sentence_too(refused, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(store.os, "fsync", full)
    words = ("--processes", "2", "--steps", "2", "--run", "run")
    refused(*FIT, *QUIET, *words, says=("run", "disk is full"), code=1)


# The installed command, in a process of its own


def command(here: Path, *words, **limits):
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "XDG_CACHE_HOME": str(here / "cache")}
    return subprocess.run(
        [sys.executable, "-m", "sparring.cli", *words],
        cwd=here,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=(lambda: resource.setrlimit(*limits["limit"])) if limits else None,
    )


def test_wrong_use_ends_with_2(here):
    done = command(here, "fit", "nothing-like-it", "--run", "run")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("sparring: 'nothing-like-it' is no file")
    assert list(here.iterdir()) == []


def test_a_failure_ends_with_1_and_harms_nothing(here):
    """Files may be 40 kB long at most: a limit that needs no root."""
    limit = (resource.RLIMIT_FSIZE, (40_000, 40_000))
    words = ("--set", "networks=mlp", "--set", "width=256", "--steps", "2", "--run", "run")
    done = command(here, "fit", "digits", *words, *QUIET, limit=limit)
    assert done.returncode == 1
    assert "The model is in" not in done.stdout
    assert done.stderr.startswith("sparring: run/")
    assert len(done.stderr.splitlines()) == 1
    assert not (here / "run").exists()


def test_a_good_run_of_two_processes_ends_with_0_and_an_empty_standard_error(here):
    done = command(here, *FIT, *QUIET, "--steps", "1", "--run", "run", "--processes", "2")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\nThe model is in run" in done.stdout


def test_a_reader_that_has_had_enough_is_no_fault(here):
    done = subprocess.run(
        [f"{sys.executable} -m sparring.cli list data --json | head -c 10"],
        shell=True,
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


def test_torch_runs_out_of_real_memory_with_a_sentence(here):
    if torch.cuda.is_available():
        pytest.skip("a GPU's driver alone takes more addresses than the limit")
    limit = (resource.RLIMIT_AS, (3 << 30, 3 << 30))
    words = ("--set", "width=20000", "--set", "networks=mlp", "--steps", "1", "--run", "run")
    done = command(here, "fit", "digits", *words, *QUIET, limit=limit)
    assert done.returncode == 1
    assert "memory ran out" in done.stderr
    assert "smaller width" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (here / "run").exists()
