"""Synthetic tables: ours beside ctgan and tvae, between a floor and a ceiling.

Every side learns the same training rows on one thread and makes as many; `table_scores.py` says how
they are scored. Our side is `Synthesizer(seed=...).fit(rows)`, which chooses all else itself and
keeps a tenth of the rows from training. The peers are those of the ctgan package in an environment
of their own, which is made at first need, at their own defaults or until 10 minutes of the
processor are spent, whichever ends first. The floor, `shuffle`, is the training rows with every
column shuffled; the ceiling, `heldout`, is the test rows in the place of made ones, and for utility
the training rows themselves. Test rows serve utility and the ceiling, nothing else.

Every fit is a process of its own and is kept under --work with its costs, so that a benchmark that
was broken off goes on where it was. A fit of ours is made anew when sparring's source has changed.

    python benchmarks/tables.py --data adult --seeds 3 --json
    python benchmarks/tables.py --data all --seeds 1 --out tables.json
    python benchmarks/tables.py --results tables.json --report
"""

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from provenance import provenance, versions
from table_exchange import Prepared, homeward, prepare
from table_scores import held_out, scores, shuffled

SETS = (
    "adult", "bank", "california", "compas", "covtype", "diabetes", "fraud", "heart", "kc-house",
    "lending", "taxis",
)  # fmt: skip
PEERS = ("ctgan", "tvae")
SIDES = ("ours", *PEERS, "shuffle", "heldout")
PACKAGES = ("ctgan==0.12.1", "pandas==2.3.3", "torch==2.13.0")

SCORES = ("tstr_auc", "tstr_f1", "tstr_r2", "detection_auc", "shapes", "pairs", "copied")
COSTS = ("train_cpu_s", "peak_mb", "sample_rows_per_s")
OURS = (
    "encode_s", "condition_exact", "condition_detection_gap", "condition_detection_gap_max",
    "condition_rows_per_s",
)  # fmt: skip

HERE = Path(__file__).resolve().parent


class Unfinished(Exception):
    """A fit that failed, or that is not to be made."""


def alone(command: Sequence[str | Path], costs: Path) -> dict[str, Any]:
    """Run a fit on one thread; what it prints, its costs, is kept once it is complete."""
    # joblib would start a process a core, whose time and memory nobody counts.
    one = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "LOKY_MAX_CPU_COUNT"), "1")
    errors, part = costs.with_suffix(".err"), costs.with_suffix(".json.part")
    with part.open("w") as out, errors.open("w") as err:
        done = subprocess.run(
            [str(word) for word in command], stdout=out, stderr=err, env={**os.environ, **one}
        )
    said = errors.read_text().strip().splitlines()
    if done.returncode:
        raise Unfinished(said[-1] if said else f"ended with code {done.returncode}")
    found: dict[str, Any] = json.loads(part.read_text())
    part.rename(costs)
    return found


# The sides: each gives made rows and what they cost


def ours(data: Prepared, seed: int, asked: argparse.Namespace) -> tuple[pd.DataFrame, Any]:
    """A fit of sparring's; kept ones serve as long as source and settings are the same."""
    stem = data.folder / f"ours-{asked.game or 'default'}-{seed}"
    rows, costs = stem.with_suffix(".parquet"), stem.with_suffix(".json")
    kept = stem.with_suffix(".of.json")
    of = {"source": fingerprint(), "game": asked.game, "steps": asked.steps}
    if costs.exists() and kept.exists() and json.loads(kept.read_text()) == of:
        return pd.read_parquet(rows), json.loads(costs.read_text())
    costs.unlink(missing_ok=True)
    command = [sys.executable, HERE / "table_ours.py", data.folder / "train.parquet", rows]
    command += ["--seed", seed]
    for option in ("game", "steps"):
        if of[option] is not None:
            command += [f"--{option}", of[option]]
    found = alone(command, costs)
    kept.write_text(json.dumps(of))
    return pd.read_parquet(rows), found


