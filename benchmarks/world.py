"""A world learnt from one elevation map: does it go on without seams, and is it like the map?

`World` learns from the Big Tujunga map (SRTM, 30 m a pixel) by its own defaults. Then windows that
overlap are compared, here and a billion pixels away; and the world's slopes and roughness with the
map's, between a floor (the map's heights, shuffled) and a ceiling (one half of the map beside the
other). The picture shows a window of the world, shaded from the north-west, above a part of the map
of the same size.

    python benchmarks/world.py --json --picture docs/pictures/world.png
"""

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from scipy.stats import wasserstein_distance

from provenance import provenance
from sparring import World

PIXEL = 30.0
FAR = 10**9
WINDOW = (256, 768)


def elevations() -> np.ndarray:
    """Metres above the sea, (643, 1197)."""
    path = Path(os.environ["SPARRING_DATA"]) / "images" / "dem_heightmaps.npz"
    with np.load(path) as kept:
        heights: np.ndarray = kept["bigtujunga_30m"].astype(np.float64)
    return heights


def slopes(heights: np.ndarray) -> np.ndarray:
    """Rise over run at every pixel."""
    down, right = np.gradient(heights, PIXEL)
    steepness: np.ndarray = np.hypot(down, right).ravel()
    return steepness


def roughness(heights: np.ndarray) -> float:
    """How fast the power of waves falls with their frequency: the exponent, a mean over rows."""
    rows = heights - heights.mean(1, keepdims=True)
    power = (np.abs(np.fft.rfft(rows * np.hanning(rows.shape[1]), axis=1)) ** 2).mean(0)
    waves = np.arange(len(power))
    kept = (waves >= 4) & (waves <= len(power) // 2)
    return float(np.polyfit(np.log(waves[kept]), np.log(power[kept]), 1)[0])


def seams(world: World) -> float:
    """The largest difference between windows where they overlap, in metres."""
    rng, worst = np.random.default_rng(0), 0.0
    for place in (0, FAR, -FAR):
        whole = world.window(place, place, 200, 200)
        for _ in range(10):
            top, left = rng.integers(0, 150, 2).tolist()
            height, width = rng.integers(1, 50, 2).tolist()
            part = world.window(place + top, place + left, height, width)
            same = whole[top : top + height, left : left + width]
            worst = max(worst, float(np.abs(part - same).max()))
    return worst


def shaded(heights: np.ndarray) -> np.ndarray:
    """Grey levels as a light from the north-west would show them, uint8."""
    down, right = np.gradient(heights, PIXEL)
    light = (1 + (down + right)) / np.sqrt(1 + down**2 + right**2)
    levels: np.ndarray = (np.clip(light / 2, 0, 1) * 255).astype(np.uint8)
    return levels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--size", type=int, default=64, help="of the pieces that are learnt from")
    parser.add_argument("--picture", type=Path, help="where the picture goes")
    parser.add_argument("--world", type=Path, help="a folder to keep it in")
    args = parser.parse_args()
    torch.set_num_threads(1)
    made_by, heights = provenance(), elevations()
    began = time.process_time()
    world = World(size=args.size, steps=args.steps, alarms=False).fit(heights)
    seconds = time.process_time() - began
    if args.world:
        world.save(args.world)
    half = heights.shape[1] // 2
    windows = [world.window(FAR * k, -FAR * k, *WINDOW) for k in range(4)]
    real, made = slopes(heights), np.concatenate([slopes(window) for window in windows])
    shuffled = np.random.default_rng(0).permutation(heights.ravel()).reshape(heights.shape)
    found: dict[str, Any] = {
        "steps": args.steps,
        "size": args.size,
        "train_cpu_seconds": round(seconds, 1),
        "largest_seam_metres": seams(world),
        "heights_metres": {
            "world": [round(float(f(windows)), 1) for f in (np.mean, np.std)],
            "map": [round(float(f(heights)), 1) for f in (np.mean, np.std)],
        },
        "slope_distance": {
            "world": wasserstein_distance(real, made),
            "floor": wasserstein_distance(real, slopes(shuffled)),
            "ceiling": wasserstein_distance(slopes(heights[:, :half]), slopes(heights[:, half:])),
        },
        "roughness": {
            "world": float(np.mean([roughness(window) for window in windows])),
            "map": roughness(heights[:, : WINDOW[1]]),
            "floor": roughness(shuffled[:, : WINDOW[1]]),
        },
        **made_by,
    }
    if args.picture:
        rows = [shaded(windows[1]), shaded(heights[: WINDOW[0], : WINDOW[1]])]
        gap = np.full((8, WINDOW[1]), 255, np.uint8)
        args.picture.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.concatenate([rows[0], gap, rows[1]])).save(args.picture)
    print(json.dumps(found, indent=None if args.json else 1))


if __name__ == "__main__":
    main()
