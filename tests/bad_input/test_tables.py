"""Tables that can't be learnt from."""

import sqlite3

import numpy as np
import pandas as pd
import pytest

GOOD = ["age,city,income", *(f"{20 + i},{'Ulm' if i % 2 else 'Bonn'},{i * 1.5}" for i in range(20))]


def table(*lines, extra=()):
    return "\n".join([*lines, *extra]) + "\n"


def rows(header, make, n=20):
    return table(header, *(make(i) for i in range(n)))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (rows("age,age", lambda i: f"{i},{i}"), ("t.csv", "'age'", "rename")),
        (rows("age,gone", lambda i: ","), ("t.csv", "only missing values", "separator")),
        (rows("a,b", lambda i: "1,x"), ("t.csv", "constant", "nothing to learn")),
        (table("a,b", "1,2"), ("t.csv", "10 rows", "got 1", "collect more")),
        (rows("a,b", lambda i: f"{i},{'inf' if i == 4 else i}"), ("'b'", "infinite", "row 5")),
        (rows("a;b", lambda i: f"{i};{i}"), ("t.csv", "a;b", '--set separator=";"')),
        (rows("a\tb", lambda i: f"{i}\t{i}"), ("t.csv", r'--set separator="\t"')),
        (rows("a,b", lambda i: f"{i},{'oops' if i == 4 else i}"), ("'b'", "'oops'", "row 5")),
        ("", ("t.csv", "empty")),
        ("a,b\n", ("10 rows", "got 0")),
        (rows("a,b", lambda i: f"{i},{i},{i}"), ("t.csv", "different lengths")),
        (table(*GOOD[:12], '"unclosed'), ("t.csv", "different lengths")),
    ],
    ids=lambda value: None if isinstance(value, tuple) else value[:20].replace("\n", " "),
)
def test_a_csv_that_cannot_be_learnt_from(text, says, here, refused):
    (here / "t.csv").write_text(text)
    refused("fit", "t.csv", "--run", "run", "--steps", "2", says=says)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("t.csv", "name,x\nJosé,1\n".encode("latin-1"), ("t.csv", "UTF-8")),
        ("t.csv", "a,b\n1,2\n".encode("utf-16"), ("t.csv", "UTF-8")),
        ("t.csv.gz", b"\x1f\x8b\x08\x00broken", ("t.csv.gz", "cannot be read")),
        ("t.parquet", b"PAR1 and then nothing", ("t.parquet", "not a Parquet file")),
        ("t.parquet", b"", ("t.parquet", "empty")),
    ],
)
def test_a_file_that_is_no_table(name, content, says, here, refused):
    (here / name).write_bytes(content)
    refused("fit", name, "--run", "run", "--steps", "2", says=says)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("target=wage", ("target", "'wage'", "age, city, income")),
        ("separator=;;", ("separator", "one character", "';;'")),
        ("drop=wage", ("'wage'", "drop", "age, city, income")),
        ("categories=wage", ("'wage'", "categories", "age, city, income")),
        ("size=32", ("size", "table", "leave it out")),
        ("modality=image", ("image", "table")),
        ("modality=points", ("numbers", "drop")),
        ("modality=sound", ("modality", "image, table, points", "'sound'")),
        ("networks=dcgan", ("DCGANGenerator", "pictures", "mlp")),
        ("conditional=true", ("conditional", "classes")),
        ("heldout=0", ("heldout", "above 0", "got 0")),
        ("heldout=1.5", ("heldout", "0.5", "got 1.5")),
        ("heldout=many", ("heldout", "number", "'many'")),
    ],
)
def test_a_setting_that_does_not_fit_the_table(setting, says, here, refused):
    (here / "t.csv").write_text(table(*GOOD))
    refused("fit", "t.csv", "--run", "run", "--steps", "2", "--set", setting, says=says)


