"""Are the rules of real tables found, true, and obeyed by every row that is made?

For each table of `table_truths.py`: which of its true relations are found in all rows; which rules
that are found in three quarters of the rows are broken by the last quarter, which nothing looked
at; and, after a short fit, how many of 100,000 made rows obey each relation, and how many texts are
written as real ones are without being one of them. What is asked holds whatever has been learnt, so
that few steps will do.

    python benchmarks/table_rules.py --json
    python benchmarks/table_rules.py --data taxis Invoice
"""

import argparse
import json
import platform
import sys
import time
from typing import Any

import numpy as np
import pandas as pd
import torch

from provenance import provenance
from table_truths import TRUTHS, Truths

ROWS, SPLITS = 100_000, 8


def discovered(frame: pd.DataFrame, truths: Truths) -> dict[str, Any]:
    """What is found in all rows, beside what is true, and how long that takes."""
    from sparring.data.rules import discover

    before = time.process_time()
    rules = discover(frame)
    spent = time.process_time() - before
    texts = [str(rule) for rule in rules]
    due = list(dict.fromkeys(one.rule for one in truths.relations if one.rule is not None))
    return {
        "discover_cpu_s": round(spent, 3),
        "found": [text for text in due if text in texts],
        "missed": [text for text in due if text not in texts],
        "further": {str(rule): rule.support for rule in rules if str(rule) not in due},
    }


def survivors(frame: pd.DataFrame, splits: int) -> dict[str, Any]:
    """Rules found in three quarters of the rows, and those that the last quarter breaks."""
    from sparring.data.rules import discover

    count, broken = 0, []
    for seed in range(splits):
        rows = np.random.default_rng(seed).permutation(len(frame))
        cut = len(frame) * 3 // 4
        parts = (rows[:cut], rows[cut:])
        train, rest = (frame.iloc[part].reset_index(drop=True) for part in parts)
        rules = discover(train, seed=seed)
        wrong = (~rules.holds(rest)).sum(axis=0)
        count += len(rules)
        broken += [
            {"rule": str(rule), "split": seed, "rows": int(rows)}
            for rule, rows in zip(rules, wrong, strict=True)
            if rows
        ]
    return {"splits": splits, "rules": count, "broken": broken}


def made(frame: pd.DataFrame, truths: Truths, rows: int, steps: int) -> dict[str, Any]:
    """How many made rows obey, and how their texts are written."""
    from sparring.data import open_dataset
    from sparring.tasks import Synthesizer

    # A tenth of the rows is kept from training, and a key that only they have is a new one.
    learnt = open_dataset(frame, seed=0).train_items
    before = time.process_time()
    synthesizer = Synthesizer(seed=0, steps=steps).fit(frame)
    fitted = time.process_time()
    drawn = synthesizer.sample(rows, seed=1)
    spent = time.process_time() - fitted
    obeyed: dict[str, float] = {}
    for one in truths.relations:
        share = float(np.asarray(one.obeys(drawn, learnt)).mean())
        obeyed[one.rule or one.means] = min(share, obeyed.get(one.rule or one.means, 1.0))
    return {
        "rows": rows,
        "steps": steps,
        "fit_cpu_s": round(fitted - before, 1),
        "sample_cpu_s": round(spent, 2),
        "dtypes_kept": bool((drawn.dtypes == frame.dtypes).all()),
        "obeyed": obeyed,
        "texts": {look.column: _written(frame, drawn, look, synthesizer) for look in truths.looks},
    }


def _written(frame: pd.DataFrame, drawn: pd.DataFrame, look: Any, synthesizer: Any) -> Any:
    """How the texts of a column are written, and how many are real ones."""
    real, texts = frame[look.column].dropna(), drawn[look.column].dropna()
    if not real.str.fullmatch(look.pattern).all():
        wrong = real[~real.str.fullmatch(look.pattern)].iloc[0]
        raise SystemExit(f"the pattern of {look.column} must match every real text, not {wrong!r}")
    return {
        "kind": synthesizer.modality_.kinds[look.column],
        "match": float(texts.str.fullmatch(look.pattern).mean()),
        "names_a_row": look.names,
        "real": float(texts.isin(set(real)).mean()),
    }


def measure(name: str, asked: argparse.Namespace) -> dict[str, Any]:
    """All figures of one table."""
    truths = TRUTHS[name]
    frame = truths.read()
    for one in truths.relations:
        if not np.asarray(one.obeys(frame, frame)).all():
            raise SystemExit(f"{name}: {one.rule or one.means} must be true of all real rows")
    return {
        "data": name,
        "rows": len(frame),
        "means": {one.rule or one.means: one.means for one in truths.relations},
        **discovered(frame, truths),
        "heldout": survivors(frame, asked.splits),
        "made": made(frame, truths, asked.rows, asked.steps),
    }


def show(result: dict[str, Any]) -> None:
    """Print a result for people."""
    drawn, heldout = result["made"], result["heldout"]
    print(
        f"{result['data']}: {len(result['found'])} found, missed {result['missed']}; "
        f"{len(heldout['broken'])} of {heldout['rules']} broken by held-out rows; "
        f"{drawn['rows']:,} rows in {drawn['sample_cpu_s']} s"
    )
    for text, share in drawn["obeyed"].items():
        print(f"    {share:9.5%}  {text}")
    for column, figures in drawn["texts"].items():
        print(f"    {figures['match']:9.5%}  {column} as written, {figures['real']:.2%} real ones")


def about() -> dict[str, Any]:
    """Of what, when and where."""
    return {
        **provenance(),
        "versions": {"python": platform.python_version(), "pandas": pd.__version__},
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", choices=TRUTHS, default=list(TRUTHS))
    parser.add_argument("--rows", type=int, default=ROWS, help="that are made of each table")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--splits", type=int, default=SPLITS)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    results = []
    for name in asked.data:
        results.append(measure(name, asked))
        show(results[-1]) if not asked.json else print(name, file=sys.stderr)
    if asked.json:
        print(json.dumps(about() | {"tables": results}, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
