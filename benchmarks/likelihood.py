"""How fast models with a likelihood are: side by side with what they are compared with.

- pixelcnn_cached_speedup, gated_pixelcnn_cached_speedup: drawing 28 x 28 binary pictures with
  networks that keep what they saw, against a whole pass of the network for every pixel.
- wavenet_cached_speedup: drawing 8,000 samples of a sound, likewise (`likelihood_sound`).
- vae_vs_pythae: images/s of training, against pythae's trainer with the same networks.
- flow_vs_zuko: time of a flow's densities over that of zuko's own loop, the worst of its flows
  (`likelihood_flows`).

Loops take turns, a block of batches each (`turns`); a speed-up is the median over rounds of the
ratios of processor seconds within a round. Pythae isn't among this project's dependencies: install
it beside them (`pip install --no-deps pythae`).

    python benchmarks/likelihood.py --json
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch

from provenance import provenance, versions
from turns import seconds_a_block, times_as_fast

HEADLINE = 16
"""Pictures drawn together, of which a speed-up is told."""


def seconds(work: Callable[[], Any]) -> float:
    """Processor seconds that something takes."""
    before = time.process_time()
    work()
    return time.process_time() - before


def cached(network: Any, batch: int, rounds: int) -> dict[str, Any]:
    """How many times as fast n pictures are drawn by a network that keeps what it saw."""
    from sparring.games import Autoregressive
    from sparring.losses import Bernoulli

    game = Autoregressive(network, Bernoulli(1), 28).eval()
    found: list[float] = []
    for _ in range(rounds):
        uniform = game.latent(batch)
        kept, whole = [], []
        quick = seconds(lambda u=uniform, k=kept: k.append(game.sample(batch, None, u)))
        slow = seconds(lambda u=uniform, w=whole: w.append(naive(game, u)))
        if not torch.equal(kept[0], whole[0]):
            raise RuntimeError("the two ways of drawing gave different pictures.")
        found.append(slow / quick)
    return {"speedup": round(statistics.median(found), 1), "batch": batch,
            "ratios": [round(ratio, 1) for ratio in found]}  # fmt: skip


@torch.no_grad()
def naive(game: Any, uniform: torch.Tensor) -> torch.Tensor:
    """Pictures of which every pixel is drawn after a pass over the whole picture."""
    x = torch.zeros(len(uniform), *game.shape)
    for row in range(game.shape[1]):
        for column in range(game.shape[2]):
            outputs = game.network(x)[:, :, row : row + 1, column : column + 1]
            here = (..., slice(row, row + 1), slice(column, column + 1))
            x[here] = game.pixels.sample(outputs, 1.0, uniform[here])
    return x


def pixelcnns(args: Any) -> dict[str, Any]:
    """Both networks' speed-ups."""
    from sparring.networks import GatedPixelCNN, PixelCNN

    networks = {"pixelcnn": PixelCNN(1, 1), "gated_pixelcnn": GatedPixelCNN(1, 1, width=16)}
    found: dict[str, Any] = {}
    for name, network in networks.items():
        measured = [cached(network, batch, args.rounds or 3) for batch in (HEADLINE, 1, 64)]
        found |= {f"{name}_cached_speedup": measured[0]["speedup"], f"{name}_cached": measured}
    return found


def vae(args: Any) -> dict[str, Any]:
    """How many times as many images/s as pythae."""
    from likelihood_pythae import BATCH, contenders

    block = 100
    spent = seconds_a_block(contenders(10_000), block, args.rounds or 11)
    speed = {n: round(block * BATCH / statistics.median(s)) for n, s in spent.items()}
    return {"vae_vs_pythae": round(times_as_fast(spent, "sparring", "pythae"), 3),
            "vae_images_per_cpu_second": speed}  # fmt: skip


def wavenet(args: Any) -> dict[str, Any]:
    """How many times as fast a WaveNet draws with queues as without."""
    from likelihood_sound import speedup

    measured = speedup(rounds=args.rounds or 3)
    return {"wavenet_cached_speedup": measured["speedup"], "wavenet_cached": measured}


def flows(args: Any) -> dict[str, Any]:
    """How many times as long a flow's density takes as zuko's, and a step of training."""
    from likelihood_flows import measure

    ratios = measure(rounds=args.rounds or 15)
    worst = max(ratio for name, ratio in ratios.items() if name.endswith("log_prob"))
    return {"flow_vs_zuko": worst, "flows": ratios}


PARTS = {"pixelcnn": pixelcnns, "vae": vae, "wavenet": wavenet, "flows": flows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    parser.add_argument("--only", nargs="*", choices=tuple(PARTS))
    parser.add_argument("--rounds", type=int, help="of each comparison")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    found: dict[str, Any] = {}
    for name in args.only or PARTS:
        found |= PARTS[name](args)
    found |= {
        "clock": "cpu", "threads": 1, "load": os.getloadavg()[0],
        "versions": versions("pythae", "zuko"), **provenance(),
    }  # fmt: skip
    print(json.dumps(found, indent=None if args.json else 1))


if __name__ == "__main__":
    main()
