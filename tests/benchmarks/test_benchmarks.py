"""Every benchmark runs, and ends with the JSON object that scripts rely on."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"

SMALLEST = (
    "--width=8", "--images=600", "--many-images=600", "--steps=1",
    "--dcgan-block=1", "--dcgan-rounds=1", "--mlp-block=10", "--mlp-rounds=1",
)  # fmt: skip


def last_line(script, *arguments):
    """What a benchmark prints last, as JSON."""
    command = [sys.executable, str(BENCHMARKS / script), "--json", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_overhead_gives_its_four_ratios():
    keras = () if find_spec("keras") else ("--without-keras",)
    found = last_line("overhead.py", *SMALLEST, *keras)
    ratios = ["dcgan32_ratio", "mlp_ratio", "peak_memory_ratio"]
    if not keras:
        ratios.append("keras_speedup")
    assert all(found[name] > 0 for name in ratios)
    assert found["clock"] in ("cpu", "wall")


def test_a_killed_run_that_is_resumed_ends_as_the_undisturbed_one():
    found = last_line("kill_resume.py", "--kills=2")
    assert (found["kills"], found["identical"]) == (2, True)
