"""Kill a training at random moments, resume it until it ends, and compare with one left alone.

Each attempt is a process that runs `sparring fit digits`, and `sparring resume` from then on, with
checkpoints every few steps (and log lines, previews and probes to go with them), killed by SIGKILL
after a random while. Every third one is killed while a checkpoint is being written: as soon as the
folder aside is seen, and up to some milliseconds later. What must be the same in the end, byte by
byte: the model, the previews, every tensor of the last checkpoint, and the log and the
checkpoint's other contents but for times.

Processes are forked from one that has everything imported, so that they spend their time training
and are killed there.

    python benchmarks/kill_resume.py --kills 30 --json
"""

import argparse
import hashlib
import importlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

STEPS, EVERY = 60, 4
_SETTINGS = ("networks=dcgan", "width=8", "batch_size=16")
_IMPORTED = ("sklearn.cluster", "sklearn.datasets", "torch.utils.tensorboard", "sparring.tasks")
_TIMES = {"seconds", "steps_per_second"}


def often() -> None:
    """Let what a run keeps be kept every few steps, not every thousand."""
    from sparring.callbacks import Checkpoint, Preview, Record, Watch
    from sparring.tasks import training

    class OftenCheckpoint(Checkpoint):
        def __init__(self, folder: Any, **_: Any) -> None:
            super().__init__(folder, every=EVERY)

    class OftenRecord(Record):
        def __init__(self, folder: Any) -> None:
            super().__init__(folder, every=3)

    class OftenPreview(Preview):
        def __init__(self, *args: Any, **settings: Any) -> None:
            super().__init__(*args, **{**settings, "every": 10})

    class OftenWatch(Watch):
        def __init__(self, *args: Any, **settings: Any) -> None:
            super().__init__(*args, **{**settings, "every": 5})

    training.Checkpoint, training.Record = OftenCheckpoint, OftenRecord
    training.Preview, training.Watch = OftenPreview, OftenWatch


def warm_up() -> None:
    """Import all that a run needs; nothing is computed, since threads don't survive a fork."""
    for module in _IMPORTED:
        importlib.import_module(module)
    often()


def begin(command: list[str]) -> int:
    """Run a command of `sparring` in a process of its own; its number."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        from sparring.cli import main

        sys.argv = ["sparring", *command]
        main()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        os._exit(code)


def command_for(run: Path) -> list[str]:
    """What a person would type: resume where there is a run, else fit."""
    if (run / "recipe.toml").exists():
        return ["resume", str(run)]
    settings = [word for setting in _SETTINGS for word in ("--set", setting)]
    return ["fit", "digits", "--game", "gan", "--steps", str(STEPS), "--run", str(run), *settings]


def wait_for(child: int, until: Callable[[], bool]) -> int | None:
    """Kill a process as soon as something is so; None if it was killed, else its exit code."""
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if until():
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            return None if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)
        time.sleep(0.0002)


def after(seconds: float) -> Callable[[], bool]:
    """True from so many seconds on."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def while_writing(run: Path, passed: int, late: float) -> Callable[[], bool]:
    """True some time after the next checkpoint but so many begins to be written."""
    folder, seen = run / "checkpoints", set[str]()

    def writing() -> bool:
        found = _aside(folder)
        seen.update(found)
        if len(seen) > passed and found:
            time.sleep(late)
            return True
        return False

    return writing


def _aside(folder: Path) -> set[str]:
    """The checkpoints that are being written, by name and file."""
    found = set[str]()
    # The folder may not be there yet, a checkpoint in its place by now.
    for path in folder.glob(".*.writing") if folder.exists() else ():
        with suppress(OSError):
            found.add(f"{path.name}{path.stat().st_ino}")
    return found


def left(run: Path) -> dict[str, str]:
    """Checksums of what a finished run must have in common with every other one."""
    from sparring.callbacks import newest, read_tensors

    found = {
        str(path.relative_to(run)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("model", "samples")
        for path in sorted((run / folder).iterdir())
    }
    checkpoint = newest(run).path
    tensors, meta = read_tensors(checkpoint) if checkpoint else ({}, {})
    found["checkpoint"] = checkpoint.name if checkpoint else "none"
    for name, tensor in sorted(tensors.items()):
        raw = tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        found[f"checkpoint/{name}"] = hashlib.sha256(raw).hexdigest()
    # The place in the log depends on how many digits its times have.
    callbacks = [[name, _without(own, {"size"})] for name, own in meta["callbacks"]]
    found["checkpoint/meta"] = _json({**meta, "callbacks": callbacks})
    for number, line in enumerate((run / "log.jsonl").read_text("utf-8").splitlines()):
        found[f"log/{number}"] = _json(json.loads(line))
    return found


def _json(content: dict[str, Any]) -> str:
    return json.dumps(_without(content, _TIMES), sort_keys=True)


def _without(content: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name not in names}


def never() -> bool:
    """Nothing ends a process that is left alone."""
    return False


def undisturbed(run: Path) -> float:
    """Let a run alone; the seconds that it takes."""
    since = time.monotonic()
    code = wait_for(begin(command_for(run)), never)
    if code != 0:
        raise RuntimeError(f"the undisturbed run ended with exit code {code}.")
    return time.monotonic() - since


def disturbed(run: Path, chance: random.Random, seconds: float, kills: int) -> dict[str, Any]:
    """Kill a run up to so many times, with a resume after each, and let it end."""
    done = {"random": 0, "writing": 0, "resumes": 0}
    failures: list[str] = []
    while True:
        killed = done["random"] + done["writing"]
        kind = "writing" if chance.random() < 1 / 3 else "random"
        if killed >= kills:
            until = never
        elif kind == "writing":
            until = while_writing(run, chance.randrange(4), chance.random() * 0.004)
        else:
            until = after(chance.random() * seconds)
        command = command_for(run)
        done["resumes"] += command[0] == "resume"
        code = wait_for(begin(command), until)
        if code is None:
            done[kind] += 1
        elif code == 0:
            return {**done, "failures": failures}
        else:
            failures.append(f"{command[0]} ended with exit code {code}")
            if len(failures) > 2:
                return {**done, "failures": failures}


def result(args: argparse.Namespace) -> dict[str, Any]:
    """Kill runs until there have been enough kills."""
    chance = random.Random(args.seed)
    begun = time.monotonic()
    runs: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / "alone"
        seconds = undisturbed(alone)
        expected = left(alone)
        kills = 0
        while kills < args.kills:
            run = Path(folder) / f"run-{len(runs)}"
            at_most = min(args.kills - kills, chance.randint(1, 4))
            one = disturbed(run, chance, seconds, at_most)
            found = {} if one["failures"] else left(run)
            one["differs"] = sorted(
                k for k in {*expected, *found} if expected.get(k) != found.get(k)
            )
            kills += one["random"] + one["writing"]
            runs.append(one)
    identical = all(not run["differs"] and not run["failures"] for run in runs)
    return {
        "kills": kills,
        "identical": identical,
        "kills_while_writing": sum(run["writing"] for run in runs),
        "resumes": sum(run["resumes"] for run in runs),
        "runs": len(runs),
        "compared": len(expected),
        "differing": [run for run in runs if run["differs"] or run["failures"]],
        "seconds": round(time.monotonic() - begun, 1),
        "seed": args.seed,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    args = parser.parse_args()
    # One thread: a process that has threads can't be forked.
    torch.set_num_threads(1)
    warm_up()
    found = result(args)
    print(json.dumps(found, indent=None if args.json else 1))
    sys.exit(0 if found["identical"] else 1)


if __name__ == "__main__":
    main()
