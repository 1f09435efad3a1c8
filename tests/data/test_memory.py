import subprocess
import sys

import pytest

from sparring.data import memory


def test_half_of_the_least_room_is_used(monkeypatch):
    monkeypatch.setattr(memory, "_available", lambda: 1000)
    monkeypatch.setattr(memory, "_address_space", lambda: None)
    monkeypatch.setattr(memory, "_cgroup", lambda: None)
    assert memory.budget() == 500
    monkeypatch.setattr(memory, "_cgroup", lambda: 300)
    assert memory.budget() == 150
    monkeypatch.setattr(memory, "_address_space", lambda: 100)
    assert memory.budget() == 50


def test_the_limit_of_a_container_is_read(monkeypatch, tmp_path):
    (tmp_path / "memory.max").write_text("1000\n")
    (tmp_path / "memory.current").write_text("400\n")
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    assert memory._cgroup() == 600
    (tmp_path / "memory.max").write_text("max\n")
    assert memory._cgroup() is None


@pytest.mark.skipif(sys.platform != "linux", reason="ulimit -v is Linux's")
def test_ulimit_v_is_obeyed():
    code = (
        "import resource; limit = 8 * 2**30;"
        "resource.setrlimit(resource.RLIMIT_AS, (limit, limit));"
        "from sparring.data.memory import budget; print(budget() < limit / 2)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
