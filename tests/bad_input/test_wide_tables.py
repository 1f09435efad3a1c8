"""Tables of many columns and many categories: they work, or are refused, within a minute."""

import json
import time

import numpy as np
import pandas as pd


def test_300_categories_in_each_of_300_columns_are_looked_at(here, works):
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, 300, (3000, 300)).astype(str)
    names = [f"c{i}" for i in range(300)]
    pd.DataFrame(np.char.add("v", drawn), columns=names).to_csv(here / "t.csv", index=False)
    began = time.process_time()
    seen = json.loads(works("columns", "t.csv", "--json").out)
    assert time.process_time() - began < 60
    assert {column["kind"] for column in seen["columns"]} == {"category"}
    assert all(290 < int(column["holds"].split()[0]) <= 300 for column in seen["columns"])
    # What is drawn by itself follows no rule.
    assert seen["rules"] == []


def test_20_000_columns_are_looked_at(here, works):
    rng = np.random.default_rng(0)
    drawn = np.round(rng.normal(size=(60, 20_000)), 2)
    pd.DataFrame(drawn, columns=[f"x{i}" for i in range(20_000)]).to_parquet(here / "t.parquet")
    began = time.process_time()
    shown = works("columns", "t.parquet", "--set", "rules=false").out
    assert time.process_time() - began < 60
    assert "x19 " in shown
    assert "x20 " not in shown
    assert "… and 19,980 more columns" in shown


def test_two_columns_of_one_name_among_many(here, refused):
    frame = pd.DataFrame(np.zeros((20, 2000)), columns=[f"x{i}" for i in range(2000)])
    frame.columns = [*frame.columns[:-1], "x7"]
    frame.to_csv(here / "t.csv", index=False)
    refused("columns", "t.csv", says=("'x7'", "rename"))
