"""Whether counts find what chance doesn't, and whether a network's counts are those of a counter.

Deep sea (Osband et al. 2020, arXiv 1908.03568): a diver sinks through N rows, a column to the left
or right each time; which action is which differs from place to place; going right costs .01 / N,
and a treasure of 1 lies in the last corner, on one of 2^N ways. Tabular Q-learning, over each
episode from its end, with a count bonus (Bellemare et al. 2016, arXiv 1606.01868) and without. Both
try each action of a place once before they choose, and draw with chance epsilon.

A walker on 8x8 cells that begins anew in a corner every 20 steps, seen as a picture of one bright
pixel: a density takes one gradient step for each picture, and at the end its pseudo-counts of all
cells stand beside the true ones (Spearman's correlation).

    python benchmarks/exploration.py --json --png exploration.png
"""

import argparse
import copy
import json
import statistics
import time
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import torch
from scipy.stats import spearmanr

from provenance import provenance, settings
from sparring.core import Adam
from sparring.games import Autoregressive
from sparring.losses import Bernoulli
from sparring.networks.made import MaskedAutoencoder
from sparring.tasks.count_bonus import CountBonus
from sparring.tasks.exploring import Empirical, Online, PseudoCount

SIDE, EPISODE = 8, 20
SCALE, EPSILON, GAMMA = 0.05, 0.05, 0.99


class DeepSea(gymnasium.Env):
    """N rows and columns; the observation is row times N and column."""

    def __init__(self, size: int, seed: int) -> None:
        self.size, self.cell, self.row = size, 0, 0
        self.right = np.random.default_rng(seed).integers(0, 2, (size, size))
        self.action_space = gymnasium.spaces.Discrete(2)
        self.observation_space = gymnasium.spaces.Discrete(size * (size + 1))

    def reset(self, *, seed: int | None = None, options: Any = None):
        super().reset(seed=seed)
        self.row = self.cell = 0
        return 0, {}

    def step(self, action):
        right = action == self.right[self.row, self.cell]
        last = self.size - 1
        reward = -0.01 / self.size if right else 0.0
        reward += float(right and self.row == self.cell == last)
        self.cell = min(last, self.cell + 1) if right else max(0, self.cell - 1)
        self.row += 1
        return self.row * self.size + self.cell, reward, self.row == self.size, False, {}


def dived(size: int, scale: float, limit: int, seed: int) -> dict[str, Any]:
    """Dive until the treasure is found or so many steps are over."""
    random = np.random.default_rng(seed)
    env = CountBonus(DeepSea(size, seed + 1000), PseudoCount(Empirical()), scale)
    values = np.zeros((size * (size + 1), 2))
    tried = np.zeros(values.shape, dtype=bool)
    steps, deepest, curve = 0, 0, []
    while steps < limit:
        state, _ = env.reset()
        path, over, found = [], False, 0.0
        while not over:
            new = np.flatnonzero(~tried[state])
            tie = random.random() < EPSILON or values[state, 0] == values[state, 1]
            choice = new if len(new) else (0, 1) if tie else (int(values[state].argmax()),)
            action = int(random.choice(choice))
            tried[state, action] = True
            after, reward, over, _, info = env.step(action)
            path.append((state, action, reward, after, over))
            found += info["environment_reward"]
            state, steps = after, steps + 1
        for state, action, reward, after, over in reversed(path):
            values[state, action] = reward + (0.0 if over else GAMMA * values[after].max())
        deepest = max(deepest, path[-1][3] % size)
        curve.append((steps, deepest))
        if found > 0.5:
            return {"solved": steps, "curve": curve}
    return {"solved": None, "curve": curve}


def picture(cell: tuple[int, ...]) -> np.ndarray:
    """One bright pixel."""
    x = np.zeros((SIDE, SIDE), dtype=np.float32)
    x[cell] = 1
    return x


def fading(step: int, done: float) -> float:
    """The rate of a density that weighs all it saw alike falls with what it has seen."""
    return float((1 + step / 100) ** -0.5)


def walked(steps: int, seed: int) -> dict[str, Any]:
    """True counts and pseudo-counts of all cells after so many steps."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    network = MaskedAutoencoder(1, 1, SIDE, width=64, depth=1, orders=1)
    optimizer = Adam(3e-3, (0.0, 0.999), schedule=fading)
    game = Autoregressive(network, Bernoulli(), SIDE, optimizer=optimizer)
    density = Online(game, lambda x: 2 * torch.as_tensor(x)[None] - 1, seed=seed)
    moves = np.array([(0, 1), (1, 0), (0, -1), (-1, 0)])
    true = np.zeros((SIDE, SIDE), dtype=int)
    place = np.zeros(2, dtype=int)
    for step in range(steps):
        place = place * (step % EPISODE > 0) + moves[random.integers(4)]
        place = place.clip(0, SIDE - 1)
        density.learn(picture(tuple(place)))
        true[tuple(place)] += 1
    found = np.zeros((SIDE, SIDE))
    for cell in np.ndindex(SIDE, SIDE):
        # A copy looks, so that looking at one cell teaches nothing about the next.
        found[cell] = PseudoCount(copy.deepcopy(density)).see(picture(cell)).count
    ranks = spearmanr(true.flatten(), found.flatten()).statistic
    return {
        "spearman": round(float(ranks), 3),
        "true": true.flatten().tolist(),
        "pseudo": [round(float(n), 3) for n in found.flatten()],
    }


def draw(dives: dict[str, list[dict[str, Any]]], walks: list[dict[str, Any]], path: Path) -> None:
    """How far to the right dives have come, and pseudo-counts over true ones."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    for (name, runs), colour in zip(dives.items(), ("C0", "C1"), strict=True):
        for number, run in enumerate(runs):
            steps, columns = zip(*run["curve"], strict=True)
            left.plot(steps, columns, colour, alpha=0.6, label=None if number else name)
    left.set(xscale="log", xlabel="steps", ylabel="furthest column in which a dive ended")
    left.legend()
    for walk in walks:
        right.plot(walk["true"], walk["pseudo"], ".", alpha=0.6)
    right.set(xscale="symlog", yscale="symlog", xlabel="true count", ylabel="pseudo-count")
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=20, help="rows of the deep sea")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--limit", type=int, default=100_000, help="steps of those without bonus")
    parser.add_argument("--walk", type=int, default=4000, help="steps of the walker")
    parser.add_argument("--png", type=Path, help="where the curves go")
    parser.add_argument("--json", action="store_true", help="print JSON alone")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    began = time.process_time()
    seeds = range(asked.seeds)
    dives = {
        "count bonus": [dived(asked.size, SCALE, asked.limit, seed) for seed in seeds],
        "epsilon-greedy": [dived(asked.size, 0.0, asked.limit, seed) for seed in seeds],
    }
    walks = [walked(asked.walk, seed) for seed in seeds]
    if asked.png is not None:
        draw(dives, walks, asked.png)
    ranks = [walk["spearman"] for walk in walks]
    result = {
        "solved_after_steps": {
            name: [run["solved"] for run in runs] for name, runs in dives.items()
        },
        "spearman": {"median": statistics.median(ranks), "each": ranks},
        "cpu_seconds": round(time.process_time() - began, 1),
        "settings": settings(asked),
        **provenance(),
    }
    print(json.dumps(result) if asked.json else json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
