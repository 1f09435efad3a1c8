"""What sparring costs over a loop written by hand, and over Keras.

Both sides do the same work: the same networks (copies of each other), the non-saturating loss,
fused Adam, an average of the generator's weights, shuffled batches from memory, losses in a log
(`plain.Careful` says how the other side is written). Sparring does beside what a normal `fit` does:
TensorBoard events, alarms, previews from fixed latents, checkpoints. All variants are trained in
one process, a block of steps each in turn; a ratio is the median over rounds of the ratios within
a round. Processor seconds are compared where the machine is busy, wall seconds where it is not.

The small game takes 1000 steps a block, so all that sparring does beside happens within its blocks.
DCGAN takes too long for that: the alarms' probe, the preview and the checkpoint are timed in every
round, and a block is charged its share of each by how often a `fit` does it.

Memory is the most that a process of its own takes, from reading a file of pictures to the last of
some steps: for a large data set (1.2 GB), and in the details for one batch of pictures alone. There
what counts is that `fit` loads scikit-learn and pandas; `composed` is the same training put
together from sparring's parts, which needs neither.

    python benchmarks/overhead.py --json
"""

import argparse
import copy
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import torch

from overhead_memory import BATCH, LATENT, WIDTH, megabytes, optimizers, peaks, pictures
from provenance import versions

POINTS_LATENT, POINTS_BATCH = 4, 256


class Loop(Protocol):
    """Anything that can take so many steps."""

    def run(self, steps: int) -> None: ...


@dataclass(frozen=True)
class Spent:
    """Seconds of the processor and of the clock."""

    cpu: float
    wall: float

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.cpu + other.cpu, self.wall + other.wall)

    def __sub__(self, other: "Spent") -> "Spent":
        return Spent(self.cpu - other.cpu, self.wall - other.wall)

    def times(self, factor: float) -> "Spent":
        """So many times as much."""
        return Spent(self.cpu * factor, self.wall * factor)


def now() -> Spent:
    """Both clocks."""
    return Spent(time.process_time(), time.perf_counter())


def spent(work: Callable[..., Any], *arguments: Any) -> Spent:
    """What some work costs."""
    before = now()
    work(*arguments)
    return now() - before


class Interleaved:
    """A callback that lets the other loops take a block of steps after each block of sparring's.

    Args:
        make: from a game to the other loops, by name.
        block: steps.
        rounds: how many are measured, after one that isn't.
        charge: time what is done beside the training apart, and charge each block its share.
    """

    every = 1

    def __init__(
        self, make: Callable[[Any], dict[str, Loop]], block: int, rounds: int, charge: bool
    ) -> None:
        self.make, self.block, self.rounds, self.charge = make, block, rounds, charge
        self.times: dict[str, list[Spent]] = {}
        self.beside: dict[str, list[Spent]] = {}
        self._beside: dict[str, tuple[Callable[[], Any], float, float]] = {}

    def on_start(self, state: Any) -> None:
        self.loops = self.make(state.game)
        if self.charge:
            self._find_beside(state)
        self._round, self._since = 0, now()

    def _find_beside(self, state: Any) -> None:
        from sparring.callbacks import Checkpoint, Preview, Watch

        for callback in state.callbacks:
            if isinstance(callback, Checkpoint):
                seconds = callback.seconds or float("inf")
                self._beside["checkpoint"] = (
                    partial(callback.save, state),
                    callback.interval,
                    seconds,
                )
            elif isinstance(callback, Watch | Preview):
                name = type(callback).__name__.lower()
                work = partial(callback.on_step, state)
                self._beside[name] = work, callback.every, float("inf")
            else:
                continue
            # From now on it is called between the blocks alone.
            callback.every = 10**9

    def on_step(self, state: Any) -> None:
        if state.step % self.block:
            return
        ours = now() - self._since
        step = ours.wall / self.block
        for name, (work, every, seconds) in self._beside.items():
            share = spent(work).times(self.block / min(every, seconds / step))
            self.beside.setdefault(name, []).append(share.times(1 / self.block))
            ours = ours + share
        found = {"sparring": ours}
        found |= {name: spent(loop.run, self.block) for name, loop in self.loops.items()}
        if self._round:
            for name, seconds in found.items():
                self.times.setdefault(name, []).append(seconds)
        self._round += 1
        self._since = now()

    def on_end(self, state: Any) -> None:
        """Nothing is left to do."""

    def state_dict(self) -> dict[str, Any]:
        return {}

    def load_state_dict(self, state: Any) -> None:
        """Nothing is kept."""

    # What was found

    def ratio(self, above: str, below: str, clock: str) -> float:
        """The median over rounds of what one takes in what another takes."""
        pairs = zip(self.times[above], self.times[below], strict=True)
        return statistics.median(getattr(a, clock) / getattr(b, clock) for a, b in pairs)

    def milliseconds(self, clock: str) -> dict[str, float]:
        """The median time of a step of each, and the shares in it of what is done beside."""
        a_step = {
            name: [spent.times(1 / self.block) for spent in found]
            for name, found in self.times.items()
        }
        a_step |= {f"sparring: {name}": found for name, found in self.beside.items()}
        return {
            name: round(1000 * statistics.median(getattr(spent, clock) for spent in found), 3)
            for name, found in a_step.items()
        }


