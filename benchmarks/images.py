"""How fast sparring trains GANs of pictures: side by side with its peers, in one run.

For every workload the same two networks (DCGAN's, width 64), batch 64, one thread, pictures in
memory, are trained by

- sparring: `train` with `Average` and `Record`, as `fit` has them,
- plain: the loop of PyTorch's DCGAN tutorial (`images_plain`),
- keras: Keras 3 on torch with a `train_step` of its own (`images_keras`),
- lightning: a LightningModule with manual optimisation (`images_lightning`),
- compiled: sparring with `Backend(compiled=True)`.

They take turns, a block of batches each (`turns`); a speed-up is the median over rounds of the
ratios of processor seconds within a round. Images are counted as the discriminator sees real ones.
`vmap8_speedup` is how many times as fast 8 small GANs train together (`train_together`, compiled)
as one after another. Lightning isn't among this project's dependencies: install it beside them,
`pip install -c constraints.txt -e '.[track,bench]' lightning`, in an environment of its own.

    python benchmarks/images.py --json
"""

import argparse
import copy
import json
import os
import statistics
import tempfile
from dataclasses import dataclass
from typing import Any

import torch

import images_plain
from images_plain import CRITIC_TURNS, GAMMA, PENALTY, RATES, Plain, Tick
from provenance import provenance, versions
from turns import Loop, seconds_a_block, times_as_fast

LATENT, BATCH = 100, 64
PEERS = ("keras", "lightning")


@dataclass(frozen=True)
class Workload:
    """What is trained: a method, a size, and how much of it is measured."""

    method: str
    size: int
    block: int
    rounds: int


WORKLOADS = {
    "dcgan32": Workload("gan", 32, block=5, rounds=15),
    "dcgan64": Workload("gan", 64, block=2, rounds=9),
    "wgan-gp32": Workload("wgan-gp", 32, block=CRITIC_TURNS, rounds=11),
    "r1-32": Workload("r1", 32, block=5, rounds=13),
}


