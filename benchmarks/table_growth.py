"""How time and memory of a fit to a table grow with its rows and its columns.

Made tables of mixed columns (amounts with an atom at zero, skewed numbers, whole numbers, words,
booleans, dates; some values missing), all hanging on one hidden number. Each point is a process of
its own on one thread. The number of steps is fixed, because a step's time is what grows or
doesn't; how many a table needs is not the question here, and is answered for the points that
--whole names, which are fitted as a user would. With more rows the columns stay at 20, with more
columns the rows stay at 10,000.

Beside stands CTGAN of the ctgan package in an environment of its own: what encoding the table and
one epoch cost, and how fast and in how much memory. Memory is that of the whole process, and how
far it rose above what the process held before `fit`, when the table was read and all that is
imported at first use had been by a fit to 40 rows.

    python benchmarks/table_growth.py --json --plot growth.png
    python benchmarks/table_growth.py --results growth.json --report
"""

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from overhead_memory import peak_of_this_process
from provenance import provenance, versions
from table_exchange import outward
from table_ours import fitted, sampled, telling, warm_up
from tables import HERE, Unfinished, alone, default_work, peers_python

ROWS = (1_000, 10_000, 100_000, 1_000_000)
COLUMNS = (10, 20, 50, 100, 200, 500)
FIXED_ROWS, FIXED_COLUMNS = 10_000, 20
PEER_ROWS, PEER_COLUMNS = (1_000, 10_000, 100_000), (10, 50, 100)
SAMPLED = 10_000

