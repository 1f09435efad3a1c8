"""What is true in every row of some real tables, in plain pandas: the judge of `table_rules.py`.

Nothing here knows sparring. A relation says which rows obey; a look is a regular expression that
was written by reading the column.
"""

import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

Check = Callable[[pd.DataFrame, pd.DataFrame], "np.ndarray | pd.Series"]
"""(made rows, real rows that were learnt from) -> which made rows obey."""


@dataclass(frozen=True)
class Relation:
    """An exact relation.

    Attributes:
        rule: its text among the rules that are found, None where no rule says it.
        means: in words.
        obeys: which rows do.
    """

    rule: str | None
    means: str
    obeys: Check


@dataclass(frozen=True)
class Look:
    """How the texts of a column are written.

    Attributes:
        column: of texts.
        pattern: a regular expression that each matches as a whole.
        names: whether a text names one row, so that no real one may come again.
    """

    column: str
    pattern: str
    names: bool = False


@dataclass(frozen=True)
class Truths:
    """A table and what is true of it."""

    read: Callable[[], pd.DataFrame]
    relations: Sequence[Relation]
    looks: Sequence[Look]


def named(name: str) -> Callable[[], pd.DataFrame]:
    """All rows of a named set."""

    def read() -> pd.DataFrame:
        from sparring.data import open_dataset

        dataset = open_dataset(name)
        return pd.concat([dataset.train_items, dataset.heldout_items], ignore_index=True)

    return read


def chinook(table: str) -> Callable[[], pd.DataFrame]:
    """One table of Chinook."""

    def read() -> pd.DataFrame:
        folder = Path(os.environ.get("SPARRING_DATA", "data")) / "relational"
        with sqlite3.connect(f"file:{folder / 'Chinook_Sqlite.sqlite'}?mode=ro", uri=True) as base:
            return pd.read_sql(f"select * from {table}", base)

    return read


def near(left: pd.Series, right: pd.Series, decimals: int) -> pd.Series:
    """Where two numbers are equal to so many decimals; a half may go either way."""
    return (left - right).abs() <= 0.5 * 10.0**-decimals + 1e-9


def goes_with(key: str, value: str, made: pd.DataFrame, real: pd.DataFrame) -> pd.Series:
    """Where a key has its value: that of real rows, and where the key is new always the same."""
    pairs = pd.concat([real[[key, value]], made[[key, value]]]).astype(object).fillna("\0")
    first = pairs.groupby(key, sort=False)[value].transform("first")
    return (pairs[value] == first).iloc[len(real) :]


def determines(key: str, value: str, means: str, rule: str | None = "") -> Relation:
    """That one column determines another."""
    text = f"{key} -> {value}" if rule == "" else rule
    return Relation(text, means, lambda made, real: goes_with(key, value, made, real))


def unique(columns: list[str], rule: str, means: str) -> Relation:
    """That no two rows agree in some columns."""
    return Relation(rule, means, lambda made, _: ~made.duplicated(columns))


def date(column: pd.Series) -> pd.Series:
    """Texts as dates."""
    return pd.to_datetime(column)


SUPERMARKET = (
    Relation(
        "cogs = Unit price * Quantity",
        "the cost of the goods",
        lambda m, _: near(m["cogs"], m["Unit price"] * m["Quantity"], 2),
    ),
    Relation(
        "Tax 5% = 0.05 * cogs",
        "the tax is 5 %",
        lambda m, _: near(m["Tax 5%"], 0.05 * m["cogs"], 4),
    ),
    Relation(
        "Total = cogs + Tax 5%",
        "what is paid",
        lambda m, _: near(m["Total"], m["cogs"] + m["Tax 5%"], 4),
    ),
    Relation(
        "gross income = Tax 5%",
        "the margin is as high as the tax",
        lambda m, _: near(m["gross income"], m["Tax 5%"], 4),
    ),
    determines("Branch", "City", "one branch in each city", "Branch <-> City"),
    determines("City", "Branch", "one branch in each city", "Branch <-> City"),
    Relation(
        None,
        "the margin in per cent is the same in all rows (a constant column)",
        lambda m, _: m["gross margin percentage"] == 4.761904762,
    ),
    unique(["Invoice ID"], "Invoice ID is a key", "invoices have numbers"),
)

