"""Training under `ulimit -v`: data that doesn't fit is streamed, batches that don't are told."""

import os
import re
import subprocess
import sys

import numpy as np
import PIL.Image
import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="ulimit -v is Linux's"),
]

LIMIT = 1_700 << 20
"""Bytes of addresses; torch, scikit-learn and pandas take 930 MiB of them before any data."""

DISTINCT, SIDE = 64, 384

BEGINNING = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
import torch
torch.set_num_threads(1)
from sparring.core import Callback, Failure
from sparring.tasks import Synthesizer
"""

TRAIN_ON_A_FOLDER = (
    BEGINNING
    + """
class Tell(Callback):
    def on_end(self, state):
        print(type(state.batches.source).__name__, state.step)

synthesizer = Synthesizer(
    game="gan", networks="dcgan", width=8, batch_size=16, steps=3, size=128,
    device="cpu", run=sys.argv[3], callbacks=[Tell()],
).fit(sys.argv[2])
print(synthesizer.sample(2).shape)
"""
)

TRAIN_ON_AN_ARRAY = (
    BEGINNING
    + """
import numpy as np
images = np.random.default_rng(0).integers(256, size=(512, 64, 64, 3), dtype=np.uint8)
try:
    Synthesizer(
        game="gan", networks="mlp", width=256, batch_size=int(sys.argv[2]), steps=2,
        alarms=False, device="cpu",
    ).fit(images)
except Failure as error:
    print(error)
else:
    print("trained")
"""
)


def under(limit, script, *arguments):
    """What a script says that runs in a process of its own with so many bytes of addresses."""
    # One arena and one thread: else addresses go to what a limit in megabytes can't tell.
    environment = {**os.environ, "MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", script, str(limit), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def large_folder(tmp_path_factory):
    """A folder of pictures of noise, four times as large as the limit: many names of few files."""
    folder = tmp_path_factory.mktemp("pictures")
    noise = np.random.default_rng(0)
    files = []
    for number in range(DISTINCT):
        files.append(folder / f"{number:06d}.png")
        levels = noise.integers(256, size=(SIDE, SIDE, 3), dtype=np.uint8)
        PIL.Image.fromarray(levels).save(files[-1], compress_level=0)
    bytes_each = files[0].stat().st_size
    for number in range(DISTINCT, 4 * LIMIT // bytes_each + 1):
        os.link(files[number % DISTINCT], folder / f"{number:06d}.png")
    return folder


def test_a_folder_four_times_as_large_as_the_memory_allowed_still_trains(large_folder, tmp_path):
    assert sum(file.stat().st_size for file in large_folder.iterdir()) >= 4 * LIMIT
    source, shape = under(LIMIT, TRAIN_ON_A_FOLDER, large_folder, tmp_path / "run")
    assert (source, shape) == ("Files 3", "(2, 128, 128, 3)")
    assert (tmp_path / "run" / "model").is_dir()


def test_a_batch_that_is_too_large_is_refused_with_a_size_that_works():
    (sentence,) = under(LIMIT, TRAIN_ON_AN_ARRAY, 8192)
    told = re.fullmatch(
        r"memory ran out with batch_size 8192; (\d+) fits: --set batch_size=\1\.", sentence
    )
    assert told, sentence
    assert under(LIMIT, TRAIN_ON_AN_ARRAY, told[1]) == ["trained"]
