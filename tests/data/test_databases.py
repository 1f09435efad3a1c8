"""Tables in databases."""

import os
import sqlite3
import sys
from pathlib import Path

import pandas as pd
import pytest

from sparring.core.errors import Failure, WrongUse
from sparring.data import open_dataset
from sparring.data.databases import (
    is_database,
    read_database,
    read_tables,
    shown,
    write_database,
)
from sparring.data.tablewriting import write_table

sqlalchemy = pytest.importorskip("sqlalchemy")

SCHEMA = """
create table customers (id integer primary key, name text, born date);
create table orders (
    number integer primary key, customer integer references customers, price numeric(10, 2),
    at datetime
);
insert into customers values (2, 'Ada', '1815-12-10'), (1, 'Emmy', '1882-03-23');
insert into orders values (7, 1, 2.5, '2024-01-01 10:00:00'), (5, 2, 3, '2024-01-02 11:30:00');
"""


@pytest.fixture
def shop(tmp_path):
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(SCHEMA)
    connection.close()
    return path


def test_a_file_a_url_and_an_engine_are_one_database(shop):
    engine = sqlalchemy.create_engine(f"sqlite:///{shop}")
    expected = pd.DataFrame({"number": [5, 7], "customer": [2, 1], "price": [3.0, 2.5]})
    for where in (shop, str(shop), f"sqlite:///{shop}", engine):
        assert is_database(where)
        name, frame, told = read_database(where, "orders")
        assert (name, told) == ("orders", "")
        pd.testing.assert_frame_equal(frame[["number", "customer", "price"]], expected)
        assert frame["at"].dtype.kind == "M"


def test_several_tables_are_named_and_none_is_taken(shop):
    with pytest.raises(WrongUse, match=r"several tables, customers, orders: name one.*dict"):
        read_database(shop)
    with pytest.raises(WrongUse, match="no table 'order', only customers, orders"):
        read_database(shop, "order")


def test_all_tables_come_with_their_keys(shop):
    frames, description = read_tables(shop)
    assert {name: len(frame) for name, frame in frames.items()} == {"customers": 2, "orders": 2}
    assert description.tables["orders"].primary_key == ("number",)
    (key,) = description.relationships
    assert (key.parent, key.parent_key) == ("customers", "id")
    assert (key.child, key.child_key) == ("orders", "customer")


def test_dates_in_other_words_stay_texts_and_that_is_told(tmp_path):
    path = tmp_path / "dates.db"
    with sqlite3.connect(path) as connection:
        connection.executescript("create table t (d date); insert into t values ('31.12.2024');")
    _, frame, told = read_database(path)
    assert frame["d"].tolist() == ["31.12.2024"]
    assert "Dates of table t that aren't written as ISO 8601 wants are taken as texts." in told


def test_a_table_goes_out_and_comes_back(tmp_path):
    frame = pd.DataFrame({"n": range(3000), "t": ["a", None, "c"] * 1000, "x": [0.5] * 3000})
    write_table(frame, tmp_path / "made.db")
    write_table(frame, f"sqlite:///{tmp_path}/made.db", table="again")
    for table in ("synthetic", "again"):
        _, read, _ = read_database(tmp_path / "made.db", table)
        pd.testing.assert_frame_equal(read, frame)


def test_a_table_that_is_there_is_never_overwritten(shop):
    with pytest.raises(WrongUse, match="already has a table 'orders'"):
        write_database(pd.DataFrame({"n": [1]}), shop, "orders")
    assert len(read_database(shop, "orders")[1]) == 2


def test_a_write_that_fails_leaves_no_table(shop):
    mixed = pd.DataFrame({"n": [1] * 2000 + [object()]})
    with pytest.raises(WrongUse, match=r"refuses this .*type 'object' is not supported"):
        write_database(mixed, shop, "half")
    assert "half" not in read_tables(shop)[0]


