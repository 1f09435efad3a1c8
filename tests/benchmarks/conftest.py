"""Benchmarks are scripts beside each other; tests import them as they import one another."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))


def mixed(rows: int, seed: int) -> pd.DataFrame:
    """A table of all that a CSV file tends to lose, whose columns depend on each other."""
    random = np.random.default_rng(seed)
    hidden = random.normal(size=rows)
    grade = np.clip(np.round(1.5 + hidden), 0, 3).astype(int)
    days = np.datetime64("2019-03-01") + np.clip(15 + 6 * hidden, 0, 30).astype(int)
    holes = random.random(rows) < 0.1
    return pd.DataFrame(
        {
            "grade": grade,
            "age": np.round(40 + 10 * hidden).astype(int),
            "vessels": np.where(holes, np.nan, grade.astype(float)),
            "fare": np.round(np.exp(hidden), 2),
            "ratio": hidden + random.normal(size=rows),
            "member": random.random(rows) < 0.3,
            "diagnosis": pd.Categorical(np.array(["250.83", "V57", "401"])[grade % 3]),
            "sugar": pd.Series(np.array(["None", "Norm", ">200", "NA"])[grade], dtype="str"),
            "zone": pd.Series(np.where(holes, None, np.array(["N", "S"])[grade // 2]), dtype="str"),
            "pickup": pd.Series((days + np.timedelta64(3661, "s")).astype(str), dtype="str")
            .str.replace("T", " "),
            "sold": pd.Series(days.astype(str), dtype="str").str.replace("-", "") + "T000000",
            "stamp": pd.Series(days.astype("datetime64[us]")),
            "unit": pd.Series(["km"] * rows, dtype="str"),
            "nothing": np.full(rows, np.nan),
            "target": pd.Series(np.where(hidden > 0, "yes", "no"), dtype="str"),
        }
    )  # fmt: skip


@pytest.fixture(scope="session")
def parts() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Training rows, test rows, and what a perfect peer would make."""
    train, test, made = (mixed(rows, seed) for seed, rows in enumerate((1500, 500, 1500)))
    return train, test, made