def peer(
    name: str, data: Prepared, seed: int, asked: argparse.Namespace
) -> tuple[pd.DataFrame, Any]:
    """A fit of a peer's."""
    stem = data.folder / f"{name}-{seed}"
    rows, costs = stem.with_suffix(".csv"), stem.with_suffix(".json")
    if costs.exists() and costs.stat().st_size:
        return homeward(rows, data.train), json.loads(costs.read_text())
    if asked.only_finished:
        raise Unfinished("not fitted yet")
    command = [peers_python(asked), HERE / "peers.py", name, data.folder / "peer.csv", rows]
    command += ["--discrete", json.dumps(data.discrete), "--seed", seed]
    command += ["--epochs", asked.epochs, "--seconds", asked.seconds]
    found = alone(command, costs)
    return homeward(rows, data.train), found


def peers_python(asked: argparse.Namespace) -> Path:
    """The interpreter of the peers' environment, which is made if there is none."""
    if asked.peers_python is not None:
        return Path(asked.peers_python)
    folder = asked.work / ".peers"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not (folder / "complete").exists():
        say(f"making the peers' environment in {folder}")
        venv.create(folder, with_pip=True, clear=True)
        install = [python, "-m", "pip", "install", "--quiet", *PACKAGES]
        if subprocess.run(install, stdout=sys.stderr).returncode:
            raise SystemExit(
                f"the peers could not be installed; install {', '.join(PACKAGES)} elsewhere and "
                f"name that environment's interpreter by --peers-python."
            )
        (folder / "complete").touch()
    return python


