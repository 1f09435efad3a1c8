"""Columns that hold what nobody expects, from a frame in Python and from a file on the shell."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sparring import Synthesizer
from sparring.core.errors import WrongUse

TINY = {"steps": 1, "width": 8, "batch_size": 16, "alarms": False, "previews": False}
ROWS = 40


def column(values):
    """These values in turn, as they are."""
    return pd.Series([values[i % len(values)] for i in range(ROWS)], dtype=object)


def with_column(values):
    n = np.arange(ROWS)
    return pd.DataFrame({"age": 20 + n * 7 % 31, "city": np.where(n % 3, "Ulm", "Bonn")}).assign(
        odd=values
    )


def zoned(*hours):
    return [dt.datetime(2024, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=h))) for h in hours]


REFUSED = {
    "lists": (column([[1, 2], [3]]), ("list", "drop")),
    "lists in one row": (column([None] * (ROWS - 1) + [[1]]), ("list",)),
    "dicts": (column([{"a": 1}]), ("dict",)),
    "sets": (column([{1}]), ("set",)),
    "arrays": (column([np.zeros(2)]), ("ndarray",)),
    "frames": (column([pd.DataFrame({"a": [1]})]), ("DataFrame",)),
    "functions": (column([len]), ("function",)),
    "bytes": (column([b"ab", b"cd"]), ("bytes",)),
    "numbers and text": (column([1, "x"]), ("mixes types", "rows 2, 4, 6")),
    "one text among numbers": (
        column([1.5] * (ROWS - 1) + ["oops"]),
        ("text in row 40", "missing"),
    ),
    "booleans and text": (column([True, "x"]), ("mixes types", "rows 2, 4, 6")),
    "dates and text": (column([dt.date(2024, 1, 1), "x"]), ("mixes types", "rows 2, 4, 6")),
    "dates and numbers": (column([dt.date(2024, 1, 1), 3]), ("mixes types", "int in rows 2, 4")),
    "halves of characters": (column(["\udc80a", "b"]), ("not Unicode in rows 1, 3", "encoding")),
    "zones that change": (column(zoned(1, 2)), ("several time zones", "utc=True")),
    "zones in some rows": (column([*zoned(1), dt.datetime(2024, 1, 1)]), ("several time zones",)),
    "times with zones": (
        column([dt.time(1, tzinfo=dt.UTC), dt.time(2, tzinfo=dt.UTC)]),
        ("zones",),
    ),
    "durations": (pd.to_timedelta(np.arange(ROWS), "h"), ("timedelta",)),
    "periods": (pd.period_range("2024-01", periods=ROWS, freq="M"), ("period",)),
    "intervals": (pd.interval_range(0, ROWS), ("interval",)),
    "complex numbers": (np.arange(ROWS) + 1j, ("complex",)),
    "complex objects": (column([1j, 2.0]), ("complex",)),
    "infinity": (column([1.0, 2.0, np.inf]).astype(float), ("infinite numbers in rows 3, 6, 9",)),
    "minus infinity": (column([1.0] * 39 + [-np.inf]).astype(float), ("infinite", "row 40")),
    "infinite decimals": (column([Decimal("1.5")] * 39 + [Decimal("Infinity")]), ("infinite",)),
}


@pytest.mark.parametrize(("values", "says"), REFUSED.values(), ids=REFUSED)
def test_a_column_that_no_model_learns_is_refused_in_python(values, says):
    with pytest.raises(WrongUse) as refusal:
        Synthesizer(**TINY).fit(with_column(values))
    words = str(refusal.value)
    assert all(word in words for word in ("'odd'", *says)), words
    assert words.endswith(".")
    assert "\n" not in words


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (pa.array([[1, 2]] * ROWS), ("ndarray", "drop")),
        (pa.array([{"a": 1}] * ROWS), ("dict",)),
        (pa.array([b"ab"] * ROWS), ("bytes",)),
        (pa.array([[("k", 1)]] * ROWS, pa.map_(pa.string(), pa.int64())), ("list",)),
        (pa.array([np.inf, *range(ROWS - 1)], pa.float64()), ("infinite", "row 1")),
        (pa.array(range(ROWS), pa.duration("s")), ("timedelta",)),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else None,
)
def test_a_column_that_no_model_learns_is_refused_on_the_shell(values, says, here, refused, works):
    table = pa.table({"age": [i % 7 for i in range(ROWS)], "odd": values})
    pq.write_table(table, here / "t.parquet")
    for command in (("columns",), ("fit", "--run", "run", "--steps", "1")):
        refused(command[0], "t.parquet", *command[1:], says=("t.parquet", "'odd'", *says))
    # What was refused can be left out, as the sentence says.
    works("columns", "t.parquet", "--set", "drop=odd")
    twice = ("--set", "drop=odd", "--set", "drop=age")
    refused("columns", "t.parquet", *twice, says=("at least one column",))


GOOD = with_column(range(ROWS))
SHAPES = {
    "one row": (GOOD[:1], ("at least 10 rows, got 1",)),
    "no rows": (GOOD[:0], ("at least 10 rows, got 0",)),
    "no columns": (pd.DataFrame(index=range(ROWS)), ("at least one column",)),
    "nothing": (pd.DataFrame(), ("at least",)),
    "only missing values": (pd.DataFrame({"a": [np.nan] * ROWS, "b": None}), ("missing values",)),
    "two columns of a name": (pd.concat([GOOD, GOOD], axis=1), ("two columns", "'age'", "rename")),
    "a number as a name": (GOOD.rename(columns={"age": 1.5}), ("Names", "1.5")),
    "a date as a name": (GOOD.rename(columns={"age": dt.date(2024, 1, 1)}), ("Names", "2024")),
    "no name": (GOOD.rename(columns={"age": None}), ("Names", "nan")),
    "levels of names": (pd.concat({"a": GOOD}, axis=1), ("Names", "('a', 'age')")),
    "identifiers": (pd.DataFrame({"a": [f"k{i}" for i in range(ROWS)]}), ("an identifier",)),
    "constants": (pd.DataFrame({"a": [1] * ROWS, "b": "x"}), ("constant", "nothing to learn")),
}


@pytest.mark.parametrize(("frame", "says"), SHAPES.values(), ids=SHAPES)
def test_a_frame_that_is_no_table_is_refused(frame, says):
    with pytest.raises(WrongUse) as refusal:
        Synthesizer(**TINY).fit(frame)
    words = str(refusal.value)
    assert all(word.lower() in words.lower() for word in says), words
    assert "\n" not in words


def of_days(last, make):
    return column([make(2024, 1, 1 + i % 20) for i in range(ROWS - 1)] + [last])


LEARNT = {
    "the year 9999": of_days(dt.datetime(9999, 12, 31), dt.datetime),
    "the year 1": of_days(dt.date(1, 1, 1), dt.date),
    "the year 9999 in words": of_days("9999-12-31", lambda *day: "{}-{:02}-{:02}".format(*day)),
    "the year 1 in words": of_days("0001-01-01", lambda *day: "{}-{:02}-{:02}".format(*day)),
    "nothing": np.nan,
    "no date": column([pd.NaT]).astype("datetime64[ns]"),
    "huge integers": column([10**30 + i for i in range(7)]),
    "huge numbers": column([1e308, -1e308, 0.0]).astype(float),
    "the largest integers": np.tile(np.array([2**64 - 1, 0], dtype="uint64"), ROWS // 2),
    "half precision": (np.arange(ROWS) / 8).astype("float16"),
    "zones in words": column([f"2024-01-01T10:00:00+0{h}:00" for h in range(3)]),
    "sparse": pd.arrays.SparseArray(np.arange(ROWS) % 3),
}


@pytest.mark.parametrize("values", LEARNT.values(), ids=LEARNT)
def test_what_is_unusual_and_plain_comes_back_as_it_was(values):
    frame = with_column(values)
    made = Synthesizer(**TINY).fit(frame).sample(20, seed=0)
    assert made.dtypes.equals(frame.dtypes)
    seen, drawn = frame["odd"].dropna(), made["odd"].dropna()
    assert (len(drawn) > 0) == (len(seen) > 0)
    if len(drawn):
        assert drawn.min() >= seen.min()
        assert drawn.max() <= seen.max()


def test_names_that_are_whole_numbers_are_names():
    frame = GOOD.set_axis([0, 1, 7], axis=1)
    assert list(Synthesizer(**TINY).fit(frame).sample(3, seed=0).columns) == [0, 1, 7]
