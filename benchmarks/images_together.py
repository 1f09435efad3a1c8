"""Eight small GANs of points in a plane: trained together, and one after another."""

import statistics
import tempfile
from collections.abc import Sequence
from typing import Any

import torch

from turns import Tick, seconds_a_block, times_as_fast

GAMES, BATCH, LATENT, STEPS = 8, 256, 4, 50
HIDDEN = (64, 64, 64)
WIDER = (128, 128, 128)
"""Where most of the time is in the products of matrices already."""


def game(seed: int, hidden: tuple[int, ...]) -> Any:
    """A GAN with these hidden layers on each side, and weights of its own."""
    from sparring.games import GAN
    from sparring.networks import MLP
    from sparring.priors import Normal

    torch.manual_seed(seed)
    return GAN(MLP((LATENT,), (2,), hidden), MLP((2,), (), hidden), Normal(LATENT))


def stream(seed: int) -> Any:
    """Shuffled points."""
    from sparring.data import Batches, InMemory

    return Batches(InMemory(torch.randn(20_000, 2)), BATCH, seed)


class Told:
    """Batches that tell of every step before the next one."""

    def __init__(self, batches: Any, tick: Tick) -> None:
        self.batches, self.tick, self.batch_size = batches, tick, batches.batch_size
        self.begun = False

    def __next__(self) -> Any:
        if self.begun:
            self.tick()
        self.begun = True
        return next(self.batches)

    def state_dict(self) -> Any:
        return self.batches.state_dict()

    def load_state_dict(self, state: Any) -> None:
        self.batches.load_state_dict(state)
        self.begun = False


def alone(hidden: tuple[int, ...]) -> Any:
    """Our own loop, one game after another, a block of steps each."""

    def loop(tick: Tick) -> None:
        from sparring.callbacks import Average, Record
        from sparring.core import Backend, Callback, train

        class Ticks(Callback):
            def on_step(self, state: Any) -> None:
                tick()

        with tempfile.TemporaryDirectory() as folder:
            train(
                game(0, hidden), stream(0), steps=10**9, backend=Backend("cpu"),
                callbacks=[Average(10_000), Record(folder), Ticks()],
            )  # fmt: skip

    return loop


def together(hidden: tuple[int, ...], compiled: bool) -> Any:
    """All games at once; a tick is a step of all."""

    def loop(tick: Tick) -> None:
        from sparring.core.ensemble import train_together

        games = [game(seed, hidden) for seed in range(GAMES)]
        streams = [stream(seed) for seed in range(GAMES)]
        streams[0] = Told(streams[0], tick)
        train_together(games, streams, steps=10**9, compiled=compiled)

    return loop


def measure_together(
    rounds: int, sizes: Sequence[tuple[int, ...]] = (HIDDEN, WIDER)
) -> dict[str, Any]:
    """How many times as many steps of a game are made together as one after another.

    Returns:
        The figure of the first hidden layers as `vmap8_speedup`, and all in `vmap8`.
    """
    found = [_measure(rounds, hidden) for hidden in sizes]
    return {"vmap8_speedup": found[0]["speedup"], "vmap8": found}


def _measure(rounds: int, hidden: tuple[int, ...], compiled: bool = True) -> dict[str, Any]:
    """One game is trained alone: a step of the eight in sequence is eight of its steps."""
    loops = {"alone": alone(hidden), "together": together(hidden, compiled)}
    seconds = seconds_a_block(loops, STEPS, rounds)
    speedup = GAMES * times_as_fast(seconds, "together", "alone")
    milliseconds = {
        name: round(1000 * statistics.median(spent) / STEPS, 3) for name, spent in seconds.items()
    }
    return {
        "speedup": round(speedup, 3), "games": GAMES, "batch": BATCH, "hidden": list(hidden),
        "compiled": compiled, "milliseconds_a_step": milliseconds,
        "ratios": [
            round(GAMES * a / b, 2)
            for a, b in zip(seconds["alone"], seconds["together"], strict=True)
        ],
    }  # fmt: skip
