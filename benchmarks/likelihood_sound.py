"""How much faster a WaveNet draws a sound with queues than by a whole pass for every sample.

The network has 10 layers, dilations 1 to 512, which look back 1,024 samples; a sound has 8,000. The
cached drawing is timed whole. The naive one, a pass over all samples so far before each, would take
minutes: it is drawn for the first samples, which must be the same ones, and timed at lengths spread
evenly over the sound, each standing for its part of it. Beside it: a pass over no more than what
the last output looks back, the least that a naive loop can do.

    python benchmarks/likelihood_sound.py
"""

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch

LENGTH, SAME, LENGTHS = 8000, 200, 40


def seconds(work: Callable[[], Any]) -> float:
    """Processor seconds that something takes."""
    before = time.process_time()
    work()
    return time.process_time() - before


@torch.no_grad()
def naive(game: Any, uniform: torch.Tensor) -> torch.Tensor:
    """A sound of which every sample is drawn after a pass over all so far."""
    x = torch.zeros(len(uniform), 1, uniform.shape[2])
    for place in range(uniform.shape[2]):
        outputs = game.network(game.pixels.seen(x[..., : place + 1]))[..., -1:]
        x[..., place : place + 1] = game.pixels.sample(
            outputs, 1.0, uniform[..., place : place + 1]
        )
    return x


@torch.no_grad()
def passes(network: Any, lengths: list[int]) -> float:
    """Processor seconds of a pass over so many samples, a mean over lengths."""
    x = torch.randint(256, (1, 1, max(lengths))) / 127.5 - 1
    return statistics.mean(seconds(lambda n=n: network(x[..., :n])) for n in lengths)


def speedup(rounds: int = 3) -> dict[str, Any]:
    """How many times as fast a sound of 8,000 samples is drawn by a network that has queues."""
    from sparring.games import Waveforms
    from sparring.losses import MuLaw
    from sparring.networks import WaveNet

    game = Waveforms(WaveNet(depth=10, stacks=1), MuLaw(), LENGTH).eval()
    reach = game.network.reach
    uniform = game.latent(1)
    if not torch.equal(game.sample(1, None, uniform)[..., :SAME], naive(game, uniform[..., :SAME])):
        raise RuntimeError("the two ways of drawing gave different sounds.")
    piece = LENGTH // LENGTHS
    lengths = [piece // 2 + piece * number for number in range(LENGTHS)]
    passes(game.network, lengths[:3])
    found: dict[str, list[float]] = {"so far": [], "within reach": []}
    for _ in range(rounds):
        quick = seconds(lambda: game.sample(1, None, uniform))
        found["so far"].append(LENGTH * passes(game.network, lengths) / quick)
        within = [min(length, reach) for length in lengths]
        found["within reach"].append(LENGTH * passes(game.network, within) / quick)
    return {
        "speedup": round(statistics.median(found["so far"]), 1),
        "within_reach": round(statistics.median(found["within reach"]), 1),
        "microseconds_a_sample": round(1e6 * quick / LENGTH),
        "ratios": [round(ratio, 1) for ratio in found["so far"]],
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.manual_seed(0)
    print(json.dumps(speedup(), indent=1))