SALES = (
    Relation(
        "if PRICEEACH < 100 then SALES = QUANTITYORDERED * PRICEEACH",
        "an order's line, where the price is not cut off at 100",
        lambda m, _: (
            (m["PRICEEACH"] >= 100)
            | near(m["SALES"], m["QUANTITYORDERED"] * m["PRICEEACH"], 2)
        ),
    ),
    Relation(
        "DEALSIZE by SALES: Small < 3000 <= Medium < 7000 <= Large",
        "the size of a deal",
        lambda m, _: (
            m["DEALSIZE"]
            == np.select([m["SALES"] < 3000, m["SALES"] < 7000], ["Small", "Medium"], "Large")
        ),
    ),
    Relation(
        "YEAR_ID = year(ORDERDATE)",
        "a part of the date",
        lambda m, _: m["YEAR_ID"] == date(m["ORDERDATE"]).dt.year,
    ),
    Relation(
        "QTR_ID = quarter(ORDERDATE)",
        "a part of the date",
        lambda m, _: m["QTR_ID"] == date(m["ORDERDATE"]).dt.quarter,
    ),
    Relation(
        "MONTH_ID = month(ORDERDATE)",
        "a part of the date",
        lambda m, _: m["MONTH_ID"] == date(m["ORDERDATE"]).dt.month,
    ),
    determines("PRODUCTCODE", "PRODUCTLINE", "a product is of one line"),
    determines("PRODUCTCODE", "MSRP", "a product has one recommended price"),
    *(
        determines("ORDERNUMBER", value, "an order has one")
        for value in ("ORDERDATE", "STATUS", "CUSTOMERNAME")
    ),
    *(
        determines("CUSTOMERNAME", value, "a customer has one")
        for value in (
            "PHONE", "ADDRESSLINE2", "CITY", "STATE", "POSTALCODE", "TERRITORY",
            "CONTACTLASTNAME", "CONTACTFIRSTNAME",
        )
    ),
    determines(
        "CUSTOMERNAME", "ADDRESSLINE1", "a customer has one", "CUSTOMERNAME <-> ADDRESSLINE1"
    ),
    determines("CITY", "COUNTRY", "a city lies in one country"),
    unique(
        ["ORDERNUMBER", "ORDERLINENUMBER"],
        "{ORDERNUMBER, ORDERLINENUMBER} is a key",
        "the lines of an order have numbers",
    ),
)  # fmt: skip

HOUSES = (
    Relation(
        "sqft_living = sqft_above + sqft_basement",
        "the area of a house",
        lambda m, _: m["sqft_living"] == m["sqft_above"] + m["sqft_basement"],
    ),
)

TAXIS = (
    Relation(
        "pickup <= dropoff",
        "nobody gets out before he got in",
        lambda m, _: date(m["pickup"]) <= date(m["dropoff"]),
    ),
    Relation(
        "fare + tip + tolls <= total",
        "the total has surcharges",
        lambda m, _: m["fare"] + m["tip"] + m["tolls"] <= m["total"] + 1e-9,
    ),
    Relation(
        "if payment = cash then tip = 0",
        "tips in cash are not known",
        lambda m, _: (m["payment"] != "cash") | (m["tip"] == 0),
    ),
    determines("pickup_zone", "pickup_borough", "a zone lies in one borough"),
    determines("dropoff_zone", "dropoff_borough", "a zone lies in one borough"),
)

ADDRESSES = ("BillingCity", "BillingState", "BillingCountry", "BillingPostalCode")

CLOCK = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d"
DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
PHONE = r"\+\d{1,3} ?(\(\d+\) ?)?[\d -]{5,}\d"

TRUTHS = {
    "supermarket": Truths(
        named("supermarket"),
        SUPERMARKET,
        (
            Look("Invoice ID", r"\d{3}-\d{2}-\d{4}", names=True),
            Look("Date", r"([1-9]|1[0-2])/([1-9]|[12]\d|3[01])/2019"),
            Look("Time", rf"{CLOCK}|{CLOCK[:-11]}:[0-5]\d"),
        ),
    ),
    "sales": Truths(
        named("sales"),
        SALES,
        (
            Look("ORDERDATE", rf"{DAY}( {CLOCK})?"),
            Look("PRODUCTCODE", r"S\d{2,3}_\d{4}"),
            Look("PHONE", r"[+(]?\d[\d .()-]*\d"),
            Look("POSTALCODE", r"[A-Z\d]([A-Z\d -]*[A-Z\d])?"),
        ),
    ),
    "kc-house": Truths(named("kc-house"), HOUSES, (Look("date", r"201[45][01]\d[0-3]\dT000000"),)),
    "taxis": Truths(
        named("taxis"),
        TAXIS,
        (Look("pickup", rf"{DAY} {CLOCK}"), Look("dropoff", rf"{DAY} {CLOCK}")),
    ),
    "InvoiceLine": Truths(
        chinook("InvoiceLine"),
        (
            unique(["InvoiceLineId"], "InvoiceLineId is a key", "lines have numbers"),
            Relation(None, "one of each (a constant column)", lambda m, _: m["Quantity"] == 1),
        ),
        (),
    ),
    "Invoice": Truths(
        chinook("Invoice"),
        (
            unique(["InvoiceId"], "InvoiceId is a key", "invoices have numbers"),
            determines(
                "CustomerId", "BillingAddress", "a customer has one",
                "CustomerId <-> BillingAddress",
            ),
            *(determines("CustomerId", value, "a customer has one") for value in ADDRESSES),
        ),
        (
            Look("InvoiceDate", rf"{DAY} 00:00:00"),
            Look("BillingPostalCode", r"[A-Z\d][A-Z\d -]*[A-Z\d]"),
        ),
    ),
    "Customer": Truths(
        chinook("Customer"),
        (unique(["CustomerId"], "CustomerId is a key", "customers have numbers"),),
        (
            Look("Phone", PHONE, names=True),
            Look("Fax", PHONE, names=True),
            Look("Email", r"[^@\s]+@[^@\s]+\.[a-z]{2,3}", names=True),
            Look("PostalCode", r"[A-Z\d][A-Z\d -]*[A-Z\d]|H-\d+", names=True),
        ),
    ),
    "Track": Truths(
        chinook("Track"),
        (
            unique(["TrackId"], "TrackId is a key", "tracks have numbers"),
            determines("GenreId", "UnitPrice", "films cost 1.99, music .99"),
        ),
        (),
    ),
}  # fmt: skip