def pictures(count: int, size: int) -> torch.Tensor:
    """Uint8 levels (n, 3, s, s); times don't depend on what they show."""
    coarse = torch.randint(256, (count, 3, 8, 8), dtype=torch.uint8)
    return coarse.repeat_interleave(size // 8, 2).repeat_interleave(size // 8, 3)


class Ours:
    """Sparring's `train` as a loop that takes turns."""

    def __init__(
        self, generator: Any, discriminator: Any, levels: torch.Tensor, method: str, compiled: bool
    ) -> None:
        from sparring.core import Adam
        from sparring.games import GAN, WGANGP
        from sparring.priors import Normal
        from sparring.regularizers import R1

        adam = Adam(RATES[method]["lr"], RATES[method]["betas"])
        common = {"generator_optimizer": adam, "discriminator_optimizer": adam}
        networks = generator, discriminator, Normal(LATENT)
        self.batches_a_step = 1
        if method == "wgan-gp":
            self.batches_a_step = CRITIC_TURNS
            self.game = WGANGP(
                *networks, penalty=PENALTY, discriminator_turns=CRITIC_TURNS, **common
            )
        else:
            self.game = GAN(
                *networks, regularizers=(R1(GAMMA),) if method == "r1" else (), **common
            )
        self.levels, self.compiled = levels, compiled
        self.events: list[dict[str, Any]] = []

    def __call__(self, tick: Tick) -> None:
        """Train until the tick says that it is enough."""
        from sparring.callbacks import Average, Record
        from sparring.core import Backend, Callback, train
        from sparring.data import Batches, InMemory

        class Ticks(Callback):
            def on_step(_, state: Any) -> None:  # noqa: N805
                self.events = state.events
                tick(self.batches_a_step)

        backend = Backend("cpu", compiled=True) if self.compiled else Backend("cpu")
        with tempfile.TemporaryDirectory() as folder:
            train(
                self.game, Batches(InMemory(self.levels), BATCH), steps=10**9, backend=backend,
                callbacks=[Average(10_000), Record(folder), Ticks()],
            )  # fmt: skip


def contenders(work: Workload, args: Any) -> dict[str, Loop]:
    """Every loop of one workload, with networks that are copies of each other."""
    from sparring.networks import DCGANDiscriminator, DCGANGenerator

    levels = pictures(args.images, work.size)
    x = levels.float() / 127.5 - 1
    pair = (
        DCGANGenerator(LATENT, 3, work.size, args.width),
        DCGANDiscriminator(3, work.size, args.width),
    )
    # The others' networks are stacked as they would stack them: with layers of torch alone.
    theirs = (
        images_plain.generator(LATENT, 3, work.size, args.width),
        images_plain.discriminator(3, work.size, args.width),
    )
    refuse_other_sizes(theirs, pair)
    found: dict[str, Loop] = {
        "sparring": Ours(*copy.deepcopy(pair), levels, work.method, compiled=False),
        "plain": Plain(*copy.deepcopy(theirs), x, BATCH, LATENT, work.method),
    }
    if "keras" not in args.without:
        import images_keras

        keras = images_keras.Fit(x, BATCH, LATENT, args.width, work.method)
        refuse_other_sizes((keras.model.generator, keras.model.discriminator), pair)
        found["keras"] = keras
    if "lightning" not in args.without:
        import images_lightning

        found["lightning"] = images_lightning.Fit(*theirs, x, BATCH, LATENT, work.method)
    if "compiled" not in args.without:
        found["compiled"] = Ours(*copy.deepcopy(pair), levels, work.method, compiled=True)
    return found


def refuse_other_sizes(pair: tuple[Any, Any], own: tuple[Any, Any]) -> None:
    """The peers' networks must be ours."""
    for theirs, ours in zip(pair, own, strict=True):
        counts = [
            sum(weight.numel() for weight in theirs.parameters() if weight.requires_grad),
            sum(weight.numel() for weight in ours.parameters()),
        ]
        if counts[0] != counts[1]:
            raise RuntimeError(f"the networks differ: {counts[0]} and {counts[1]} weights.")


def measure(work: Workload, args: Any) -> dict[str, Any]:
    """One workload's speed-ups and speeds."""
    loops = contenders(work, args)
    rounds = args.rounds or work.rounds
    seconds = seconds_a_block(loops, work.block, rounds)
    ratios = {f"vs_{name}": times_as_fast(seconds, "sparring", name) for name in seconds}
    found = {name: round(ratios[name], 3) for name in ("vs_plain", "vs_keras", "vs_lightning")
             if name in ratios}  # fmt: skip
    if "compiled" in seconds:
        found["compiled_vs_eager"] = round(1 / ratios["vs_compiled"], 3)
    images = work.block * BATCH
    speed = {name: round(images / statistics.median(s), 1) for name, s in seconds.items()}
    spread = {
        name: [round(b / a, 2) for a, b in zip(seconds["sparring"], s, strict=True)]
        for name, s in seconds.items()
        if name != "sparring"
    }
    return {**found, "images_per_cpu_second": speed, "ratios": spread,
            "batches_a_block": work.block}  # fmt: skip


def together(args: Any) -> dict[str, Any]:
    """How much faster small GANs train together."""
    from images_together import measure_together

    return measure_together(rounds=args.rounds or 7)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    parser.add_argument("--only", nargs="*", choices=(*WORKLOADS, "together"))
    parser.add_argument("--without", nargs="*", default=[], choices=(*PEERS, "compiled"))
    parser.add_argument("--rounds", type=int, help="of each workload, after one that isn't counted")
    parser.add_argument("--width", type=int, default=64, help="of the networks")
    parser.add_argument("--images", type=int, default=2048, help="in the data set")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    chosen = args.only or (*WORKLOADS, "together")
    found: dict[str, Any] = {
        name: measure(work, args) for name, work in WORKLOADS.items() if name in chosen
    }
    if "together" in chosen:
        found |= together(args)
    found |= {
        "clock": "cpu", "threads": args.threads, "load": os.getloadavg()[0],
        "versions": versions(*PEERS), **provenance(),
    }  # fmt: skip
    print(json.dumps(found, indent=None if args.json else 1))


if __name__ == "__main__":
    main()
