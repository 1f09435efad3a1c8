"""What a flow costs in sparring, over zuko's own loop written by hand.

Both sides have the same layers, of zuko, with the same weights: masked autoregressive flows with
affine transforms or splines. What is compared is a density under `no_grad`, through `Flow`, and a
training step (shuffled batches in memory, fused Adam), through `train`. All take turns in one
process, a block each; a ratio is the median over rounds of the ratios within a round, in processor
seconds.

    python benchmarks/likelihood_flows.py --json
"""

import argparse
import json
from collections.abc import Callable
from typing import Any

import torch
import zuko
from torch import Tensor

from provenance import provenance
from sparring.core import Adam, Backend, Callback, TrainingState, train
from sparring.data import Batches, InMemory
from sparring.games import Flow
from sparring.losses import Plain
from sparring.networks import MAF, NeuralSpline
from sparring.networks.flows import FlowNetwork
from sparring.priors import Normal
from turns import Loop, Tick, seconds_a_block, times_as_fast

NUMBERS, WIDTH, DEPTH, BATCH, ITEMS, LR = 16, 64, 3, 256, 20_000, 1e-3
KINDS: dict[str, tuple[type[FlowNetwork], Callable[..., Any]]] = {
    "maf": (MAF, zuko.flows.MAF),
    "neural-spline": (NeuralSpline, zuko.flows.NSF),
}
ASKED = 1.05


class Ticking(Callback):
    """Ticks after every step."""

    def __init__(self, tick: Tick) -> None:
        self.tick = tick

    def on_step(self, state: TrainingState) -> None:
        self.tick()


def pair(kind: str) -> tuple[Flow, Any]:
    """Our game and zuko's flow, with the same weights."""
    ours, theirs = KINDS[kind]
    torch.manual_seed(0)
    network = ours((NUMBERS,), WIDTH, DEPTH)
    flow = theirs(NUMBERS, transforms=DEPTH, hidden_features=(WIDTH, WIDTH))
    flow.transform.load_state_dict(network.transform.state_dict())
    return Flow(network, Normal(NUMBERS), Plain((NUMBERS,)), optimizer=Adam(LR, (0.9, 0.999))), flow


def difference(kind: str) -> float:
    """The largest difference between both densities, in nats."""
    game, flow = pair(kind)
    x = torch.randn(BATCH, NUMBERS)
    with torch.no_grad():
        return float((game.log_prob(x) - flow().log_prob(x)).abs().max())


def densities(kind: str, x: Tensor) -> dict[str, Loop]:
    """Densities of one batch after the other."""
    game, flow = pair(kind)

    def asking(density: Callable[[Tensor], Tensor]) -> Loop:
        def loop(tick: Tick) -> None:
            while True:
                for batch in x.split(BATCH):
                    with torch.no_grad():
                        density(batch)
                    tick()

        return loop

    return {
        "sparring": asking(game.log_prob),
        "zuko": asking(lambda batch: flow().log_prob(batch)),
    }


def trainings(kind: str, x: Tensor) -> dict[str, Loop]:
    """Steps of Adam on shuffled batches."""
    game, flow = pair(kind)

    def ours(tick: Tick) -> None:
        batches = Batches(InMemory(x), BATCH)
        train(game, batches, callbacks=[Ticking(tick)], backend=Backend("cpu"))

    def theirs(tick: Tick) -> None:
        optimizer = torch.optim.Adam(flow.parameters(), lr=LR, fused=True)
        while True:
            for rows in torch.randperm(len(x)).split(BATCH):
                loss = -flow().log_prob(x[rows]).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                tick()

    return {"sparring": ours, "zuko": theirs}


def measure(block: int = 40, rounds: int = 15) -> dict[str, float]:
    """How many times as long sparring takes as zuko: of each flow a density and a step.

    Args:
        block: batches that a side takes at a turn.
        rounds: that are counted.
    """
    x = torch.randn(ITEMS, NUMBERS)
    found = {}
    for kind in KINDS:
        for what, make in (("log_prob", densities), ("step", trainings)):
            seconds = seconds_a_block(make(kind, x), block, rounds)
            found[f"{kind} {what}"] = round(times_as_fast(seconds, "zuko", "sparring"), 3)
    return found


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--block", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    ratios = measure(args.block, args.rounds)
    result = {"ratios": ratios, "asked": ASKED, "passed": max(ratios.values()) <= ASKED}
    if args.json:
        print(json.dumps({**result, **provenance()}, indent=2))
    else:
        for name, ratio in ratios.items():
            print(f"{name:24} {ratio:.3f} of zuko's time (asked: at most {ASKED})")


if __name__ == "__main__":
    main()