def fingerprint() -> str:
    """A checksum of sparring's source."""
    import sparring

    digest = hashlib.sha256()
    for path in sorted(Path(sparring.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


# One data set


def measured(side: str, data: Prepared, seed: int, asked: argparse.Namespace) -> dict[str, Any]:
    """Scores and costs of one side with one seed."""
    rows = data.train, data.test, data.target, seed
    if side == "heldout":
        return held_out(*rows)
    costs: dict[str, Any] = {}
    if side == "shuffle":
        made = shuffled(data.train, seed)
    elif side == "ours":
        made, costs = ours(data, seed, asked)
    else:
        made, costs = peer(side, data, seed, asked)
    return {**scores(data.train, made, *rows[1:]), **costs}


def side_by_side(name: str, asked: argparse.Namespace) -> dict[str, Any]:
    """All sides on one data set: the median of each figure and its spread over the seeds."""
    data = prepare(name, asked.work)
    found: dict[str, Any] = {
        "rows": len(data.train), "test_rows": len(data.test), "columns": data.train.shape[1],
        "target": data.target,
    }  # fmt: skip
    for side in asked.sides:
        seeds = asked.peer_seeds if side in PEERS and asked.peer_seeds else asked.seeds
        values, failed = [], {}
        for seed in range(seeds):
            try:
                values.append(measured(side, data, seed, asked))
            except Unfinished as error:
                failed[seed] = str(error)
            say(f"{name}, {side}, seed {seed}: {failed.get(seed) or brief(values[-1])}")
        found[side] = summary(values) | ({"failed": failed} if failed else {})
    return found


def summary(values: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Median, least and largest of each figure, and what isn't one from the first seed."""
    found: dict[str, Any] = {"seeds": len(values)}
    for name in (*SCORES, *COSTS, *OURS, "epochs", "steps"):
        numbers = [value[name] for value in values if name in value]
        if numbers:
            found[name] = {
                "median": rounded(statistics.median(numbers)),
                "min": rounded(min(numbers)),
                "max": rounded(max(numbers)),
            }
    for name in ("game", "package", "conditions"):
        if values and name in values[0]:
            found[name] = values[0][name]
    for name in ("refused", "broken"):
        told = [one for value in values for one in value.get(name, ())]
        if told:
            found[name] = {"count": len(told), "first": told[:3]}
    return found


def rounded(value: float) -> float:
    """Four digits behind the point; large numbers whole."""
    return round(value, 4) if abs(value) < 1000 else round(value)


def brief(value: Mapping[str, Any]) -> str:
    """One line of the most important figures."""
    names = ("tstr_auc", "tstr_f1", "tstr_r2", "detection_auc", "shapes", "pairs", "train_cpu_s")
    return ", ".join(f"{name} {rounded(value[name])}" for name in names if name in value)


def say(words: str) -> None:
    """Progress, beside the result."""
    print(words, file=sys.stderr, flush=True)


# Everything


def result(asked: argparse.Namespace) -> dict[str, Any]:
    """All data sets, and under which conditions."""
    from sparring.core.errors import Failure, WrongUse

    tables: dict[str, Any] = {}
    for name in asked.data:
        try:
            tables[name] = side_by_side(name, asked)
        except (WrongUse, Failure) as error:
            # The others needn't wait for one that can't be opened or scored.
            tables[name] = {"failed": str(error)}
            say(f"{name}: {error}")
    return {
        "tables": tables,
        "protocol": protocol(asked),
        "versions": versions("scikit-learn", "pandas", "numpy"),
        **provenance(),
    }


def protocol(asked: argparse.Namespace) -> dict[str, Any]:
    """What holds for all sides."""
    return {
        "seeds": asked.seeds, "threads": 1, "peer_epochs": asked.epochs,
        "peer_cpu_seconds": asked.seconds, "peer_packages": PACKAGES,
        "our_game": asked.game or "default", "our_steps": asked.steps or "default",
        "detection": "at most 10,000 training rows against as many made rows, three folds",
        "source": fingerprint(),
    }  # fmt: skip


def report(found: Mapping[str, Any]) -> str:
    """Markdown: a table a data set, medians with their spread."""
    parts = []
    for name, table in found["tables"].items():
        if "failed" in table:
            parts.append(f"### {name}\n\n{table['failed']}")
            continue
        sides = [side for side in SIDES if side in table]
        shown = [
            figure
            for figure in (*SCORES, *COSTS, *OURS)
            if any(figure in table[side] for side in sides)
        ]
        lines = [
            f"### {name}", "",
            f"{table['rows']:,} training rows of {table['columns']} columns, "
            f"{table['test_rows']:,} test rows; target {table['target']}.", "",
            f"| | {' | '.join(sides)} |",
            f"|---|{'---|' * len(sides)}",
        ]  # fmt: skip
        for figure in shown:
            cells = (cell(table[side].get(figure)) for side in sides)
            lines.append(f"| {figure} | {' | '.join(cells)} |")
        lines.append(f"| seeds | {' | '.join(str(table[side]['seeds']) for side in sides)} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def cell(figure: Mapping[str, float] | None) -> str:
    """A median, and its spread if there is one."""
    if figure is None:
        return ""
    low, middle, high = (f"{figure[name]:,.4g}" for name in ("min", "median", "max"))
    return middle if low == high else f"{middle} ({low} to {high})"


def default_work() -> Path:
    """A folder in the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "sparring" / "benchmarks" / "tables"


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", default=["adult"], help="named sets with a target")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--peer-seeds", type=int, help="of the peers, if not as many")
    parser.add_argument("--sides", nargs="+", choices=SIDES, default=list(SIDES))
    parser.add_argument("--game", help="of ours, if not Synthesizer's own choice")
    parser.add_argument("--steps", type=int, help="of ours, if not its own number")
    parser.add_argument("--epochs", type=int, default=300, help="of the peers at most")
    parser.add_argument("--seconds", type=float, default=600.0, help="of the peers at most")
    parser.add_argument("--work", type=Path, default=default_work(), help="where fits are kept")
    parser.add_argument("--peers-python", help="of an environment that has the peers")
    parser.add_argument("--only-finished", action="store_true", help="fit no peer anew")
    parser.add_argument("--results", type=Path, help="figures to report, instead of measuring")
    parser.add_argument("--out", type=Path, help="where the JSON object is written")
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    parser.add_argument("--report", action="store_true", help="print Markdown")
    asked = parser.parse_args()
    if asked.data == ["all"]:
        asked.data = list(SETS)
    return asked


def main() -> None:
    asked = options()
    found = result(asked) if asked.results is None else json.loads(asked.results.read_text())
    if asked.out is not None:
        asked.out.write_text(json.dumps(found, indent=1) + "\n")
    if asked.report:
        print(report(found))
    elif asked.json:
        print(json.dumps(found))
    else:
        print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