@pytest.mark.parametrize(
    ("text", "settings", "columns"),
    [
        (rows("a,b,c", lambda i: f"{i},7,x"), [], ["a", "b", "c"]),
        (rows("a,gone", lambda i: f"{i},"), [], ["a", "gone"]),
        (rows("a,gone", lambda i: f"{i},"), ["drop=gone"], ["a"]),
        (rows("a,id", lambda i: f"{i % 7},k{i}", n=2000), [], ["a", "id"]),
        (rows("a,id", lambda i: f"{i},{10**17 + i}"), [], ["a", "id"]),
        (rows("a,1", lambda i: f"{i},"), ["drop=1"], ["a"]),
        (rows("1,2", lambda i: f"{i},{i % 7}"), [], ["column 1", "column 2"]),
        (rows("a;b", lambda i: f"{i};{i}"), ['separator=";"'], ["a", "b"]),
        (rows("a\tb", lambda i: f"{i}\t{i}"), [r'separator="\t"'], ["a", "b"]),
        (rows("a,b", lambda i: f"{i},{'oops' if i == 4 else i}"), ["missing=oops"], ["a", "b"]),
        (rows("a,b", lambda i: f"{i},{'oops' if i == 4 else i}"), ["categories=b"], ["a", "b"]),
        (table(*GOOD), ["target=city"], ["age", "city", "income"]),
    ],
)
def test_the_remedy_that_a_refusal_names_works(text, settings, columns, here, works):
    (here / "t.csv").write_text(text)
    words = [word for setting in settings for word in ("--set", setting)]
    works("fit", "t.csv", "--run", "run", "--steps", "1", "--set", "width=8", *words)
    works("sample", "run", "-n", "5", "-o", "made.csv")
    made = pd.read_csv(here / "made.csv")
    assert list(made.columns) == columns
    assert len(made) == 5
    if "7,x" in text:
        assert (made["b"] == 7).all()


def test_settings_about_the_file_are_kept_for_later(here, works):
    (here / "t.csv").write_text(rows("a;id", lambda i: f"{i % 50};k{i}", n=2000))
    settings = ["--set", "separator=;", "--set", "drop=id", "--set", "width=8"]
    works("fit", "t.csv", "--run", "run", "--steps", "1", *settings)
    works("resume", "run")


def test_parquet_with_what_no_model_learns(here, refused):
    frame = pd.DataFrame({"a": np.arange(20), "b": [[1, 2]] * 20})
    frame.to_parquet(here / "t.parquet")
    refused("fit", "t.parquet", "--steps", "2", says=("'b'", "drop"))


def shop(where):
    """A database of two tables, and its bytes."""
    with sqlite3.connect(where) as connection:
        for name, rows in (("orders", 40), ("none", 0)):
            frame = pd.DataFrame({"n": range(rows), "t": ["a", "b"] * (rows // 2)})
            frame.to_sql(name, connection, index=False)
    connection.close()
    return where.read_bytes()


@pytest.mark.parametrize(
    ("change", "words", "code", "says"),
    [
        (lambda content: content, (), 2, ("shop.db", "none, orders", "table='none'")),
        (lambda content: content, ("table=order",), 2, ("shop.db", "'order'", "none, orders")),
        (lambda content: content, ("table=none",), 2, ("10 rows", "got 0")),
        (lambda content: b"", ("table=orders",), 2, ("shop.db", "no table")),
        (lambda content: b"text " * 999, (), 2, ("shop.db", "no database", "name another")),
        (lambda content: content[:-4096], ("table=orders",), 2, ("shop.db", "malformed", "copy")),
        (None, (), 2, ("shop.db", "no file")),
    ],
)
def test_a_database_that_cannot_be_learnt_from(change, words, code, says, here, refused):
    pytest.importorskip("sqlalchemy")
    content = shop(here / "shop.db")
    if change is None:
        (here / "shop.db").unlink()
    else:
        (here / "shop.db").write_bytes(change(content))
    settings = [part for word in words for part in ("--set", word)]
    refused("columns", "shop.db", *settings, says=says, code=code)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:300]), ("damaged or cut short",)),
        (lambda path: path.write_bytes(b""), ("is empty",)),
        (lambda path: pd.DataFrame({"n": range(40)}).to_parquet(path), ("lacks column 't'",)),
        (
            lambda path: pd.DataFrame({"n": ["x"] * 40, "t": "a"}).to_parquet(path),
            ("0.parquet", "don't fit together", "same columns"),
        ),
    ],
)
@pytest.mark.parametrize("stream", ["true", "false"])
def test_a_broken_shard_is_named(change, says, stream, here, refused):
    (here / "rows").mkdir()
    for number in range(3):
        frame = pd.DataFrame({"n": range(400), "t": ["a", "b"] * 200})
        frame.to_parquet(here / "rows" / f"{number}.parquet")
    change(here / "rows" / "1.parquet")
    words = ("--set", f"stream={stream}", "--run", "run", "--steps", "2")
    refused("fit", "rows", *words, says=("rows/1.parquet", *says))
