import errno
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import torch

from sparring.callbacks import store
from sparring.callbacks.store import Damaged, read_tensors, tidy_all, write_tensors
from sparring.core import Failure

FILES = ("state.safetensors", "state.json", "manifest.json")


@pytest.fixture
def kept(tmp_path):
    """A folder with version 1 of something."""
    folder = tmp_path / "model"
    write_tensors(folder, {"w": torch.arange(100.0)}, {"version": 1})
    return folder


def version(folder):
    return read_tensors(folder)[1]["version"]


def test_every_kind_of_tensor_comes_back_as_it_was(tmp_path):
    shared = torch.randn(3, 4)
    tensors = {
        "half": torch.randn(3).bfloat16(),
        "bytes": torch.get_rng_state(),
        "number": torch.tensor(3.0),
        "empty": torch.empty(0),
        "turned": torch.randn(3, 4).T,
        "shared": shared,
        "twin": shared,
        "part": shared[1:],
    }
    write_tensors(tmp_path / "x", tensors, {"deep": {"list": [1, 2.5, None]}})
    back, meta = read_tensors(tmp_path / "x")
    assert back.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert torch.equal(back[name], tensor), name
        assert back[name].dtype == tensor.dtype
    assert meta == {"deep": {"list": [1, 2.5, None]}}


def test_there_is_no_pickle_among_the_files(kept):
    assert sorted(file.name for file in kept.iterdir()) == sorted(FILES)
    assert b"\x80\x04" not in (kept / "state.safetensors").read_bytes()[:8]
    json.loads((kept / "state.json").read_text())


@pytest.mark.parametrize("file", FILES)
def test_a_flipped_bit_in_any_byte_is_found(kept, file):
    path = kept / file
    whole = path.read_bytes()
    for position in range(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        with pytest.raises(Damaged):
            store.check(kept)
    path.write_bytes(whole)
    assert version(kept) == 1


@pytest.mark.parametrize("file", FILES)
def test_a_missing_or_short_file_is_found(kept, file):
    path = kept / file
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(Damaged):
        read_tensors(kept)
    path.unlink()
    with pytest.raises(Damaged):
        read_tensors(kept)


def test_a_newer_format_is_refused_in_a_sentence(kept, monkeypatch):
    monkeypatch.setattr(store, "FORMAT", 2)
    write_tensors(kept, {"w": torch.ones(1)}, {"version": 2})
    monkeypatch.undo()
    with pytest.raises(Failure, match=r"newer sparring .format 2.*install") as caught:
        read_tensors(kept)
    assert not isinstance(caught.value, Damaged)


def test_a_folder_is_replaced(kept):
    write_tensors(kept, {"w": torch.ones(1)}, {"version": 2})
    assert version(kept) == 2
    assert list(kept.parent.iterdir()) == [kept]


@pytest.mark.parametrize("call", ["fsync", "rename", "mkdir", "rmdir", "unlink"])
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_a_process_killed_while_it_replaces_leaves_the_old_or_the_new(kept, call, number):
    """A child process dies just before the n-th call of one kind, and runs no clean-up."""
    child = os.fork()
    if child == 0:
        real, seen = getattr(os, call), [0]

        def dying(*arguments, **options):
            seen[0] += 1
            if seen[0] == number:
                os._exit(9)
            return real(*arguments, **options)

        setattr(os, call, dying)
        write_tensors(kept, {"w": torch.ones(1)}, {"version": 2})
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (0, 9)
    assert version(kept) in (1, 2)
    tidy_all(kept.parent)
    assert list(kept.parent.iterdir()) == [kept]
    assert version(kept) in (1, 2)


def test_a_full_disk_is_a_sentence_and_leaves_nothing(kept, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Failure, match=r"model could not be written: the disk is full; free some"):
        write_tensors(kept, {"w": torch.ones(1)}, {"version": 2})
    monkeypatch.undo()
    assert list(kept.parent.iterdir()) == [kept]
    assert version(kept) == 1


def test_a_really_full_disk_is_no_different(tmp_path):
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        write_tensors(place / "model", {"w": torch.ones(100)}, {"version": 1})
        with pytest.raises(Failure, match="the disk is full"):
            write_tensors(place / "model", {"w": torch.randn(100_000)}, {"version": 2})
        assert [path.name for path in place.iterdir()] == ["model"]
        assert version(place / "model") == 1
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_file_in_place_of_the_folder_is_a_sentence(tmp_path):
    (tmp_path / "run").write_text("I am a file")
    with pytest.raises(Failure, match=r"could not be written: .*name a folder"):
        write_tensors(tmp_path / "run" / "model", {}, {})
    assert (tmp_path / "run").read_text() == "I am a file"


def test_a_read_only_place_is_a_sentence(kept, monkeypatch):
    def refuse(path, *arguments, **options):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(Failure, match=r"Permission denied; name a folder that may be written"):
        write_tensors(kept, {"w": torch.ones(1)}, {"version": 2})
    assert version(kept) == 1


def test_an_interrupt_while_writing_leaves_the_old(kept, monkeypatch):
    def interrupted(descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_tensors(kept, {"w": torch.ones(1)}, {"version": 2})
    assert list(kept.parent.iterdir()) == [kept]
    assert version(kept) == 1
