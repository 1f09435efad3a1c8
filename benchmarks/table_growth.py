"""How time and memory of a fit to a table grow with its rows and its columns.

Made tables of mixed columns (amounts with an atom at zero, skewed numbers, whole numbers, words,
booleans, dates; some values missing), all hanging on one hidden number. Each point is a process of
its own on one thread. The number of steps is fixed, because a step's time is what grows or
doesn't; how many a table needs is not the question here. With more rows the columns stay at 20,
with more columns the rows stay at 10,000.

    python benchmarks/table_growth.py --json --plot growth.png
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from overhead import peak_of_this_process
from table_ours import fitted, sampled, telling, warm_up
from tables import Unfinished, alone, versions

ROWS = (1_000, 10_000, 100_000, 1_000_000)
COLUMNS = (10, 20, 50, 100, 200, 500)
FIXED_ROWS, FIXED_COLUMNS = 10_000, 20
SAMPLED = 10_000

FIGURES = {
    "encode_s": "encoding, s",
    "step_ms": "a step, ms",
    "sample_rows_per_s": "rows sampled a second",
    "peak_mb": "most memory, MB",
}

Maker = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def _amounts(hidden: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Amounts of money, none in two thirds of the rows."""
    return np.where(hidden > 0.4, np.exp(hidden + random.normal(size=len(hidden))).round(2), 0.0)


def _skewed(hidden: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Numbers of many decimals, some missing."""
    numbers = np.exp(0.5 * hidden + 0.5 * random.normal(size=len(hidden)))
    return np.where(random.random(len(hidden)) < 0.05, np.nan, numbers)


def _whole(hidden: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Ages."""
    return np.clip(40 + 12 * hidden + 5 * random.normal(size=len(hidden)), 0, 99).astype(int)


def _few_words(hidden: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """One of five words."""
    return _words(hidden, random, 5)


def _many_words(hidden: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """One of fifty words."""
    return _words(hidden, random, 50)


def _words(hidden: np.ndarray, random: np.random.Generator, count: int) -> np.ndarray:
    names = np.array([f"word {place}" for place in range(count)], dtype=object)
    noisy = (hidden + 0.5 * random.normal(size=len(hidden)) + 3) / 6
    return names[np.clip(noisy * count, 0, count - 1).astype(int)]


def _booleans(hidden: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Yes or no."""
    return hidden + random.normal(size=len(hidden)) > 0


def _dates(hidden: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Days of ten years as text."""
    days = np.clip(1800 + 500 * hidden + 200 * random.normal(size=len(hidden)), 0, 3650)
    return (np.datetime64("2015-01-01") + days.astype(int)).astype(str).astype(object)


MAKERS: tuple[Maker, ...] = (
    _amounts, _few_words, _whole, _booleans, _skewed, _many_words, _dates,
)  # fmt: skip


def mixed_table(rows: int, columns: int, seed: int = 0) -> pd.DataFrame:
    """A table of so many rows and mixed columns.

    Example:
        >>> mixed_table(3, 4).dtypes.astype(str).tolist()[::2]
        ['float64', 'int64']
    """
    random = np.random.default_rng(seed)
    hidden = random.normal(size=rows)
    return pd.DataFrame(
        {f"column {place}": MAKERS[place % len(MAKERS)](hidden, random) for place in range(columns)}
    )


def measure(rows: int, columns: int, asked: argparse.Namespace) -> dict[str, Any]:
    """One point, in this process."""
    warm_up(asked.game)
    frame = mixed_table(rows, columns)
    before = peak_of_this_process()
    synthesizer, costs = fitted(frame, 0, asked.game, asked.steps)
    _, costs["sample_rows_per_s"] = sampled(synthesizer, SAMPLED, 0)
    costs["peak_mb"] = round(peak_of_this_process() / 2**20)
    costs["peak_before_fit_mb"] = round(before / 2**20)
    return {"rows": rows, "columns": columns, **costs}


def points(sizes: Sequence[tuple[int, int]], asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Points, each in a process of its own."""
    found = []
    for rows, columns in sizes:
        command: list[str | Path] = [sys.executable, Path(__file__).resolve(), "--alone"]
        command += [str(rows), str(columns), "--steps", str(asked.steps)]
        command += ["--game", asked.game] if asked.game is not None else []
        with tempfile.TemporaryDirectory() as folder:
            try:
                point = alone(command, Path(folder) / "costs.json")
            except Unfinished as error:
                point = {"rows": rows, "columns": columns, "failed": str(error)}
        print(point, file=sys.stderr, flush=True)
        found.append(point)
    return found


def result(asked: argparse.Namespace) -> dict[str, Any]:
    """Both series."""
    return {
        "more_rows": points([(rows, FIXED_COLUMNS) for rows in asked.rows], asked),
        "more_columns": points([(FIXED_ROWS, columns) for columns in asked.columns], asked),
        "steps": asked.steps, "threads": 1, "versions": versions(),
    }  # fmt: skip


def draw(found: Mapping[str, Any], path: Path) -> None:
    """Every figure against rows and against columns."""
    from matplotlib.figure import Figure

    series = (("more_rows", "rows"), ("more_columns", "columns"))
    figure = Figure(figsize=(3 * len(FIGURES), 5), layout="constrained")
    axes = figure.subplots(len(series), len(FIGURES), sharey="col")
    for line, (name, size) in zip(axes, series, strict=True):
        done = [point for point in found[name] if "failed" not in point]
        for panel, (key, words) in zip(line, FIGURES.items(), strict=True):
            panel.loglog([p[size] for p in done], [p[key] for p in done], "o-")
            panel.set(xlabel=size, title=words)
            panel.grid(alpha=0.3)
    for panel in axes[0]:
        # Whole powers of ten, else what hardly grows would look steep.
        low, high = np.log10(panel.get_ylim())
        panel.set_ylim(10 ** np.floor(low), 10 ** np.ceil(high))
    figure.savefig(path, dpi=120)


def report(found: Mapping[str, Any]) -> str:
    """Markdown: a row a point."""
    lines = [f"| rows | columns | {' | '.join(FIGURES.values())} |"]
    lines.append(f"|{'---|' * (2 + len(FIGURES))}")
    for point in (*found["more_rows"], *found["more_columns"]):
        cells = [point.get("failed", "")] + [""] * (len(FIGURES) - 1)
        if "failed" not in point:
            cells = [f"{point[key]:,}" for key in FIGURES]
        lines.append(f"| {point['rows']:,} | {point['columns']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="*", default=ROWS)
    parser.add_argument("--columns", type=int, nargs="*", default=COLUMNS)
    parser.add_argument("--steps", type=int, default=50, help="of every fit")
    parser.add_argument("--game", help="if not Synthesizer's own choice")
    parser.add_argument("--plot", type=Path, help="where the PNG is written")
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    parser.add_argument("--report", action="store_true", help="print Markdown")
    parser.add_argument("--alone", type=int, nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        with telling():
            print(json.dumps(measure(*asked.alone, asked)))
        return
    found = result(asked)
    if asked.plot is not None:
        draw(found, asked.plot)
    print(report(found) if asked.report else json.dumps(found, indent=None if asked.json else 1))


if __name__ == "__main__":
    main()