def measure(
    data: Any, make: Any, block: int, rounds: int, charge: bool, **settings: Any
) -> Interleaved:
    """Train by `fit` in a run of its own, the other loops in between."""
    from sparring.tasks import Synthesizer

    beside = Interleaved(make, block, rounds, charge)
    with tempfile.TemporaryDirectory() as folder:
        Synthesizer(
            game="gan", steps=block * (rounds + 1), callbacks=[beside], device="cpu",
            half_life=10_000, options=optimizers(), run=Path(folder) / "run", **settings,
        ).fit(data)  # fmt: skip
    return beside


def copies(game: Any) -> tuple[Any, Any]:
    """Both networks once more."""
    return copy.deepcopy(game.generator), copy.deepcopy(game.discriminator)


def dcgan(args: Any) -> Interleaved:
    """DCGAN 32x32x3, batch 64, width 64."""
    from plain import Careful, Tutorial

    images = pictures(args.images)
    levels = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
    log = Path(tempfile.mkdtemp()) / "log.jsonl"

    def make(game: Any) -> dict[str, Loop]:
        loops: dict[str, Loop] = {
            "plain": Careful(*copies(game), levels, BATCH, LATENT, log),
            "tutorial": Tutorial(*copies(game), levels, BATCH, LATENT, log),
        }
        if not args.without_keras:
            from keras_dcgan import KerasLoop

            loops["keras"] = KerasLoop(images, BATCH, LATENT, args.width)
        return loops

    return measure(
        images, make, args.dcgan_block, args.dcgan_rounds, True, networks="dcgan", batch_size=BATCH,
        latent=LATENT, width=args.width,
    )  # fmt: skip


def mlp(args: Any) -> Interleaved:
    """Points in a plane, 3 layers of 128, batch 256."""
    from plain import Careful, Tutorial
    from sparring.data import open_dataset

    dataset = open_dataset("grid25")
    data = dataset.train[torch.arange(len(dataset.train))]["x"]
    log = Path(tempfile.mkdtemp()) / "log.jsonl"

    def make(game: Any) -> dict[str, Loop]:
        return {
            name: loop(*copies(game), data, POINTS_BATCH, POINTS_LATENT, log)
            for name, loop in (("plain", Careful), ("tutorial", Tutorial))
        }

    return measure(
        "grid25", make, args.mlp_block, args.mlp_rounds, False, batch_size=POINTS_BATCH,
        latent=POINTS_LATENT, width=128,
    )  # fmt: skip


def result(args: Any) -> dict[str, Any]:
    """Everything that is measured."""
    big, small = dcgan(args), mlp(args)
    memory, little = peaks(args.many_images, args), peaks(BATCH, args)
    load = os.getloadavg()[0]
    clock = "wall" if load < args.threads + 0.5 else "cpu"
    found = {
        "dcgan32_ratio": big.ratio("sparring", "plain", clock),
        "mlp_ratio": small.ratio("sparring", "plain", clock),
        "keras_speedup": None if args.without_keras else big.ratio("keras", "sparring", clock),
        "peak_memory_ratio": memory["sparring"] / memory["plain"],
    }
    found = {name: value and round(value, 4) for name, value in found.items()}
    details = {
        name: {
            "sparring_over_plain": {c: round(m.ratio("sparring", "plain", c), 4) for c in CLOCKS},
            "sparring_over_tutorial": {
                c: round(m.ratio("sparring", "tutorial", c), 4) for c in CLOCKS
            },
            "milliseconds_a_step": {c: m.milliseconds(c) for c in CLOCKS},
            "steps_a_block": m.block,
            "rounds": m.rounds,
        }
        for name, m in (("dcgan32", big), ("mlp", small))
    }
    return {
        **found, "clock": clock, "load": load, "threads": args.threads,
        **details, "peak_megabytes": megabytes(memory), "images_in_memory": args.many_images,
        "peak_megabytes_without_data": megabytes(little), "versions": versions("keras"),
    }  # fmt: skip


CLOCKS = ("cpu", "wall")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--dcgan-rounds", type=int, default=21, help="after one that isn't measured"
    )
    parser.add_argument("--dcgan-block", type=int, default=4, help="steps in a block")
    parser.add_argument("--mlp-rounds", type=int, default=9, help="after one that isn't measured")
    parser.add_argument("--mlp-block", type=int, default=1000, help="steps in a block")
    parser.add_argument("--width", type=int, default=WIDTH)
    parser.add_argument("--images", type=int, default=50_000, help="in the data set")
    parser.add_argument("--many-images", type=int, default=400_000, help="where memory is measured")
    parser.add_argument("--steps", type=int, default=20, help="of each process that is weighed")
    parser.add_argument("--without-keras", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    found = result(args)
    if args.json:
        print(json.dumps(found))
    else:
        print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