FIGURES = {
    "encode_s": "encoding, s",
    "epoch_s": "an epoch, s",
    "sample_rows_per_s": "rows sampled a second",
    "peak_mb": "most memory, MB",
    "above_mb": "above imports and data, MB",
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
    """One point of ours, in this process."""
    warm_up(asked.game)
    frame = mixed_table(rows, columns)
    held = held_by_this_process()
    synthesizer, costs = fitted(frame, 0, asked.game, asked.steps or None)
    _, costs["sample_rows_per_s"] = sampled(synthesizer, SAMPLED, 0)
    peak = peak_of_this_process()
    costs["peak_mb"], costs["held_mb"] = round(peak / 2**20), round(held / 2**20)
    learnt = 0.9 * rows  # the others are kept apart
    costs["epoch_s"] = round(costs["step_ms"] / 1000 * learnt / costs["batch_size"], 3)
    return {"rows": rows, "columns": columns, **costs}


def held_by_this_process() -> int:
    """The bytes that are resident, from which the most there were is counted anew."""
    status = Path("/proc/self/status")
    if not status.exists():
        return peak_of_this_process()
    Path("/proc/self/clear_refs").write_text("5")
    return 1024 * int(re.findall(r"VmRSS:\s+(\d+)", status.read_text())[0])


def ours(rows: int, columns: int, steps: int, asked: argparse.Namespace) -> dict[str, Any]:
    """One point of ours, in a process of its own."""
    command: list[str | Path] = [sys.executable, Path(__file__).resolve(), "--alone"]
    command += [str(rows), str(columns), "--steps", str(steps)]
    command += ["--game", asked.game] if asked.game is not None else []
    with tempfile.TemporaryDirectory() as folder:
        return above(alone(command, Path(folder) / "costs.json"))


def peers(rows: int, columns: int, asked: argparse.Namespace) -> dict[str, Any]:
    """One point of CTGAN's: an epoch, and as many rows sampled as it had."""
    table, discrete = outward(mixed_table(rows, columns))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table.to_csv(folder / "table.csv", index=False)
        command = [peers_python(asked), HERE / "peers.py", "ctgan", folder / "table.csv"]
        command += [folder / "rows.csv", "--discrete", json.dumps(discrete)]
        command += ["--epochs", "1", "--seconds", str(asked.seconds), "--warm-up"]
        return above(alone(command, folder / "costs.json"))


def above(costs: dict[str, Any]) -> dict[str, Any]:
    """With how far the memory rose."""
    return costs | {"above_mb": costs["peak_mb"] - costs["held_mb"]}


def points(sizes: Sequence[tuple[int, int]], asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Points, each in processes of its own."""
    found = []
    for rows, columns in sizes:
        point: dict[str, Any] = {"rows": rows, "columns": columns}
        try:
            point |= ours(rows, columns, asked.steps, asked)
        except Unfinished as error:
            point["failed"] = str(error)
        if (rows in asked.peer_rows and columns == FIXED_COLUMNS) or columns in asked.peer_columns:
            try:
                point["ctgan"] = peers(rows, columns, asked)
            except Unfinished as error:
                point["ctgan"] = {"failed": str(error)}
        print(point, file=sys.stderr, flush=True)
        found.append(point)
    return found


def whole(sizes: Sequence[str], asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Fits of the default length."""
    return [ours(*map(int, size.split("x")), steps=0, asked=asked) for size in sizes]


def result(asked: argparse.Namespace) -> dict[str, Any]:
    """Both series."""
    return {
        "more_rows": points([(rows, FIXED_COLUMNS) for rows in asked.rows], asked),
        "more_columns": points([(FIXED_ROWS, columns) for columns in asked.columns], asked),
        "whole_fits": whole(asked.whole, asked),
        "steps": asked.steps, "threads": 1, "versions": versions("scikit-learn", "pandas", "numpy"),
        **provenance(),
    }  # fmt: skip


def draw(found: Mapping[str, Any], path: Path) -> None:
    """Every figure against rows and against columns."""
    from matplotlib.figure import Figure

    series = (("more_rows", "rows"), ("more_columns", "columns"))
    figure = Figure(figsize=(3 * len(FIGURES), 5), layout="constrained")
    axes = figure.subplots(len(series), len(FIGURES), sharey="col")
    for line, (name, size) in zip(axes, series, strict=True):
        done = [point for point in found[name] if "failed" not in point]
        of_peers = [point for point in done if "failed" not in point.get("ctgan", {"failed": ""})]
        for panel, (key, words) in zip(line, FIGURES.items(), strict=True):
            panel.loglog([p[size] for p in done], [p[key] for p in done], "o-", label="nade")
            if of_peers:
                values = [p["ctgan"][key] for p in of_peers]
                panel.loglog([p[size] for p in of_peers], values, "s--", label="CTGAN")
            panel.set(xlabel=size, title=words)
            panel.grid(alpha=0.3)
    axes[0][0].legend()
    for panel in axes[0]:
        # Whole powers of ten, else what hardly grows would look steep.
        low, high = np.log10(panel.get_ylim())
        panel.set_ylim(10 ** np.floor(low), 10 ** np.ceil(high))
    figure.savefig(path, dpi=120)


def report(found: Mapping[str, Any]) -> str:
    """Markdown: a row a point, ours / CTGAN's."""
    lines = [f"| rows | columns | {' | '.join(FIGURES.values())} |"]
    lines.append(f"|{'---|' * (2 + len(FIGURES))}")
    for point in (*found["more_rows"], *found["more_columns"]):
        cells = [point.get("failed", "")] + [""] * (len(FIGURES) - 1)
        if "failed" not in point:
            beside = point.get("ctgan", {})
            cells = [
                f"{point[key]:,}" + (f" / {beside[key]:,}" if key in beside else "")
                for key in FIGURES
            ]
        lines.append(f"| {point['rows']:,} | {point['columns']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="*", default=ROWS)
    parser.add_argument("--columns", type=int, nargs="*", default=COLUMNS)
    parser.add_argument("--steps", type=int, default=200, help="of every fit; 0 for the default")
    parser.add_argument("--whole", nargs="*", default=(), help="ROWSxCOLUMNS, fitted to the end")
    parser.add_argument("--game", help="if not Synthesizer's own choice")
    parser.add_argument("--peer-rows", type=int, nargs="*", default=PEER_ROWS)
    parser.add_argument("--peer-columns", type=int, nargs="*", default=PEER_COLUMNS)
    parser.add_argument("--peers-python", help="of an environment that has the peers")
    parser.add_argument("--seconds", type=float, default=600.0, help="of a peer at most")
    parser.add_argument("--work", type=Path, default=default_work(), help="for that environment")
    parser.add_argument("--results", type=Path, help="figures to report, instead of measuring")
    parser.add_argument("--plot", type=Path, help="where the PNG is written")
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    parser.add_argument("--report", action="store_true", help="print Markdown")
    parser.add_argument("--alone", type=int, nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        with telling():
            print(json.dumps(measure(*asked.alone, asked)))
        return
    found = json.loads(asked.results.read_text()) if asked.results else result(asked)
    if asked.plot is not None:
        draw(found, asked.plot)
    print(report(found) if asked.report else json.dumps(found, indent=None if asked.json else 1))


if __name__ == "__main__":
    main()
