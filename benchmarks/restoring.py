"""What Restorer makes of photographs that were damaged on purpose, and when it stops.

Scikit-learn's two photographs, square and small, get normal noise, lose half of their pixels, and
are made four times as small; each is restored from that alone, and then compared with what it was.
Noise is also fitted far beyond the step at which Restorer stops, to show what stopping is worth,
and where another rule would have stopped: the least variance of the last 100 outputs (Wang et al.
2021, arXiv 2112.06074), with a patience of its own.

    python benchmarks/restoring.py --json --plot restored.png
    python benchmarks/restoring.py --only denoise --pictures flower --sigma 50
"""

import argparse
import json
import time
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import torch
from scipy.interpolate import griddata
from sklearn.datasets import load_sample_images

from provenance import provenance
from sparring import Restorer
from sparring.core import Callback, TrainingState
from sparring.metrics.signal_to_noise import peak_signal_to_noise

PICTURES = ("china", "flower")
DAMAGES = ("denoise", "inpaint", "super_resolve")
WINDOW, PATIENCE = 100, 1000


def photograph(name: str, side: int) -> np.ndarray:
    """The largest square in a photograph's middle, made smaller: (side, side, 3) uint8."""
    whole = load_sample_images().images[PICTURES.index(name)]
    most = min(whole.shape[:2])
    top, left = ((length - most) // 2 for length in whole.shape[:2])
    square = PIL.Image.fromarray(whole[top : top + most, left : left + most])
    return np.asarray(square.resize((side, side), PIL.Image.Resampling.BICUBIC))


def decibels(made: np.ndarray, clean: np.ndarray) -> float:
    """Peak signal-to-noise ratio."""
    error = np.square(made.astype(float) - clean).mean()
    return round(peak_signal_to_noise(float(error), span=255), 2)


class Variance(Callback):
    """How much the last outputs differ among themselves, at every tenth step."""

    def __init__(self) -> None:
        self.window: deque[torch.Tensor] = deque(maxlen=WINDOW)
        self.rows: list[tuple[int, float]] = []

    def on_step(self, state: TrainingState) -> None:
        self.window.append(state.game.picture.clone())
        if state.step % 10 == 0 and len(self.window) == WINDOW:
            outputs = torch.stack(tuple(self.window))
            self.rows.append((state.step, float(outputs.var(0, unbiased=False).mean())))

    def stops(self) -> int:
        """At which step its rule finds its best output."""
        best, found = float("inf"), 0
        for step, variance in self.rows:
            if variance < best:
                best, found = variance, step
            elif step - found >= PATIENCE:
                break
        return found


def timed(
    asked: argparse.Namespace, damage: str, clean: np.ndarray, *given: Any
) -> tuple[np.ndarray, dict]:
    """What came out, how good it was at best, and at what cost."""
    restorer = Restorer(asked.steps, width=asked.width, seed=asked.seed)
    began = time.process_time()
    made = getattr(restorer, damage)(*given, reference=clean)
    seconds = round(time.process_time() - began, 1)
    best = max(restorer.history_, key=lambda row: row["psnr"])
    return made, {
        "psnr": decibels(made, clean),
        "step": restorer.step_,
        "steps": restorer.history_[-1]["step"],
        "best": round(best["psnr"], 2),
        "best_step": best["step"],
        "cpu_seconds": seconds,
    }


def denoise(clean: np.ndarray, asked: argparse.Namespace) -> tuple[dict, list[np.ndarray]]:
    """Normal noise of a known deviation; the same, fitted on and on."""
    noise = np.random.default_rng(asked.seed).normal(0, asked.sigma, clean.shape)
    noisy = (clean + noise).round().clip(0, 255).astype(np.uint8)
    made, found = timed(asked, "denoise", clean, noisy)
    found = {"sigma": asked.sigma, "noisy": decibels(noisy, clean)} | found
    if asked.beyond:
        variance = Variance()
        on = Restorer(
            asked.beyond, width=asked.width, seed=asked.seed, patience=asked.beyond,
            callbacks=[variance],
        )  # fmt: skip
        on.denoise(noisy, reference=clean)
        curve = [(row["step"], round(row["psnr"], 3), row["heldout"]) for row in on.history_]
        by_step = {step: psnr for step, psnr, _ in curve}
        best = max(curve, key=lambda row: row[1])
        stops = variance.stops()
        found |= {
            "best": round(best[1], 2), "best_step": best[0],
            "end": curve[-1][1], "end_step": curve[-1][0],
            "by_variance": by_step.get(stops), "by_variance_step": stops, "curve": curve,
        }  # fmt: skip
    return found, [noisy, made]


def inpaint(clean: np.ndarray, asked: argparse.Namespace) -> tuple[dict, list[np.ndarray]]:
    """Pixels are missing; the floors are the mean of the others, and cubics between them."""
    missing = np.random.default_rng(asked.seed).random(clean.shape[:2]) < asked.missing
    torn = np.where(missing[..., None], 0, clean).astype(np.uint8)
    mean = np.where(missing[..., None], clean[~missing].mean(0), clean)
    made, found = timed(asked, "inpaint", clean, torn, missing)
    figures = {
        "missing": asked.missing,
        "mean": decibels(mean, clean),
        "cubic": decibels(between(clean, missing), clean),
    }
    return figures | found, [torn, made]


def between(clean: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """Missing pixels by cubics over triangles of known ones; outside of all, the nearest's."""
    places = np.argwhere(~missing), clean[~missing].astype(float), np.argwhere(missing)
    found = griddata(*places, method="cubic")
    nearest = griddata(*places, method="nearest")
    made = clean.astype(float)
    made[missing] = np.where(np.isnan(found), nearest, found).clip(0, 255)
    return made


def super_resolve(clean: np.ndarray, asked: argparse.Namespace) -> tuple[dict, list[np.ndarray]]:
    """Made smaller by Pillow's bicubic filter; the floor is made larger by it."""
    photo, bicubic = PIL.Image.fromarray(clean), PIL.Image.Resampling.BICUBIC
    small = photo.resize([side // asked.factor for side in photo.size], bicubic)
    floor = np.asarray(small.resize(photo.size, bicubic))
    made, found = timed(asked, "super_resolve", clean, small, asked.factor)
    figures = {"factor": asked.factor, "bicubic": decibels(floor, clean)}
    return figures | found, [floor, made]


HOW = {"denoise": denoise, "inpaint": inpaint, "super_resolve": super_resolve}


def draw(rows: dict[str, dict[str, list[np.ndarray]]], found: dict[str, Any], path: Path) -> None:
    """Each photograph's damages and what became of them; below, how noise was fitted."""
    from matplotlib.figure import Figure

    noise = {name: found[name].get("denoise", {}) for name in rows}
    curves = {name: figures for name, figures in noise.items() if "curve" in figures}
    columns = max(4, *(2 * len(shown) - 1 for shown in rows.values()))
    figure = Figure(figsize=(2 * columns, 2.3 * len(rows) + 3 * bool(curves)), layout="constrained")
    heights = [1.0] * len(rows) + [1.3] * bool(curves)
    grid = figure.add_gridspec(len(heights), columns, height_ratios=heights)
    for number, (name, shown) in enumerate(rows.items()):
        panels = [("as it was", shown["clean"][0])]
        for damage in (damage for damage in DAMAGES if damage in shown):
            figures = found[name][damage]
            before = next(figures[key] for key in ("noisy", "mean", "bicubic") if key in figures)
            titles = f"{before:.1f} dB", f"{damage}: {figures['psnr']:.1f} dB"
            panels += zip(titles, shown[damage], strict=True)
        for column, (title, picture) in enumerate(panels):
            axes = figure.add_subplot(grid[number, column])
            axes.imshow(picture, interpolation="nearest")
            axes.set_title(title, fontsize=8)
            axes.axis("off")
    if curves:
        plot(curves, figure.add_subplot(grid[-1, :]))
    figure.savefig(path, dpi=110)


def plot(curves: dict[str, dict[str, Any]], axes: Any) -> None:
    """How near to the photograph each step's average was."""
    for name, figures in curves.items():
        steps, psnr, _ = zip(*figures["curve"], strict=True)
        (line,) = axes.plot(steps, psnr, label=name)
        axes.plot(figures["step"], figures["psnr"], "o", color=line.get_color())
    axes.set_xlabel("step; the dot is where it stopped by itself")
    axes.set_ylabel("PSNR, dB")
    axes.legend()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", nargs="*", default=PICTURES, choices=PICTURES)
    parser.add_argument("--only", nargs="*", default=DAMAGES, choices=DAMAGES)
    parser.add_argument("--side", type=int, default=128, help="of the squares, in pixels")
    parser.add_argument("--sigma", type=float, default=25.0, help="of the noise, in levels")
    parser.add_argument("--missing", type=float, default=0.5, help="share of the pixels")
    parser.add_argument("--factor", type=int, default=4, help="of super-resolution")
    parser.add_argument("--steps", type=int, default=3000, help="at most")
    parser.add_argument("--beyond", type=int, default=3000, help="steps in which noise is fitted")
    parser.add_argument("--width", type=int, default=32, help="of the network")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plot", type=Path, help="where the PNG is written")
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    found: dict[str, Any] = {name: {} for name in asked.pictures}
    rows: dict[str, dict[str, list[np.ndarray]]] = {}
    for name in asked.pictures:
        clean = photograph(name, asked.side)
        rows[name] = {"clean": [clean]}
        for damage in asked.only:
            found[name][damage], rows[name][damage] = HOW[damage](clean, asked)
    if asked.plot is not None:
        draw(rows, found, asked.plot)
    result = {"side": asked.side, "width": asked.width, **provenance(), **found}
    print(json.dumps(result, indent=None if asked.json else 1))


if __name__ == "__main__":
    main()
