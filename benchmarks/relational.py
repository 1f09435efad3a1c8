"""Chinook and the MIMIC-III demo: do new tables hang together as the real ones do?

Learns each database, draws one of the same size, and prints for every link between two tables how
many keys dangle, how far the number of children and the dependence of children on their parents are
from the real ones, beside a floor (real children given to parents by lot) and a ceiling (real
parents drawn again, each with its children).

    python benchmarks/relational.py --data chinook mimic --steps 600 --json
"""

import argparse
import json
import os
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from sparring.data.databases import read_tables
from sparring.data.descriptions import Description
from sparring.tasks.relational import RelationalSynthesizer
from sparring.tasks.relations.judging import Judgement, Measured

DATA = Path(os.environ.get("SPARRING_DATA", "data")) / "relational"
MIMIC = (
    "PATIENTS",
    "ADMISSIONS",
    "ICUSTAYS",
    "TRANSFERS",
    "SERVICES",
    "DIAGNOSES_ICD",
    "PROCEDURES_ICD",
    "DRGCODES",
)
"""The tables of the demo that are taken."""

FIGURES = ("kolmogorov", "wasserstein", "dependence")


def chinook() -> tuple[dict[str, pd.DataFrame], Description | None]:
    """A shop for music: 11 tables, whose keys the database declares."""
    return read_tables(DATA / "Chinook_Sqlite.sqlite")


def mimic() -> tuple[dict[str, pd.DataFrame], Description | None]:
    """100 patients in intensive care: 8 tables, whose keys are inferred."""
    with zipfile.ZipFile(DATA / "mimic_iii_demo_1.4_part.zip") as files:
        frames = {name: pd.read_csv(files.open(f"{name}.csv"), low_memory=False) for name in MIMIC}
    return {name: frame.rename(columns=str.upper) for name, frame in frames.items()}, None


SETS = {"chinook": chinook, "mimic": mimic}


def measure(name: str, steps: int | None, seed: int) -> dict[str, Any]:
    """Learn, draw and judge one database."""
    tables, keys = SETS[name]()
    began = time.process_time()
    model = RelationalSynthesizer(keys=keys, steps=steps, seed=seed).fit(tables)
    fitted = time.process_time()
    made = model.sample(seed=seed)
    drawn = time.process_time()
    judged = model.judge(tables, seed=seed)
    return {
        "data": name,
        "seed": seed,
        "steps": steps,
        "fit_cpu_s": round(fitted - began, 1),
        "sample_cpu_s": round(drawn - fitted, 1),
        "rows": {table: [len(tables[table]), len(frame)] for table, frame in made.items()},
        "dangling": sum(one.dangling for one in judged),
        "median": {figure: _median(judged, figure) for figure in FIGURES},
        "links": [one.describe() for one in judged],
        "figures_exact": _exact(made) if name == "chinook" else None,
    }


def _median(judged: list[Judgement], figure: str) -> dict[str, float]:
    found: list[Measured] = [getattr(one, figure) for one in judged]
    return {
        side: float(np.nanmedian([getattr(one, side) for one in found]))
        for side in ("ours", "floor", "ceiling")
    }


def _exact(made: dict[str, pd.DataFrame]) -> bool:
    """Whether each invoice's total is the sum of its lines."""
    lines = made["InvoiceLine"]
    due = (lines["UnitPrice"] * lines["Quantity"]).groupby(lines["InvoiceId"]).sum()
    totals = made["Invoice"].set_index("InvoiceId")["Total"]
    return bool((totals == due.reindex(totals.index).round(2)).all())


def show(result: dict[str, Any]) -> None:
    """Print a result as a table."""
    print(f"{result['data']}: fit {result['fit_cpu_s']} s, sample {result['sample_cpu_s']} s CPU")
    print(f"{'link':<55}{'dangling':>9}", *(f"{figure + ' o/f/c':>24}" for figure in FIGURES))
    for link in result["links"]:
        sides = ["/".join(f"{value:.3f}" for value in link[f].values()) for f in FIGURES]
        print(f"{link['link']:<55}{link['dangling']:>9}", *(f"{side:>24}" for side in sides))
    sides = ["/".join(f"{v:.3f}" for v in result["median"][f].values()) for f in FIGURES]
    print(f"{'median':<55}{result['dangling']:>9}", *(f"{side:>24}" for side in sides))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--steps", type=int, default=600, help="of each table; 0: its default")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for name in options.data:
        for seed in range(options.seeds):
            result = measure(name, options.steps or None, seed)
            print(json.dumps(result)) if options.json else show(result)


if __name__ == "__main__":
    main()
