"""Chinook and the MIMIC-III demo: do new tables hang together as the real ones do?

Learns each database, draws one of the same size, and prints for every link between two tables how
many keys dangle, how far the number of children and the dependence of children on their parents are
from the real ones, beside a floor (real children given to parents by lot) and a ceiling (real
parents drawn again, each with its children).

    python benchmarks/relational.py --data chinook mimic --seeds 3 --json
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

from sparring import Synthesizer
from sparring.data.databases import read_tables
from sparring.data.descriptions import Description
from sparring.recipes.reproducing import machine

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
    model = Synthesizer(steps=steps, seed=seed).fit(tables, keys=keys)
    fitted = time.process_time()
    made = model.sample(seed=seed)
    drawn = time.process_time()
    judged = model.tables_.judge(tables, seed=seed)
    return {
        "fit_cpu_s": round(fitted - began, 1),
        "sample_cpu_s": round(drawn - fitted, 1),
        "steps": {table: int(one.model_.step) for table, one in model.tables_.models.items()},
        "rows": {table: [len(tables[table]), len(frame)] for table, frame in made.items()},
        "dangling": sum(one.dangling for one in judged),
        "links": {one.link: one.describe() for one in judged},
        "totals_exact": _exact(made) if name == "chinook" else None,
    }


def _exact(made: dict[str, pd.DataFrame]) -> bool:
    """Whether each invoice's total is the sum of its lines."""
    lines = made["InvoiceLine"]
    due = (lines["UnitPrice"] * lines["Quantity"]).groupby(lines["InvoiceId"]).sum()
    totals = made["Invoice"].set_index("InvoiceId")["Total"]
    return bool((totals == due.reindex(totals.index).round(2)).all())


def summary(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The seeds together: of each link and figure, and of the median link, median and spread."""
    links = list(rounds[0]["links"])
    of_link = {
        link: {f: _spread([_sides(one["links"][link][f]) for one in rounds]) for f in FIGURES}
        for link in links
    }
    median = {}
    for figure in FIGURES:
        each = [[_sides(one["links"][link][figure]) for link in links] for one in rounds]
        median[figure] = _spread([np.nanmedian(one, axis=0) for one in each])
    return {
        "seeds": len(rounds),
        "fit_cpu_s": float(np.median([one["fit_cpu_s"] for one in rounds])),
        "sample_cpu_s": float(np.median([one["sample_cpu_s"] for one in rounds])),
        "dangling": sum(one["dangling"] for one in rounds),
        "median_link": median,
        "links": of_link,
        "rounds": rounds,
    }


def _sides(figure: dict[str, float]) -> np.ndarray:
    return np.array([figure["ours"], figure["floor"], figure["ceiling"]])


def _spread(seeds: list[np.ndarray]) -> dict[str, Any]:
    """(seeds of ours, floor, ceiling) -> medians, and the least and largest of ours."""
    ours, floor, ceiling = np.array(seeds).T
    return {
        "ours": round(float(np.median(ours)), 4),
        "least": round(float(ours.min()), 4),
        "most": round(float(ours.max()), 4),
        "floor": round(float(np.median(floor)), 4),
        "ceiling": round(float(np.median(ceiling)), 4),
    }


def _written(thing: Any) -> Any:
    """For JSON, which has no NaN: a link without columns that depend on each other has null."""
    if isinstance(thing, dict):
        return {key: _written(value) for key, value in thing.items()}
    if isinstance(thing, list):
        return [_written(value) for value in thing]
    return None if isinstance(thing, float) and np.isnan(thing) else thing


def show(name: str, result: dict[str, Any]) -> None:
    """Print a summary as a table."""
    print(f"{name}: fit {result['fit_cpu_s']} s, sample {result['sample_cpu_s']} s CPU")
    print(f"{'link':<55}", *(f"{figure + ' o/f/c':>24}" for figure in FIGURES))
    for link, figures in {**result["links"], "median": result["median_link"]}.items():
        sides = [
            "/".join(f"{figures[f][side]:.3f}" for side in ("ours", "floor", "ceiling"))
            for f in FIGURES
        ]
        print(f"{link:<55}", *(f"{side:>24}" for side in sides))
    print(f"{result['dangling']} keys dangle")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--steps", type=int, help="of each table; its data's own by default")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    results = {}
    for name in options.data:
        rounds = [measure(name, options.steps, seed) for seed in range(options.seeds)]
        results[name] = summary(rounds)
        if not options.json:
            show(name, results[name])
    if options.json:
        about = {"steps": options.steps, "threads": 1, **machine()}
        print(json.dumps(_written({"sets": results, **about}), allow_nan=False))


if __name__ == "__main__":
    main()