def test_reading_makes_no_file(tmp_path):
    for where in (tmp_path / "none.db", f"sqlite:///{tmp_path}/none.db"):
        with pytest.raises(WrongUse, match=r"none\.db is no file"):
            read_database(where)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ("https://example.org/t.csv", r"https://example.org/t.csv is no address .*https\): give a"),
        ("oracle+none://h/x", "is no address of a database"),
        ("sqlite://", "holds no table"),
    ],
)
def test_addresses_of_no_database_are_refused(where, sentence):
    with pytest.raises(WrongUse, match=sentence):
        read_database(where)


def test_a_missing_driver_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pymysql", None)
    with pytest.raises(WrongUse, match="needs the driver 'pymysql': pip install it"):
        read_database("mysql+pymysql://ann:secret@host/shop")


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "a.db").write_text("not a database, whatever its name says " * 50)
    with pytest.raises(WrongUse, match=r"a\.db is no database, or a damaged one \(file is not a"):
        read_database(tmp_path / "a.db")


def test_a_file_that_is_cut_short_is_refused(shop):
    content = shop.read_bytes()
    shop.write_bytes(content[: len(content) // 2])
    with pytest.raises(WrongUse, match=r"damaged one .*malformed\): .* from a copy"):
        read_database(shop, "orders")


def test_a_database_that_another_program_writes_to_is_told_of(shop):
    writer = sqlite3.connect(shop, isolation_level=None)
    try:
        writer.execute("begin exclusive")
        with pytest.raises(Failure, match=r"shop\.db\S* is locked by another program"):
            read_database(sqlalchemy.create_engine(f"sqlite:///{shop}?timeout=0.1"), "orders")
        writer.execute("rollback")
    finally:
        writer.close()
    assert len(read_database(shop, "orders")[1]) == 2


def test_a_table_without_rows_and_one_of_bytes_are_refused_by_name(shop):
    with sqlite3.connect(shop) as connection:
        connection.execute("create table none (x int)")
        connection.execute("create table held (x int, y blob)")
        connection.executemany("insert into held values (?, ?)", [(n, b"\0") for n in range(20)])
    connection.close()
    with pytest.raises(WrongUse, match="at least 10 rows, got 0"):
        open_dataset(shop, table="none")
    with pytest.raises(WrongUse, match="'y' holds values of type bytes"):
        open_dataset(shop, table="held")


def test_passwords_are_not_shown():
    assert shown("postgresql://ann:s@cret@host:1/shop") == "postgresql://ann:***@host:1/shop"
    with pytest.raises(WrongUse) as caught:
        read_database("nothing://ann:secret@host/shop")
    assert "secret" not in str(caught.value)


def test_without_sqlalchemy_the_extra_is_named(shop, monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(WrongUse, match=r"pip install 'sparring\[interop\]'"):
        read_database(shop)


def test_open_dataset_takes_the_only_table(tmp_path):
    frame = pd.DataFrame({"n": range(40), "t": ["a", "b"] * 20})
    write_table(frame, tmp_path / "one.sqlite", table="rows")
    dataset = open_dataset(tmp_path / "one.sqlite", target="t", drop="n")
    assert (dataset.name, dataset.target) == ("rows", "t")
    assert list(dataset.real().columns) == ["t"]


CHINOOK = Path(os.environ.get("SPARRING_DATA", "/none")) / "relational" / "Chinook_Sqlite.sqlite"


@pytest.mark.skipif(not CHINOOK.is_file(), reason="needs Chinook_Sqlite.sqlite in SPARRING_DATA")
def test_chinook_is_read_whole_with_its_eleven_keys():
    frames, description = read_tables(CHINOOK)
    assert len(frames) == 11
    assert len(frames["Track"]) == 3503
    assert len(description.relationships) == 11
    assert frames["Invoice"]["InvoiceDate"].dtype.kind == "M"
    assert open_dataset(CHINOOK, table="Invoice").modality.kinds["Total"] == "number"
