"""The rules of real tables, found on three quarters of the rows and checked on the rest."""

import os
import sqlite3
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sparring.data.rules import discover

SHELF = os.environ.get("SPARRING_DATA")
pytestmark = pytest.mark.skipif(SHELF is None, reason="SPARRING_DATA is not set")

ADULT = (
    "age,workclass,fnlwgt,education,education-num,marital-status,occupation,relationship,race,sex,"
    "capital-gain,capital-loss,hours-per-week,native-country,income"
)


def read(name: str) -> pd.DataFrame:
    """A table of the shelf, a Chinook table by its name."""
    folder = Path(SHELF or "")
    if name[0].isupper():
        path = folder / "relational" / "Chinook_Sqlite.sqlite"
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as base:
            return pd.read_sql(f"select * from {name}", base)
    if name == "adult":
        path = folder / "tabular" / "adult.data.gz"
        return pd.read_csv(path, names=ADULT.split(","), skipinitialspace=True, na_values="?")
    path = next((folder / "tabular").glob(f"{name}.csv*"))
    frame = pd.read_csv(path, encoding="latin-1" if name == "sales_data_sample" else "utf-8")
    return frame.rename(columns=lambda column: column.removeprefix("ï»¿"))


TRUE = {
    "supermarket_sales": {
        "cogs = Unit price * Quantity",
        "Tax 5% = 0.05 * cogs",
        "Total = cogs + Tax 5%",
        "gross income = Tax 5%",
        "Branch <-> City",
        "Invoice ID is a key",
    },
    "sales_data_sample": {
        "if PRICEEACH < 100 then SALES = QUANTITYORDERED * PRICEEACH",
        "YEAR_ID = year(ORDERDATE)",
        "QTR_ID = quarter(ORDERDATE)",
        "MONTH_ID = month(ORDERDATE)",
        "PRODUCTCODE -> PRODUCTLINE",
        "PRODUCTCODE -> MSRP",
        "ORDERNUMBER -> ORDERDATE",
        "ORDERNUMBER -> STATUS",
        "ORDERNUMBER -> CUSTOMERNAME",
        "CUSTOMERNAME -> PHONE",
        "CUSTOMERNAME <-> ADDRESSLINE1",
        "CUSTOMERNAME -> CITY",
        "CUSTOMERNAME -> POSTALCODE",
        "CITY -> COUNTRY",
        "DEALSIZE by SALES: Small < 3000 <= Medium < 7000 <= Large",
        "{ORDERNUMBER, ORDERLINENUMBER} is a key",
    },
    "kc_house_data": {"sqft_living = sqft_above + sqft_basement"},
    "taxis": {
        "pickup <= dropoff",
        "pickup_zone -> pickup_borough",
        "dropoff_zone -> dropoff_borough",
        "if payment = cash then tip = 0",
        "fare + tip + tolls <= total",
    },
    "adult": {"education <-> education-num", "if workclass is missing then occupation is missing"},
    "Track": {"TrackId is a key", "GenreId -> UnitPrice"},
    "Invoice": {
        "InvoiceId is a key",
        "CustomerId <-> BillingAddress",
        "CustomerId -> BillingCity",
        "CustomerId -> BillingCountry",
        "CustomerId -> BillingPostalCode",
    },
    "InvoiceLine": {"InvoiceLineId is a key"},
    "PlaylistTrack": {"{TrackId, PlaylistId} is a key"},
    "Customer": {"CustomerId is a key"},
    "california_housing": set(),
    "covtype_kaggle_train": {
        "exactly one of {Wilderness_Area1, Wilderness_Area2, Wilderness_Area3, Wilderness_Area4} "
        "is 1",
        f"exactly one of {{{', '.join(f'Soil_Type{k}' for k in range(1, 41))}}} is 1",
    },
}


# Two splits, not a guarantee: where the only exception of a whole table falls among the held-out
# rows, no threshold can see it. In splits 0 to 7 that happens to adult and Track (docs/rules.md).
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", TRUE)
def test_true_rules_are_found_and_none_is_broken_by_rows_that_were_held_out(name, seed):
    frame = read(name)
    rows = np.random.default_rng(seed).permutation(len(frame))
    cut = len(frame) * 3 // 4
    train, rest = (frame.iloc[part].reset_index(drop=True) for part in (rows[:cut], rows[cut:]))
    rules = discover(train, seed=seed)
    obeyed = rules.holds(rest).all(axis=0)
    assert [str(rule) for rule, good in zip(rules, obeyed, strict=True) if not good] == []
    assert TRUE[name] <= {str(rule) for rule in rules}
    pd.testing.assert_frame_equal(rules.restore(rules.reduce(train)), train)


@pytest.mark.parametrize("name", TRUE)
def test_all_of_many_rows_that_were_drawn_at_random_obey(name):
    frame, rng = read(name), np.random.default_rng(0)
    rules = discover(frame)
    reduced = rules.reduce(frame)
    drawn = pd.DataFrame(
        {
            column: reduced[column].array.take(rng.integers(0, len(frame), 5000))
            for column in reduced
        }
    )
    restored = rules.restore(drawn)
    # Identifiers that are text are drawn by others.
    written = [rule for rule in rules if rule.target is not None]
    assert all(rule.holds(restored).all() for rule in written)
    assert (restored.dtypes == frame.dtypes).all()


def test_a_long_table_takes_under_a_second():
    frame = read("adult")
    start = time.process_time()
    discover(frame)
    assert time.process_time() - start < 1
